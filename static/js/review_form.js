// Judging one call: its sound, the card beside it, remarks at the second where the playhead stands.

import { useState } from "preact/hooks";
import { html } from "./html.js";
import { post, t } from "./page.js";
import { dayTime, duration } from "./format.js";
import { Player } from "./player.js";
import { bestOf, criterionText } from "./review_parts.js";

function Line({ line, answer, choose }) {
  const values = [...Array(bestOf(line) + 1).keys()];
  const options = line.kind === "yes_no" ? [[1, t("review.yes")], [0, t("review.no")]] : values.map((value) => [value, String(value)]);
  return html`<fieldset class="criterion" data-criterion=${line.key}><legend>${criterionText(line)}
      <small>${t("review.weight", { weight: line.weight })}${line.critical && html` · <b class="critical">${t("review.critical")}</b>`}</small></legend>
    <div class="criterion-answers">${[...options, [null, t("review.no_occasion")]].map(([value, word]) => html`<label key=${word}><input type="radio" name=${`c-${line.key}`} checked=${answer === value} onChange=${() => choose(value)} /> ${word}</label>`)}</div></fieldset>`;
}

function Remarks({ at, rows, change, jump }) {
  const [text, setText] = useState("");
  function add(event) {
    event.preventDefault();
    if (!text.trim()) return;
    change([...rows, { at, text: text.trim() }].sort((a, b) => a.at - b.at));
    setText("");
  }
  return html`<form class="remark-form" onSubmit=${add}><label for="remark">${t("review.remark_at", { at: duration(at * 1000) })}</label>
      <input id="remark" class="form-control form-control-sm" maxlength="300" value=${text} onInput=${(event) => setText(event.target.value)} placeholder=${t("review.remark_hint")} />
      <button class="btn btn-sm btn-outline-primary">${t("review.remark_add")}</button></form>
    <ol class="remarks">${rows.map((row, nth) => html`<li key=${nth}><button type="button" class="btn btn-sm btn-link" onClick=${() => jump(row.at)}>${duration(row.at * 1000)}</button> ${row.text}
      <button type="button" class="btn btn-sm btn-link" aria-label=${t("review.remark_drop")} onClick=${() => change(rows.filter((_, other) => other !== nth))}>×</button></li>`)}</ol>`;
}

/** `call`: of whom and when; `sound`: ticket, peaks and seconds; `done()`: kept. */
export function ReviewForm({ call, sound, card, done, close }) {
  const [answers, setAnswers] = useState({});
  const [comments, setComments] = useState([]);
  const [summary, setSummary] = useState("");
  const [at, setAt] = useState(0);
  const [jump, setJump] = useState(null);
  const [fault, setFault] = useState("");
  const missing = card.filter((line) => !(line.key in answers)).length;
  async function save() {
    const answer = await post(`/reviews/calls/${call.attempt_id}`, { answers, comments, summary });
    setFault(answer.ok ? "" : answer.error.text);
    if (answer.ok) done();
  }
  return html`<section class="panel review-form" aria-labelledby="judged"><header><h2 id="judged">${call.agent} · ${dayTime(call.at)}</h2>
      <span class="hint">${call.campaign} · ${call.number} · ${call.outcome ? t(`outcome.${call.outcome}`) : t("review.no_outcome")}</span>
      <button class="btn btn-sm btn-outline-secondary" onClick=${close}>${t("review.close")}</button></header>
    <${Player} src=${`/recordings/${call.attempt_id}/sound?ticket=${encodeURIComponent(sound.ticket)}`} peaks=${sound.peaks} seconds=${sound.seconds} onAt=${setAt} jump=${jump} marks=${comments.map((one) => one.at)} />
    <${Remarks} at=${Math.min(at, sound.seconds)} rows=${comments} change=${setComments} jump=${(to) => setJump({ at: to })} />
    <div class="criteria">${card.map((line) => html`<${Line} key=${line.key} line=${line} answer=${answers[line.key]} choose=${(value) => setAnswers({ ...answers, [line.key]: value })} />`)}</div>
    <label class="summary">${t("review.summary")}<textarea class="form-control" rows="2" maxlength="1000" value=${summary} onInput=${(event) => setSummary(event.target.value)}></textarea></label>
    ${fault && html`<p class="alert alert-danger" role="alert">${fault}</p>`}
    <p><button class="btn btn-primary" data-act="keep-review" disabled=${missing > 0} onClick=${save}>${t("review.keep")}</button> <span class="hint" role="status">${missing > 0 ? t("review.missing", { missing }) : t("review.agent_sees")}</span></p>
  </section>`;
}
