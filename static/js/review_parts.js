// What the reviewer and the agent both see of a review: the score, each criterion, remarks at their second.

import { html } from "./html.js";
import { t } from "./page.js";
import { dayTime, duration } from "./format.js";

/** A manager's own words, else the catalogue's. */
export const criterionText = (line) => line.text || t(`criterion.${line.key}`);

export const bestOf = (line) => (line.kind === "yes_no" ? 1 : 5);

export function answerText(line, answer) {
  if (answer === null || answer === undefined) return t("review.no_occasion");
  if (line.kind === "yes_no") return t(answer ? "review.yes" : "review.no");
  return `${answer} / ${bestOf(line)}`;
}

/** One score, always with the word when a critical criterion failed the card. */
export function Score({ review }) {
  return html`<span class=${`score ${review.failed.length ? "is-failed" : ""}`}>${review.percent.toFixed(1)} %${review.failed.length > 0 && html` · ${t("review.failed")}`}</span>`;
}

export function Review({ review, children }) {
  return html`<details class="review" data-review=${review.id}><summary><${Score} review=${review} /> <b>${review.agent}</b>${" "}
      <span class="hint">${t("review.called", { when: dayTime(review.called_at) })} · ${t("review.by", { who: review.reviewer, when: dayTime(review.at) })}</span></summary>
    <dl class="answers">${review.criteria.map((line) => html`<div key=${line.key} class=${review.failed.includes(line.key) ? "is-failed" : ""}><dt>${criterionText(line)}</dt><dd>${answerText(line, review.answers[line.key])}</dd></div>`)}</dl>
    ${review.comments.length > 0 && html`<ol class="remarks">${review.comments.map((one) => html`<li key=${one.at}><time>${duration(one.at * 1000)}</time> ${one.text}</li>`)}</ol>`}
    ${review.summary && html`<p>${review.summary}</p>`}
    ${review.replied && html`<p class="reply"><b>${t("review.reply_of", { who: review.agent })}</b> ${review.reply}</p>`}
    ${children}
  </details>`;
}
