// The scorecard, as a manager edits it. A new card counts from the next review on.

import { useState } from "preact/hooks";
import { html } from "./html.js";
import { post, t } from "./page.js";
import { criterionText } from "./review_parts.js";

export function CardEditor({ card, kept }) {
  const [lines, setLines] = useState(card);
  const [fault, setFault] = useState("");
  const edit = (nth, more) => setLines(lines.map((line, other) => (other === nth ? { ...line, ...more } : line)));
  const own = () => {
    const taken = new Set(lines.map((line) => line.key));
    let number = 1;
    while (taken.has(`own_${number}`)) number += 1;
    return { key: `own_${number}`, text: "", kind: "yes_no", weight: 1, critical: false };
  };
  async function save() {
    const answer = await post("/reviews/card", { criteria: lines });
    setFault(answer.ok ? "" : answer.error.text);
    if (answer.ok) kept(answer.card);
  }
  return html`<section class="panel" aria-labelledby="card"><h2 id="card">${t("review.card")}</h2><p class="hint">${t("review.card_hint")}</p>
    <table class="table table-sm card-lines"><thead><tr>${["criterion", "kind", "weight_word", "critical_word"].map((name) => html`<th key=${name}>${t(`review.${name}`)}</th>`)}<th></th></tr></thead>
      <tbody>${lines.map((line, nth) => html`<tr key=${line.key}>
        <td><input class="form-control form-control-sm" aria-label=${t("review.criterion")} maxlength="120" value=${line.text} placeholder=${line.key.startsWith("own_") ? "" : criterionText({ ...line, text: "" })} onInput=${(event) => edit(nth, { text: event.target.value })} /></td>
        <td><select class="form-select form-select-sm" aria-label=${t("review.kind")} value=${line.kind} onChange=${(event) => edit(nth, { kind: event.target.value })}>${["yes_no", "points"].map((kind) => html`<option key=${kind} value=${kind}>${t(`review.kind_${kind}`)}</option>`)}</select></td>
        <td><input class="form-control form-control-sm" type="number" min="1" max="20" aria-label=${t("review.weight_word")} value=${line.weight} onInput=${(event) => edit(nth, { weight: Number(event.target.value) })} /></td>
        <td><input type="checkbox" aria-label=${t("review.critical_word")} checked=${line.critical} onChange=${(event) => edit(nth, { critical: event.target.checked })} /></td>
        <td><button class="btn btn-sm btn-link" onClick=${() => setLines(lines.filter((_, other) => other !== nth))}>${t("review.line_drop")}</button></td></tr>`)}</tbody></table>
    ${fault && html`<p class="alert alert-danger" role="alert">${fault}</p>`}
    <p><button class="btn btn-sm btn-outline-primary" onClick=${() => setLines([...lines, own()])}>${t("review.line_add")}</button> <button class="btn btn-sm btn-primary" data-act="keep-card" onClick=${save}>${t("review.card_keep")}</button></p>
  </section>`;
}
