// Everything that happened with a person, newest first, by channel; the filters only hide.

import { useState } from "preact/hooks";
import { html } from "./html.js";
import { t } from "./page.js";
import { dayTime, duration, money } from "./format.js";

const GROUPS = {
  call: ["call"], message: ["message"], money: ["promise", "payment", "plan", "offer"],
  stop: ["hold", "hold_released", "complaint", "dispute", "dispute_resolved", "override", "opt_out", "opt_out_withdrawn", "consent"],
  note: ["note"], file: ["upload", "placed", "closed"],
};
const SIGNS = { call: "☎", message: "✉", money: "¥", stop: "■", note: "✎", file: "▤" };
const STEP = 40;
const groupOf = (kind) => Object.keys(GROUPS).find((group) => GROUPS[group].includes(kind)) ?? "file";

/** The one line that says what it was. */
function says(e) {
  switch (e.kind) {
    case "call": return [e.outcome ? t(`outcome.${e.outcome}`) : t(`verdict.${e.verdict || "unknown"}`), e.number, e.talk_ms ? duration(e.talk_ms) : "", e.abandoned ? t("board.abandoned") : ""];
    case "message": return [t(`channel.${e.channel}`), e.number, t(`message.${e.state}`)];
    case "promise": return [money(e.amount_minor), e.due_on, t(`promise.${e.state}`)];
    case "payment": return [money(e.amount_minor), e.value_on];
    case "plan": return [money(e.amount_minor), t("case.of_plan", { periods: e.periods }), t(`plan.state_${e.state}`)];
    case "offer": return [money(e.amount_minor), t("offer.waived", { amount: money(e.waived_minor) }), t(`offer.${e.state}`)];
    case "hold": case "hold_released": return [t(`hold.${e.reason}`)];
    case "complaint": return [t(`complaint.${e.state}`), t("case.due", { day: e.due_on })];
    case "dispute": return [t(`dispute.${e.reason}`), t(`dispute.${e.state}`), t("case.due", { day: e.due_on })];
    case "dispute_resolved": return [t(`dispute.${e.reason}`)];
    case "override": return [t(`block.${e.reason}`), dayTime(e.until), e.second ? t("case.approved_by", { name: e.second }) : t("case.waits_second")];
    case "opt_out": case "opt_out_withdrawn": return [t(`channel.${e.channel}`)];
    case "closed": return [t(`closed.${e.reason}`)];
    case "placed": return [money(e.amount_minor)];
    default: return [];
  }
}

function Event({ event, own }) {
  const group = groupOf(event.kind);
  return html`<li class=${`event of-${group}`} data-kind=${event.kind}>
    <span class="event-sign" aria-hidden="true">${SIGNS[group]}</span>
    <div><div class="event-head"><b>${t(`event.${event.kind}`)}</b> <span>${says(event).filter(Boolean).join(" · ")}</span></div>
      ${event.text && html`<p class="event-text">${event.text}</p>`}${event.answer && html`<p class="event-text">→ ${event.answer}</p>`}
      <small>${event.account_id && event.account_id !== own ? html`<a href=${`/cases/${event.account_id}`}>${t("case.other_debt")}</a> · ` : ""}${event.by ?? t("case.by_system")}${event.supersedes_id ? ` · ${t("case.corrects")}` : ""}${event.recorded ? html` · <span data-recording=${event.id}>● ${t("case.recording")}</span>` : ""}</small></div>
    <time datetime=${event.at}>${dayTime(event.at)}</time></li>`;
}

export function Timeline({ events, account }) {
  const [hidden, setHidden] = useState([]);
  const [shown, setShown] = useState(STEP);
  const flip = (group) => setHidden(hidden.includes(group) ? hidden.filter((g) => g !== group) : [...hidden, group]);
  const rows = events.filter((e) => !hidden.includes(groupOf(e.kind)));
  return html`<section class="panel" id="timeline" aria-label=${t("case.timeline")}><h2>${t("case.timeline")} <small>${rows.length}</small></h2>
    <div class="filters" role="group" aria-label=${t("case.filter")}>${Object.keys(GROUPS).map((group) => html`<button key=${group} type="button" class="btn btn-sm btn-outline-secondary" data-filter=${group} aria-pressed=${!hidden.includes(group)} onClick=${() => flip(group)}>${t(`case.group_${group}`)} ${events.filter((e) => groupOf(e.kind) === group).length}</button>`)}</div>
    ${rows.length === 0 ? html`<p class="text-body-secondary">${t("case.nothing")}</p>` : html`<ol class="events">${rows.slice(0, shown).map((e) => html`<${Event} key=${`${e.kind}-${e.id}`} event=${e} own=${account} />`)}</ol>`}
    ${rows.length > shown && html`<button type="button" class="btn btn-sm btn-outline-secondary" onClick=${() => setShown(shown + STEP)}>${t("case.more")}</button>`}</section>`;
}
