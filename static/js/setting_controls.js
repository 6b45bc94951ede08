// The right control for each kind of setting. An empty number means: the default.

import { html } from "./html.js";
import { t } from "./page.js";

export function unitOf(setting) {
  return setting.kind === "share" ? "%" : setting.unit ? t(`unit.${setting.unit}`) : "";
}

function Number_({ setting, value, change }) {
  const scale = setting.kind === "share" ? 100 : 1;
  const round = (number) => Number((number * scale).toFixed(4));
  const read = (text) => (text === "" ? null : Number((Number(text) / scale).toFixed(6)));
  return html`<input class="form-control" type="number" id=${`s-${setting.key}`} value=${value === null ? "" : round(value)}
    min=${round(setting.low)} max=${round(setting.high)} step=${setting.kind === "whole" ? 1 : "any"}
    onInput=${(event) => change(read(event.target.value))} /><span class="unit">${unitOf(setting)}</span>`;
}

function Choice({ setting, value, change }) {
  return html`<select class="form-select" id=${`s-${setting.key}`} onChange=${(event) => change(event.target.value)}>
    ${setting.choices.map((choice) => html`<option key=${choice} value=${choice} selected=${choice === value}>${t(`setting.${setting.key}.${choice}`)}</option>`)}</select>`;
}

function Flag({ setting, value, change }) {
  return html`<div class="form-check form-switch"><input class="form-check-input" type="checkbox" role="switch" id=${`s-${setting.key}`} checked=${value}
    onChange=${(event) => change(event.target.checked)} /></div>`;
}

const HALF_HOURS = Array.from({ length: 48 }, (_, n) => `${String(n >> 1).padStart(2, "0")}:${n % 2 ? "30" : "00"}`);

// A list, not a time field: browsers show that with am and pm where the system is set so.
function Clock({ id, at, label, disabled, set }) {
  const times = HALF_HOURS.includes(at) ? HALF_HOURS : [...HALF_HOURS, at].sort();
  return html`<select class="form-select" id=${id} aria-label=${label} disabled=${disabled} onChange=${(event) => set(event.target.value)}>
    ${times.map((time) => html`<option key=${time} value=${time} selected=${time === at}>${time}</option>`)}</select>`;
}

function Hours({ setting, value, change }) {
  const closed = value === "closed";
  const [opens, closes] = closed ? ["08:00", "20:00"] : value.split("-");
  return html`<div class="setting-hours"><${Clock} id=${`s-${setting.key}`} at=${opens} label=${t("settings.opens")} disabled=${closed} set=${(at) => change(`${at}-${closes}`)} />
    – <${Clock} at=${closes} label=${t("settings.closes")} disabled=${closed} set=${(at) => change(`${opens}-${at}`)} />
    <label><input type="checkbox" checked=${closed} onChange=${(event) => change(event.target.checked ? "closed" : `${opens}-${closes}`)} /> ${t("settings.closed")}</label></div>`;
}

const CONTROLS = { whole: Number_, share: Number_, weight: Number_, choice: Choice, flag: Flag, hours: Hours };

export function Control(props) {
  return html`<${CONTROLS[props.setting.kind]} ...${props} />`;
}
