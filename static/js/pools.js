// Number pools as they are now: licence, use, and for each number its health and why it is not shown.

import { useEffect, useState } from "preact/hooks";
import { html } from "./html.js";
import { get, t } from "./page.js";
import { percent, time } from "./format.js";

const share = (value) => (value === null ? "—" : percent(value));
const SHOWN = ["number", "state", "today", "dials", "answer_rate", "short_share", "rejected_share", "score", "why_not"];

function cell(name, number) {
  if (name.endsWith("_share") || name === "answer_rate") return share(number[name]);
  if (name === "state") return number.resting_until ? t("pool.resting_until", { at: time(number.resting_until) }) : t(`pool.${number.state}`);
  if (name === "why_not") return number.why_not ? t(`whynot.${number.why_not}`) : "—";
  return number[name];
}

function Numbers({ numbers }) {
  return html`<div class="wide"><table class="table table-sm"><thead><tr>${SHOWN.map((name) => html`<th key=${name} class=${["number", "state", "why_not"].includes(name) ? "" : "num"}>${t(`pool.${name}`)}</th>`)}</tr></thead>
    <tbody>${numbers.map((n) => html`<tr key=${n.id} data-number=${n.number}>${SHOWN.map((name) => html`<td key=${name} class=${typeof n[name] === "number" ? "num" : ""}>${cell(name, n)}</td>`)}</tr>`)}</tbody></table></div>`;
}

/** Asked for once; health changes over hours, not seconds. */
export function Pools() {
  const [view, setView] = useState(null);
  useEffect(() => { get("/reports/pools").then(setView); }, []);
  if (!view?.pools) return null;
  return html`<section class="panel" id="pools"><h2>${t("pool.title")}</h2>
    ${view.pools.map((p) => html`<div key=${p.id}><h3>${p.name} <small>${p.ranges.join(", ")}</small></h3>
      <p class=${p.licence === "valid" ? "text-body-secondary" : "bad"}>${t(`pool.licence_${p.licence}`, { no: p.licence_no, until: p.licence_until })} · ${t("pool.use", { air: p.use.in_air, hour: p.use.last_hour, today: p.use.today })}</p>
      <${Numbers} numbers=${p.numbers} /></div>`)}
    ${view.alone.length > 0 && html`<h3>${t("pool.alone")}</h3><${Numbers} numbers=${view.alone} />`}
  </section>`;
}
