// Calls of one's own: the offered entry with its countdown, the call that rings, callbacks, dialing by hand.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html, icon } from "./html.js";
import { facts, t } from "./page.js";
import { linked, now, view } from "./live.js";
import { dayTime, duration } from "./format.js";

const SNOOZE_MINUTES = 15;
const skipping = signal(0); // the preview whose reason for skipping is being chosen
const keys = new Map(); // one key per thing asked for: a double click is one command

function keyOf(what) {
  if (!keys.has(what)) keys.set(what, crypto.randomUUID());
  return keys.get(what);
}

async function once(tell, event, what, payload) {
  const answer = await tell(event, { key: keyOf(what), ...payload });
  if (answer.error?.code !== "network") keys.delete(what); // answered: the next press is a new command
  return answer;
}

const dial = (tell, entry_id, phone_id = null) => once(tell, "dial:ask", `dial-${entry_id}`, { entry_id, phone_id });
const answer = (tell, preview, word, more = {}) => once(tell, "preview:answer", `preview-${preview.id}-${word}`, { preview_id: preview.id, answer: word, ...more });

/** The left zone before a call: who it is, without the debt. */
function Person({ who, state, numbers }) {
  return html`<section class="panel zone" aria-label=${t("desk.call")}>
    <header class="call-head"><div class="call-who"><strong class="debtor-name">${who.name}</strong><span>${numbers}</span></div>
      <div class="call-clock"><span>${state}</span></div></header>
    <dl class="pairs tight">
      <div><dt>${t("desk.campaign")}</dt><dd>${who.campaign}</dd></div>
      <div><dt>${t("desk.id_number")}</dt><dd>${who.id_number || "—"}</dd></div>
      ${who.last_outcome ? html`<div><dt>${t("own.last_outcome")}</dt><dd>${t(`outcome.${who.last_outcome}`)} (${t("own.attempts", { count: who.attempts })})</dd></div>` : ""}
    </dl>
    <p class="hint">${icon("lock")} ${t("own.debt_hidden")}</p>
  </section>`;
}

export const OfferedPerson = ({ preview }) => html`<${Person} who=${preview} state=${t("own.preview")} numbers=${preview.phones.map((p) => p.number).join(" · ")} />`;
export const RingingPerson = ({ call }) => html`<${Person} who=${call} state=${t("own.calling")} numbers=${call.number} />`;

export function Preview({ preview, tell }) {
  const left = Math.max(0, Date.parse(preview.deadline_at) - now.value);
  const open = preview.state === "open" && left > 0;
  const whole = Date.parse(preview.deadline_at) - Date.parse(preview.offered_at);
  useEffect(() => {
    function press(event) {
      if (!open || event.ctrlKey || event.metaKey || event.altKey || /^(input|textarea|select)$/i.test(event.target.tagName)) return;
      if (event.key === "d") answer(tell, preview, "dial");
      else if (event.key === "s") skipping.value = preview.id;
      else if (event.key === "z") answer(tell, preview, "snooze", { minutes: SNOOZE_MINUTES });
      else return;
      event.preventDefault();
    }
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [preview.id, open]);
  return html`<section class="panel zone middle preview" id="preview" aria-label=${t("own.preview")}>
    <header class="own-clock" role="timer"><span>${t(open ? "own.decide" : "own.waiting_line")}</span><time>${open ? duration(left) : ""}</time></header>
    <div class="countdown"><i style=${{ width: `${(left / Math.max(whole, 1)) * 100}%` }}></i></div>
    <div class="own-actions">
      <button class="btn btn-primary" id="preview-dial" disabled=${!open || !linked.value} onClick=${() => answer(tell, preview, "dial")}>${t("own.dial_now")} <kbd>D</kbd></button>
      ${preview.phones.length > 1 && preview.phones.map((p) => html`<button key=${p.id} class="btn btn-sm btn-outline-primary" disabled=${!open} onClick=${() => answer(tell, preview, "dial", { phone_id: p.id })}>${p.number}</button>`)}
      <button class="btn btn-outline-secondary" id="preview-skip" disabled=${!open} onClick=${() => { skipping.value = preview.id; }}>${t("own.skip")} <kbd>S</kbd></button>
      <button class="btn btn-outline-secondary" id="preview-snooze" disabled=${!open} onClick=${() => answer(tell, preview, "snooze", { minutes: SNOOZE_MINUTES })}>${t("own.snooze", { minutes: SNOOZE_MINUTES })} <kbd>Z</kbd></button>
    </div>
    ${open && skipping.value === preview.id && html`<div class="own-actions" role="group" aria-label=${t("own.why_skip")}><span>${t("own.why_skip")}</span>
      ${facts.skip_reasons.map((reason) => html`<button key=${reason} class="btn btn-sm btn-outline-secondary" data-skip=${reason} onClick=${() => answer(tell, preview, "skip", { reason })}>${t(`skip.${reason}`)}</button>`)}</div>`}
  </section>`;
}

export function Dialing({ call, tell }) {
  return html`<section class="panel zone middle dialing" id="dialing" aria-label=${t("state.dialing")}>
    <div class="empty">${icon("dialing")}<p role="status">${t("own.calling")}</p><time>${duration(now.value - Date.parse(call.since))}</time>
      <button class="btn btn-danger" id="cancel-dial" onClick=${() => tell("call:hangup", { attempt_id: call.attempt_id })}>${t("own.cancel")}</button></div>
  </section>`;
}

export function Wish({ request, tell }) {
  if (request.state === "asked") {
    return html`<div class="alert alert-info own-wish" role="status">${t("own.asked", { name: request.name })}
      <button class="btn btn-sm btn-outline-secondary" onClick=${() => tell("dial:cancel", { request_id: request.id })}>${t("own.cancel")}</button></div>`;
  }
  const until = request.until ? t("own.again_at", { at: dayTime(request.until) }) : t("own.again_never");
  return html`<div class="alert alert-warning own-wish" role="alert" id="blocked">${t("own.blocked", { name: request.name, why: t(`block.${request.code}`), code: request.code })} ${until}</div>`;
}

function mayDial() {
  const seat = view.value?.seat;
  return linked.value && seat && ["idle", "paused"].includes(seat.state) && view.value.own.request?.state !== "asked";
}

export function Callbacks({ rows, tell }) {
  if (rows.length === 0) return null;
  return html`<div class="own-list" id="callbacks"><h2>${t("own.callbacks")}</h2><ol>${rows.map((row) => {
    const late = Date.parse(row.due_at) <= now.value;
    return html`<li key=${row.entry_id} class=${late ? "is-late" : ""}><div><b>${row.name}</b><time>${dayTime(row.due_at)}${late ? ` · ${t("own.is_due")}` : ""}</time></div>
      <div class="hint">${row.number} · ${row.campaign}</div>${row.note && html`<p>${row.note}</p>`}
      <button class="btn btn-sm btn-outline-primary" disabled=${!mayDial() || !row.is_running} onClick=${() => dial(tell, row.entry_id)}>${t("own.dial_now")}</button></li>`;
  })}</ol></div>`;
}

export function ByHand({ rows, tell }) {
  if (rows.length === 0) return null;
  return html`<div class="own-list" id="by-hand"><h2>${t("own.by_hand")}</h2><ol>${rows.map((row) => html`<li key=${row.entry_id}><div><b>${row.name}</b><span>${row.number}</span></div>
    <div class="hint">${row.campaign}${row.last_outcome ? ` · ${t(`outcome.${row.last_outcome}`)}` : ""}</div>
    <button class="btn btn-sm btn-outline-primary" disabled=${!mayDial()} data-dial=${row.entry_id} onClick=${() => dial(tell, row.entry_id)}>${t("own.dial_now")}</button></li>`)}</ol></div>`;
}
