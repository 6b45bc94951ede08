// Two campaigns against each other: planned first, judged once, every figure with its interval.

import { useEffect, useState } from "preact/hooks";
import { html } from "./html.js";
import { facts, get, post, t } from "./page.js";
import { dayTime } from "./format.js";

const measures = ["contact", "promise", "kept"];
const points = (share) => (share * 100).toFixed(1);
const spanOf = (span, say) => (span ? `${say(span[0])} (${say(span[1])} – ${say(span[2])})` : "–");

/** One sentence, and never more than was shown. */
function sentence(one) {
  const [a, b] = one.sides;
  if (one.verdict === "early") return t("compare.early", { planned: one.planned, a: a.people, b: b.people });
  const [value, low, high] = one.difference;
  if (one.verdict === "none") return t("compare.none", { value: points(value), low: points(low), high: points(high) });
  const better = one.verdict === "b";
  return t("compare.better", {
    campaign: better ? b.campaign : a.campaign, measure: t(`compare.${one.measure}`),
    value: points(Math.abs(value)), low: points(better ? low : -high), high: points(better ? high : -low),
  });
}

function Result({ one }) {
  return html`<article class="comparison" data-compare=${one.id}><h3>${one.sides[0].campaign} ↔ ${one.sides[1].campaign}</h3>
    <p class="hint">${t("compare.plan_was", { measure: t(`compare.${one.measure}`), base: points(one.base), least: points(one.least), planned: one.planned, days: one.window_days, since: dayTime(one.since) })}</p>
    <p class=${one.verdict === "early" ? "" : "fw-semibold"} data-verdict=${one.verdict}>${sentence(one)}</p>
    <div class="wide"><table class="table table-sm"><thead><tr><th></th>${["people", "attempts", ...measures, "minutes_per_promise"].map((name) => html`<th key=${name} class="num">${t(`compare.${name}`)}</th>`)}</tr></thead>
      <tbody>${one.sides.map((side) => html`<tr key=${side.campaign}><td>${side.campaign}</td><td class="num">${side.people}</td><td class="num">${side.attempts}</td>
        ${measures.map((name) => html`<td key=${name} class="num">${spanOf(side[name], points)}</td>`)}<td class="num">${spanOf(side.minutes_per_promise, (x) => x.toFixed(1))}</td></tr>`)}</tbody></table></div></article>`;
}

function Plan({ data, kept }) {
  const [fault, setFault] = useState("");
  async function send(event) {
    event.preventDefault();
    const form = event.target;
    const number = (name) => Number(form[name].value);
    const answer = await post("/reports/compare", {
      campaign_a: number("a"), campaign_b: number("b"), measure: form.measure.value,
      base: number("base") / 100, least: number("least") / 100, window_days: number("days"),
    });
    setFault(answer.ok ? "" : answer.error.text);
    if (answer.ok) kept(answer);
  }
  const campaigns = (name, nth) => html`<label>${t(`compare.side_${name}`)}<select class="form-select form-select-sm" name=${name} value=${data.campaigns[nth]?.id}>${data.campaigns.map((one) => html`<option key=${one.id} value=${one.id}>${one.name}</option>`)}</select></label>`;
  const number = (name, value, more) => html`<label>${t(`compare.${name}`)}<input class="form-control form-control-sm" type="number" name=${name} defaultValue=${value} required ...${more} /></label>`;
  return html`<form class="compare-form" onSubmit=${send}>${campaigns("a", 1)}${campaigns("b", 0)}
    <label>${t("compare.measure")}<select class="form-select form-select-sm" name="measure">${data.measures.map((one) => html`<option key=${one} value=${one}>${t(`compare.${one}`)}</option>`)}</select></label>
    ${number("base", 10, { min: 0.1, max: 99, step: 0.1 })}${number("least", 3, { min: 0.5, max: 90, step: 0.1 })}${number("days", 7, { min: 1, max: 60 })}
    <button class="btn btn-sm btn-primary" data-act="plan-compare">${t("compare.plan")}</button></form>
    ${fault && html`<p class="alert alert-danger" role="alert">${fault}</p>`}`;
}

export function Compare() {
  const [data, setData] = useState(null);
  useEffect(() => { get("/reports/compare").then(setData); }, []);
  if (!data) return null;
  return html`<section class="panel" aria-labelledby="compare"><h2 id="compare">${t("compare.title")}</h2><p class="hint">${t("compare.hint")}</p>
    ${facts.may_export && (data.campaigns.length > 1 ? html`<${Plan} data=${data} kept=${setData} />` : html`<p>${t("compare.needs_two")}</p>`)}
    ${data.comparisons.length === 0 ? html`<p>${t("compare.nothing")}</p>` : data.comparisons.map((one) => html`<${Result} key=${one.id} one=${one} />`)}</section>`;
}
