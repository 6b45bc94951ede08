// The board as it was: a slider over the minutes of today. Facts only; what was not kept is not shown.

import { useEffect, useState } from "preact/hooks";
import { html } from "./html.js";
import { get, t } from "./page.js";
import { now } from "./live.js";
import { duration } from "./format.js";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
const minuteOf = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
const textOf = (minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
const COUNTS = ["attempts", "in_air", "answered", "connected", "abandoned"];

function Then({ state }) {
  const at = Date.parse(state.at);
  return html`<div class="then"><dl class="pairs tight">${["talking", "idle", "wrap_up", "paused", ...COUNTS, "promises"].map((name) => html`<div key=${name}><dt>${t(`board.${name}`)}</dt><dd data-then=${name}>${state.totals[name] ?? 0}</dd></div>`)}</dl>
    <div class="seats">${state.seats.map((seat) => html`<div key=${seat.id} class=${`seat-card state-${seat.state}`}><strong>${seat.name}</strong><span>${t(`state.${seat.state}`)}${seat.pause_reason && seat.state === "paused" ? ` · ${t(`pause.${seat.pause_reason}`)}` : ""}</span><time>${duration(at - Date.parse(seat.since))}</time></div>`)}</div>
    <div class="wide"><table class="table table-sm"><thead><tr><th>${t("desk.campaign")}</th>${COUNTS.map((name) => html`<th key=${name} class="num">${t(`board.${name}`)}</th>`)}</tr></thead>
    <tbody>${state.campaigns.map((c) => html`<tr key=${c.id}><td>${c.name}</td>${COUNTS.map((name) => html`<td key=${name} class="num">${c[name]}</td>`)}</tr>`)}</tbody></table></div></div>`;
}

export function Rewind() {
  const latest = minuteOf(clock.format(now.value));
  const [minute, setMinute] = useState(null); // none: closed
  const [state, setState] = useState(null);
  useEffect(() => {
    if (minute === null) return undefined;
    let stale = false; // the slider moves on while an answer is under way
    const wait = setTimeout(() => get(`/board/at?minute=${textOf(minute)}`).then((answer) => { if (!stale && answer?.totals) setState(answer); }), 120);
    return () => { stale = true; clearTimeout(wait); };
  }, [minute]);
  return html`<section class="panel rewind" id="rewind"><h2>${t("rewind.title")}</h2>
    <div class="rewind-bar"><input type="range" min="0" max=${latest} value=${minute ?? latest} aria-label=${t("rewind.title")} aria-valuetext=${textOf(minute ?? latest)} onInput=${(event) => setMinute(Number(event.target.value))} />
      <output>${minute === null ? t("rewind.live") : textOf(minute)}</output>
      ${minute !== null && html`<button type="button" class="btn btn-sm btn-outline-secondary" onClick=${() => { setMinute(null); setState(null); }}>${t("rewind.back")}</button>`}</div>
    ${minute !== null && state && html`<${Then} state=${state} />`}</section>`;
}
