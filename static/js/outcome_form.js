// The outcome of a call: one code, a note, and what the code needs. Drafts go to the server as one types.

import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.js";
import { t } from "./page.js";
import { ask } from "./live.js";
import { minorOf, money, yuanOf } from "./format.js";

const DRAFT_MS = 400;

function begin(call) {
  return { code: "", note: "", amount: "", due_on: "", callback_at: "", callback_mine: "yes", ...call.draft };
}

export function OutcomeForm({ call, outcomes }) {
  const [fields, setFields] = useState(() => begin(call));
  const [fault, setFault] = useState("");
  const [saving, setSaving] = useState(false);
  const key = useRef(crypto.randomUUID());
  const timer = useRef(0);
  const chosen = outcomes.find((outcome) => outcome.code === fields.code);

  function change(more) {
    const next = { ...fields, ...more };
    setFields(next);
    key.current = crypto.randomUUID(); // other content is another command
    clearTimeout(timer.current);
    timer.current = setTimeout(() => ask("call:draft", { attempt_id: call.attempt_id, fields: next }), DRAFT_MS);
  }
  useEffect(() => () => clearTimeout(timer.current), []);

  async function save(event) {
    event.preventDefault();
    clearTimeout(timer.current);
    const payload = { attempt_id: call.attempt_id, key: key.current, code: fields.code, note: fields.note };
    if (fields.code === "PTP") {
      const amount = minorOf(fields.amount || yuanOf(call.debt.promise.amount_max_minor));
      if (amount === null) return setFault(t("refusal.promise_amount_form"));
      payload.promise = { amount_minor: amount, due_on: fields.due_on || call.debt.promise.due_to };
    }
    if (chosen?.callback) {
      if (!fields.callback_at) return setFault(t("refusal.callback_time", { days: 30 }));
      payload.callback_at = new Date(fields.callback_at).toISOString();
      payload.callback_mine = fields.callback_mine === "yes";
    }
    setSaving(true);
    const answer = await ask("call:outcome", payload);
    setSaving(false);
    setFault(answer.ok ? "" : answer.error.text);
  }

  if (call.outcome) {
    return html`<section class="panel outcome"><h2>${t("outcome.title")}</h2>
      <p class="alert alert-success">${t("outcome.saved", { name: t(`outcome.${call.outcome}`) })}</p></section>`;
  }
  const groups = [...new Set(outcomes.map((outcome) => outcome.group))];
  return html`<form class="panel outcome" onSubmit=${save} aria-label=${t("outcome.title")}>
    <h2>${t("outcome.title")}</h2>
    ${groups.map((group) => html`<div key=${group} class=${`group group-${group}`} role="group" aria-label=${t(`group.${group}`)}>
      <span class="group-name">${t(`group.${group}`)}</span><div>${outcomes.filter((outcome) => outcome.group === group).map((outcome) => {
        const locked = outcome.needs_identity && !call.identity_confirmed;
        return html`<button type="button" key=${outcome.code} data-code=${outcome.code} class="btn btn-sm code ${fields.code === outcome.code ? "is-chosen" : ""}"
          aria-pressed=${fields.code === outcome.code} disabled=${locked} title=${locked ? t("refusal.identity_first") : ""}
          onClick=${() => change({ code: outcome.code })}>${t(`outcome.${outcome.code}`)}</button>`;
      })}</div>
    </div>
    ${group === "promise" && fields.code === "PTP" && call.debt && html`<${PromiseFields} fields=${fields} limits=${call.debt.promise} change=${change} />`}
    ${group === "callback" && chosen?.callback && html`<label class="field promise">${t("outcome.callback_at")}
      <input type="datetime-local" class="form-control" value=${fields.callback_at} onInput=${(event) => change({ callback_at: event.target.value })} required /></label>
      <div class="own-actions" role="radiogroup" aria-label=${t("own.who_calls")}><span>${t("own.who_calls")}</span>${["yes", "no"].map((mine) => html`<button type="button" key=${mine} role="radio" data-mine=${mine} aria-checked=${fields.callback_mine === mine}
        class="btn btn-sm code ${fields.callback_mine === mine ? "is-chosen" : ""}" onClick=${() => change({ callback_mine: mine })}>${t(mine === "yes" ? "own.mine" : "own.anyone")}</button>`)}</div>`}`)}
    <div class="outcome-end"><label class="field">${t("outcome.note")}
      <textarea class="form-control" rows="2" maxlength="2000" id="note" value=${fields.note} onInput=${(event) => change({ note: event.target.value })}></textarea></label>
    ${fault && html`<div class="alert alert-danger" role="alert">${fault}</div>`}
    <button class="btn btn-primary w-100" id="save-outcome" disabled=${!fields.code || saving}>${saving ? t("outcome.saving") : t("outcome.save")}</button></div>
  </form>`;
}

function PromiseFields({ fields, limits, change }) {
  return html`<div class="promise">
    <label class="field">${t("promise.amount")}
      <input class="form-control" id="promise-amount" inputmode="decimal" value=${fields.amount || yuanOf(limits.amount_max_minor)} onInput=${(event) => change({ amount: event.target.value })} /></label>
    <label class="field">${t("promise.due_on")}
      <input class="form-control" id="promise-due" type="date" min=${limits.due_from} max=${limits.due_to} value=${fields.due_on || limits.due_to} onInput=${(event) => change({ due_on: event.target.value })} /></label>
    <p class="hint">${t("promise.limits", { amount: money(limits.amount_max_minor), from: limits.due_from, to: limits.due_to })}</p>
  </div>`;
}
