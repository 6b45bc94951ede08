// The promise as choices: every amount and every day here is within the creditor's authority, because the
// server computed them with the rules that decide. One key for the amount, one for the day.

import { html } from "./html.js";
import { t } from "./page.js";
import { money } from "./format.js";
import { change, chosenAmount, defaultDay, form } from "./form.js";
import { dayLabel, longDay } from "./format.js";
import { AMOUNT_KEYS, DAY_KEYS } from "./keys.js";

const nameOf = (one) => (one.kind === "plan" ? t("promise.plan", { periods: one.periods }) : t(`promise.${one.kind}`));

export function PromiseGrid({ call }) {
  const { amounts, days, amount_max_minor, due_from, due_to } = call.debt.promise;
  const fields = form.value;
  const due = fields.due_on || defaultDay(call);
  const custom = fields.choice === "custom";
  return html`<div class="promise">
    <div class="chips" data-row="amount" role="radiogroup" aria-label=${t("promise.what")}>
      ${amounts.map((one, nth) => html`<button type="button" key=${one.key} role="radio" data-amount=${one.key} data-key=${AMOUNT_KEYS[nth]} aria-checked=${!custom && chosenAmount(call).key === one.key}
        class="pick ${!custom && chosenAmount(call).key === one.key ? "is-chosen" : ""}" onClick=${() => change({ code: "PTP", choice: one.key, due_on: due })}>
        <small>${nameOf(one)}</small><b>${money(one.amount_minor)}</b><kbd>${AMOUNT_KEYS[nth].toUpperCase()}</kbd></button>`)}
      <label class="pick pick-own ${custom ? "is-chosen" : ""}"><small>${t("promise.own")}</small>
        <input id="promise-amount" inputmode="decimal" autocomplete="off" aria-label=${t("promise.amount")} value=${fields.amount} placeholder="0.00"
          onInput=${(event) => change({ code: "PTP", choice: "custom", amount: event.target.value, due_on: due })} /></label>
    </div>
    <div class="chips days" data-row="day" role="radiogroup" aria-label=${t("promise.due_on")}>
      ${days.map((day, nth) => html`<button type="button" key=${day.on} role="radio" data-day=${day.on} data-key=${DAY_KEYS[nth] ?? ""} aria-checked=${due === day.on} aria-label=${longDay(day.on)}
        class="pick ${due === day.on ? "is-chosen" : ""} ${day.is_off ? "is-off" : ""}" onClick=${() => change({ code: "PTP", due_on: day.on })}>
        <small>${dayLabel(day.on).weekday}</small><b>${dayLabel(day.on).day}</b>${DAY_KEYS[nth] && html`<kbd>${DAY_KEYS[nth].toUpperCase()}</kbd>`}</button>`)}
    </div>
    <blockquote class="read-back" aria-live="polite">${readBack(call, due)}</blockquote>
    ${custom && html`<p class="hint">${t("promise.limits", { amount: money(amount_max_minor), from: due_from, to: due_to })}</p>`}
  </div>`;
}

function readBack(call, due) {
  const fields = form.value;
  const day = longDay(due);
  if (fields.choice === "custom") return t("promise.read_back", { day, amount: fields.amount ? `¥${fields.amount}` : "…" });
  const one = chosenAmount(call);
  const words = { day, amount: money(one.amount_minor), periods: one.periods, waived: money(one.waived_minor) };
  if (one.kind === "plan") return t("promise.read_back_plan", words);
  return t(one.kind === "settle" ? "promise.read_back_settle" : "promise.read_back", words);
}
