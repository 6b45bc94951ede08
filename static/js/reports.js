// Reports of a period: the funnel per campaign, agents, outbound numbers, a creditor's progress and files.

import { useEffect, useState } from "preact/hooks";
import { html, mount } from "./html.js";
import { facts, get, t } from "./page.js";
import { Bars, Pairs, Table } from "./report_tables.js";
import { Lines } from "./charts.js";
import { Compare } from "./report_compare.js";
import { Creditor } from "./report_creditor.js";
import { Files } from "./report_files.js";
import { Pools } from "./pools.js";

const FUNNEL = ["accounts_loaded", "accounts_worked", "dials", "answered", "handled", "right_party", "promises"];
const RATES = ["answer_rate", "live_contact_rate", "rpc_per_contact", "rpc_per_account", "ptp_rate", "kept_rate_count", "promises_undecided", "abandonment", "silent_share", "penetration", "intensity", "promised_minor"];
const AGENTS = ["agent", "handled", "right_party", "promises", "promised_minor", "collected_minor", "occupancy", "utilisation", "aht_s", "idle_gap_s", "calls_per_hour", "rpc_per_hour", "promises_per_hour", "talk_s", "wrap_s", "waiting_s", "paused_s"];
const NUMBERS = ["number", "dials", "answers", "answer_rate", "short_calls", "short_share", "suspect"];
const LIMIT = 0.03;

function Funnel({ row }) {
  return html`<section class="panel"><h2>${row.campaign}</h2>
    <${Bars} rows=${FUNNEL.map((name) => ({ name: t(`report.${name}`), value: row[name] }))} />
    <${Pairs} names=${RATES} row=${row} tight />
  </section>`;
}

function OverTime({ rows }) {
  if (rows.length < 2) return null;
  return html`<section class="panel"><h2>${t("report.over_time")}</h2>
    <${Lines} rows=${rows} lines=${[{ name: t("report.answer_rate"), key: "answer_rate", kind: "good" }]} />
    <${Lines} rows=${rows} lines=${[{ name: t("report.abandonment"), key: "abandonment", kind: "bad" }]} limit=${LIMIT} label=${t("report.limit_line")} /></section>`;
}

function Page() {
  const [first, setFirst] = useState(facts.today);
  const [last, setLast] = useState(facts.today);
  const [creditor, setCreditor] = useState(facts.creditors[0]?.id ?? "");
  const [data, setData] = useState(null);
  const days = `from=${first}&to=${last}`;
  const query = creditor === "" ? days : `${days}&creditor=${creditor}`;
  useEffect(() => {
    let stale = false; // an answer to an earlier question is not shown
    setData(null);
    get(`/reports/data?${query}`).then((answer) => { if (!stale) setData(answer ?? { error: { text: t("error.network") } }); });
    return () => { stale = true; };
  }, [query]);
  return html`<div class="reports">
    <form class="panel period" onSubmit=${(event) => event.preventDefault()}>
      <label>${t("report.from")}<input type="date" class="form-control" value=${first} max=${last} onChange=${(event) => setFirst(event.target.value)} /></label>
      <label>${t("report.to")}<input type="date" class="form-control" value=${last} min=${first} onChange=${(event) => setLast(event.target.value)} /></label>
      <label>${t("campaigns.creditor")}<select class="form-select" value=${creditor} onChange=${(event) => setCreditor(Number(event.target.value))}>${facts.creditors.map((c) => html`<option key=${c.id} value=${c.id}>${c.name}</option>`)}</select></label>
      <a class="btn btn-outline-secondary" href=${`/reports/all.xlsx?${days}`}>XLSX</a>
      ${["campaigns", "agents", "numbers"].map((kind) => html`<a key=${kind} class="btn btn-link btn-sm" href=${`/reports/${kind}.csv?${days}`}>${t(`report.csv_${kind}`)}</a>`)}
    </form>
    ${!data ? html`<p class="loading">${t("page.loading")}</p>` : data.error ? html`<p class="alert alert-danger">${data.error.text}</p>` : html`
      <div class="report-columns"><div>${data.creditor && html`<${OverTime} rows=${data.creditor.over_time} />`}
        ${data.campaigns.map((row) => html`<${Funnel} key=${row.campaign} row=${row} />`)}</div>
      <div>${data.creditor && html`<${Creditor} report=${data.creditor} query=${query} />`}
        ${data.creditor && facts.may_export && html`<${Files} creditor=${creditor} first=${first} last=${last} />`}</div></div>
      <section class="panel"><h2>${t("report.agents")}</h2><${Table} rows=${data.agents} columns=${AGENTS} /></section>
      <${Compare} />
      <${Pools} />
      <section class="panel"><h2>${t("campaigns.pool")}</h2><${Table} rows=${data.numbers} columns=${NUMBERS} /></section>`}
  </div>`;
}

mount(html`<${Page} />`);
