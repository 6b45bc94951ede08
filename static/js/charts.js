// Small charts as SVG: lines over time and columns. One scale each; the figures are in the tables too.

import { html } from "./html.js";
import { percent } from "./format.js";
import { language } from "./page.js";

const WIDTH = 560, HEIGHT = 170, LEFT = 46, RIGHT = 8, TOP = 10, BOTTOM = 24;
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat(language, { month: "numeric", day: "numeric" });

/** A round number at or above the largest value: 0.07 -> 0.1, 23 -> 25. */
function top(values) {
  const most = Math.max(...values, 0);
  if (!most) return 1;
  const step = 10 ** Math.floor(Math.log10(most));
  return [1, 1.5, 2, 2.5, 5, 10].map((n) => n * step).find((n) => n >= most - 1e-9);
}

/** Shares over time. `lines`: [{name, key, kind}]; a row without a value breaks the line. */
export function Lines({ rows, lines, at = "at", limit, label }) {
  const high = top(rows.flatMap((row) => lines.map((line) => row[line.key] ?? 0)).concat(limit ?? 0));
  const x = (n) => LEFT + (rows.length > 1 ? (n / (rows.length - 1)) : 0.5) * (WIDTH - LEFT - RIGHT);
  const y = (value) => HEIGHT - BOTTOM - (value / high) * (HEIGHT - TOP - BOTTOM);
  const every = Math.max(1, Math.ceil(rows.length / 8));
  return html`<figure class="chart"><figcaption>${lines.map((line) => html`<span key=${line.key} class=${`key line-${line.kind}`}>${line.name}</span>`)}
    ${limit !== undefined && html`<span class="key line-limit">${label}</span>`}</figcaption>
    <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img">
      ${[0, 0.5, 1].map((part) => html`<g key=${part}><line class="grid" x1=${LEFT} x2=${WIDTH - RIGHT} y1=${y(part * high)} y2=${y(part * high)} />
        <text x=${LEFT - 6} y=${y(part * high) + 4} text-anchor="end">${percent(part * high)}</text></g>`)}
      ${limit !== undefined && html`<line class="line-limit" x1=${LEFT} x2=${WIDTH - RIGHT} y1=${y(limit)} y2=${y(limit)} />`}
      ${lines.map((line) => html`<g key=${line.key} class=${`line-${line.kind}`}>
        <polyline points=${rows.map((row, n) => (row[line.key] === null ? "" : `${x(n)},${y(row[line.key])}`)).join(" ")} />
        ${rows.map((row, n) => row[line.key] !== null && html`<circle key=${n} cx=${x(n)} cy=${y(row[line.key])} r="3"><title>${`${words(row[at])} ${percent(row[line.key])}`}</title></circle>`)}</g>`)}
      ${rows.map((row, n) => n % every === 0 && html`<text key=${n} x=${x(n)} y=${HEIGHT - 6} text-anchor="middle">${words(row[at])}</text>`)}
    </svg></figure>`;

  function words(value) {
    if (typeof value === "number") return String(value);
    const when = new Date(value);
    return rows.length > 1 && new Date(rows[1][at]) - new Date(rows[0][at]) >= 86_400_000 ? day.format(when) : clock.format(when);
  }
}

/** Columns; those above `limit` stand out. `rows`: [{n, value}]. */
export function Columns({ rows, limit, limitText, name }) {
  const high = top(rows.map((row) => row.value));
  const width = Math.min(60, (WIDTH - LEFT - RIGHT) / Math.max(rows.length, 1));
  const y = (value) => HEIGHT - BOTTOM - (value / high) * (HEIGHT - TOP - BOTTOM);
  return html`<figure class="chart"><figcaption><span>${name}</span>${limit !== null && limit !== undefined && html`<span class="key line-limit">${limitText}</span>`}</figcaption>
    <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img">
      ${[0, 0.5, 1].map((part) => html`<g key=${part}><line class="grid" x1=${LEFT} x2=${WIDTH - RIGHT} y1=${y(part * high)} y2=${y(part * high)} />
        <text x=${LEFT - 6} y=${y(part * high) + 4} text-anchor="end">${Math.round(part * high)}</text></g>`)}
      ${rows.map((row, n) => html`<g key=${row.n}><rect class=${limit !== null && row.n > limit ? "column above" : "column"} x=${LEFT + n * width + 4} width=${width - 8} y=${y(row.value)} height=${Math.max(HEIGHT - BOTTOM - y(row.value), 0)}><title>${`${row.n}: ${row.value}`}</title></rect>
        <text x=${LEFT + (n + 0.5) * width} y=${y(row.value) - 3} text-anchor="middle">${row.value}</text>
        <text x=${LEFT + (n + 0.5) * width} y=${HEIGHT - 6} text-anchor="middle">${row.n}</text></g>`)}
    </svg></figure>`;
}
