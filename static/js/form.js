// What is typed about the call on the line. It goes to the server as one types, one message at a time, so
// that a newer draft is never overtaken by an older one; a reload, a crash or another browser finds it there.

import { effect, signal } from "@preact/signals";
import { t } from "./page.js";
import { ask, linked, view } from "./live.js";
import { minorOf } from "./format.js";

const GAP_MS = 60;
const EMPTY = { code: "", note: "", choice: "", amount: "", due_on: "", callback_at: "", callback_mine: "yes" };

export const form = signal(null);
export const fault = signal("");
export const saving = signal(false);
export const isKept = signal(true); // the server has all that is typed
let key = crypto.randomUUID();
let isSending = false;
let isStale = false;

effect(() => {
  const call = view.value?.call;
  if (!call) form.value = null;
  else if (form.peek()?.attempt_id !== call.attempt_id) {
    form.value = { attempt_id: call.attempt_id, ...EMPTY, ...call.draft };
    fault.value = "";
  }
});
effect(() => { if (linked.value && isStale) send(); });

export function change(more) {
  if (!form.value) return;
  form.value = { ...form.value, ...more };
  key = crypto.randomUUID(); // other content is another command
  isStale = true;
  isKept.value = false;
  send();
}

async function send() {
  if (isSending || !form.value) return;
  isSending = true;
  while (isStale && form.value && linked.value) {
    isStale = false;
    const { attempt_id, ...fields } = form.value;
    const answer = await ask("call:draft", { attempt_id, fields });
    if (answer.error?.code === "network") isStale = true;
    isKept.value = answer.ok && !isStale;
    await new Promise((go) => { setTimeout(go, GAP_MS); });
  }
  isSending = false;
}

/** The chosen outcome, else what the facts speak for. */
export function codeNow(call) {
  return form.value?.code || call.suggestion?.code || "";
}

/** What was agreed, as the server takes it; null when the amount cannot be read. */
function agreed(call) {
  const { choice, amount, due_on } = form.value;
  const due = due_on || defaultDay(call);
  if (choice === "custom") {
    const minor = minorOf(amount);
    return minor === null ? null : { amount_minor: minor, due_on: due };
  }
  const one = chosenAmount(call);
  if (one.kind === "plan") return { periods: one.periods, due_on: due };
  return { amount_minor: one.amount_minor, due_on: due, ...(one.kind === "settle" ? { settles: true } : {}) };
}

export const chosenAmount = (call) => call.debt.promise.amounts.find((one) => one.key === form.value.choice) ?? call.debt.promise.amounts[0];

/** Three days from now or the next working day: time to get the money, soon enough to remember. */
export function defaultDay(call) {
  const { days } = call.debt.promise;
  const at = Math.min(2, days.length - 1);
  return (days.slice(at).find((day) => !day.is_off) ?? days[at])?.on ?? "";
}

export async function save(call, outcomes) {
  if (saving.value || call.outcome) return;
  const code = codeNow(call);
  if (!code) return;
  const payload = { attempt_id: call.attempt_id, key, code, note: form.value.note };
  if (code === "PTP") {
    if (!call.debt) return setFault("refusal.identity_first");
    payload.promise = agreed(call);
    if (!payload.promise) return setFault("refusal.promise_amount_form");
  }
  if (outcomes.find((outcome) => outcome.code === code)?.callback) {
    if (!form.value.callback_at) return setFault("refusal.callback_time", { days: 30 });
    payload.callback_at = new Date(form.value.callback_at).toISOString();
    payload.callback_mine = form.value.callback_mine === "yes";
  }
  saving.value = true;
  const answer = await ask("call:outcome", payload);
  saving.value = false;
  fault.value = answer.ok ? "" : answer.error.text;
}

function setFault(word, names) {
  fault.value = t(word, names);
}
