// The left zone: who is on the line and, once it is known that it is the debtor, how much.

import { html, icon } from "./html.js";
import { t } from "./page.js";
import { now } from "./live.js";
import { duration, money } from "./format.js";

const MACHINES = ["machine", "fax", "announcement", "tone"];

/** `controls`: the further buttons for the line (call_controls.js). */
export function Who({ call, seat, tell, controls }) {
  const onLine = seat.state === "talking";
  const until = call.ended_at ? Date.parse(call.ended_at) : now.value;
  return html`<section class="panel zone call" aria-label=${t("desk.call")}>
    <header class=${onLine ? "call-head on-line" : "call-head"}>
      <div class="call-who"><strong class="debtor-name">${call.debtor.name}</strong><span>${call.debtor.number}</span></div>
      <div class="call-clock"><span>${t(onLine ? "desk.talking" : "desk.call_over")}</span>
        <time>${call.connected_at ? duration(until - Date.parse(call.connected_at)) : ""}</time></div>
    </header>
    <div class="call-controls"><button class="btn btn-danger" id="hangup" disabled=${!onLine} onClick=${() => tell("call:hangup", { attempt_id: call.attempt_id })}>${t("desk.hang_up")}</button></div>
    ${controls}
    ${MACHINES.includes(call.answer_kind) && html`<p class="notice" role="status">${icon("warning")} ${t("desk.maybe_machine")}</p>`}
    ${call.identity_confirmed ? html`<${Debt} debt=${call.debt} />` : html`<${Identity} call=${call} tell=${tell} />`}
    <dl class="pairs tight">
      <div><dt>${t("desk.campaign")}</dt><dd>${call.campaign}</dd></div>
      <div><dt>${t("desk.id_number")}</dt><dd>${call.debtor.id_number || "—"}</dd></div>
      <div><dt>${t("desk.shown_number")}</dt><dd>${call.shown_number}</dd></div>
    </dl>
    <details class="licence"><summary>${t("desk.licence")}</summary>
      <p>${t("desk.licence_text", { pack: call.licence.pack, version: call.licence.version, local: call.licence.local_times.join(", "), counters: Object.entries(call.licence.counters).map(([code, n]) => `${t(`cap.${code}`)} ${n}`).join(", ") })}</p>
    </details>
  </section>`;
}

function Identity({ call, tell }) {
  return html`<div class="identity">
    <h2>${icon("lock")} ${t("identity.title")}</h2>
    <p class="hint">${t("identity.why")}</p>
    <button class="btn btn-primary w-100" id="confirm-identity" data-key="y" onClick=${() => tell("call:identity", { attempt_id: call.attempt_id })}>${t("identity.confirm", { name: call.debtor.name })} <kbd>Y</kbd></button>
  </div>`;
}

function Debt({ debt }) {
  const parts = ["principal", "interest", "penalty", "fee"].filter((part) => debt[`${part}_minor`]);
  return html`<div class="debt">
    <p class="confirmed">${icon("check")} ${t("identity.done")}</p>
    <div class="balance"><span>${t("debt.balance")}</span><strong>${money(debt.balance_minor)}</strong></div>
    <dl class="pairs tight">
      ${parts.map((part) => html`<div key=${part}><dt>${t(`debt.${part}`)}</dt><dd>${money(debt[`${part}_minor`])}</dd></div>`)}
      <div><dt>${t("debt.overdue_days")}</dt><dd>${debt.overdue_days}</dd></div>
      <div><dt>${t("debt.creditor")}</dt><dd>${debt.creditor}</dd></div>
      <div><dt>${t("debt.product")}</dt><dd>${debt.product || "—"}</dd></div>
      <div><dt>${t("debt.contract_no")}</dt><dd>${debt.contract_no}</dd></div>
      <div><dt>${t("debt.as_of")}</dt><dd>${debt.as_of}</dd></div>
      ${debt.overdue_reason && html`<div><dt>${t("debt.overdue_reason")}</dt><dd>${debt.overdue_reason}</dd></div>`}
    </dl>
  </div>`;
}

/** Nobody on the line: what to do now, in the same place. */
export function Nobody({ seat }) {
  const word = seat.state === "idle" ? "desk.waiting" : seat.state === "connecting" ? "desk.connect_first" : "desk.not_ready";
  return html`<section class="panel zone waiting" aria-label=${t("desk.call")}>
    <div class="empty">${icon(seat.state === "idle" ? "person" : seat.state)}<p>${t(word)}</p></div></section>`;
}
