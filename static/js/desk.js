// The agent's desk: seat on the left, the call in the middle, its outcome on the right.

import { signal } from "@preact/signals";
import { html, mount } from "./html.js";
import { facts, t } from "./page.js";
import { ask, linked, now, view, watch } from "./live.js";
import { duration, money, time } from "./format.js";
import { CallControls } from "./call_controls.js";
import { OutcomeForm } from "./outcome_form.js";
import { ByHand, Callbacks, Dialing, Preview, Wish } from "./own_calls.js";

const fault = signal("");

async function tell(event, payload) {
  const answer = await ask(event, payload);
  fault.value = answer.ok ? "" : answer.error.text;
  return answer;
}

function Seat({ seat, today }) {
  const isReady = seat.status === "ready";
  const owes = seat.state === "wrap_up";
  return html`<section class="panel seat" aria-label=${t("desk.seat")}>
    <div class=${`seat-state state-${seat.state}`} role="status">
      <span>${t(`state.${seat.state}`)}</span>
      <time>${duration(now.value - Date.parse(seat.since))}</time>
    </div>
    ${seat.state === "paused" && html`<p class="hint">${t(`pause.${seat.pause_reason}`)}</p>`}
    ${owes && html`<p class="hint">${t("desk.owes_outcome")}</p>`}
    ${!seat.leg_up && html`<p class="hint warn">${seat.has_phone ? t("desk.phone_connecting") : t("desk.dial_in", { code: seat.dial_in_code })}</p>`}
    ${seat.may_be_ready && html`<button id="ready" class="btn btn-lg w-100 ${isReady ? "btn-outline-success" : "btn-success"}" disabled=${isReady || !linked.value}
      onClick=${() => tell("seat:status", { status: "ready" })}>${isReady ? t("desk.is_ready") : t("desk.get_ready")}</button>`}
    <p class="label">${t("desk.pause")}</p>
    <div class="pauses">
      ${facts.pause_reasons.map((reason) => html`<button class="btn btn-sm ${!isReady && seat.pause_reason === reason ? "btn-warning" : "btn-outline-secondary"}"
        onClick=${() => tell("seat:status", { status: "paused", pause_reason: reason })}>${t(`pause.${reason}`)}</button>`)}
    </div>
    ${isReady && seat.state === "talking" && html`<p class="hint">${t("desk.pause_after")}</p>`}
    <dl class="today">
      <div><dt>${t("desk.today_calls")}</dt><dd>${today.calls}</dd></div>
      <div><dt>${t("desk.today_promises")}</dt><dd>${today.promises}</dd></div>
      <div><dt>${t("desk.today_promised")}</dt><dd>${money(today.promised_minor)}</dd></div>
    </dl>
  </section>`;
}

function Waiting({ seat, recent, own }) {
  if (own.dialing && seat.state === "dialing") return html`<${Dialing} call=${own.dialing} tell=${tell} History=${History} />`;
  if (own.preview && seat.state === "previewing") return html`<${Preview} key=${own.preview.id} preview=${own.preview} tell=${tell} History=${History} />`;
  const key = seat.state === "idle" ? "desk.waiting" : seat.state === "connecting" ? "desk.connect_first" : "desk.not_ready";
  return html`<div><section class="panel waiting">
      <p class="waiting-line">${t(key)}</p>
    </section>
    <${Callbacks} rows=${own.callbacks} tell=${tell} />
    <${ByHand} rows=${own.by_hand} tell=${tell} />
    <section class="panel"><${History} rows=${recent} title=${t("desk.recent")} /></section>
  </div>`;
}

function History({ rows, title }) {
  return html`<h2>${title}</h2>
    ${rows.length === 0 ? html`<p class="text-body-secondary">${t("desk.none_yet")}</p>` : html`<table class="table table-sm">
      <thead><tr><th>${t("desk.at")}</th><th>${t("desk.name")}</th><th>${t("desk.outcome")}</th><th class="num">${t("desk.talk")}</th><th>${t("desk.note")}</th></tr></thead>
      <tbody>${rows.map((row) => html`<tr key=${row.attempt_id}><td>${time(row.at)}</td><td>${row.name}</td><td>${t(`outcome.${row.code}`)}</td><td class="num">${duration(row.talk_ms)}</td><td>${row.note}</td></tr>`)}</tbody>
    </table>`}`;
}

function Call({ call, seat }) {
  const onLine = seat.state === "talking";
  const until = call.ended_at ? Date.parse(call.ended_at) : now.value;
  return html`<section class="panel call" aria-label=${t("desk.call")}>
    <header class=${onLine ? "call-head on-line" : "call-head"}>
      <div><strong class="debtor-name">${call.debtor.name}</strong> <span>${call.debtor.number}</span></div>
      <div class="call-clock"><span>${t(onLine ? "desk.talking" : "desk.call_over")}</span>
        <time>${call.connected_at ? duration(until - Date.parse(call.connected_at)) : ""}</time></div>
      ${onLine && html`<button class="btn btn-danger" id="hangup" onClick=${() => tell("call:hangup", { attempt_id: call.attempt_id })}>${t("desk.hang_up")}</button>`}
    </header>
    <${CallControls} call=${call} tell=${tell} />
    ${["machine", "fax", "announcement", "tone"].includes(call.answer_kind) && html`<p class="alert alert-warning">${t("desk.maybe_machine")}</p>`}
    <dl class="pairs">
      <div><dt>${t("desk.campaign")}</dt><dd>${call.campaign}</dd></div>
      <div><dt>${t("desk.id_number")}</dt><dd>${call.debtor.id_number || "—"}</dd></div>
      <div><dt>${t("desk.shown_number")}</dt><dd>${call.shown_number}</dd></div>
    </dl>
    ${call.identity_confirmed ? html`<${Debt} debt=${call.debt} />` : html`<${Identity} call=${call} />`}
    <details class="licence"><summary>${t("desk.licence")}</summary>
      <p>${t("desk.licence_text", { pack: call.licence.pack, version: call.licence.version, local: call.licence.local_times.join(", "), counters: Object.entries(call.licence.counters).map(([code, n]) => `${t(`cap.${code}`)} ${n}`).join(", ") })}</p>
    </details>
    ${call.history.length > 0 && html`<${History} rows=${call.history} title=${t("desk.history")} />`}
  </section>`;
}

function Identity({ call }) {
  return html`<div class="identity">
    <h2>${t("identity.title")}</h2>
    <blockquote>${t("identity.script", { name: call.debtor.name })}</blockquote>
    <p class="hint">${t("identity.why")}</p>
    <button class="btn btn-primary" id="confirm-identity" onClick=${() => tell("call:identity", { attempt_id: call.attempt_id })}>${t("identity.confirm", { name: call.debtor.name })}</button>
  </div>`;
}

function Debt({ debt }) {
  const parts = ["principal", "interest", "penalty", "fee"].filter((part) => debt[`${part}_minor`]);
  return html`<div class="debt">
    <p class="confirmed">✓ ${t("identity.done")}</p>
    <div class="balance"><span>${t("debt.balance")}</span><strong>${money(debt.balance_minor)}</strong></div>
    <dl class="pairs">
      ${parts.map((part) => html`<div><dt>${t(`debt.${part}`)}</dt><dd>${money(debt[`${part}_minor`])}</dd></div>`)}
      <div><dt>${t("debt.overdue_days")}</dt><dd>${debt.overdue_days}</dd></div>
      <div><dt>${t("debt.creditor")}</dt><dd>${debt.creditor}</dd></div>
      <div><dt>${t("debt.product")}</dt><dd>${debt.product || "—"}</dd></div>
      <div><dt>${t("debt.contract_no")}</dt><dd>${debt.contract_no}</dd></div>
      <div><dt>${t("debt.as_of")}</dt><dd>${debt.as_of}</dd></div>
      ${debt.overdue_reason && html`<div><dt>${t("debt.overdue_reason")}</dt><dd>${debt.overdue_reason}</dd></div>`}
    </dl>
  </div>`;
}

function Desk() {
  const desk = view.value;
  if (!desk || !desk.seat) return html`<p class="loading">${t("page.loading")}</p>`;
  return html`<div class=${desk.call ? "desk has-call" : "desk"}>
    <${Seat} seat=${desk.seat} today=${desk.today} />
    ${fault.value && html`<div class="alert alert-danger desk-fault" role="alert">${fault.value}</div>`}
    ${desk.call
      ? html`<${Call} call=${desk.call} seat=${desk.seat} /><${OutcomeForm} key=${desk.call.attempt_id} call=${desk.call} outcomes=${desk.outcomes} />`
      : html`<div class="desk-middle">${desk.own.request && html`<${Wish} request=${desk.own.request} tell=${tell} />`}<${Waiting} seat=${desk.seat} recent=${desk.recent} own=${desk.own} /></div>`}
  </div>`;
}

watch("desk");
mount(html`<${Desk} />`);
