// The outcome of a call: one code, a note, and what the code needs. Digits choose, Enter confirms.

import { html, icon } from "./html.js";
import { t } from "./page.js";
import { now, view } from "./live.js";
import { change, codeNow, fault, form, isKept, save, saving } from "./form.js";
import { AMOUNT_KEYS } from "./keys.js";
import { PromiseGrid } from "./promise_grid.js";
import { dayTime } from "./format.js";

export function OutcomeForm({ call, outcomes }) {
  if (call.outcome) {
    return html`<section class="outcome outcome-done"><p class="alert alert-success" role="status">${icon("check")} ${t("outcome.saved", { name: t(`outcome.${call.outcome}`) })}</p></section>`;
  }
  if (!form.value) return null;
  const code = codeNow(call);
  const chosen = outcomes.find((outcome) => outcome.code === code);
  const groups = [...new Set(outcomes.map((outcome) => outcome.group))];
  const digitOf = Object.fromEntries(Object.entries(view.value.choice.keys).map(([digit, of]) => [of, digit]));
  const suggested = !form.value.code && call.suggestion;
  return html`<form class="outcome" aria-label=${t("outcome.title")} onSubmit=${(event) => { event.preventDefault(); save(call, outcomes); }}>
    <div class="codes">${groups.map((group) => html`<div key=${group} class=${`group group-${group}`} role="group" aria-label=${t(`group.${group}`)}>
      ${outcomes.filter((outcome) => outcome.group === group).map((outcome) => html`<${Code} key=${outcome.code} outcome=${outcome} call=${call} code=${code} digit=${view.value.choice.keys_on ? digitOf[outcome.code] : ""} outcomes=${outcomes} />`)}</div>`)}</div>
    <div class="details">
      ${code === "PTP" && call.debt && html`<${PromiseGrid} call=${call} />`}
      ${chosen?.callback && html`<${Callback} />`}
      <p class="form-foot" role="status">${suggested ? html`${icon("check")} ${t("outcome.suggested", { name: t(`outcome.${code}`), why: t(`suggest.${suggested.why}`) })}` : ""}</p>
    </div>
    <div class="outcome-end">
      <div class="note-box"><textarea class="form-control" rows="2" maxlength="2000" id="note" data-key="n" aria-label=${t("outcome.note")} placeholder=${t("outcome.note_hint")} value=${form.value.note} onInput=${(event) => change({ note: event.target.value })}></textarea><small data-draft=${isKept.value ? "kept" : "sending"}>${form.value.note || form.value.code ? t(isKept.value ? "outcome.draft_kept" : "outcome.draft_sending") : ""}</small></div>
      <button class="btn btn-primary" id="save-outcome" disabled=${!code || saving.value}>${saving.value ? t("outcome.saving") : html`<span>${t("outcome.save")} <kbd>↵</kbd></span><small>${code ? t(`outcome.${code}`) : t("outcome.none")}</small>`}</button>
    </div>
    ${fault.value && html`<div class="alert alert-danger" role="alert">${fault.value}</div>`}
  </form>`;
}

function Code({ outcome, call, code, digit, outcomes }) {
  const locked = outcome.needs_identity && !call.identity_confirmed;
  const is = code === outcome.code;
  function press(event) {
    if (is && form.value.code && event.isTrusted && event.detail === 0) save(call, outcomes); // Enter on the chosen one
    else change({ code: outcome.code });
  }
  return html`<button type="button" data-code=${outcome.code} class="chip code ${is ? "is-chosen" : ""}" aria-pressed=${is} disabled=${locked}
    title=${locked ? t("refusal.identity_first") : ""} onClick=${press}>${digit && html`<kbd>${digit}</kbd>`}${t(`outcome.${outcome.code}`)}</button>`;
}

const HOUR = 3_600_000;

/** Local time as the field wants it. */
function fieldTime(at) {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

function tomorrowAt(hour) {
  const day = new Date(now.value);
  day.setDate(day.getDate() + 1);
  day.setHours(hour, 0, 0, 0);
  return day.getTime();
}

function Callback() {
  const fields = form.value;
  const times = [now.value + HOUR, now.value + 3 * HOUR, tomorrowAt(10), tomorrowAt(15)].map((at) => fieldTime(at - (at % 300_000)));
  return html`<div class="promise callback">
    <div class="chips" data-row="amount" role="group" aria-label=${t("outcome.callback_at")}>
      ${times.map((at, nth) => html`<button type="button" key=${nth} data-key=${AMOUNT_KEYS[nth]} class="pick ${fields.callback_at === at ? "is-chosen" : ""}" aria-pressed=${fields.callback_at === at} onClick=${() => change({ callback_at: at })}>
        <small>${t(`callback.${nth}`)}</small><b>${dayTime(at)}</b><kbd>${AMOUNT_KEYS[nth].toUpperCase()}</kbd></button>`)}
      <label class="pick pick-own"><small>${t("outcome.callback_at")}</small><input type="datetime-local" id="callback-at" value=${fields.callback_at} onInput=${(event) => change({ callback_at: event.target.value })} /></label>
    </div>
    <div class="chips" role="radiogroup" aria-label=${t("own.who_calls")}><span class="group-name">${t("own.who_calls")}</span>${["yes", "no"].map((mine) => html`<button type="button" key=${mine} role="radio" data-mine=${mine} aria-checked=${fields.callback_mine === mine}
      class="chip ${fields.callback_mine === mine ? "is-chosen" : ""}" onClick=${() => change({ callback_mine: mine })}>${t(mine === "yes" ? "own.mine" : "own.anyone")}</button>`)}</div>
  </div>`;
}
