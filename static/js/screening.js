// What happens when a machine answers, and what people hear whom nobody could take: with what it comes to.

import { useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { html } from "./html.js";
import { get, t } from "./page.js";

const POLICIES = ["off", "classify", "hang_up", "leave_message"];
const known = signal(null); // {prompts, shipped}, fetched when the first control is opened

export async function learnPrompts() {
  known.value = (await get("/prompts/list")) ?? { prompts: [], shipped: [] };
  return known.value;
}

/** Prompts this campaign may play; empty: none. */
export function PromptSelect({ campaign, value, onChange, label, empty }) {
  const mine = (known.value?.prompts ?? []).filter((p) => [null, campaign.creditor_id].includes(p.creditor_id) && [null, campaign.id].includes(p.campaign_id));
  const names = [...mine.map((p) => [p.name, p.title]), ...(known.value?.shipped ?? []).map((p) => [p.name, p.name])];
  if (value && !names.some(([name]) => name === value)) names.unshift([value, value]);
  return html`<label class="choice-row">${label}
    <select class="form-select form-select-sm" value=${value} onChange=${(event) => onChange(event.target.value)}>
      <option value="" selected=${!value}>${empty}</option>
      ${names.map(([name, title]) => html`<option key=${name} value=${name} selected=${name === value}>${title}</option>`)}</select></label>`;
}

export function Screening({ campaign, tell }) {
  const now = campaign.screening;
  const [asked, setAsked] = useState(now);
  const isChanged = ["policy", "limit_ms", "message"].some((key) => asked[key] !== now[key]);
  const change = (key, value) => setAsked({ ...asked, [key]: value });
  const holds = asked.policy === "hang_up" || asked.policy === "leave_message";
  const save = () => {
    if (holds && asked.policy !== now.policy && !confirm(t("amd.sure"))) return;
    tell(`/campaigns/${campaign.id}/screening`, asked);
  };
  return html`<details class="screening" onToggle=${(event) => event.target.open && learnPrompts()}>
    <summary>${t("amd.title")}: <b data-amd>${t(`amd.${now.policy}`)}</b></summary>
    <div class="choice-row"><span>${t("amd.policy")}</span>
      <select class="form-select form-select-sm" data-amd-policy value=${asked.policy} onChange=${(event) => change("policy", event.target.value)}>
        ${POLICIES.map((name) => html`<option key=${name} value=${name} selected=${name === asked.policy}>${t(`amd.${name}`)}</option>`)}</select></div>
    <p class=${holds ? "hint warn" : "hint"} data-amd-hint>${t(`amd.${asked.policy}_hint`, { seconds: asked.limit_ms / 1000 })}</p>
    ${holds && html`<label class="choice-row">${t("amd.limit")}
      <input class="form-control form-control-sm" type="number" min="1" max="10" step="0.1" value=${asked.limit_ms / 1000} onChange=${(event) => change("limit_ms", Math.round(Number(event.target.value) * 1000))} /></label>`}
    ${asked.policy === "leave_message" && html`<${PromptSelect} campaign=${campaign} value=${asked.message} label=${t("amd.message")} empty=${t("amd.choose")} onChange=${(name) => change("message", name)} />`}
    ${isChanged && html`<button class="btn btn-sm btn-primary" data-act="amd-save" onClick=${save}>${t("amd.save")}</button>`}
    <hr />
    <${PromptSelect} campaign=${campaign} value=${campaign.message} label=${t("prompts.abandon")} empty=${t("prompts.silence")} onChange=${(message) => tell(`/campaigns/${campaign.id}/message`, { message })} />
    <p class=${campaign.message ? "hint" : "hint warn"}>${t(campaign.message ? "prompts.abandon_hint" : "prompts.silence_hint")}</p>
  </details>`;
}
