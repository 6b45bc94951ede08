// Quality: draw a call, hear it, judge it; and what the judgements of a period come to.

import { useEffect, useState } from "preact/hooks";
import { html, mount } from "./html.js";
import { facts, get, post, t } from "./page.js";
import { CardEditor } from "./review_card.js";
import { ReviewForm } from "./review_form.js";
import { criterionText, Review } from "./review_parts.js";

const chosen = new URLSearchParams(location.search).get("call");

function Report({ rows }) {
  if (rows.length === 0) return html`<p>${t("review.none")}</p>`;
  return html`<div class="wide"><table class="table table-sm"><thead><tr><th>${t("review.agent")}</th><th class="num">${t("review.mean")}</th><th class="num">${t("review.count")}</th><th class="num">${t("review.failed_cards")}</th><th>${t("review.reviewers")}</th><th>${t("review.by_criterion")}</th></tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${row.agent} data-agent=${row.agent}><td>${row.agent}</td><td class="num">${row.percent.toFixed(1)} %</td><td class="num">${row.reviews}</td><td class="num">${row.failed}</td>
      <td>${row.reviewers.map((one) => `${one.name} (${one.reviews})`).join(", ")}</td>
      <td><details><summary>${t("review.show")}</summary><ul class="criterion-shares">${row.criteria.map((one) => html`<li key=${one.key}>${criterionText(one)}: ${one.percent === null ? t("review.no_occasion") : t("review.of", { percent: one.percent.toFixed(0), n: one.n })}</li>`)}</ul></details></td></tr>`)}</tbody></table></div>
    <p class="hint">${t("review.sample_hint")}</p>`;
}

function Page() {
  const [first, setFirst] = useState(facts.month_start);
  const [last, setLast] = useState(facts.today);
  const [data, setData] = useState(null);
  const [card, setCard] = useState(facts.card);
  const [open, setOpen] = useState(null); // {call, sound}
  const [said, setSaid] = useState({ kind: "", text: "" });
  const days = `from=${first}&to=${last}`;
  const load = () => get(`/reviews/data?${days}`).then((answer) => setData(answer ?? { error: { text: t("error.network") } }));
  useEffect(() => { setData(null); load(); }, [days]);
  useEffect(() => { if (chosen) get(`/reviews/calls/${chosen}`).then((answer) => hear(answer?.call)); }, []);

  async function hear(call) {
    if (!call) return setSaid({ kind: "alert-info", text: t("review.nothing_left") });
    const sound = await post(`/recordings/${call.attempt_id}/listen`, { reason: "quality" });
    setSaid({ kind: "alert-danger", text: sound.ok ? "" : sound.error.text });
    setOpen(sound.ok ? { call, sound } : null);
  }
  const next = async () => hear((await get(`/reviews/next?${days}`))?.call);
  const done = () => { setOpen(null); setSaid({ kind: "alert-success", text: t("review.kept") }); load(); };
  return html`<div class="reviews">
    <form class="panel period" onSubmit=${(event) => event.preventDefault()}>
      <label>${t("report.from")}<input type="date" class="form-control" value=${first} max=${last} onChange=${(event) => setFirst(event.target.value)} /></label>
      <label>${t("report.to")}<input type="date" class="form-control" value=${last} min=${first} onChange=${(event) => setLast(event.target.value)} /></label>
      <button class="btn btn-primary" data-act="next" disabled=${Boolean(open) || !data?.waiting} onClick=${next}>${t("review.next")}</button>
      <span class="hint">${data?.waiting === undefined ? "" : t("review.waiting", { waiting: data.waiting })} ${t("review.next_hint")}</span>
    </form>
    ${said.text && html`<p class=${`alert ${said.kind}`} role="status">${said.text}</p>`}
    ${open && html`<${ReviewForm} key=${open.call.attempt_id} call=${open.call} sound=${open.sound} card=${card} done=${done} close=${() => setOpen(null)} />`}
    ${!data ? html`<p class="loading">${t("page.loading")}</p>` : data.error ? html`<p class="alert alert-danger">${data.error.text}</p>` : html`
      <section class="panel"><h2>${t("review.by_agent")}</h2><${Report} rows=${data.agents} /></section>
      ${data.reviews.length > 0 && html`<section class="panel"><h2>${t("review.list")}</h2>${data.reviews.map((review) => html`<${Review} key=${review.id} review=${review} />`)}</section>`}`}
    ${facts.may_edit && html`<${CardEditor} card=${card} kept=${(now) => { setCard(now); setSaid({ kind: "alert-success", text: t("review.card_kept") }); }} />`}
  </div>`;
}

mount(html`<${Page} />`);
