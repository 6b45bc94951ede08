// The plan page: a floor in figures, what-if lines, the run in the background, its answer as table and charts.

import { useEffect, useRef, useState } from "preact/hooks";
import { html, mount } from "./html.js";
import { facts, get, post, t } from "./page.js";
import { Beside, Day } from "./plan_charts.js";

const POLL_MS = 600;
const PERCENT = new Set(["answer_rate", "machine_share", "target"]);
const FIELDS = [
  ["agents", 1, 500], ["hours", 0.5, 16], ["answer_rate", 0.2, 100], ["machine_share", 0, 95], ["talk", 5, 3600], ["wrap", 0, 1800],
  ["ring", 1, 60], ["ring_timeout", 10, 120], ["target", 0.1, 20], ["lines", 1, 5000], ["days", 1, 10],
];
const WHOLE = new Set(["agents", "lines", "days"]);
const START = { agents: 10, hours: 8, answer_rate: 30, machine_share: 0, talk: 120, wrap: 20, ring: 10, ring_timeout: 30, target: 3, lines: 1000, days: 3 };
const CHANGEABLE = ["agents", "target", "answer_rate", "talk", "wrap", "lines"];
const HOWS = { more: "+", less: "-", becomes: "" };
const CHANGES = [{ name: "agents", how: "more", value: 5 }, { name: "target", how: "becomes", value: 2 }, { name: "answer_rate", how: "becomes", value: 20 }];

const round = (value, places) => Number(value.toFixed(places));

/** Form -> what the server takes: shares of 1. */
function asked(form, hidden, changes, compare) {
  const figures = Object.fromEntries(FIELDS.map(([name]) => [name, PERCENT.has(name) ? round(form[name] / 100, 6) : form[name]]));
  const lines = changes.map((one) => `${one.name.replaceAll("_", "-")}=${HOWS[one.how]}${one.value}${PERCENT.has(one.name) ? "%" : ""}`);
  return { ...hidden, ...figures, amd: form.amd ?? false, pacer: form.pacer ?? "predictive", changes: lines, compare };
}

function Field({ name, low, high, form, change }) {
  return html`<label>${t(`plan.${name}`)}<input type="number" class="form-control" name=${name} required min=${low} max=${high} step=${WHOLE.has(name) ? 1 : "any"}
    value=${form[name]} onInput=${(event) => change({ [name]: event.target.valueAsNumber })} /></label>`;
}

function Change({ one, change, remove }) {
  return html`<div class="what-if">
    <select class="form-select form-select-sm" aria-label=${t("plan.what_if")} value=${one.name} onChange=${(e) => change({ ...one, name: e.target.value })}>${CHANGEABLE.map((name) => html`<option key=${name} value=${name}>${t(`plan.${name}`)}</option>`)}</select>
    <select class="form-select form-select-sm" aria-label=${t("plan.becomes")} value=${one.how} onChange=${(e) => change({ ...one, how: e.target.value })}>${Object.keys(HOWS).map((how) => html`<option key=${how} value=${how}>${t(`plan.${how}`)}</option>`)}</select>
    <input type="number" class="form-control form-control-sm" aria-label=${t(`plan.${one.name}`)} required step="any" min="0" value=${one.value} onInput=${(e) => change({ ...one, value: e.target.valueAsNumber })} />
    <button type="button" class="btn-close" aria-label=${t("plan.remove")} title=${t("plan.remove")} onClick=${remove}></button>
  </div>`;
}

/** "agents=+5" -> "坐席数 +5"; a pacer's name -> its name in words. */
function label(answer, index) {
  if (index === 0) return t("plan.base");
  const found = /^([a-z-]+)=(.*)$/.exec(answer.label);
  if (!found) return t(`plan.pacer_${answer.label}`);
  return `${t(`plan.${found[1].replaceAll("-", "_")}`).replace(/ ?%$/, "").replace(/,$/, "")} ${/^[+-]/.test(found[2]) ? "" : "→ "}${found[2].replace("%", " %")}`;
}

function withHalf(value, half, places) {
  return html`${(100 * value).toFixed(places)}${half === null ? "" : html`<small> ± ${(100 * half).toFixed(places)}</small>`}`;
}

function Answers({ answers }) {
  const heads = ["occupancy", "abandoned", "worst_day", "worst_hour", "per_agent_hour", "idle", "calls", "connects"];
  return html`<div class="wide"><table class="table table-sm"><thead><tr><th>${t("plan.variant")}</th>${heads.map((head) => html`<th key=${head} class="num">${t(`plan.${head}`)}</th>`)}</tr></thead>
    <tbody>${answers.map((one) => html`<tr key=${one.name}><th>${one.name}${one.chosen ? html` <small>(${one.chosen.toFixed(2)})</small>` : ""}</th>
      <td class="num"><strong>${withHalf(one.occupancy, one.occupancy_ci95, 1)}</strong></td>
      <td class=${one.abandonment_tsr > one.target ? "num bad" : "num"} title=${one.abandonment_tsr > one.target ? t("plan.over") : ""}>${withHalf(one.abandonment_tsr, one.abandonment_tsr_ci95, 2)}</td>
      <td class=${one.worst_day > one.target ? "num bad" : "num"} title=${one.worst_day > one.target ? t("plan.over") : ""}>${(100 * one.worst_day).toFixed(2)}</td>
      <td class="num">${(100 * one.worst_hour).toFixed(1)}</td>
      <td class="num">${one.connects_per_agent_hour.toFixed(1)}</td><td class="num">${one.idle_seconds_per_call.toFixed(1)}</td>
      <td class="num">${Math.round(one.calls / one.days)}</td><td class="num">${Math.round(one.connects / one.days)}</td></tr>`)}</tbody></table></div>
    ${answers[0].days > 1 && html`<p class="hint">${t("plan.interval")}</p>`}`;
}

function Result({ result }) {
  const answers = (result.answers ?? [result]).map((one, index) => ({ ...one, name: label(one, index) }));
  return html`<section class="panel"><h2>${t("plan.result")}</h2><${Answers} answers=${answers} /></section>
    ${answers.length > 1 && html`<section class="panel"><h2>${t("plan.chart_compare")}</h2><p class="hint">${t("plan.chart_compare_hint")}</p><${Beside} answers=${answers} /></section>`}
    <section class="panel"><h2>${t("plan.chart_day", { label: answers[0].name })}</h2><${Day} line=${result.timeline} target=${result.target} /></section>`;
}

function words(name) {
  const found = /^([a-z-]+)=/.exec(name);
  return name === "" ? "" : found ? t(`plan.${found[1].replaceAll("-", "_")}`) : t(`plan.pacer_${name}`);
}

function Progress({ run, cancel }) {
  return html`<section class="panel running" role="status"><p>${t("plan.running", { label: words(run.label) })}</p>
    <div class="progress-row"><progress max="1" value=${run.share}></progress><span class="num">${Math.round(100 * run.share)} %</span>
    <button type="button" class="btn btn-outline-secondary btn-sm" onClick=${cancel}>${t("plan.cancel")}</button></div></section>`;
}

function Outcome({ run, cancel }) {
  if (run === null) return html`<p class="hint">${t("plan.nothing_yet")}</p>`;
  if (run.error) return html`<p class="alert alert-danger" role="alert">${run.error.text}</p>`;
  if (run.state === "running") return html`<${Progress} run=${run} cancel=${cancel} />`;
  if (run.state === "done") return html`<${Result} result=${run.result} />`;
  return html`<p class="alert alert-warning" role="alert">${t(run.state === "cancelled" ? "plan.cancelled" : "plan.failed_run")}</p>`;
}

/** The form's figures, and those of a campaign that have no field of their own. */
function useFigures() {
  const [form, setForm] = useState(START);
  const [hidden, setHidden] = useState({});
  const [note, setNote] = useState("");
  const take = async (id) => {
    if (!id) { setHidden({}); setNote(""); return; }
    const found = await get(`/plan/measured/${id}`);
    if (!found?.ok) { setNote(found?.error.text ?? t("error.network")); return; }
    const shown = Object.fromEntries(FIELDS.filter(([name]) => name in found.figures)
      .map(([name]) => [name, PERCENT.has(name) ? round(100 * found.figures[name], 1) : round(found.figures[name], 1)]));
    const { busy, failed, talk_cv } = found.figures;
    setForm((old) => ({ ...old, ...shown }));
    setHidden({ busy, failed, talk_cv });
    setNote(t("plan.measured_from", { n: found.attempts }));
  };
  return { form, hidden, note, take, change: (some) => setForm((old) => ({ ...old, ...some })) };
}

function useRun() {
  const [run, setRun] = useState(null);
  const polling = useRef(0);
  const poll = async (id) => {
    const found = await get(`/plan/runs/${id}`);
    if (polling.current !== id) return;
    setRun((old) => (found === null ? old : { ...found, id }));
    if (found === null || found.state === "running") setTimeout(() => poll(id), POLL_MS);
  };
  const start = async (question) => {
    const begun = await post("/plan/runs", question);
    if (!begun.ok) { setRun(begun); return; }
    polling.current = begun.id;
    setRun({ state: "running", share: 0, label: "", id: begun.id });
    window.scrollTo({ top: 0 });
    poll(begun.id);
  };
  useEffect(() => () => { polling.current = 0; }, []);
  return { run, start, cancel: () => post(`/plan/runs/${run.id}/cancel`) };
}

function Page() {
  const { form, hidden, note, take, change } = useFigures();
  const [changes, setChanges] = useState(CHANGES);
  const [compare, setCompare] = useState(false);
  const { run, start, cancel } = useRun();
  const put = (index, one) => setChanges(changes.map((old, i) => (i === index ? one : old)));
  const running = run?.state === "running";
  return html`<div class="plan">
    <form class="panel plan-form" onSubmit=${(event) => { event.preventDefault(); start(asked(form, hidden, changes, compare)); }}>
      <h2>${t("plan.figures")}</h2>
      ${facts.campaigns.length > 0 && html`<label class="whole">${t("plan.measured")}<select class="form-select" name="campaign" onChange=${(event) => take(event.target.value)}><option value="">${t("plan.typed")}</option>${facts.campaigns.map((c) => html`<option key=${c.id} value=${c.id}>${c.name} (${c.attempts})</option>`)}</select></label>`}
      ${note && html`<p class="hint whole">${note}</p>`}
      ${FIELDS.map(([name, low, high]) => html`<${Field} key=${name} name=${name} low=${low} high=${high} form=${form} change=${change} />`)}
      <label>${t("plan.pacer")}<select class="form-select" name="pacer" onChange=${(event) => change({ pacer: event.target.value })}>${["predictive", "progressive"].map((one) => html`<option key=${one} value=${one}>${t(`plan.pacer_${one}`)}</option>`)}</select></label>
      <label class="whole tick"><input type="checkbox" name="amd" onChange=${(event) => change({ amd: event.target.checked })} /> ${t("plan.amd")}</label>
      <h2 class="whole">${t("plan.what_if")}</h2><p class="hint whole">${t("plan.what_if_hint")}</p>
      <div class="whole">${changes.map((one, index) => html`<${Change} key=${index} one=${one} change=${(next) => put(index, next)} remove=${() => setChanges(changes.filter((_, i) => i !== index))} />`)}
        ${changes.length < 6 && html`<button type="button" class="btn btn-sm btn-link" onClick=${() => setChanges([...changes, { name: "agents", how: "more", value: 1 }])}>${t("plan.add")}</button>`}</div>
      <label class="whole tick"><input type="checkbox" name="compare" onChange=${(event) => setCompare(event.target.checked)} /> ${t("plan.compare")}</label>
      <button class="btn btn-primary whole" disabled=${running}>${t("plan.run")}</button>
    </form>
    <div class="plan-answer"><${Outcome} run=${run} cancel=${cancel} /></div>
  </div>`;
}

mount(html`<${Page} />`);
