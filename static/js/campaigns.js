// The manager's page: make a campaign, give it a file, start it; see what became of every row.

import { useEffect, useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { html, mount } from "./html.js";
import { facts, get, post, t } from "./page.js";
import { view, watch } from "./live.js";
import { time } from "./format.js";
import { Waterfall } from "./waterfall.js";
import { Screening } from "./screening.js";
import { Mapping, Reading } from "./mapping.js";

const fault = signal("");

async function tell(url, body, headers) {
  const answer = await post(url, body, headers);
  fault.value = answer.ok ? "" : answer.error.text;
  return answer.ok;
}

function NewCampaign({ creditors }) {
  async function create(event) {
    event.preventDefault();
    const form = event.target;
    const body = { name: form.name.value, creditor: form.creditor.value, ring_seconds: Number(form.ring_seconds.value) };
    if (await tell("/campaigns", body)) form.reset();
  }
  return html`<form class="panel new-campaign" onSubmit=${create}>
    <h2>${t("campaigns.new")}</h2>
    <label class="field">${t("campaigns.name")}<input class="form-control" name="name" required maxlength="60" /></label>
    <label class="field">${t("campaigns.creditor")}<input class="form-control" name="creditor" list="creditors" required maxlength="60" />
      <datalist id="creditors">${creditors.map((name) => html`<option value=${name} />`)}</datalist></label>
    <label class="field">${t("campaigns.ring_seconds")}<input class="form-control" name="ring_seconds" type="number" min="15" max="45" value="30" /></label>
    <button class="btn btn-primary">${t("campaigns.create")}</button>
  </form>`;
}

function Numbers({ numbers }) {
  async function add(event) {
    event.preventDefault();
    const form = event.target;
    const list = form.numbers.value.split(/[\s,，;；]+/).filter(Boolean);
    if (list.length && (await tell("/numbers", { numbers: list }))) form.reset();
  }
  return html`<form class="panel" onSubmit=${add}>
    <h2>${t("campaigns.pool")} <small>${numbers.length}</small></h2>
    <p class="numbers">${numbers.length ? numbers.map((n) => html`<code key=${n}>${n}</code> `) : t("campaigns.pool_empty")}</p>
    <label class="field">${t("campaigns.pool_add")}<input class="form-control" name="numbers" required /></label>
    <button class="btn btn-outline-primary btn-sm">${t("campaigns.add")}</button>
  </form>`;
}

function Campaign({ campaign }) {
  const done = campaign.entries ? Math.round((campaign.done / campaign.entries) * 100) : 0;
  const running = campaign.state === "running";
  return html`<article class="panel campaign" data-campaign=${campaign.id}>
    <header><h3>${campaign.name}</h3><span class=${`badge state-badge state-${campaign.state}`}>${t(`campaign.${campaign.state}`)}</span>
      <div class="actions">${running
        ? html`<button class="btn btn-warning" data-act="pause" onClick=${() => tell(`/campaigns/${campaign.id}/pause`)}>${t("campaigns.pause")}</button>`
        : html`<button class="btn btn-success" data-act="start" onClick=${() => tell(`/campaigns/${campaign.id}/start`)}>${t("campaigns.start")}</button>`}</div></header>
    <p class="text-body-secondary">${campaign.creditor} · ${t("campaigns.rings", { seconds: campaign.ring_seconds })} · <a href=${`/campaigns/${campaign.id}/settings`} data-act="settings">${t("nav.settings")}</a> · <a href=${`/campaigns/${campaign.id}/script`} data-act="script">${t("nav.script")}</a></p>
    <${ModeChoice} campaign=${campaign} />
    <${Screening} campaign=${campaign} tell=${tell} />
    <div class="progress" role="progressbar" aria-valuenow=${done} aria-valuemin="0" aria-valuemax="100" aria-label=${t("campaigns.done")}><div class="progress-bar" style=${{ width: `${done}%` }}></div></div>
    <dl class="pairs tight">
      <div><dt>${t("campaigns.entries")}</dt><dd data-entries>${campaign.entries}</dd></div>
      <div><dt>${t("campaigns.done")}</dt><dd>${campaign.done}</dd></div>
      <div><dt>${t("campaigns.outcomes")}</dt><dd>${campaign.outcomes}</dd></div>
      <div><dt>${t("campaigns.promises")}</dt><dd>${campaign.promises}</dd></div>
    </dl>
    <p class="text-body-secondary" data-end>${t(`order.${campaign.order}`)} · ${campaign.state === "finished" && campaign.end.reason ? t(`end.${campaign.end.reason}`) : t(`end.rule_${campaign.end.then}`, campaign.end)}</p>
    ${campaign.entries > 0 && html`<${Waterfall} campaign=${campaign} />`}
    <${UploadBox} campaign=${campaign} />
    ${campaign.uploads.map((upload) => html`<${Upload} key=${upload.id} upload=${upload} />`)}
  </article>`;
}

const MODES = ["progressive", "predictive", "preview", "manual"];

function ModeChoice({ campaign }) {
  const choose = (event) => tell(`/campaigns/${campaign.id}/mode`, { mode: event.target.value });
  return html`<label class="mode-choice">${t("mode.title")}
      <select class="form-select form-select-sm" data-mode onChange=${choose} value=${campaign.mode}>${MODES.map((mode) => html`<option key=${mode} value=${mode} selected=${mode === campaign.mode}>${t(`mode.${mode}`)}</option>`)}</select>
      <small class="text-body-secondary">${t(`mode.${campaign.mode}_hint`)}</small></label>`;
}

function UploadBox({ campaign }) {
  const [sending, setSending] = useState("");
  async function send(event) {
    const file = event.target.files[0];
    event.target.value = "";
    if (!file) return;
    if (file.size > facts.size_max) {
      fault.value = t("refusal.file_large", { limit_mb: Math.floor(facts.size_max / 2 ** 20) });
      return;
    }
    setSending(file.name);
    await tell(`/campaigns/${campaign.id}/uploads?dry_run=1`, file, { "X-File-Name": encodeURIComponent(file.name) });
    setSending("");
  }
  return html`<label class="btn btn-outline-primary upload-button">${sending ? t("campaigns.sending", { name: sending }) : t("campaigns.upload")}
      <input type="file" accept=".csv,.txt,.xlsx" class="visually-hidden" onChange=${send} disabled=${!!sending} /></label>
    <a class="btn btn-link btn-sm" href="/template.csv">${t("campaigns.template")}</a>`;
}

const BUCKETS = ["new", "updated", "unchanged", "duplicate_in_file", "duplicate_elsewhere", "suppressed", "recalled", "rejected"];

function Upload({ upload }) {
  const left = ["duplicate_in_file", "duplicate_elsewhere", "suppressed", "recalled", "rejected"].reduce((sum, bucket) => sum + (upload.counts[bucket] ?? 0), 0);
  return html`<section class="upload" data-upload=${upload.id}>
    <header><strong>${upload.filename}</strong> <span class="text-body-secondary">${time(upload.created_at)}</span>
      <span class=${`badge upload-${upload.state}`}>${t(`upload.${upload.state}`)}</span></header>
    ${upload.refusal && html`<p class="alert alert-danger">${t(`refusal.${upload.refusal.code}`, upload.refusal.args)}</p>`}
    ${upload.state === "reading" && html`<${Reading} upload=${upload} />`}
    ${["received", "reading", "committing"].includes(upload.state) && html`<button class="btn btn-sm btn-outline-secondary" data-act="cancel" onClick=${() => confirm(t("upload.cancel_sure")) && tell(`/uploads/${upload.id}/cancel`)}>${t("upload.cancel")}</button>`}
    ${upload.state === "undone" && upload.counts.removed !== undefined && html`<p data-taken-back>${t("upload.taken_back", upload.counts)}</p>`}
    ${["columns_missing", "columns_doubled"].includes(upload.refusal?.code) && upload.forecast.titles && html`<${Mapping} upload=${upload} tell=${tell} />`}
    ${["checked", "committing", "committed"].includes(upload.state) && html`<ul class="buckets">${BUCKETS.map((bucket) => html`<li key=${bucket} class=${`bucket-${bucket}`}><b data-bucket=${bucket}>${upload.counts[bucket] ?? 0}</b> ${t(`bucket.${bucket}`)}</li>`)}</ul>`}
    ${upload.state === "checked" && html`<${Decide} upload=${upload} />`}
    ${["checked", "committed"].includes(upload.state) && left > 0 && html`<${LeftOut} upload=${upload} />`}
    ${upload.state === "committed" && html`<span class="text-body-secondary">${t("list.share", upload)}${upload.active ? "" : ` · ${t("list.is_off")}`}</span>
      <button class="btn btn-sm btn-link" data-act="list" onClick=${() => tell(`/uploads/${upload.id}/list`, { active: !upload.active })}>${t(upload.active ? "list.off" : "list.on")}</button>`}
    ${upload.state === "committed" && html`<button class="btn btn-sm btn-link" data-act="undo" onClick=${() => confirm(t("upload.undo_sure")) && tell(`/uploads/${upload.id}/undo`)}>${t("upload.undo")}</button>`}
  </section>`;
}

function Decide({ upload }) {
  const f = upload.forecast;
  return html`<div class="decide"><p>${t(f.working_minutes === null ? "forecast.without_agents" : "forecast.text", { entries: f.entries, conversations: f.conversations, agent_minutes: f.agent_minutes, agents: f.agents, hours: ((f.working_minutes ?? 0) / 60).toFixed(1), rate: Math.round(f.answer_rate * 100), talk: Math.round(f.talk_seconds) })}
      <small> ${t(f.measured ? "forecast.measured" : "forecast.assumed")}</small></p>
    <button class="btn btn-success" data-act="commit" onClick=${() => tell(`/uploads/${upload.id}/commit`)}>${t("upload.commit")}</button>
    <button class="btn btn-outline-secondary" data-act="discard" onClick=${() => tell(`/uploads/${upload.id}/discard`)}>${t("upload.discard")}</button></div>`;
}

function LeftOut({ upload }) {
  const [rows, setRows] = useState([]);
  useEffect(() => { get(`/uploads/${upload.id}`).then((detail) => setRows(detail?.rows ?? [])); }, [upload.id]);
  return html`<table class="table table-sm left-out"><thead><tr><th class="num">${t("upload.line")}</th><th>${t("upload.column")}</th><th>${t("upload.reason")}</th></tr></thead>
      <tbody>${rows.map((row) => html`<tr key=${row.line}><td class="num">${row.line}</td><td>${row.column || "—"}</td><td>${row.text}</td></tr>`)}</tbody></table>
    <a class="btn btn-sm btn-outline-secondary" href=${`/uploads/${upload.id}/rejected.csv`}>${t("upload.download")}</a>
    <a class="btn btn-sm btn-link" href=${`/uploads/${upload.id}/rejected.xlsx`}>${t("upload.download_xlsx")}</a>`;
}

function Page() {
  const page = view.value;
  if (!page) return html`<p class="loading">${t("page.loading")}</p>`;
  return html`<div class="campaigns">
    <aside><${NewCampaign} creditors=${page.creditors} /><${Numbers} numbers=${page.numbers} /></aside>
    <section>
      ${fault.value && html`<div class="alert alert-danger" role="alert" id="fault">${fault.value}</div>`}
      ${page.campaigns.length ? page.campaigns.map((c) => html`<${Campaign} key=${c.id} campaign=${c} />`) : html`<p class="panel waiting-line">${t("campaigns.none")}</p>`}
    </section>
  </div>`;
}

watch("campaigns");
mount(html`<${Page} />`);
