// For the wall: five numbers, readable from ten metres. Nobody is named.

import { html } from "./html.js";
import { t } from "./page.js";
import { money, percent } from "./format.js";

const rateClass = (rate) => (rate > 0.028 ? "wall-bad" : rate > 0.02 ? "wall-warn" : "wall-good");

export function Wall({ board }) {
  const { totals, seats } = board;
  const numbers = [
    [t("board.connected"), totals.connected, ""], [t("board.promises"), totals.promises, ""],
    [t("wall.promised"), money(totals.promised_minor).replace(/[.,]\d\d$/, ""), ""],
    [t("board.abandonment"), percent(totals.abandonment), rateClass(totals.abandonment)],
    [t("wall.at_work"), `${totals.talking} / ${seats.length}`, ""],
  ];
  return html`<div class="wall">${numbers.map(([name, value, look]) => html`<div key=${name} class=${`wall-tile ${look}`}><span>${name}</span><strong>${value}</strong></div>`)}</div>`;
}
