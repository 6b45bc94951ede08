// What to say: the script's steps with the debtor's data, and what people answer with where it leads.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html, icon } from "./html.js";
import { facts, t } from "./page.js";
import { money } from "./format.js";
import { change, form } from "./form.js";

const guide = signal("");

function fill(text, words) {
  const said = { ...words, balance: words.balance === undefined ? "" : money(words.balance), agency: facts.agency || t("script.agency") };
  return text.replace(/\{(\w+)\}/g, (whole, name) => said[name] || (name in said ? "—" : whole));
}

function stepsOf(call) {
  const { steps, words } = call.script;
  if (steps.length > 0) return steps.map((step) => ({ title: step.title, text: fill(step.text, words) }));
  const opening = { title: t("script.opening_title"), text: t("identity.script", words) };
  if (!call.debt) return [opening];
  return [opening, ...facts.script_steps.map((key) => ({ title: t(`script.${key}_title`), text: fill(t(`script.${key}`), words) }))];
}

export function Say({ call, outcomes }) {
  useEffect(() => () => { guide.value = ""; }, []); // the next person says something else
  const chosen = facts.guides.find((one) => one.key === guide.value);
  const steps = stepsOf(call);
  return html`<section class="say" aria-label=${t("script.title")}>
    <div class="say-text" tabindex="0" role="group" aria-label=${t("script.title")} data-scrolls>
      ${chosen && html`<div class="guide" id="guide"><p class="guide-say">${t(`guide.${chosen.key}.say`)}</p><p class="hint">${t(`guide.${chosen.key}.mind`)}</p>
        <div>${t("guide.leads")} ${chosen.outcomes.map((code) => html`<${Leads} key=${code} code=${code} call=${call} outcome=${outcomes.find((one) => one.code === code)} />`)}
        ${chosen.stops && html`<span class="stop-note">${icon("warning")} ${t("guide.stops")}</span>`}</div></div>`}
      <ol class="script">${steps.map((step, nth) => html`<li key=${nth} class=${call.debt && nth === 0 ? "is-said" : ""}><b>${step.title}</b><span>${step.text}</span></li>`)}</ol>
    </div>
    <div class="guides" role="group" aria-label=${t("guide.title")}><span class="group-name">${t("guide.title")}</span>
      ${facts.guides.map((one) => html`<button type="button" key=${one.key} data-guide=${one.key} aria-expanded=${guide.value === one.key} class="chip ${one.stops ? "stops" : ""} ${guide.value === one.key ? "is-chosen" : ""}"
        onClick=${() => { guide.value = guide.value === one.key ? "" : one.key; }}>${t(`guide.${one.key}`)}</button>`)}</div>
  </section>`;
}

function Leads({ code, call, outcome }) {
  const locked = outcome.needs_identity && !call.identity_confirmed;
  return html`<button type="button" class="chip ${form.value?.code === code ? "is-chosen" : ""}" data-leads=${code} disabled=${locked} onClick=${() => change({ code })}>${t(`outcome.${code}`)}</button>`;
}
