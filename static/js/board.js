// The supervisor's board: today's numbers, each campaign with the engine's own words, every seat.

import { useState } from "preact/hooks";
import { html, mount } from "./html.js";
import { facts, t } from "./page.js";
import { ask, now, view, watch } from "./live.js";
import { duration, money, percent } from "./format.js";
import { Supervise, SupervisorPhone } from "./supervise.js";
import { Trunks } from "./trunks.js";
import { Waterfall } from "./waterfall.js";
import { Alerts, Concessions } from "./board_alerts.js";
import { BurnDown } from "./burn_down.js";
import { Pools } from "./pools.js";
import { Rewind } from "./board_rewind.js";
import { SeatActions, Why, looks, sign } from "./board_seats.js";
import { Wall } from "./board_wall.js";

const STALE_MS = 3000;
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const stamp = (board) => t("board.as_of", { at: clock.format(new Date(board.as_of)) });

const TILES = ["talking", "idle", "wrap_up", "paused", "in_air", "connected"];

function Tiles({ board }) {
  const { totals } = board;
  const callers = Object.values(board.callers).reduce((sum, n) => sum + n, 0);
  const names = Object.entries(board.callers).map(([name, n]) => `${name} ${n}`).join(", ");
  return html`<section class="tiles" aria-label=${t("board.totals")} title=${stamp(board)}>
    <div class=${callers ? "tile tile-bad" : "tile"} title=${names}><span>${t("board.callers")}</span><strong data-total="callers">${callers}</strong></div>
    ${TILES.map((name) => html`<div class=${`tile tile-${name}`} key=${name}><span>${t(`board.${name}`)}</span><strong data-total=${name}>${totals[name]}</strong></div>`)}
    <div class="tile"><span>${t("board.promises")}</span><strong data-total="promises">${totals.promises}</strong><small>${money(totals.promised_minor)}</small></div>
    <div class=${totals.abandonment > 0.03 ? "tile tile-bad" : "tile"}><span>${t("board.abandonment")}</span><strong data-total="abandonment">${percent(totals.abandonment)}</strong>
      <small>${t("board.abandonment_of", { abandoned: totals.abandoned, persons: totals.persons })}</small></div>
  </section>`;
}

function Campaign({ campaign }) {
  const entries = campaign.pulse.entries;
  const pacing = campaign.pulse.pacing;
  return html`<article class="panel campaign-card">
    <header><h3>${campaign.name}</h3><span class=${`badge state-badge state-${campaign.state}`}>${t(`campaign.${campaign.state}`)}</span></header>
    <p class="text-body-secondary">${campaign.creditor}</p>
    ${pacing && campaign.state === "running" && html`<p class="sentence">${pacing.forecast ? `${t("pacing.forecast", pacing)} ` : ""}${t(pacing.key, pacing)}</p>`}
    ${campaign.pulse.numbers && campaign.state === "running" && html`<p class="sentence">${t(`block.${campaign.pulse.numbers}`)}</p>`}
    ${entries && html`<${Stack} entries=${entries} />`}
    <dl class="pairs tight">
      ${["attempts", "in_air", "answered", "connected", "abandoned"].map((name) => html`<div key=${name}><dt>${t(`board.${name}`)}</dt><dd>${campaign[name]}</dd></div>`)}
      <div><dt>${t("board.abandonment")}</dt><dd title=${t("board.formula")}>${percent(campaign.abandonment)}</dd></div>
      <div><dt>${t("board.budget")}</dt><dd>${campaign.budget_left}</dd></div>
    </dl>
    ${campaign.abandoned > 0 && html`<p class="hint">${t("board.causes")}${Object.entries(campaign.causes).map(([cause, n]) => `${t(`cause.${cause}`)} ${n}`).join(" · ")}</p>`}
    <${Waterfall} campaign=${campaign} /><${BurnDown} campaign=${campaign} />
  </article>`;
}

const GROUPS = ["done", "in_flight", "offered", "dialable", "resting", "held"];

function Stack({ entries }) {
  const total = Math.max(entries.total, 1);
  return html`<div class="stack" role="img" aria-label=${GROUPS.map((g) => `${t(`entries.${g}`)} ${entries[g] ?? 0}`).join(", ")}>
      ${GROUPS.map((g) => html`<i key=${g} class=${`part-${g}`} style=${{ width: `${((entries[g] ?? 0) / total) * 100}%` }}></i>`)}</div>
    <ul class="legend">${GROUPS.map((g) => html`<li key=${g}><i class=${`part-${g}`}></i>${t(`entries.${g}`)} <b>${entries[g] ?? 0}</b></li>`)}<li>${t("entries.total")} <b>${entries.total}</b></li></ul>`;
}

function Seat({ seat }) {
  return html`<div class=${looks(seat)} key=${seat.id} data-why=${seat.why}>
    <strong>${seat.name}${seat.team && html` <small>${seat.team}</small>`}</strong><${Why} seat=${seat} />
    <span><b class="sign" aria-hidden="true">${sign(seat)}</b> ${t(`state.${seat.state}`)}${seat.pause_reason && seat.state === "paused" ? ` · ${t(`pause.${seat.pause_reason}`)}` : ""}</span>
    <time>${duration(now.value - Date.parse(seat.since))}</time>
    ${seat.state === "talking" && html`<button class="btn btn-sm btn-outline-danger" onClick=${() => hangUp(seat)}>${t("board.hang_up")}</button>`}
    <${Supervise} seat=${seat} />
    <${SeatActions} seat=${seat} />
  </div>`;
}

function hangUp(seat) {
  if (confirm(t("board.hang_up_sure", { name: seat.name }))) ask("call:hangup", { attempt_id: seat.attempt_id });
}

/** Health of the number pools, asked for when somebody looks: it changes over hours. */
function Numbers() {
  const [isOpen, setOpen] = useState(false);
  return html`<details class="board-pools" onToggle=${(event) => setOpen(event.currentTarget.open)}><summary>${t("pool.title")}</summary>${isOpen && html`<${Pools} />`}</details>`;
}

function Board() {
  const board = view.value;
  if (!board) return html`<p class="loading">${t("page.loading")}</p>`;
  if (facts.wall) return html`<${Wall} board=${board} />`;
  const isStale = now.value - Date.parse(board.as_of) > STALE_MS;
  const shown = board.campaigns.filter((c) => c.state !== "finished");
  return html`<div class=${isStale ? "board is-stale" : "board"}>
    <p class="board-stamp" role="status">${isStale ? html`<b>${t("board.stale")}</b> ` : ""}${stamp(board)} <a href="/board?wall=1" target="_blank" rel="noopener">${t("wall.open")}</a></p>
    <${Alerts} board=${board} /><${Concessions} rows=${board.concessions} />
    ${board.warnings.length > 0 && html`<section class="panel warnings" aria-label=${t("board.warnings")}><strong>${t("board.warnings")}</strong>
      <ul>${board.warnings.map((w) => html`<li key=${w.code}>${t(`warning.${w.code}`, w)}</li>`)}</ul></section>`}
    <${Tiles} board=${board} />
    <div class="board-columns">
      <section aria-label=${t("nav.campaigns")}><h2>${t("nav.campaigns")}</h2>
        ${shown.length ? shown.map((c) => html`<${Campaign} key=${c.id} campaign=${c} />`) : html`<p class="text-body-secondary">${t("board.no_campaigns")}</p>`}</section>
      <section aria-label=${t("board.seats")}><h2>${t("board.seats")} <small>${board.seats.length}</small></h2>
        <${SupervisorPhone} />
        ${board.seats.length ? html`<div class="seats">${board.seats.map((s) => html`<${Seat} key=${s.id} seat=${s} />`)}</div>` : html`<p class="text-body-secondary">${t("board.no_seats")}</p>`}</section>
    </div>
    <${Trunks} trunks=${board.trunks} />
    <${Numbers} /><${Rewind} />
    <p class="as-of">${t("board.formula")}</p>
  </div>`;
}

watch("board");
mount(html`<${Board} />`);
