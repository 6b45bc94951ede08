// One case: who and how much, what is agreed, what comes next and why, and everything that happened.

import { signal } from "@preact/signals";
import { html, mount } from "./html.js";
import { facts, post, t } from "./page.js";
import { dayTime, money } from "./format.js";
import { Actions } from "./case_actions.js";
import { Timeline } from "./case_timeline.js";

const view = signal(facts.view);
const fault = signal("");
const PARTS = ["principal", "interest", "penalty", "fee"];

/** Do something for this case; the answer has the page as it is then. */
async function act(word, body) {
  const answer = await post(`/cases/${view.value.account.id}/${word}`, body);
  fault.value = answer.ok ? "" : answer.error.text;
  if (answer.view) view.value = answer.view;
  return answer.ok;
}

function Head({ account, debtor }) {
  return html`<section class="panel case-head" aria-label=${t("case.who")}>
    <div><h1>${debtor.name}</h1><p class="hint">${debtor.id_number || "—"} · ${t("case.local_time", { time: debtor.local_time, zone: debtor.timezone })}</p></div>
    <div class="balance"><span>${t("debt.balance")}</span><strong>${money(account.balance_minor)}</strong></div>
    <dl class="pairs">
      <div><dt>${t("debt.creditor")}</dt><dd>${account.creditor}</dd></div>
      <div><dt>${t("debt.contract_no")}</dt><dd>${account.contract_no}</dd></div>
      <div><dt>${t("debt.product")}</dt><dd>${account.product || "—"}</dd></div>
      <div><dt>${t("debt.overdue_days")}</dt><dd>${account.overdue_days}</dd></div>
      ${PARTS.filter((part) => account[`${part}_minor`]).map((part) => html`<div key=${part}><dt>${t(`debt.${part}`)}</dt><dd>${money(account[`${part}_minor`])}</dd></div>`)}
      <div><dt>${t("debt.as_of")}</dt><dd>${account.as_of}</dd></div>
      ${account.overdue_reason && html`<div><dt>${t("debt.overdue_reason")}</dt><dd>${account.overdue_reason}</dd></div>`}
      <div><dt>${t("case.state")}</dt><dd>${account.case_state ? t(`case.state_${account.case_state}`) : "—"}${account.case_reason ? ` · ${t(`closed.${account.case_reason}`)}` : ""}</dd></div>
    </dl></section>`;
}

function Why({ number }) {
  if (number.allowed) return html`<span class="is-open">✓ ${t("case.may_call_now")}</span>`;
  return html`<span class="is-shut">✕ ${t(`block.${number.code}`)} <code>${number.code}</code>${number.until ? ` · ${t("case.opens", { at: dayTime(number.until) })}` : ` · ${t("case.opens_never")}`}</span>`;
}

function Next({ next }) {
  if (!next) return html`<section class="panel"><h2>${t("case.next")}</h2><p>${t("case.no_list")}</p></section>`;
  const running = next.campaign_state === "running";
  return html`<section class="panel" id="next"><h2>${t("case.next")}</h2>
    <p class="sentence">${t(`case.entry_${next.state}`, { at: dayTime(next.not_before), campaign: next.campaign })}${running ? "" : ` ${t("case.campaign_rests", { state: t(`campaign.${next.campaign_state}`) })}`}</p>
    <p class="hint">${t("case.attempts", { count: next.attempts })}${next.last_outcome ? ` · ${t(`outcome.${next.last_outcome}`)}` : ""}</p>
    <ul class="why">${next.numbers.map((number, n) => html`<li key=${n}><b>${number.number}</b> <small>${t(`phone.role_${number.role}`)}</small> <${Why} number=${number} /></li>`)}</ul></section>`;
}

function Phones({ phones }) {
  return html`<section class="panel"><h2>${t("case.phones")}</h2><table class="table table-sm"><tbody>
    ${phones.map((p) => html`<tr key=${p.id}><td>${p.number}</td><td>${t(`phone.role_${p.role}`)}${p.owner ? ` · ${p.owner}` : ""}</td>
      <td>${t(`phone.${p.state}`)}${p.suppressed ? html` · <b class="is-shut">${t("phone.suppressed")}</b>` : ""}${p.refused ? ` · ${t("phone.refused")}` : ""}</td></tr>`)}</tbody></table></section>`;
}

function Agreed({ promises }) {
  return html`<section class="panel"><h2>${t("case.promises")}</h2>
    ${promises.length === 0 ? html`<p class="text-body-secondary">${t("desk.none_yet")}</p>` : html`<table class="table table-sm">
    <thead><tr><th>${t("promise.due_on")}</th><th class="num">${t("case.amount")}</th><th class="num">${t("case.paid")}</th><th>${t("case.state")}</th></tr></thead>
    <tbody>${promises.map((p) => html`<tr key=${p.id}><td>${p.due_on}</td><td class="num">${money(p.amount_minor)}</td><td class="num">${money(p.paid_minor)}</td><td>${t(`promise.${p.state}`)}${p.periods ? ` · ${t("case.of_plan", { periods: p.periods })}` : ""}</td></tr>`)}</tbody></table>`}</section>`;
}

function Payments({ payments }) {
  return html`<section class="panel"><h2>${t("case.payments")}</h2>
    ${payments.length === 0 ? html`<p class="text-body-secondary">${t("desk.none_yet")}</p>` : html`<table class="table table-sm"><tbody>
    ${payments.map((p) => html`<tr key=${p.id}><td>${p.value_on}</td><td class="num">${money(p.amount_minor)}</td><td>${p.txn_no}</td></tr>`)}</tbody></table>`}</section>`;
}

function Others({ others }) {
  if (others.length === 0) return null;
  return html`<section class="panel"><h2>${t("case.others")}</h2><ul class="plain">${others.map((o) => html`<li key=${o.id}><a href=${`/cases/${o.id}`}>${o.contract_no}</a> ${money(o.balance_minor)}</li>`)}</ul></section>`;
}

function Page() {
  const { account, debtor, next, phones, promises, payments, others, stops, events, overridable } = view.value;
  return html`<div class="case">
    ${fault.value && html`<div class="alert alert-danger" role="alert">${fault.value}</div>`}
    <${Head} account=${account} debtor=${debtor} />
    <div class="case-columns"><div>
      <${Next} next=${next} /><${Actions} stops=${stops} overridable=${overridable} act=${act} />
      <${Phones} phones=${phones} /><${Agreed} promises=${promises} /><${Payments} payments=${payments} /><${Others} others=${others} />
    </div><${Timeline} events=${events} account=${account.id} /></div>
    <p class="as-of">${t("case.as_of", { at: dayTime(view.value.as_of) })} ${t("cases.audited")}</p></div>`;
}

mount(html`<${Page} />`);
