// A creditor's progress: batches against target, recovery, ageing, pressure, what the gate held back.

import { useEffect, useState } from "preact/hooks";
import { html } from "./html.js";
import { get, t } from "./page.js";
import { money } from "./format.js";
import { Bars, Pairs, Table } from "./report_tables.js";
import { Columns, Lines } from "./charts.js";

const HEAD = ["collected_minor", "open_balance_minor", "dials", "right_party", "promises", "promised_minor", "kept_rate_amount", "promises_undecided", "first_attempt_hours", "invalid_numbers"];
const BATCH = ["batch_no", "placed_on", "cases", "active", "recalled", "placed_minor", "collected_minor", "recovery_rate", "target_rate"];
const ROLL = ["bucket", "balance_minor", "roll_rate", "cure_rate", "stay_rate", "leap_rate", "gone_rate"];
const COST = ["cost_minor", "cost_to_collect"];
const COMPLAINTS = ["complaints", "per_10000_calls", "per_1000_accounts"];
const blockWords = (code) => { const known = t(`block.${code}`); return known === `block.${code}` ? code : known; };

function Curves({ curves }) {
  const moving = curves.filter((one) => one.points.length > 2);
  if (!moving.length) return null;
  return html`<h2>${t("report.curves")}</h2>${moving.map((one) => html`<${Lines} key=${one.batch_no} rows=${one.points} at="day" lines=${[{ name: `${one.batch_no} · ${t("report.curve_axis")}`, key: "share", kind: "good" }]} />`)}`;
}

function Pressure({ pressure, what }) {
  const view = pressure[what];
  return html`<${Columns} rows=${view.distribution.map((row) => ({ n: row.n, value: row.debtor_days }))} limit=${view.limit} name=${t(`report.pressure_${what}`)}
    limitText=${t("report.pressure_limit", { most: view.max, limit: view.limit ?? "—" })} />`;
}

function Proofs({ query }) {
  const [rows, setRows] = useState(null);
  useEffect(() => setRows(null), [query]);
  const show = async () => { setRows([]); setRows((await get(`/reports/proofs?${query}`)).proofs ?? []); };
  return html`<h2>${t("report.proofs")}</h2>
    ${rows === null ? html`<button type="button" class="btn btn-sm btn-outline-secondary" data-proofs onClick=${show}>${t("report.check_now")}</button>`
      : !rows.length ? html`<p class="loading">${t("page.loading")}</p>`
      : html`<table class="table table-sm"><tbody>${rows.map((p) => html`<tr key=${p.question}><td>${t(`proof.${p.question.replaceAll(" ", "_")}`)}</td><td class="num">${t("report.looked_at", { n: p.looked_at })}</td>
        <td class=${p.broken ? "num bad" : "num good"}>${p.broken ? t("report.broken", { n: p.broken }) : t("report.clean")}</td></tr>`)}</tbody></table>`}`;
}

export function Creditor({ report, query }) {
  const { compliance } = report;
  return html`<section class="panel"><h2>${report.creditor}</h2>
    <${Pairs} names=${HEAD} row=${report.figures} />
    <h2>${t("report.batches")}</h2>
    <${Table} rows=${report.batches} columns=${BATCH} />
    <${Curves} curves=${report.curves} />
    <h2>${t("report.buckets")}</h2>
    <${Bars} rows=${report.buckets.map((b) => ({ name: b.bucket, value: b.balance_minor, text: `${b.accounts} · ${money(b.balance_minor)}` }))} />
    ${!!report.roll.length && html`<h2>${t("sheet.roll")}</h2><${Table} rows=${report.roll} columns=${ROLL} />`}
    ${report.cost.cost_to_collect !== null && html`<${Pairs} names=${COST} row=${report.cost} />`}
    <h2>${t("report.pressure")}</h2>
    <${Pressure} pressure=${compliance.pressure} what="attempts" /><${Pressure} pressure=${compliance.pressure} what="effective" />
    ${!!compliance.blocks.length && html`<h2>${t("report.blocks")}</h2><${Bars} rows=${compliance.blocks.map((b) => ({ name: blockWords(b.reason), value: b.entries, kind: "part-blocked" }))} />`}
    <${Pairs} names=${COMPLAINTS} row=${compliance.complaints} />
    <${Proofs} query=${query} />
  </section>`;
}
