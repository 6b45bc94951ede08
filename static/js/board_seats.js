// One seat on the board: colour, sign and word for its state, stronger the longer it lasts, and what may be done.

import { signal } from "@preact/signals";
import { html } from "./html.js";
import { post, t } from "./page.js";

const SIGNS = { idle: "○", talking: "●", dialing: "◔", previewing: "◎", wrap_up: "✎", paused: "❚❚", connecting: "⚡" };
const open = signal(null); // {seat, word}: whose form is shown
const fault = signal("");

export const sign = (seat) => (["leg_down", "help", "concession", "desk_lost"].includes(seat.why) ? "!" : SIGNS[seat.state] ?? "·");

/** Class names of a seat: its colour is its state's, red when it is a fault; its strength is its level. */
export const looks = (seat) => `seat-card state-${seat.state} level-${seat.level}${seat.why ? " needs" : ""}${["leg_down", "help", "desk_lost"].includes(seat.why) ? " is-fault" : ""}`;

export function Why({ seat }) {
  return seat.why ? html`<em class="why-first">${t(`why.${seat.why}`)}</em>` : null;
}

async function send(event, seat, word) {
  event.preventDefault();
  const form = new FormData(event.target);
  const [path, body] = word === "tell" ? ["tell", { text: form.get("text") }] : ["force", { status: word, reason: form.get("text") }];
  const answer = await post(`/board/seats/${seat.id}/${path}`, body);
  fault.value = answer.ok ? "" : answer.error.text;
  if (answer.ok) open.value = null;
}

/** Message, ready, pause, sign out: behind one button, so that the card stays calm. */
export function SeatActions({ seat }) {
  const mine = open.value?.seat === seat.id ? open.value.word : null;
  const flip = (word) => { fault.value = ""; open.value = mine === word ? null : { seat: seat.id, word }; };
  const words = ["tell", ...(seat.status === "ready" ? ["paused"] : ["ready"]), "away"];
  return html`<details class="seat-actions" data-seat=${seat.id}><summary>${t("board.actions")}</summary>
    <div class="seat-buttons">${words.map((word) => html`<button key=${word} type="button" class="btn btn-sm btn-outline-secondary" aria-pressed=${mine === word} data-word=${word} onClick=${() => flip(word)}>${t(`board.do_${word}`)}</button>`)}</div>
    ${mine && html`<form onSubmit=${(event) => send(event, seat, mine)}>
      <input name="text" class="form-control form-control-sm" required maxlength="300" autocomplete="off" aria-label=${t(mine === "tell" ? "board.message" : "case.reason")} placeholder=${t(mine === "tell" ? "board.message" : "case.reason")} />
      <button class="btn btn-sm btn-primary">${t(`board.do_${mine}`)}</button>
      ${fault.value && html`<p class="bad" role="alert">${fault.value}</p>`}</form>`}</details>`;
}
