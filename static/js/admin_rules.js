// Rule packs with their sources, creditors with their agreements, trunks as config.toml has them.

import { html } from "./html.js";
import { t } from "./page.js";
import { Frame, fields, useData } from "./admin_data.js";

const CHANNELS = ["voice", "sms", "email", "letter", "visit"];
const share = (value) => `${Math.round(value * 1000) / 10} %`;

function Pack({ pack }) {
  return html`<article class="pack" data-pack=${pack.name}><h2>${pack.name} <small>${pack.version}</small>${pack.in_force && html` <span class="badge state-badge state-running">${t("rules.in_force")}</span>`}</h2>
    <p class=${pack.stale ? "bad" : "hint"}>${t(pack.stale ? "rules.stale" : "rules.verified", { day: pack.verified_on })} · ${t("rules.abandon", { hard: share(pack.abandon.hard), target: share(pack.abandon.target), formula: pack.abandon.formula, window: pack.abandon.window })}</p>
    <table class="table table-sm"><thead><tr><th>${t("rules.cap")}</th><th class="num">${t("rules.limit")}</th><th class="num">${t("rules.days")}</th><th>${t("rules.source")}</th></tr></thead>
    <tbody>${pack.caps.map((cap) => html`<tr key=${cap.code}><td>${t(`block.${cap.code}`)} <code>${cap.code}</code></td><td class="num">${cap.limit}</td><td class="num">${cap.days || "—"}</td><td>${cap.citation}</td></tr>`)}</tbody></table></article>`;
}

export function Rules() {
  const [data, fault] = useData("/admin/data/rules");
  return html`<${Frame} data=${data} fault=${fault}>${data && html`<div><p class="hint">${t("rules.lead")}</p>${data.packs.map((pack) => html`<${Pack} key=${pack.name} pack=${pack} />`)}</div>`}<//>`;
}

function Agree({ creditor, send }) {
  const add = async (event) => {
    event.preventDefault();
    const form = event.target;
    const given = fields(form);
    const part = (text) => (text === "" ? null : Number(text) / 100);
    const answer = await send("/admin/agreements", {
      creditor_id: creditor.id, name: given.name, starts_on: given.starts_on, ends_on: given.ends_on || null,
      channels: CHANNELS.filter((channel) => given[channel] === "on"), waive_share_max: part(given.waive) ?? 0,
      waive_share_supervisor: part(given.supervisor), balance_days_max: given.days ? Number(given.days) : null,
    });
    if (answer.ok) form.reset();
  };
  return html`<details class="ask"><summary>${t("agree.add")}</summary><form class="admin-form" onSubmit=${add}>
    <label class="field">${t("agree.name")}<input name="name" required maxlength="60" class="form-control form-control-sm" /></label>
    <label class="field">${t("agree.starts")}<input name="starts_on" type="date" required class="form-control form-control-sm" /></label>
    <label class="field">${t("agree.ends")}<input name="ends_on" type="date" class="form-control form-control-sm" /></label>
    <label class="field">${t("agree.waive")}<input name="waive" type="number" min="0" max="99" step="0.1" value="0" class="form-control form-control-sm" /></label>
    <label class="field">${t("agree.supervisor")}<input name="supervisor" type="number" min="0" max="99" step="0.1" class="form-control form-control-sm" /></label>
    <label class="field">${t("agree.days")}<input name="days" type="number" min="1" max="365" class="form-control form-control-sm" /></label>
    <fieldset class="field whole"><legend class="label">${t("agree.channels")}</legend>${CHANNELS.map((channel) => html`<label key=${channel} class="tick"><input type="checkbox" name=${channel} checked=${channel === "voice"} /> ${t(`channel.${channel}`)}</label> `)}</fieldset>
    <button class="btn btn-sm btn-primary">${t("agree.add")}</button></form></details>`;
}

export function Creditors() {
  const [data, fault, send] = useData("/admin/data/creditors");
  return html`<${Frame} data=${data} fault=${fault}>${data && (data.creditors.length === 0 ? html`<p>${t("agree.no_creditors")}</p>` : data.creditors.map((creditor) => html`<article key=${creditor.id} class="pack" data-creditor=${creditor.id}><h2>${creditor.name} <small>${t("agree.promise_days", { days: creditor.promise_days_max })}</small></h2>
    ${creditor.agreements.length === 0 ? html`<p class="text-body-secondary">${t("agree.none")}</p>` : html`<table class="table table-sm"><thead><tr><th>${t("agree.name")}</th><th>${t("agree.starts")}</th><th>${t("agree.ends")}</th><th>${t("agree.channels")}</th><th class="num">${t("agree.waive")}</th><th class="num">${t("agree.supervisor")}</th><th>${t("agree.narrowing")}</th></tr></thead>
    <tbody>${creditor.agreements.map((a) => html`<tr key=${a.id}><td>${a.name}</td><td>${a.starts_on}</td><td>${a.ends_on ?? "—"}</td><td>${a.channels.map((channel) => t(`channel.${channel}`)).join(" · ")}</td><td class="num">${share(a.waive_share_max)}</td><td class="num">${a.waive_share_supervisor === null ? t("agree.any") : share(a.waive_share_supervisor)}</td><td><code>${Object.keys(a.narrowing).join(", ") || "—"}</code></td></tr>`)}</tbody></table>`}
    <${Agree} creditor=${creditor} send=${send} /></article>`))}<//>`;
}

export function Trunks() {
  const [data, fault] = useData("/admin/data/trunks");
  return html`<${Frame} data=${data} fault=${fault}>${data && html`<div><p class="hint">${t("trunks.lead")}</p>
    ${data.trunks.length === 0 ? html`<p>${t("trunks.none")}</p>` : html`<table class="table table-sm"><thead><tr><th>${t("trunks.name")}</th><th>${t("trunks.proxy")}</th><th class="num">${t("trunks.channels")}</th><th class="num">${t("trunks.cps")}</th><th class="num">${t("trunks.numbers")}</th></tr></thead>
    <tbody>${data.trunks.map((trunk) => html`<tr key=${trunk.name}><td>${trunk.name}</td><td><code>${trunk.proxy}</code></td><td class="num">${trunk.channels}</td><td class="num">${trunk.calls_per_second}</td><td class="num">${trunk.numbers}</td></tr>`)}</tbody></table>`}</div>`}<//>`;
}
