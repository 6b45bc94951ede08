// A campaign's room for abandoned calls over the day, asked for when somebody looks.

import { useState } from "preact/hooks";
import { html } from "./html.js";
import { get, t } from "./page.js";
import { Lines } from "./charts.js";
import { time } from "./format.js";

export function BurnDown({ campaign }) {
  const [view, setView] = useState(null);
  const show = async () => setView(view ? null : await get(`/board/burn-down/${campaign.id}`));
  const points = view?.points ?? [];
  return html`<div class="burn-down"><button type="button" class="btn btn-sm btn-outline-secondary" aria-expanded=${!!view} onClick=${show}>${t("burn.show")}</button>
    ${view && (points.length === 0 ? html`<p class="hint">${t("burn.none")}</p>` : html`<${Lines} rows=${points} lines=${[{ name: t("board.abandonment"), key: "rate", kind: "bad" }]} limit=${view.hard} label=${t("burn.limit")} />
      <table class="table table-sm" data-burn-down=${campaign.id}><thead><tr><th>${t("burn.at")}</th><th class="num">${t("burn.persons")}</th><th class="num">${t("board.abandoned")}</th><th class="num">${t("board.budget")}</th></tr></thead>
      <tbody>${points.slice(-6).reverse().map((p) => html`<tr key=${p.at}><td>${time(p.at)}</td><td class="num">${Math.round(p.persons)}</td><td class="num">${Math.round(p.abandoned * 10) / 10}</td><td class="num">${p.budget_left}</td></tr>`)}</tbody></table>`)}</div>`;
}
