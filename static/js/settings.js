// One campaign's settings: grouped by the question they answer, saved together, every change on record.

import { signal } from "@preact/signals";
import { html, mount } from "./html.js";
import { facts, post, t } from "./page.js";
import { time } from "./format.js";
import { Control, unitOf } from "./setting_controls.js";

const sheet = signal(facts);
const edits = signal({});
const fault = signal(null);
const saved = signal(false);

const base = `/campaigns/${facts.id}/settings`;

async function tell(url, body) {
  const answer = await post(url, body);
  fault.value = answer.ok ? null : answer.error;
  saved.value = answer.ok;
  if (answer.ok) {
    sheet.value = answer.sheet;
    edits.value = {};
  }
}

function edit(setting, value) {
  const { [setting.key]: _old, ...rest } = edits.value;
  saved.value = false;
  edits.value = value === setting.value ? rest : { ...rest, [setting.key]: value };
}

function nameOf(key) {
  return key.startsWith("minutes.") ? t("setting.minutes", { outcome: t(`outcome.${key.slice(8)}`) }) : t(`setting.${key}`);
}

function effectOf(key) {
  return key.startsWith("minutes.") ? "" : t(`setting.${key}.effect`);
}

function shown(setting, value) {
  if (value === null || value === undefined) return t("settings.not_set");
  if (setting.kind === "flag") return t(value ? "settings.yes" : "settings.no");
  if (setting.kind === "choice") return t(`setting.${setting.key}.${value}`);
  if (setting.kind === "share") return `${(value * 100).toFixed(1)} %`;
  if (setting.kind === "hours") return value === "closed" ? t("settings.closed") : value;
  return `${value} ${unitOf(setting)}`.trim();
}

function Line({ setting }) {
  const isEdited = setting.key in edits.value;
  const value = isEdited ? edits.value[setting.key] ?? setting.default : setting.value;
  return html`<div class=${isEdited ? "setting is-edited" : "setting"} data-setting=${setting.key}>
    <label for=${`s-${setting.key}`}>${nameOf(setting.key)}</label>
    <div class="setting-value"><${Control} setting=${setting} value=${value} change=${(next) => edit(setting, next)} /></div>
    <p class="setting-about">${effectOf(setting.key)} <span class="text-body-secondary">${t("settings.default", { value: shown(setting, setting.default) })}
      ${setting.changed_by && ` · ${t("settings.changed", { who: setting.changed_by, when: time(setting.changed_at) })}`}</span>
      ${!setting.is_default && !isEdited && html` <button type="button" class="btn btn-link btn-sm" onClick=${() => edit(setting, null)}>${t("settings.to_default")}</button>`}</p>
  </div>`;
}

function Question({ group }) {
  return html`<section class="panel" aria-labelledby=${`q-${group.question}`}>
    <h2 id=${`q-${group.question}`}>${t(`settings.q_${group.question}`)}</h2>
    ${group.settings.map((setting) => html`<${Line} key=${setting.key} setting=${setting} />`)}
  </section>`;
}

function History({ rows, lines }) {
  const setting = (key) => lines.find((line) => line.key === key) ?? { key, kind: "text", unit: "" };
  return html`<section class="panel"><h2>${t("settings.history")}</h2>
    ${rows.length === 0 && html`<p class="text-body-secondary">${t("settings.no_history")}</p>`}
    <ol class="changes">${rows.map((row) => html`<li key=${row.id} data-change=${row.id}><p><strong>${row.by}</strong> <time>${time(row.at)}</time></p>
      <ul>${Object.keys(row.after).map((key) => html`<li key=${key}>${nameOf(key)}: <del>${shown(setting(key), row.before[key])}</del> → <ins>${shown(setting(key), row.after[key])}</ins></li>`)}</ul>
      <button class="btn btn-sm btn-outline-secondary" onClick=${() => tell(`${base}/${row.id}/take-back`)}>${t("settings.take_back")}</button></li>`)}</ol>
  </section>`;
}

function Faults({ faults }) {
  return faults.length > 0 && html`<ul class="alert alert-warning setting-faults">${faults.map((f) => html`<li key=${f.code + f.key}>${f.text}</li>`)}</ul>`;
}

function SaveBar() {
  const changed = Object.keys(edits.value).length;
  return html`<div class="save-bar" role="status">
    ${fault.value && html`<div class="alert alert-danger" role="alert" id="fault">${fault.value.text}</div>`}
    <span>${changed ? t("settings.unsaved", { changed }) : saved.value ? t("settings.saved") : t("settings.from_next_call")}</span>
    <button class="btn btn-primary" id="save" disabled=${!changed} onClick=${() => tell(base, { changes: edits.value })}>${t("settings.save")}</button>
    <button class="btn btn-outline-secondary" disabled=${!changed} onClick=${() => { edits.value = {}; fault.value = null; }}>${t("settings.drop")}</button>
  </div>`;
}

function Page() {
  const { name, creditor, questions, history, faults, pack } = sheet.value;
  return html`<div class="settings-page">
    <header><a href="/campaigns">← ${t("nav.campaigns")}</a><h1>${name}</h1><p class="text-body-secondary">${t("settings.lead", { creditor, pack })}</p></header>
    <${Faults} faults=${faults} />
    <div class="settings-columns"><form onSubmit=${(event) => event.preventDefault()}>${questions.map((group) => html`<${Question} key=${group.question} group=${group} />`)}</form>
    <aside><${History} rows=${history} lines=${questions.flatMap((group) => group.settings)} /></aside></div>
    <${SaveBar} />
  </div>`;
}

mount(html`<${Page} />`);
