// The keyboard of the desk. One listener; a key means something only where its place is on the screen
// (data-key), never while somebody types, and never when keys are turned off.

import { signal } from "@preact/signals";
import { view } from "./live.js";
import { save } from "./form.js";

export const AMOUNT_KEYS = [..."asdfghjkl"];
export const DAY_KEYS = [..."qwertyuiop"];
export const sheet = signal(false); // the list of keys, and their settings

const typesInto = (place) => /^(input|textarea|select)$/i.test(place.tagName) && !/^(radio|checkbox)$/i.test(place.type ?? "");

function press(event) {
  const desk = view.value;
  if (event.key === "Escape") {
    if (sheet.value) sheet.value = false;
    else if (typesInto(event.target)) event.target.blur();
    return;
  }
  if (event.key === "Enter" && event.ctrlKey && desk?.call) return done(event, save(desk.call, desk.outcomes));
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typesInto(event.target) || sheet.value) return;
  if (event.key === "Enter") {
    if (desk?.call && !event.target.closest("button, a, summary, dialog")) done(event, save(desk.call, desk.outcomes));
    return;
  }
  if (!desk?.choice.keys_on || (event.shiftKey && /^[a-z]$/i.test(event.key))) return; // Shift and a letter: the line (call_controls.js)
  if (event.key === "?") return done(event, (sheet.value = true));
  if (event.key.startsWith("Arrow")) return step(event);
  const code = desk.choice.keys[event.key];
  const place = code ? `[data-code="${code}"]` : `[data-key="${CSS.escape(event.key.toLowerCase())}"]`;
  const found = document.querySelector(`${place}:not(:disabled)`);
  if (!found) return;
  if (found.id === "note") found.focus();
  else found.click();
  done(event);
}

/** Left and right move the day, up and down the amount. */
function step(event) {
  const row = document.querySelector(event.key === "ArrowLeft" || event.key === "ArrowRight" ? "[data-row=day]" : "[data-row=amount]");
  if (!row || event.target.closest("[data-scrolls]")) return;
  const all = [...row.querySelectorAll("button")];
  const now = all.findIndex((button) => button.getAttribute("aria-checked") === "true");
  const next = all[now + (event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : -1)];
  if (next) next.click();
  done(event);
}

function done(event) {
  event.preventDefault();
}

document.addEventListener("keydown", press);
