// The agent's desk: a bar with the state, and three zones that stay where they are: who and how much, what
// to say and record, what was before. Nothing jumps when a call arrives, nothing takes the focus.

import { signal } from "@preact/signals";
import { html, icon, mount } from "./html.js";
import { t } from "./page.js";
import { ask, isElsewhere, takeOver, view, watch } from "./live.js";
import { CallControls } from "./call_controls.js";
import { OutcomeForm } from "./outcome_form.js";
import { Dialing, OfferedPerson, Preview, RingingPerson, Wish } from "./own_calls.js";
import { SeatBar } from "./seat_bar.js";
import { Nobody, Who } from "./who.js";
import { Say } from "./say.js";
import { Side } from "./side.js";
import { sheet } from "./keys.js";
import { KeySheet } from "./key_sheet.js";
import "./tones.js";
import { FromSupervisor } from "./concession.js";

const fault = signal("");

async function tell(event, payload) {
  const answer = await ask(event, payload);
  fault.value = answer.ok ? "" : answer.error.text;
  return answer;
}

function Elsewhere() {
  return html`<div class="panel elsewhere"><div class="empty">${icon("offline")}
    <h1>${t("desk.elsewhere")}</h1><p>${t("desk.elsewhere_why")}</p>
    <button class="btn btn-primary" id="take-over" onClick=${takeOver}>${t("desk.take_over")}</button></div></div>`;
}

/** The three zones of whatever goes on. */
function zones(desk) {
  const { seat, call, own } = desk;
  const side = (rows, title, named) => html`<${Side} rows=${rows} title=${t(title)} named=${named} own=${own} tell=${tell} />`;
  if (call) {
    return [
      html`<${Who} key=${call.attempt_id} call=${call} seat=${seat} tell=${tell} controls=${html`<${CallControls} call=${call} tell=${tell} />`} />`,
      html`<section class="panel zone middle" aria-label=${t("desk.middle")}><${Say} key=${call.attempt_id} call=${call} outcomes=${desk.outcomes} /><${OutcomeForm} call=${call} outcomes=${desk.outcomes} /></section>`,
      side(call.history, "desk.history", false),
    ];
  }
  if (own.dialing && seat.state === "dialing") {
    return [html`<${RingingPerson} call=${own.dialing} />`, html`<${Dialing} call=${own.dialing} tell=${tell} />`, side(own.dialing.history, "desk.history", false)];
  }
  if (own.preview && seat.state === "previewing") {
    return [html`<${OfferedPerson} preview=${own.preview} />`, html`<${Preview} key=${own.preview.id} preview=${own.preview} tell=${tell} />`, side(own.preview.history, "desk.history", false)];
  }
  return [
    html`<${Nobody} seat=${seat} />`,
    html`<section class="panel zone middle" aria-label=${t("desk.middle")}>${own.request && html`<${Wish} request=${own.request} tell=${tell} />`}
      <div class="empty">${icon("keys")}<p>${t("desk.middle_empty")}</p></div></section>`,
    side(desk.recent, "desk.recent", true),
  ];
}

function Desk() {
  const desk = view.value;
  if (isElsewhere.value) return html`<${Elsewhere} />`;
  if (!desk || !desk.seat) return html`<p class="loading">${t("page.loading")}</p>`;
  return html`<div class="desk">
    <h1 class="only-heard">${t("nav.desk")}</h1>
    <${SeatBar} seat=${desk.seat} today=${desk.today} tell=${tell} />
    <${FromSupervisor} desk=${desk} />
    <div class="desk-fault" role="alert">${fault.value && html`<div class="fault">${icon("warning")} ${fault.value} <button class="btn btn-sm btn-link" onClick=${() => { fault.value = ""; }}>${t("desk.dismiss")}</button></div>`}</div>
    <div class="zones">${zones(desk)}</div>
    ${sheet.value && html`<${KeySheet} outcomes=${desk.outcomes} tell=${tell} />`}
  </div>`;
}

watch("desk");
mount(html`<${Desk} />`);
