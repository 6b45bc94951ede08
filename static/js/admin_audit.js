// The audit: who did what, newest first, page by page; and whether the chain of hashes holds.

import { useEffect, useState } from "preact/hooks";
import { html } from "./html.js";
import { get, t } from "./page.js";
import { Frame, fields } from "./admin_data.js";

const at = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium" });
const shown = (value) => (value && Object.keys(value).length ? JSON.stringify(value) : "");

export function Audit() {
  const [filter, setFilter] = useState("");
  const [rows, setRows] = useState(null);
  const [next, setNext] = useState(null);
  const [fault, setFault] = useState("");
  const [chain, setChain] = useState(null);
  const load = async (before) => {
    const answer = await get(`/admin/audit?${filter}${before ? `&before=${before}` : ""}`);
    if (!answer?.rows) { setFault(answer?.error?.text ?? t("error.network")); return; }
    setFault("");
    setRows((old) => (before ? [...old, ...answer.rows] : answer.rows));
    setNext(answer.next);
  };
  useEffect(() => { load(null); }, [filter]);
  const search = (event) => {
    event.preventDefault();
    setFilter(new URLSearchParams(Object.entries(fields(event.target)).filter(([, value]) => value)).toString());
  };
  const check = async () => setChain((await get("/admin/audit/check")) ?? { error: true });
  return html`<${Frame} data=${rows} fault=${fault}><form class="admin-form" onSubmit=${search}>
      <label class="field">${t("audit.user")}<input name="user" inputmode="numeric" pattern="[0-9]*" class="form-control form-control-sm" /></label>
      <label class="field">${t("audit.action")}<input name="action" placeholder="case." maxlength="40" class="form-control form-control-sm" /></label>
      <label class="field">${t("audit.subject")}<input name="subject" placeholder="account:12" maxlength="60" class="form-control form-control-sm" /></label>
      <label class="field">${t("report.from")}<input name="from" type="date" class="form-control form-control-sm" /></label>
      <label class="field">${t("report.to")}<input name="to" type="date" class="form-control form-control-sm" /></label>
      <button class="btn btn-sm btn-primary">${t("audit.filter")}</button>
      <button type="button" class="btn btn-sm btn-outline-secondary" onClick=${check}>${t("audit.check")}</button></form>
    ${chain && html`<p class=${chain.broken === null ? "good" : "bad"} role="status" data-chain>${chain.error ? t("error.network") : chain.broken === null ? t("audit.whole") : t("audit.broken", { id: chain.broken })}</p>`}
    ${rows && (rows.length === 0 ? html`<p>${t("audit.none")}</p>` : html`<div class="wide"><table class="table table-sm admin-table audit-table"><thead><tr><th>${t("audit.at")}</th><th>${t("audit.actor")}</th><th>${t("audit.action")}</th><th>${t("audit.subject")}</th><th>${t("audit.before")}</th><th>${t("audit.after")}</th></tr></thead>
      <tbody>${rows.map((row) => html`<tr key=${row.id}><td><time datetime=${row.at}>${at.format(new Date(row.at))}</time></td><td>${row.actor}</td><td><code>${row.action}</code></td><td><code>${row.subject}</code></td><td><code>${shown(row.before)}</code></td><td><code>${shown(row.after)}</code></td></tr>`)}</tbody></table></div>`)}
    ${next && html`<button type="button" class="btn btn-sm btn-outline-secondary" onClick=${() => load(next)}>${t("case.more")}</button>`}<//>`;
}
