// The right zone: what was said before, my callbacks, what may be dialed by hand. Readable in any state.

import { html, icon } from "./html.js";
import { t } from "./page.js";
import { dayTime, duration } from "./format.js";
import { ByHand, Callbacks } from "./own_calls.js";

export function Side({ rows, title, own, tell, named }) {
  return html`<section class="panel zone side" aria-label=${t("desk.side")} tabindex="0" data-scrolls>
    <${History} rows=${rows} title=${title} named=${named} />
    <${Callbacks} rows=${own.callbacks} tell=${tell} />
    <${ByHand} rows=${own.by_hand} tell=${tell} />
  </section>`;
}

/** `named`: calls of many people, so each says whose it was. */
function History({ rows, title, named }) {
  return html`<div class="history" id="history"><h2>${title}</h2>
    ${rows.length === 0 ? html`<div class="empty">${icon("list")}<p>${t("desk.none_yet")}</p></div>` : html`<ol>${rows.map((row) => html`<li key=${row.attempt_id}>
      <div><b>${t(`outcome.${row.code}`)}</b><time>${dayTime(row.at)}</time></div>
      <div class="hint">${named ? `${row.name} · ` : ""}${row.talk_ms ? duration(row.talk_ms) : t("desk.no_talk")}</div>
      ${row.note && html`<p>${row.note}</p>`}</li>`)}</ol>`}</div>`;
}
