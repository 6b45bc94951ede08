// Results of the search in the frame: masked, and only what this user may open.

import { html, mount } from "./html.js";
import { facts, t } from "./page.js";
import { money } from "./format.js";

function Rows({ rows }) {
  return html`<table class="table cases-found"><thead><tr>
      <th>${t("desk.name")}</th><th>${t("desk.id_number")}</th><th>${t("debt.contract_no")}</th><th>${t("debt.creditor")}</th><th>${t("debt.product")}</th><th class="num">${t("debt.balance")}</th><th class="num">${t("debt.overdue_days")}</th></tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${row.account_id}>
      <td><a href=${`/cases/${row.account_id}`} data-case=${row.account_id}>${row.name}</a></td><td>${row.id_number || "—"}</td><td>${row.contract_no}</td><td>${row.creditor}</td><td>${row.product || "—"}</td>
      <td class="num">${money(row.balance_minor)}</td><td class="num">${row.overdue_days}</td></tr>`)}</tbody></table>`;
}

function Page() {
  const answer = facts.answer;
  const empty = !answer ? "cases.search_hint" : answer.fault ? `cases.fault_${answer.fault}` : "cases.none";
  return html`<section class="panel"><h1>${t("cases.title")}</h1>
    ${answer?.rows.length ? html`<p class="hint" role="status">${t("cases.found", { count: answer.rows.length })}</p><${Rows} rows=${answer.rows} />` : html`<p role="status">${t(empty)}</p>`}
    <p class="hint">${t("cases.audited")}</p></section>`;
}

mount(html`<${Page} />`);
document.querySelector(".case-search [type=search]")?.focus();
