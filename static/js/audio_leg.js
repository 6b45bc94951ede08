// The agent's leg on the desk: how I hear and speak, and, in the browser, keeping that connection up.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html } from "./html.js";
import { facts, t } from "./page.js";
import { ask, isElsewhere, linked, view } from "./live.js";
import { Sound, NoSound, chooseSpeaker, chosen, devices, levels, listDevices, needsClick, playNow } from "./audio_sound.js";

const PAUSES_MS = [200, 500, 1000, 2000, 5000];
const LEG_DOWN_MS = 1500; // the node does not have us although we are connected: it was restarted
const ECHO_MS = 6000;
const HEARD = 0.01; // of full scale
const FINAL = ["refused", "none", "busy", "insecure", "unplugged", "replaced"]; // asking again changes nothing

export const state = signal("off"); // off | asking | connecting | up | fault | replaced
const fault = signal("");
const echo = signal(""); // "" | running | heard | quiet
let sound = null;
let mine = ""; // our name for the newest leg
let seen = false; // the server has said that ours is the newest
let tries = 0;
let timer = 0;
let downSince = 0;
let epoch = 0;
export const timing = {}; // of the last connection, in ms; read by measurements

function wanted() {
  return view.value?.seat?.leg_kind === "browser" && view.value.seat.status !== "away";
}

async function connect() {
  clearTimeout(timer);
  sound?.stop();
  const turn = ++epoch;
  const began = performance.now();
  mine = crypto.randomUUID();
  seen = false;
  state.value = "asking";
  const leg = mine;
  sound = new Sound((sdp) => exchange(leg, sdp), (code) => ended(code));
  try {
    await sound.start(facts.ice_servers);
    if (turn !== epoch) return;
    timing.connected = performance.now();
    timing.took = timing.connected - began;
    tries = 0;
    downSince = 0;
    fault.value = "";
    state.value = "up";
  } catch (error) {
    if (turn === epoch) ended(error.code);
  }
}

async function exchange(leg, sdp) {
  state.value = "connecting";
  const answer = await ask("audio:offer", { leg, sdp });
  if (!answer.ok) throw new NoSound(answer.error.code === "audio_replaced" ? "replaced" : "failed");
  return answer.sdp;
}

function ended(code) {
  echo.value = "";
  fault.value = code;
  state.value = code === "replaced" ? "replaced" : "fault";
  if (code === "unplugged" && view.value?.seat?.status === "ready") ask("seat:status", { status: "paused", pause_reason: "other" });
  if (FINAL.includes(code)) return;
  timer = setTimeout(() => { if (wanted() && linked.value) connect(); }, PAUSES_MS[Math.min(tries++, PAUSES_MS.length - 1)]);
}

function disconnect(next) {
  epoch++;
  clearTimeout(timer);
  sound?.stop();
  sound = null;
  state.value = next;
}

/** What the newest view of the server means for the connection. */
function look() {
  const seat = view.value?.seat;
  if (!seat || !linked.value) return;
  if (!wanted()) {
    if (state.value !== "off") disconnect("off");
    return;
  }
  if (state.value === "off") { connect(); return; }
  if (seat.leg === mine) seen = true;
  else if (seen && seat.leg && state.value !== "replaced") { disconnect("replaced"); return; }
  if (state.value !== "up" || seat.leg_up) downSince = 0;
  else downSince ||= performance.now();
  if (downSince && performance.now() - downSince > LEG_DOWN_MS) connect();
}

view.subscribe(look);
isElsewhere.subscribe((is) => { // sound goes where the desk is
  if (is && state.value !== "off") disconnect("replaced");
  else if (!is && state.value === "replaced" && wanted()) connect();
});
linked.subscribe((is) => { if (is && ["fault"].includes(state.value) && !FINAL.includes(fault.value)) connect(); else look(); });
setInterval(look, 500);
navigator.mediaDevices?.addEventListener?.("devicechange", () => { if (state.value === "up") listDevices(); });

async function testEcho(tell) {
  const answer = await tell("audio:echo", {});
  if (!answer.ok) return;
  echo.value = "running";
  const stop = levels.subscribe((level) => { if (echo.value === "running" && level.theirs > HEARD) echo.value = "heard"; });
  setTimeout(() => { stop(); if (echo.value === "running") echo.value = "quiet"; }, ECHO_MS);
}

function Meter({ name, level }) {
  return html`<label class="audio-meter"><span>${t(`audio.${name}`)}</span><meter min="0" max="1" low="0.02" high="0.9" optimum="0.3" value=${Math.min(1, Math.sqrt(level))}></meter></label>`;
}

function Choose({ label, list, value, onChoose }) {
  if (list.length === 0) return null;
  return html`<label class="field"><span>${t(label)}</span><select class="form-select form-select-sm" value=${value} onChange=${(e) => onChoose(e.target.value)}>
    <option value="">${t("audio.default")}</option>${list.map((d) => html`<option key=${d.id} value=${d.id} selected=${d.id === value}>${d.name}</option>`)}</select></label>`;
}

function Browser({ seat, tell }) {
  const is = state.value;
  const word = is === "fault" ? (FINAL.includes(fault.value) ? "stopped" : "again") : is;
  return html`<div class="audio">
    <p class="audio-state audio-${word}" role="status" data-audio=${word}><i></i>${t(`audio.state.${word}`)}</p>
    ${is === "fault" && html`<p class="hint warn" role="alert">${t(`audio.fault.${fault.value}`)}</p>`}
    ${(is === "replaced" || word === "stopped") && html`<button class="btn btn-sm btn-outline-primary" id="audio-here" onClick=${connect}>${t(is === "replaced" ? "audio.here" : "audio.try_again")}</button>`}
    ${needsClick.value && html`<button class="btn btn-sm btn-warning" onClick=${playNow}>${t("audio.click_to_hear")}</button>`}
    ${is === "up" && html`<${Meter} name="mine" level=${levels.value.mine} /><${Meter} name="theirs" level=${levels.value.theirs} />
      ${seat.state === "paused" && html`<button class="btn btn-sm btn-outline-secondary" id="audio-echo" disabled=${echo.value === "running" || !seat.leg_up} onClick=${() => testEcho(tell)}>${t("audio.echo")}</button>`}
      ${echo.value && html`<p class="hint" id="echo-result" data-echo=${echo.value}>${t(`audio.echo_${echo.value}`)}</p>`}
      <details><summary>${t("audio.devices")}</summary>
        <${Choose} label="audio.microphone" list=${devices.value.microphones} value=${chosen.microphone} onChoose=${(id) => sound?.chooseMicrophone(id).then(listDevices, (error) => ended(error.code ?? "busy"))} />
        <${Choose} label="audio.speaker" list=${devices.value.speakers} value=${chosen.speaker} onChoose=${(id) => { chooseSpeaker(id); listDevices(); }} />
      </details>`}
  </div>`;
}

/** Mounted once on the desk: the choice of the leg, and the browser's sound. */
export function AudioLeg({ seat, tell }) {
  useEffect(look, [seat.leg_kind, seat.leg, seat.leg_up]);
  return html`<section class="leg" aria-label=${t("leg.title")}>
    <p class="label">${t("leg.title")}</p>
    <div class="btn-group btn-group-sm w-100" role="group">
      ${facts.leg_kinds.map((kind) => html`<button key=${kind} class="btn ${seat.leg_kind === kind ? "btn-primary" : "btn-outline-secondary"}" aria-pressed=${seat.leg_kind === kind} data-leg=${kind}
        disabled=${!linked.value} onClick=${() => tell("leg:choose", { kind })}>${t(`leg.${kind}`)}</button>`)}
    </div>
    ${seat.leg_kind === "browser" && html`<${Browser} seat=${seat} tell=${tell} />`}
    ${seat.dials_in && !seat.leg_up && html`<p class="hint warn">${t(seat.leg_kind === "headset" ? "leg.headset_hint" : "desk.dial_in", { code: seat.dial_in_code })}</p>`}
    ${seat.leg_kind === "phone" && !seat.dials_in && !seat.leg_up && html`<p class="hint warn">${t("desk.phone_connecting")}</p>`}
  </section>`;
}
