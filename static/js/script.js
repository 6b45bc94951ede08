// A campaign's script: its steps, what they look like with invented data, and who changed it.

import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { html, mount } from "./html.js";
import { facts, language, post, t } from "./page.js";
import { dayTime } from "./format.js";

// Nobody's data; the number of a contract that does not exist.
const SAMPLES = {
  "zh-CN": { name: "张样例", agent: "李坐席", staff_no: "0017", agency: facts.agency || "示例机构", creditor: facts.creditor, product: "消费分期", contract_tail: "0000", balance: "¥1,234.50", overdue_days: "12", as_of: "2026-11-30" },
  en: { name: "Sam Sample", agent: "Lee Agent", staff_no: "0017", agency: facts.agency || "Sample Agency", creditor: facts.creditor, product: "instalment plan", contract_tail: "0000", balance: "¥1,234.50", overdue_days: "12", as_of: "30 November 2026" },
};
const base = `/campaigns/${facts.id}/script`;
const sheet = signal(facts);
const steps = signal(facts.steps);
const fault = signal("");
const isSaved = signal(false);

const isChanged = () => JSON.stringify(steps.value) !== JSON.stringify(sheet.value.steps);

async function tell(url, body) {
  const answer = await post(url, body);
  fault.value = answer.ok ? "" : answer.error.text;
  isSaved.value = answer.ok;
  if (answer.ok) {
    sheet.value = answer.sheet;
    steps.value = answer.sheet.steps;
  }
}

function edit(next) {
  steps.value = next;
  isSaved.value = false;
}

const allowed = (nth) => (nth === 0 ? facts.opening_words : [...facts.opening_words, ...facts.debt_words]);

/** Text and filled-in words; what cannot be filled in stands out before anybody saves. */
function Filled({ text, nth, sample }) {
  return text.split(/(\{[^{}]*\})/).map((part, at) => {
    const word = /^\{(.*)\}$/.exec(part)?.[1];
    if (word === undefined) return part;
    return allowed(nth).includes(word) ? html`<mark key=${at}>${sample[word]}</mark>` : html`<mark key=${at} class="is-wrong">${part}</mark>`;
  });
}

function Step({ step, nth }) {
  const box = useRef(null);
  const change = (more) => edit(steps.value.map((one, other) => (other === nth ? { ...one, ...more } : one)));
  function insert(word) {
    const { selectionStart: from, selectionEnd: to } = box.current;
    change({ text: `${step.text.slice(0, from)}{${word}}${step.text.slice(to)}` });
    box.current.focus();
  }
  const up = () => edit(steps.value.map((one, other) => steps.value[other === nth ? nth - 1 : other === nth - 1 ? nth : other]));
  return html`<fieldset class="script-step" data-step=${nth + 1}><legend>${t("scripts.step", { number: nth + 1 })}${nth === 0 && html` <small>${t("scripts.opening")}</small>`}</legend>
    <label>${t("scripts.title")}<input class="form-control form-control-sm" maxlength=${facts.limits.title} value=${step.title} onInput=${(event) => change({ title: event.target.value })} /></label>
    <label>${t("scripts.text")}<textarea ref=${box} class="form-control" rows="3" maxlength=${facts.limits.text} value=${step.text} onInput=${(event) => change({ text: event.target.value })}></textarea></label>
    <p class="insert">${t("scripts.insert")} ${allowed(nth).map((word) => html`<button type="button" key=${word} class="btn btn-sm btn-outline-secondary" data-insert=${word} onClick=${() => insert(word)}>${t(`scripts.word_${word}`)}</button>`)}</p>
    <p>${nth > 0 && html`<button type="button" class="btn btn-sm btn-link" onClick=${up}>${t("scripts.up")}</button>`}<button type="button" class="btn btn-sm btn-link" onClick=${() => edit(steps.value.filter((_, other) => other !== nth))}>${t("scripts.drop")}</button></p>
  </fieldset>`;
}

function Editor() {
  const isFull = steps.value.length >= facts.limits.steps;
  return html`<form class="panel" onSubmit=${(event) => event.preventDefault()}>
    ${steps.value.length === 0 && html`<p>${t("scripts.shipped")}</p><p>${Object.keys(facts.shipped).sort((a, b) => (b === language) - (a === language)).map((code) => html`<button type="button" key=${code} class="btn btn-sm btn-outline-primary" data-act="shipped" onClick=${() => edit(facts.shipped[code])}>${t(`scripts.start_from_${code}`)}</button> `)}</p>`}
    ${steps.value.map((step, nth) => html`<${Step} key=${nth} step=${step} nth=${nth} />`)}
    <p><button type="button" class="btn btn-sm btn-outline-primary" disabled=${isFull} onClick=${() => edit([...steps.value, { title: "", text: "" }])}>${t("scripts.add")}</button>
      ${steps.value.length > 0 && html` <button type="button" class="btn btn-sm btn-link" onClick=${() => edit([])}>${t("scripts.to_shipped")}</button>`}</p>
  </form>`;
}

function Preview() {
  return html`<section class="panel"><h2>${t("scripts.preview")}</h2>${Object.entries(SAMPLES).map(([code, sample]) => html`<h3 key=${code}>${t(`scripts.preview_${code}`)}</h3>
    <ol class="script-preview" data-preview=${code}>${(steps.value.length ? steps.value : facts.shipped[code]).map((step, nth) => html`<li key=${nth}><b>${step.title}</b><span><${Filled} text=${step.text} nth=${nth} sample=${sample} /></span></li>`)}</ol>`)}</section>`;
}

function History() {
  return html`<section class="panel"><h2>${t("scripts.history")}</h2>${sheet.value.history.length === 0 && html`<p class="text-body-secondary">${t("scripts.no_history")}</p>`}
    <ol class="changes">${sheet.value.history.map((row) => html`<li key=${row.id} data-change=${row.id}><p><strong>${row.by}</strong> <time>${dayTime(row.at)}</time> ${row.after.script.length ? t("scripts.steps_now", { steps: row.after.script.length }) : t("scripts.back_to_shipped")}</p>
      <button class="btn btn-sm btn-outline-secondary" onClick=${() => tell(`${base}/${row.id}/take-back`)}>${t("settings.take_back")}</button></li>`)}</ol></section>`;
}

function Page() {
  const changed = isChanged();
  return html`<div class="settings-page"><header><a href="/campaigns">← ${t("nav.campaigns")}</a><h1>${facts.name} · ${t("nav.script")}</h1><p class="text-body-secondary">${t("scripts.lead", { creditor: facts.creditor })}</p></header>
    <div class="script-columns"><${Editor} /><aside><${Preview} /><${History} /></aside></div>
    <div class="save-bar" role="status">${fault.value && html`<div class="alert alert-danger" role="alert" id="fault">${fault.value}</div>`}
      <span>${t(changed ? "scripts.unsaved" : isSaved.value ? "scripts.saved" : "scripts.in_use")}</span>
      <button class="btn btn-primary" id="save" disabled=${!changed} onClick=${() => tell(base, { steps: steps.value })}>${t("scripts.save")}</button>
      <button class="btn btn-outline-secondary" disabled=${!changed} onClick=${() => { edit(sheet.value.steps); fault.value = ""; }}>${t("scripts.revert")}</button></div>
  </div>`;
}

mount(html`<${Page} />`);
