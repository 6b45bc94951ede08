// A figure as people read it, tables and bars: shared by the parts of the reports page.

import { html } from "./html.js";
import { t } from "./page.js";
import { money, percent } from "./format.js";

const SHARES = /(_rate|_share|share|abandonment|penetration|occupancy|utilisation|_per_dial|_per_contact|_per_account|against_target|_count|_amount|cost_to_collect|amd_off|amd_on)$/;

/** Missing is a dash, never a zero. */
export function cell(name, value) {
  if (value === null || value === undefined || value === "") return "—";
  if (name.endsWith("_minor")) return money(value);
  if (typeof value === "number" && SHARES.test(name)) return percent(value);
  if (typeof value === "boolean") return t(value ? "report.yes" : "report.no");
  return typeof value === "number" && !Number.isInteger(value) ? value.toFixed(1) : String(value);
}

export function Table({ rows, columns, words = {} }) {
  if (!rows.length) return html`<p class="text-body-secondary">${t("report.none")}</p>`;
  const side = (c) => (rows.some((row) => typeof row[c] === "number") ? "num" : "");
  return html`<div class="wide"><table class="table table-sm"><thead><tr>${columns.map((c) => html`<th key=${c} class=${side(c)}>${t(`report.${c}`)}</th>`)}</tr></thead>
    <tbody>${rows.map((row, i) => html`<tr key=${i}>${columns.map((c) => html`<td key=${c} class=${side(c)}>${words[c] ? words[c](row[c]) : cell(c, row[c])}</td>`)}</tr>`)}</tbody></table></div>`;
}

export function Bars({ rows }) {
  const most = Math.max(...rows.map((row) => row.value), 1);
  return html`<table class="bars"><tbody>${rows.map((row) => html`<tr key=${row.name}><th>${row.name}</th><td class="num">${row.text ?? row.value}</td>
    <td class="bar"><i class=${row.kind ?? "part-dialable"} style=${{ width: `${(row.value / most) * 100}%` }}></i></td></tr>`)}</tbody></table>`;
}

export function Pairs({ names, row, tight }) {
  return html`<dl class=${tight ? "pairs tight" : "pairs"}>${names.map((name) => html`<div key=${name}><dt>${t(`report.${name}`)}</dt><dd>${cell(name, row[name])}</dd></div>`)}</dl>`;
}
