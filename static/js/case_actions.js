// What may be done for a person: notes, stop flags, complaints, waived rules. The server decides; this asks.

import { useState } from "preact/hooks";
import { html } from "./html.js";
import { facts, t } from "./page.js";
import { dayTime } from "./format.js";

/** A form of one choice and one text. */
function Ask({ word, choices, name, label, act, more }) {
  const [text, setText] = useState("");
  const [choice, setChoice] = useState(choices?.[0]?.value ?? "");
  const [days, setDays] = useState(1);
  const send = async (event) => {
    event.preventDefault();
    const field = word === "complaint" || word === "note" ? "text" : "reason";
    const body = { [field]: text, ...(choices ? { [name]: choice } : {}), ...(more ? { days: Number(days) } : {}) };
    if (await act(word, body)) setText("");
  };
  return html`<details class="ask"><summary>${t(`case.do_${word}`)}</summary><form onSubmit=${send}>
    ${choices && html`<label class="field">${label}<select class="form-select form-select-sm" value=${choice} onChange=${(e) => setChoice(e.target.value)}>${choices.map((c) => html`<option key=${c.value} value=${c.value}>${c.text}</option>`)}</select></label>`}
    ${more && html`<label class="field">${t("case.days")}<input class="form-control form-control-sm" type="number" min="1" max="7" value=${days} onInput=${(e) => setDays(e.target.value)} /></label>`}
    <label class="field">${t(word === "note" || word === "complaint" ? "desk.note" : "case.reason")}<textarea class="form-control form-control-sm" rows="2" required maxlength="2000" value=${text} onInput=${(e) => setText(e.target.value)}></textarea></label>
    <button class="btn btn-sm btn-primary" disabled=${!text.trim()}>${t(`case.do_${word}`)}</button></form></details>`;
}

function Row({ children, word, id, act, field }) {
  const [text, setText] = useState("");
  return html`<li>${children} <span class="row-act"><input class="form-control form-control-sm" aria-label=${t(`case.${field}`)} placeholder=${t(`case.${field}`)} maxlength="2000" value=${text} onInput=${(e) => setText(e.target.value)} />
    <button class="btn btn-sm btn-outline-secondary" disabled=${!text.trim()} onClick=${() => act(word, { id, [field]: text })}>${t(`case.do_${word}`)}</button></span></li>`;
}

function Stops({ stops, act }) {
  if (!stops.holds.length && !stops.complaints.length && !stops.overrides.length) return null;
  return html`<h3>${t("case.open_matters")}</h3><ul class="plain matters">
    ${stops.holds.map((h) => (facts.may_act && !h.disputed
      ? html`<${Row} key=${`h${h.id}`} word="release" id=${h.id} act=${act} field="reason"><b class="is-shut">■ ${t(`hold.${h.kind}`)}</b> ${dayTime(h.since)}<//>`
      : html`<li key=${`h${h.id}`}><b class="is-shut">■ ${t(`hold.${h.kind}`)}</b> ${dayTime(h.since)}${h.disputed ? ` · ${t("case.dispute_first")}` : ""}</li>`))}
    ${stops.complaints.map((c) => (facts.may_act
      ? html`<${Row} key=${`c${c.id}`} word="answer" id=${c.id} act=${act} field="answer"><b>${t("event.complaint")}</b> ${t("case.due", { day: c.due_on })} · ${c.text}<//>`
      : html`<li key=${`c${c.id}`}><b>${t("event.complaint")}</b> ${t("case.due", { day: c.due_on })}</li>`))}
    ${stops.overrides.map((o) => html`<li key=${`o${o.id}`}><b>${t("event.override")}</b> ${t(`block.${o.code}`)} · ${dayTime(o.until)} · ${o.reason} ${o.approved ? t("case.approved") : facts.may_approve && o.asked_by !== facts.me
      ? html`<button class="btn btn-sm btn-primary" data-approve=${o.id} onClick=${() => act("approve", { id: o.id })}>${t("case.do_approve")}</button>` : t("case.waits_second")}</li>`)}
  </ul>`;
}

export function Actions({ stops, overridable, act }) {
  const words = (names, prefix) => names.map((value) => ({ value, text: t(`${prefix}.${value}`) }));
  return html`<section class="panel" id="actions"><h2>${t("case.actions")}</h2><${Stops} stops=${stops} act=${act} />
    <div class="asks">${(facts.may_act || facts.may_note) && html`<${Ask} word="note" act=${act} />`}
    ${facts.may_act && html`<${Ask} word="hold" name="kind" label=${t("case.hold_kind")} choices=${words(facts.hold_kinds, "hold")} act=${act} />
      <${Ask} word="complaint" name="channel" label=${t("case.channel")} choices=${words(facts.channels, "channel")} act=${act} />
      <${Ask} word="override" name="code" label=${t("case.rule")} choices=${words(overridable, "block")} more act=${act} />`}</div></section>`;
}
