// What a supervisor must look at: alerts with their cause, concessions that wait while a customer is on the line.

import { signal } from "@preact/signals";
import { html } from "./html.js";
import { post, t } from "./page.js";
import { now } from "./live.js";
import { duration, money, time } from "./format.js";

const fault = signal("");

async function tell(url, body) {
  const answer = await post(url, body);
  fault.value = answer.ok ? "" : answer.error.text;
}

function words(alert) {
  const args = { ...alert.args };
  if (args.why) args.why = t(`block.${args.why}`);
  return t(`alert.${alert.code}`, args);
}

export function Alerts({ board }) {
  if (board.engine_on && board.alerts.length === 0) return null;
  return html`<section class="panel alerts" aria-label=${t("alert.title")} aria-live="polite"><h2>${t("alert.title")} <small>${board.alerts.length + (board.engine_on ? 0 : 1)}</small></h2>
    ${!board.engine_on && html`<p class="alert-row is-new"><b>!</b><span>${t("alert.engine_off")}<small>${t("alert.do_engine_off")}</small></span></p>`}
    ${board.alerts.map((a) => html`<p key=${a.id} class=${`alert-row${a.acknowledged_by ? "" : " is-new"}`} data-alert=${a.code}><b aria-hidden="true">!</b>
      <span>${words(a)}<small>${t(`alert.do_${a.code}`)} · ${time(a.raised_at)}${a.acknowledged_by ? ` · ${t("alert.by", { name: a.acknowledged_by })}` : ""}</small></span>
      ${!a.acknowledged_by && html`<button type="button" class="btn btn-sm btn-outline-secondary" onClick=${() => tell(`/board/alerts/${a.id}/acknowledge`, {})}>${t("alert.take")}</button>`}</p>`)}
    ${fault.value && html`<p class="bad" role="alert">${fault.value}</p>`}</section>`;
}

function Card({ card }) {
  const share = Math.round((card.waived_minor / Math.max(card.balance_minor, 1)) * 100);
  const decide = (event, approve) => {
    event.preventDefault();
    tell(`/board/concessions/${card.id}`, { approve, answer: new FormData(event.target.closest("form")).get("answer") });
  };
  return html`<form class="concession-card" data-concession=${card.id} onSubmit=${(event) => decide(event, true)}>
    <header><b>${card.agent}</b> <span>${t(card.on_line ? "concession.on_line" : "concession.over")}</span> <time>${duration(now.value - Date.parse(card.at))}</time></header>
    <p>${t("concession.asks", { total: money(card.total_minor), balance: money(card.balance_minor), waived: money(card.waived_minor), percent: share })}</p>
    <p class="hint">“${card.reason}” · <a href=${`/cases/${card.account_id}`} target="_blank" rel="noopener">${t("concession.case")}</a></p>
    <input name="answer" class="form-control form-control-sm" maxlength="300" autocomplete="off" aria-label=${t("concession.answer")} placeholder=${t("concession.answer")} />
    <div class="seat-buttons"><button class="btn btn-sm btn-success" data-approve="yes">${t("concession.approve")}</button>
      <button type="button" class="btn btn-sm btn-outline-danger" onClick=${(event) => decide(event, false)}>${t("concession.refuse")}</button></div></form>`;
}

export function Concessions({ rows }) {
  if (rows.length === 0) return null;
  return html`<section class="panel concessions" aria-label=${t("concession.title")} aria-live="polite"><h2>${t("concession.title")} <small>${rows.length}</small></h2>
    <div class="concession-cards">${rows.map((card) => html`<${Card} key=${card.id} card=${card} />`)}</div></section>`;
}
