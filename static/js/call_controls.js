// Buttons of the call on the line: hold, mute, recording, keys, transfer; warnings about its sound.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html } from "./html.js";
import { t } from "./page.js";
import { ask, linked } from "./live.js";

const open = signal(""); // "" | "keypad" | "transfer"
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const isTyping = (event) => event.ctrlKey || event.metaKey || event.altKey || /^(input|textarea|select)$/i.test(event.target.tagName) || event.target.isContentEditable;
const toggle = (what) => { open.value = open.value === what ? "" : what; };

/** Who waits changes without news for this desk, so it is asked anew. */
function chooseTarget() {
  toggle("transfer");
  if (open.value) ask("watch", { view: "desk" });
}

/** What each key does together with Shift, where its button is shown: without it letters choose amounts. */
function commandsOf(call, tell) {
  const { held, muted, recording } = call.controls;
  const send = (event, more = {}) => tell(event, { attempt_id: call.attempt_id, ...more });
  return {
    h: () => send("call:hold", { on: !held }),
    m: () => send("call:mute", { on: !muted }),
    r: () => recording !== "off" && send("call:record", { on: recording === "paused" }),
    k: () => toggle("keypad"),
    t: chooseTarget,
    send,
  };
}

export function CallControls({ call, tell }) {
  const controls = call.controls;
  const commands = controls && commandsOf(call, tell);
  const isOwner = controls?.role === "owner";
  useEffect(() => {
    function press(event) {
      const key = event.key.toLowerCase();
      if (!isOwner || !event.shiftKey || isTyping(event) || key.length !== 1 || !(key in commands)) return;
      commands[key]();
      event.preventDefault();
    }
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });
  useEffect(() => () => { open.value = ""; }, [call.attempt_id]);
  if (!controls) return null;
  return html`<div class="in-call" role="group" aria-label=${t("incall.title")}>
    ${controls.warnings.map((w) => html`<p key=${w} class=${`in-call-note ${w === "dead_air" ? "" : "is-bad"}`} role="alert">${t(`incall.warn_${w}`)}</p>`)}
    ${isOwner ? html`<${Buttons} controls=${controls} commands=${commands} />` : html`<p class="in-call-note">${t("incall.you_are_second")}</p>`}
    <p class="only-heard" role="status">${[controls.held && t("incall.is_held"), controls.muted && t("incall.is_muted"), controls.recording === "paused" && t("incall.recording_paused")].filter(Boolean).join(" ")}</p>
    ${controls.refused && html`<p class="in-call-note is-bad" role="alert">${t("incall.refused")}</p>`}
    ${controls.transfer && isOwner && html`<${Second} transfer=${controls.transfer} send=${commands.send} />`}
    ${open.value === "keypad" && isOwner && html`<${Keypad} send=${commands.send} />`}
    ${open.value === "transfer" && isOwner && !controls.transfer && html`<${Targets} targets=${controls.can_transfer_to} send=${commands.send} />`}
    <div class="in-call-foot">
      <span class=${controls.recording === "on" ? "is-recording" : ""}>${t(`incall.recording_${controls.recording === "paused" ? "off" : controls.recording}`)}</span>
      ${controls.keys && html`<span>${t("incall.pressed", { keys: controls.keys })}</span>`}
      <${Quality} quality=${controls.quality} />
    </div>
  </div>`;
}

function Button({ id, letter, pressed, label, onClick, disabled }) {
  return html`<button type="button" class=${`btn btn-sm ${pressed ? "btn-warning" : "btn-outline-secondary"}`} id=${id} aria-pressed=${Boolean(pressed)}
    disabled=${disabled || !linked.value} onClick=${onClick}>${label} <kbd>⇧${letter}</kbd></button>`;
}

function Buttons({ controls, commands }) {
  const { held, muted, recording, transfer } = controls;
  return html`<div class="in-call-buttons">
    <${Button} id="call-hold" letter="H" pressed=${held} label=${t(held ? "incall.resume" : "incall.hold")} onClick=${commands.h} />
    <${Button} id="call-mute" letter="M" pressed=${muted} label=${t(muted ? "incall.unmute" : "incall.mute")} onClick=${commands.m} />
    <${Button} id="call-record" letter="R" pressed=${recording === "paused"} disabled=${recording === "off"} label=${t(recording === "paused" ? "incall.record_resume" : "incall.record_pause")} onClick=${commands.r} />
    <${Button} id="call-keypad" letter="K" pressed=${open.value === "keypad"} label=${t("incall.keypad")} onClick=${commands.k} />
    <${Button} id="call-transfer" letter="T" pressed=${open.value === "transfer"} disabled=${Boolean(transfer)} label=${t("incall.transfer")} onClick=${commands.t} />
  </div>`;
}

function Keypad({ send }) {
  return html`<div class="in-call-keypad">${KEYS.map((key) => html`<button type="button" key=${key} class="btn btn-outline-secondary" onClick=${() => send("call:dtmf", { digits: key })}>${key}</button>`)}</div>`;
}

function Targets({ targets, send }) {
  const to = (seat_id, kind) => { open.value = ""; send("call:transfer", { seat_id, kind }); };
  if (targets.length === 0) return html`<p class="in-call-note">${t("incall.nobody")}</p>`;
  return html`<ul class="in-call-targets" aria-label=${t("incall.transfer_to")}>${targets.map((who) => html`<li key=${who.seat_id}>
    <span>${who.name} <small>${t(`incall.kind_${who.kind}`)}</small></span>
    <button type="button" class="btn btn-sm btn-primary" onClick=${() => to(who.seat_id, "warm")}>${t("incall.warm")}</button>
    <button type="button" class="btn btn-sm btn-outline-primary" onClick=${() => to(who.seat_id, "cold")}>${t("incall.cold")}</button>
  </li>`)}</ul>`;
}

function Second({ transfer, send }) {
  return html`<div class="in-call-note in-call-second"><span>${t(`incall.${transfer.state}`, { name: transfer.name })}</span>
    <button type="button" class="btn btn-sm btn-primary" id="transfer-complete" onClick=${() => send("call:transfer_complete")}>${t("incall.complete")}</button>
    ${transfer.state === "consulted" && html`<button type="button" class="btn btn-sm btn-outline-primary" id="three-way" onClick=${() => send("call:three_way")}>${t("incall.join")}</button>`}
    <button type="button" class="btn btn-sm btn-outline-secondary" id="transfer-cancel" onClick=${() => send("call:transfer_cancel")}>${t("incall.cancel")}</button></div>`;
}

/** Each leg's grade as a word, its figures as a hint. */
export function Quality({ quality }) {
  if (!quality) return null;
  return html`<span class="in-call-quality" aria-label=${t("incall.quality")}>${["customer", "agent"].map((side) => {
    const leg = quality[side];
    const figures = { side: t(`incall.leg_${side}`), mos: leg.mos.toFixed(1), lost: leg.lost, jitter: leg.jitter_ms.toFixed(0), rtt: leg.rtt_ms.toFixed(0) };
    return html`<span key=${side} class=${`grade-${leg.grade}`} title=${t("incall.figures", figures)}>${t(`incall.leg_${side}`)} ${t(`incall.grade_${leg.grade}`)}</span>`;
  })}</span>`;
}
