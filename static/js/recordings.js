// The page of recordings: search by call, say why one listens, listen; hold what must not be deleted.

import { useEffect, useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { html, mount } from "./html.js";
import { facts, post, t } from "./page.js";
import { dayTime, duration } from "./format.js";
import { Player } from "./player.js";

const fault = signal("");
const rows = signal(null);
const heard = signal(null); // {attempt_id, ticket, seconds, peaks}
const reason = signal("quality");
let asked = {};

async function find(wanted, isMore = false) {
  const answer = await post("/recordings/find", wanted);
  fault.value = answer.ok ? "" : answer.error.text;
  if (answer.ok) rows.value = isMore ? [...rows.value, ...answer.recordings] : answer.recordings;
  if (answer.ok) rows.value.isWhole = answer.recordings.length < facts.page;
}

async function listen(row) {
  const answer = await post(`/recordings/${row.attempt_id}/listen`, { reason: reason.value });
  fault.value = answer.ok ? "" : answer.error.text;
  heard.value = answer.ok ? { ...answer, attempt_id: row.attempt_id } : null;
}

async function hold(row) {
  const why = prompt(t("recordings.hold_why"), row.legal_hold);
  if (why === null) return;
  const answer = await post(`/recordings/${row.attempt_id}/hold`, { why: why.slice(0, 200) });
  fault.value = answer.ok ? "" : answer.error.text;
  if (answer.ok) await find(asked);
}

const dayStart = (day, after = 0) => {
  const at = new Date(`${day}T00:00:00`);
  at.setDate(at.getDate() + after);
  return at.toISOString();
};

function Search() {
  function search(event) {
    event.preventDefault();
    const form = event.target;
    const value = (name) => form[name].value.trim();
    asked = {};
    if (value("number")) asked.number = value("number").replace(/[\s-]/g, "");
    for (const name of ["case_id", "user_id", "campaign_id"]) if (value(name)) asked[name] = Number(value(name));
    if (value("outcome")) asked.outcome = value("outcome");
    if (value("since")) asked.since = dayStart(value("since"));
    if (value("until")) asked.until = dayStart(value("until"), 1);
    find(asked);
  }
  const options = (list) => list.map((each) => html`<option key=${each.id} value=${each.id}>${each.name}</option>`);
  return html`<form class="panel recording-search" onSubmit=${search}>
    <label>${t("recordings.number")}<input class="form-control form-control-sm" name="number" inputmode="tel" maxlength="20" /></label>
    <label>${t("recordings.case")}<input class="form-control form-control-sm" name="case_id" type="number" min="1" /></label>
    <label>${t("recordings.agent")}<select class="form-select form-select-sm" name="user_id"><option value="">${t("recordings.any")}</option>${options(facts.agents)}</select></label>
    <label>${t("recordings.campaign")}<select class="form-select form-select-sm" name="campaign_id"><option value="">${t("recordings.any")}</option>${options(facts.campaigns)}</select></label>
    <label>${t("recordings.outcome")}<select class="form-select form-select-sm" name="outcome"><option value="">${t("recordings.any")}</option>${facts.outcomes.map((code) => html`<option key=${code} value=${code}>${t(`outcome.${code}`)}</option>`)}</select></label>
    <label>${t("recordings.from")}<input class="form-control form-control-sm" name="since" type="date" /></label>
    <label>${t("recordings.to")}<input class="form-control form-control-sm" name="until" type="date" /></label>
    <button class="btn btn-primary btn-sm">${t("recordings.search")}</button>
  </form>`;
}

function Row({ row }) {
  const isHeard = heard.value?.attempt_id === row.attempt_id;
  return html`<tr data-recording=${row.attempt_id} class=${isHeard ? "is-heard" : ""}>
      <td>${dayTime(row.at)}</td><td class="num">${duration(row.seconds * 1000)}</td><td>${row.number}</td><td class="num">${row.case_id}</td>
      <td>${row.agent}</td><td>${row.campaign}</td><td>${row.outcome ? t(`outcome.${row.outcome}`) : ""}</td>
      <td>${t(`recordings.state_${row.state}`)}${row.legal_hold ? html`<br /><small>${t("recordings.held", { why: row.legal_hold })}</small>` : ""}</td>
      <td class="row-acts">${row.state === "kept" && html`<button class="btn btn-sm btn-outline-primary" data-act="listen" onClick=${() => listen(row)}>${t("recordings.listen")}</button>`}
        ${row.state === "kept" && row.agent && html`<a class="btn btn-sm btn-link" href=${`/reviews?call=${row.attempt_id}`}>${t("recordings.review")}</a>`}
        ${row.state !== "deleted" && html`<button class="btn btn-sm btn-link" onClick=${() => hold(row)}>${t("recordings.hold")}</button>`}</td></tr>
    ${isHeard && html`<tr class="heard"><td colspan="9"><${Player} key=${heard.value.ticket} src=${`/recordings/${row.attempt_id}/sound?ticket=${encodeURIComponent(heard.value.ticket)}`} peaks=${heard.value.peaks} seconds=${heard.value.seconds} /></td></tr>`}`;
}

const HEAD = ["at", "length", "number", "case", "agent", "campaign", "outcome"];

function Page() {
  useEffect(() => { find({}); }, []);
  const found = rows.value;
  return html`<div class="recordings">
    <${Search} />
    ${fault.value && html`<p class="alert alert-danger" role="alert">${fault.value}</p>`}
    <section class="panel"><div class="reason"><label>${t("recordings.reason")} <select class="form-select form-select-sm" value=${reason.value} onChange=${(event) => { reason.value = event.target.value; }}>${facts.reasons.map((each) => html`<option key=${each} value=${each}>${t(`recordings.reason_${each}`)}</option>`)}</select></label> <span class="hint">${t("recordings.reason_hint")}</span></div>
      ${found === null ? html`<p>${t("page.loading")}</p>` : found.length === 0 ? html`<p>${t("recordings.none")}</p>`
        : html`<div class="wide"><table class="table table-sm"><thead><tr>${HEAD.map((name) => html`<th key=${name}>${t(`recordings.${name}`)}</th>`)}<th></th><th></th></tr></thead>
          <tbody>${found.map((row) => html`<${Row} key=${row.attempt_id} row=${row} />`)}</tbody></table></div>`}
      ${found?.length > 0 && !found.isWhole && html`<button class="btn btn-sm btn-outline-primary" onClick=${() => find({ ...asked, before: found.at(-1).saved_at }, true)}>${t("recordings.more")}</button>`}
    </section>
  </div>`;
}

mount(html`<${Page} />`);
