// At the desk: words from the supervisor, and asking them for a concession while the customer is on the line.

import { useState } from "preact/hooks";
import { html } from "./html.js";
import { post, t } from "./page.js";
import { minorOf, money, time } from "./format.js";

function Told({ messages }) {
  return html`<div class="told" role="status" aria-live="polite">${messages.map((m) => html`<div key=${m.id} class="told-one" data-message=${m.id}><p><b>${m.by}</b> <small>${time(m.at)}</small></p><p>${m.text}</p>
    <button type="button" class="btn btn-sm btn-outline-secondary" onClick=${() => post(`/desk/messages/${m.id}/read`)}>${t("told.read")}</button></div>`)}</div>`;
}

function Ask({ call, balance }) {
  const [fault, setFault] = useState("");
  const send = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const total = minorOf(form.get("total"));
    if (total === null) { setFault(t("refusal.promise_amount_form")); return; }
    const answer = await post("/desk/concession", { attempt_id: call.attempt_id, total_minor: total, reason: form.get("reason") });
    setFault(answer.ok ? "" : answer.error.text);
  };
  return html`<details class="concession-ask"><summary>${t("concession.ask")}</summary><form onSubmit=${send}>
    <label class="field">${t("concession.total", { balance: money(balance) })}<input name="total" class="form-control form-control-sm" inputmode="decimal" required autocomplete="off" /></label>
    <label class="field">${t("case.reason")}<input name="reason" class="form-control form-control-sm" required maxlength="300" autocomplete="off" /></label>
    <button class="btn btn-sm btn-primary">${t("concession.send")}</button>${fault && html`<p class="bad" role="alert">${fault}</p>`}</form></details>`;
}

function Answered({ offer }) {
  return html`<p class=${`concession-state is-${offer.state}`} role="status">${t(`concession.is_${offer.state}`, { total: money(offer.total_minor), until: offer.expires_on })}${offer.answer ? ` “${offer.answer}”` : ""}</p>`;
}

/** Everything of the supervisor on the desk: one line in desk.js. */
export function FromSupervisor({ desk }) {
  const { supervisor, call } = desk;
  if (!supervisor) return null;
  const offer = supervisor.concession;
  const mayAsk = call?.identity_confirmed && call.debt && offer?.state !== "proposed";
  if (!supervisor.messages.length && !(call && offer) && !mayAsk) return null;
  return html`<aside class="from-supervisor" aria-label=${t("told.title")}>
    ${supervisor.messages.length > 0 && html`<${Told} messages=${supervisor.messages} />`}
    ${call && offer && html`<${Answered} offer=${offer} />`}
    ${mayAsk && html`<${Ask} key=${call.attempt_id} call=${call} balance=${call.debt.balance_minor} />`}</aside>`;
}
