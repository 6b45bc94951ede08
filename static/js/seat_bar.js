// The bar above the zones: state with colour, icon, word and time; ready, pauses, a breather, help.

import { html, icon } from "./html.js";
import { facts, t } from "./page.js";
import { linked, now, view } from "./live.js";
import { duration, money, time } from "./format.js";
import { sheet } from "./keys.js";
import { LegMenu } from "./leg_menu.js";

const WORKS = ["talking", "wrap_up"];

function State({ seat }) {
  const spent = now.value - Date.parse(seat.since);
  const left = seat.state === "paused" && seat.pause_until ? Date.parse(seat.pause_until) - now.value : null;
  const limit = seat.state === "paused" && seat.pause_limit_minutes ? seat.pause_limit_minutes * 60_000 : null;
  const isOver = limit !== null && spent > limit;
  return html`<div class=${`seat-state state-${seat.state} ${isOver ? "is-over" : ""}`}>
    ${icon(seat.state)}
    <span class="state-word" role="status">${t(`state.${seat.state}`)}${seat.state === "paused" ? ` · ${t(`pause.${seat.pause_reason}`)}` : ""}</span>
    <time>${left === null ? duration(spent) : duration(left)}</time>
    ${limit !== null && html`<small>${isOver ? t("pause.is_over", { minutes: seat.pause_limit_minutes }) : t("pause.limit", { minutes: seat.pause_limit_minutes })}</small>`}
  </div>`;
}

function Pauses({ seat, tell }) {
  const chosen = seat.status === "paused" ? seat.pause_reason : "";
  return html`<details class="menu pause-menu" onToggle=${closeOthers}>
    <summary class="btn btn-outline-secondary">${icon("paused")} ${t("desk.pause")}</summary>
    <div class="menu-body">
      ${facts.pause_reasons.map((reason) => html`<div key=${reason} class="menu-row">
        <button class="btn btn-sm ${chosen === reason ? "btn-warning" : "btn-outline-secondary"}" data-pause=${reason} aria-pressed=${chosen === reason} onClick=${(event) => { close(event); tell("seat:status", { status: "paused", pause_reason: reason }); }}>${t(`pause.${reason}`)}</button>
        ${facts.pause_limits[reason] && html`<small>${t("pause.limit", { minutes: facts.pause_limits[reason] })}</small>`}
        ${seat.status === "ready" && html`<span class="menu-later">${facts.announce_minutes.map((minutes) => html`<button key=${minutes} class="btn btn-sm btn-link" data-announce=${`${reason}-${minutes}`} onClick=${(event) => { close(event); tell("seat:announce", { reason, minutes }); }}>${t("pause.in_minutes", { minutes })}</button>`)}</span>`}
      </div>`)}
      ${WORKS.includes(seat.state) && html`<p class="hint">${t("desk.pause_after")}</p>`}
    </div>
  </details>`;
}

const close = (event) => event.currentTarget.closest("details").removeAttribute("open");

function closeOthers(event) {
  if (event.currentTarget.open) document.querySelectorAll("details.menu[open]").forEach((one) => one !== event.currentTarget && one.removeAttribute("open"));
}

function hintOf(seat) {
  if (!seat.leg_up) return seat.dials_in ? t("desk.dial_in", { code: seat.dial_in_code }) : t(seat.leg_kind === "browser" ? "audio.state.connecting" : "desk.phone_connecting");
  if (seat.pause_at) return t("pause.announced", { reason: t(`pause.${seat.pause_at_reason}`), at: time(seat.pause_at) });
  if (seat.state === "wrap_up") return t("desk.owes_outcome");
  if (seat.status === "paused" && seat.state === "talking") return t("desk.pause_after");
  return "";
}

export function SeatBar({ seat, today, tell }) {
  const isReady = seat.status === "ready";
  const help = seat.help_since !== null;
  return html`<section class="seat-bar" aria-label=${t("desk.seat")}>
    <${State} seat=${seat} />
    ${seat.may_be_ready && html`<button id="ready" class="btn ${isReady ? "btn-outline-success" : "btn-success"}" disabled=${isReady || !linked.value}
      onClick=${() => tell("seat:status", { status: "ready" })}>${icon("check")} ${isReady ? t("desk.is_ready") : t("desk.get_ready")}</button>`}
    <${Pauses} seat=${seat} tell=${tell} />
    <${LegMenu} seat=${seat} tell=${tell} />
    ${(WORKS.includes(seat.state) || seat.state === "idle") && html`<button class="btn btn-outline-secondary" id="breather" data-key="b" disabled=${seat.breathers_left === 0 || seat.pause_reason === "breather"} title=${t("pause.breather_hint", { left: seat.breathers_left })}
      onClick=${() => tell("seat:breather", {})}>${icon("breather")} ${t("pause.take_breather")} <kbd>B</kbd></button>`}
    <span class="seat-hint" role="status" title=${hintOf(seat)}>${hintOf(seat)}${seat.pause_at && html` <button class="btn btn-sm btn-link" id="unannounce" onClick=${() => tell("seat:announce", { minutes: 0 })}>${t("pause.take_back")}</button>`}</span>
    <dl class="today">
      <div><dt>${t("desk.today_calls")}</dt><dd>${today.calls}</dd></div>
      <div><dt>${t("desk.today_promises")}</dt><dd>${today.promises}</dd></div>
      <div><dt>${t("desk.today_promised")}</dt><dd>${money(today.promised_minor)}</dd></div>
    </dl>
    <button class="btn ${help ? "btn-warning" : "btn-outline-secondary"}" id="help" aria-pressed=${help} onClick=${() => tell("seat:help", { wanted: !help })}>${icon("help")} ${help ? t("desk.help_asked", { since: duration(now.value - Date.parse(seat.help_since)) }) : t("desk.help")}</button>
    <button class="btn btn-outline-secondary icon-only" id="tones" aria-pressed=${view.value.choice.tones_on} aria-label=${t("desk.tones")} title=${t("desk.tones")} onClick=${() => tell("desk:choose", { ...view.value.choice, tones_on: !view.value.choice.tones_on })}>${icon(view.value.choice.tones_on ? "sound" : "silent")}</button>
    <button class="btn btn-outline-secondary icon-only" id="keys" aria-label=${t("keys.title")} title=${t("keys.title")} onClick=${() => { sheet.value = true; }}>${icon("keys")}</button>
  </section>`;
}
