// Reports of a period: the funnel per campaign, agents, outbound numbers, and a creditor's progress.

import { useEffect, useState } from "preact/hooks";
import { html, mount } from "./html.js";
import { facts, get, t } from "./page.js";
import { money, percent } from "./format.js";
import { Pools } from "./pools.js";

const FUNNEL = ["accounts_loaded", "accounts_worked", "dials", "answered", "handled", "right_party", "promises"];
const SHARES = new Set(["answer_rate", "rpc_per_contact", "ptp_rate", "kept_rate_count", "abandonment", "occupancy", "recovery_rate", "target_rate", "penetration"]);

function cell(name, value) {
  if (value === null || value === undefined) return "—";
  if (name.endsWith("_minor")) return money(value);
  if (SHARES.has(name)) return percent(value);
  if (name === "suspect") return value ? t("report.yes") : t("report.no");
  return typeof value === "number" && !Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function Table({ rows, columns, empty }) {
  if (!rows.length) return html`<p class="text-body-secondary">${empty ?? t("report.none")}</p>`;
  return html`<div class="wide"><table class="table table-sm"><thead><tr>${columns.map((c) => html`<th key=${c} class=${typeof rows[0][c] === "number" ? "num" : ""}>${t(`report.${c}`)}</th>`)}</tr></thead>
    <tbody>${rows.map((row, i) => html`<tr key=${i}>${columns.map((c) => html`<td key=${c} class=${typeof row[c] === "number" ? "num" : ""}>${cell(c, row[c])}</td>`)}</tr>`)}</tbody></table></div>`;
}

function Bars({ rows }) {
  const most = Math.max(...rows.map((row) => row.value), 1);
  return html`<table class="bars"><tbody>${rows.map((row) => html`<tr key=${row.name}><th>${row.name}</th><td class="num">${row.text ?? row.value}</td>
    <td class="bar"><i class=${row.kind ?? "part-dialable"} style=${{ width: `${(row.value / most) * 100}%` }}></i></td></tr>`)}</tbody></table>`;
}

function Funnel({ row }) {
  return html`<section class="panel"><h2>${row.campaign}</h2>
    <${Bars} rows=${FUNNEL.map((name) => ({ name: t(`report.${name}`), value: row[name] }))} />
    <dl class="pairs tight">${["answer_rate", "rpc_per_contact", "ptp_rate", "kept_rate_count", "abandonment", "promised_minor"].map((name) => html`<div key=${name}><dt>${t(`report.${name}`)}</dt><dd>${cell(name, row[name])}</dd></div>`)}</dl>
  </section>`;
}

function Creditor({ report, proofs, query }) {
  return html`<section class="panel"><h2>${report.creditor}</h2>
    <dl class="pairs"><div><dt>${t("report.collected_minor")}</dt><dd>${money(report.figures.collected_minor)}</dd></div>
      ${["dials", "right_party", "promises", "promised_minor"].map((name) => html`<div key=${name}><dt>${t(`report.${name}`)}</dt><dd>${cell(name, report.figures[name])}</dd></div>`)}</dl>
    <h2>${t("report.batches")}</h2>
    <${Table} rows=${report.batches} columns=${["batch_no", "placed_on", "cases", "active", "recalled", "placed_minor", "collected_minor", "recovery_rate", "target_rate", "penetration"]} />
    <h2>${t("report.buckets")}</h2>
    <${Bars} rows=${report.buckets.map((b) => ({ name: b.bucket, value: b.balance_minor, text: `${b.accounts} · ${money(b.balance_minor)}` }))} />
    <h2>${t("report.proofs")}</h2>
    <table class="table table-sm"><tbody>${proofs.map((p) => html`<tr key=${p.question}><td>${t(`proof.${p.question.replaceAll(" ", "_")}`)}</td><td class="num">${t("report.looked_at", { n: p.looked_at })}</td>
      <td class=${p.broken ? "num bad" : "num good"}>${p.broken ? t("report.broken", { n: p.broken }) : t("report.clean")}</td></tr>`)}</tbody></table>
    <a class="btn btn-outline-primary" href=${`/reports/audit-pack.zip?${query}`}>${t("report.audit_pack")}</a>
  </section>`;
}

function Page() {
  const [first, setFirst] = useState(facts.today);
  const [last, setLast] = useState(facts.today);
  const [creditor, setCreditor] = useState(facts.creditors[0]?.id ?? "");
  const [data, setData] = useState(null);
  const days = `from=${first}&to=${last}`;
  const query = creditor === "" ? days : `${days}&creditor=${creditor}`;
  useEffect(() => { setData(null); get(`/reports/data?${query}`).then(setData); }, [query]);
  return html`<div class="reports">
    <form class="panel period" onSubmit=${(event) => event.preventDefault()}>
      <label>${t("report.from")}<input type="date" class="form-control" value=${first} max=${last} onChange=${(event) => setFirst(event.target.value)} /></label>
      <label>${t("report.to")}<input type="date" class="form-control" value=${last} min=${first} onChange=${(event) => setLast(event.target.value)} /></label>
      <label>${t("campaigns.creditor")}<select class="form-select" value=${creditor} onChange=${(event) => setCreditor(event.target.value)}>${facts.creditors.map((c) => html`<option key=${c.id} value=${c.id}>${c.name}</option>`)}</select></label>
      <a class="btn btn-outline-secondary" href=${`/reports/all.xlsx?${days}`}>XLSX</a>
      ${["campaigns", "agents", "numbers"].map((kind) => html`<a key=${kind} class="btn btn-link btn-sm" href=${`/reports/${kind}.csv?${days}`}>${t(`report.csv_${kind}`)}</a>`)}
    </form>
    ${!data ? html`<p class="loading">${t("page.loading")}</p>` : data.error ? html`<p class="alert alert-danger">${data.error.text}</p>` : html`
      <div class="report-columns"><div>${data.campaigns.map((row) => html`<${Funnel} key=${row.campaign} row=${row} />`)}</div>
      <div>${data.creditor && html`<${Creditor} report=${data.creditor} proofs=${data.proofs} query=${query} />`}</div></div>
      <section class="panel"><h2>${t("report.agents")}</h2><${Table} rows=${data.agents} columns=${["agent", "calls", "right_party", "promises", "promised_minor", "occupancy", "aht_s", "calls_per_hour", "talk_s", "wrap_s", "waiting_s", "paused_s"]} /></section>
      <${Pools} />
      <section class="panel"><h2>${t("campaigns.pool")}</h2><${Table} rows=${data.numbers} columns=${["number", "dials", "answers", "answer_rate", "short_calls", "suspect"]} /></section>`}
  </div>`;
}

mount(html`<${Page} />`);
