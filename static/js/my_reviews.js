// An agent's own reviews, and one's own word on each, once.

import { useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { html, mount } from "./html.js";
import { facts, post, t } from "./page.js";
import { Review } from "./review_parts.js";

const rows = signal(facts.reviews);
const fault = signal("");

async function send(review, text) {
  const answer = await post(`/my-reviews/${review.id}/reply`, { text });
  fault.value = answer.ok ? "" : answer.error.text;
  if (answer.ok) rows.value = answer.reviews;
}

function Reply({ review }) {
  const [text, setText] = useState("");
  return html`<form class="reply-form" onSubmit=${(event) => { event.preventDefault(); if (text.trim()) send(review, text); }}>
    <label for=${`r-${review.id}`}>${t("review.reply")}</label><textarea id=${`r-${review.id}`} class="form-control" rows="2" maxlength="1000" value=${text} onInput=${(event) => setText(event.target.value)}></textarea>
    <p><button class="btn btn-sm btn-primary" data-act="reply">${t("review.reply_send")}</button> <span class="hint">${t("review.reply_once")}</span></p></form>`;
}

function Page() {
  return html`<section class="panel my-reviews"><h1>${t("nav.my_reviews")}</h1><p class="hint">${t("review.mine_hint")}</p>
    ${fault.value && html`<p class="alert alert-danger" role="alert">${fault.value}</p>`}
    ${rows.value.length === 0 ? html`<p>${t("review.mine_none")}</p>` : rows.value.map((review) => html`<${Review} key=${review.id} review=${review}>${!review.replied && html`<${Reply} review=${review} />`}<//>`)}
  </section>`;
}

mount(html`<${Page} />`);
