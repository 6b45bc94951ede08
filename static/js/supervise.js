// A supervisor's part on the board: their own phone, and listen, whisper, barge, take over for each seat.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html } from "./html.js";
import { t } from "./page.js";
import { ask, linked, view } from "./live.js";
import { Quality } from "./call_controls.js";

const phone = signal(null);
const fault = signal("");
const MODES = ["listen", "whisper", "barge"];
const LETTERS = { l: "listen", w: "whisper", b: "barge", x: "off" };

async function tell(event, payload) {
  const answer = await ask(event, payload);
  fault.value = answer.ok ? "" : answer.error.text;
  if (answer.ok && "phone" in answer) phone.value = answer.phone;
  return answer;
}

/** Connect one's own leg; without it nobody can listen. */
export function SupervisorPhone() {
  const number = view.value?.last_fact;
  useEffect(() => { if (linked.value) ask("seat:own_phone", { on: true }).then((answer) => { if (answer.ok) phone.value = answer.phone; }); }, [number, linked.value]);
  const own = phone.value;
  const words = !own ? "" : own.leg_up ? t("supervise.connected") : own.dial_in_code ? t("supervise.dial_in", { code: own.dial_in_code }) : t("supervise.connecting");
  return html`<div class="supervisor-phone" role="group" aria-label=${t("supervise.phone")}>
    <strong>${t("supervise.phone")}</strong> <span role="status">${words}</span>
    <button type="button" id="own-phone" class="btn btn-sm btn-outline-primary" disabled=${!linked.value} onClick=${() => tell("seat:phone", { on: !own })}>${t(own ? "supervise.disconnect" : "supervise.connect")}</button>
    ${own?.leg_up && html`<small>${t("supervise.keys")}</small>`}
    ${own?.attempt_id && html`<a class="btn btn-sm btn-primary" href="/desk">${t("supervise.to_desk")}</a>`}
    ${fault.value && html`<p class="in-call-note is-bad" role="alert">${fault.value}</p>`}
  </div>`;
}

/** The buttons and marks of one seat; letters work while the focus is in it. */
export function Supervise({ seat }) {
  const by = seat.supervised_by;
  const mine = by && phone.value && by.seat_id === phone.value.seat_id;
  const can = phone.value?.leg_up && phone.value.seat_id !== seat.id && (!by || mine) && ["idle", "talking"].includes(seat.state);
  const set = (mode) => tell("seat:supervise", { seat_id: seat.id, mode });
  const press = (event) => {
    const mode = LETTERS[event.key.toLowerCase()];
    if (!can || !mode || event.ctrlKey || event.metaKey || event.altKey) return;
    set(mode);
    event.preventDefault();
  };
  const takeOver = () => { if (confirm(t("supervise.take_over_sure", { name: seat.name }))) tell("seat:take_over", { seat_id: seat.id }); };
  if (!can && !by && !seat.quality && !seat.warnings.length) return null;
  return html`<div class="supervise" tabindex=${can ? 0 : -1} onKeyDown=${press}>
    ${by && html`<span class="supervised">${t("supervise.by", { name: by.name, mode: t(`supervise.${by.mode}`) })}</span>`}
    ${seat.warnings.filter((w) => w !== "dead_air").map((w) => html`<span key=${w} class="in-call-note is-bad">${t(`incall.warn_${w}`)}</span>`)}
    <${Quality} quality=${seat.quality} />
    ${can && html`<div class="supervise-buttons">
      ${MODES.map((mode) => html`<button type="button" key=${mode} class=${`btn btn-sm ${mine && by.mode === mode ? "btn-warning" : "btn-outline-secondary"}`} aria-pressed=${Boolean(mine && by.mode === mode)} onClick=${() => set(mode)}>${t(`supervise.${mode}`)}</button>`)}
      ${mine && html`<button type="button" class="btn btn-sm btn-outline-secondary" onClick=${() => set("off")}>${t("supervise.off")}</button>`}
      ${seat.state === "talking" && html`<button type="button" class="btn btn-sm btn-outline-danger" onClick=${takeOver}>${t("supervise.take_over")}</button>`}
    </div>`}
  </div>`;
}
