// The page of prompts: hear them, make one from text, upload one, choose what each campaign plays.

import { useEffect, useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { html, mount } from "./html.js";
import { facts, post, t } from "./page.js";
import { learnPrompts, PromptSelect } from "./screening.js";

const fault = signal("");
const shown = signal(null);

async function reload() {
  shown.value = await learnPrompts();
}

async function tell(url, body, headers) {
  const answer = await post(url, body, headers);
  fault.value = answer.ok ? "" : answer.error.text;
  await reload();
  return answer.ok;
}

async function preview(language, text) {
  const csrf = document.querySelector('meta[name="csrf-token"]').content;
  const answer = await fetch("/prompts/preview", {
    method: "POST", body: JSON.stringify({ language, text }),
    headers: { "X-CSRFToken": csrf, Accept: "application/json", "Content-Type": "application/json" },
  });
  if (!answer.ok) {
    fault.value = (await answer.json()).error.text;
    return null;
  }
  fault.value = "";
  return answer.arrayBuffer();
}

/** Web Audio plays what was fetched; nothing is kept and no address is needed. */
async function hear(bytes) {
  const context = new AudioContext();
  const source = context.createBufferSource();
  source.buffer = await context.decodeAudioData(bytes);
  source.connect(context.destination);
  source.onended = () => context.close();
  source.start();
}

function Make() {
  const [form, setForm] = useState({ title: "", language: "zh-CN", text: "", owner: "" });
  const [file, setFile] = useState(null);
  const [busy, setBusy] = useState(false);
  const set = (key) => (event) => setForm({ ...form, [key]: event.target.value });
  const owner = () => {
    const [kind, id] = form.owner.split(":");
    return { creditor_id: kind === "creditor" ? Number(id) : null, campaign_id: kind === "campaign" ? Number(id) : null };
  };
  async function keep(event) {
    event.preventDefault();
    setBusy(true);
    const { title, language, text } = form;
    let isKept;
    if (file) {
      const query = new URLSearchParams({ title, language, text });
      for (const [key, value] of Object.entries(owner())) if (value) query.set(key, value);
      isKept = await tell(`/prompts/upload?${query}`, file, { "X-File-Name": encodeURIComponent(file.name) });
    } else {
      isKept = await tell("/prompts", { title, language, text, ...owner() });
    }
    if (isKept) { setForm({ ...form, title: "", text: "" }); setFile(null); event.target.reset(); }
    setBusy(false);
  }
  async function listen() {
    setBusy(true);
    const bytes = await preview(form.language, form.text);
    setBusy(false);
    if (bytes) hear(bytes);
  }
  return html`<form class="panel prompt-form" onSubmit=${keep}>
    <h2>${t("prompts.new")}</h2>
    <label class="field">${t("prompts.name")}<input class="form-control" required maxlength="60" value=${form.title} onInput=${set("title")} data-prompt-title /></label>
    <label class="field">${t("prompts.language")}<select class="form-select" value=${form.language} onChange=${set("language")}><option value="zh-CN">中文</option><option value="en">English</option></select></label>
    <label class="field">${t("prompts.owner")}<select class="form-select" value=${form.owner} onChange=${set("owner")}>
      <option value="">${t("prompts.everybody")}</option>
      ${shown.value.creditors.map((c) => html`<option key=${c.id} value=${`creditor:${c.id}`}>${c.name}</option>`)}
      ${shown.value.campaigns.map((c) => html`<option key=${`c${c.id}`} value=${`campaign:${c.id}`}>${c.creditor} · ${c.name}</option>`)}</select></label>
    <label class="field">${t("prompts.text")}<textarea class="form-control" rows="4" required maxlength=${facts.text_max} value=${form.text} onInput=${set("text")} data-prompt-text></textarea></label>
    <p class="hint">${t("prompts.text_hint")}</p>
    <label class="field">${t("prompts.file")}<input class="form-control" type="file" accept="audio/*,.wav,.flac,.ogg,.mp3" onChange=${(event) => setFile(event.target.files[0] ?? null)} data-prompt-file /></label>
    <p class="hint">${t(file ? "prompts.file_hint" : "prompts.spoken_hint")}</p>
    <div class="prompt-buttons">
      ${!file && html`<button type="button" class="btn btn-outline-primary" disabled=${busy || !form.text} onClick=${listen} data-act="preview">${t("prompts.preview")}</button>`}
      <button class="btn btn-primary" disabled=${busy} data-act="keep">${busy ? t("prompts.working") : t("prompts.keep")}</button></div>
  </form>`;
}

function Prompt({ prompt }) {
  const creditor = shown.value.creditors.find((c) => c.id === prompt.creditor_id);
  const campaign = shown.value.campaigns.find((c) => c.id === prompt.campaign_id);
  const retire = () => confirm(t("prompts.retire_sure")) && tell(`/prompts/${prompt.id}/retire`);
  return html`<article class="panel prompt" data-prompt=${prompt.name}>
    <header><h3>${prompt.title}</h3><span class="badge text-bg-light">${prompt.language === "en" ? "English" : "中文"}</span>
      <span class="text-body-secondary">${t("prompts.seconds", { seconds: prompt.seconds })} · ${t(`prompts.from_${prompt.made_from}`)}</span></header>
    <p lang=${prompt.language}>${prompt.text}</p>
    <div class="prompt-end"><audio controls preload="none" src=${`/prompts/${prompt.id}/sound`}></audio>
      <span class="text-body-secondary">${campaign ? `${campaign.creditor} · ${campaign.name}` : creditor ? creditor.name : t("prompts.everybody")}</span>
      <button class="btn btn-sm btn-outline-secondary" onClick=${retire}>${t("prompts.retire")}</button></div>
  </article>`;
}

function Choices() {
  const { campaigns } = shown.value;
  if (!campaigns.length) return null;
  const machine = (c) => (message) => tell(`/campaigns/${c.id}/screening`, { policy: c.amd_policy, limit_ms: c.amd_limit_ms, message });
  return html`<section class="panel"><h2>${t("prompts.chosen")}</h2>
    ${campaigns.map((c) => html`<div class="prompt-choice" key=${c.id} data-choice=${c.id}><strong>${c.name} <small class="text-body-secondary">${c.creditor}</small></strong>
      <${PromptSelect} campaign=${c} value=${c.message} label=${t("prompts.abandon")} empty=${t("prompts.silence")} onChange=${(message) => tell(`/campaigns/${c.id}/message`, { message })} />
      ${c.amd_policy === "leave_message" && html`<${PromptSelect} campaign=${c} value=${c.amd_message} label=${t("amd.message")} empty=${t("amd.choose")} onChange=${machine(c)} />`}</div>`)}
  </section>`;
}

function Page() {
  useEffect(() => { reload(); }, []);
  if (!shown.value) return html`<p class="loading">${t("page.loading")}</p>`;
  const { prompts, shipped } = shown.value;
  return html`<div class="prompts">
    <div><${Make} /></div>
    <div>${fault.value && html`<p class="alert alert-danger" role="alert">${fault.value}</p>`}
      <${Choices} />
      ${prompts.map((p) => html`<${Prompt} key=${p.id} prompt=${p} />`)}
      ${shipped.map((p) => html`<article class="panel prompt" key=${p.name} data-prompt=${p.name}><header><h3>${p.name}</h3><span class="text-body-secondary">${t("prompts.seconds", { seconds: p.seconds.toFixed(1) })} · ${t("prompts.shipped")}</span></header>
        <audio controls preload="none" src=${`/prompts/shipped/${p.name}/sound`}></audio></article>`)}</div>
  </div>`;
}

mount(html`<${Page} />`);
