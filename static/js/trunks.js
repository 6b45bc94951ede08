// The board's panel of trunks: word and sign of the state, channels and calls a second, last fault.

import { html } from "./html.js";
import { t } from "./page.js";
import { now } from "./live.js";

const SIGNS = { up: "●", trial: "◐", down: "✕", unregistered: "✕", unheard: "?" };

function Trunk({ trunk }) {
  const age = trunk.fault_at ? Math.max(0, Math.round((now.value - Date.parse(trunk.fault_at)) / 1000)) : 0;
  return html`<tr data-trunk=${trunk.name} data-state=${trunk.state}>
    <td>${trunk.name} <small class="text-body-secondary">${trunk.node}</small></td>
    <td><span class=${`trunk-state trunk-${trunk.state}`}><i aria-hidden="true">${SIGNS[trunk.state]}</i> ${t(`trunks.${trunk.state}`)}</span></td>
    <td>${trunk.in_use} / ${trunk.channels}</td>
    <td>${trunk.dialed_last_second} / ${trunk.calls_per_second}</td>
    <td>${trunk.fault ? html`${t(`trunks.fault.${trunk.fault}`, trunk)} <small>${t("trunks.ago", { seconds: age })}</small>` : t("trunks.no_fault")}</td>
  </tr>`;
}

export function Trunks({ trunks }) {
  return html`<section aria-label=${t("trunks.title")}><h2>${t("trunks.title")}</h2>
    ${trunks.length ? html`<div class="table-responsive"><table class="table trunks">
      <thead><tr>${["trunk", "state", "channels", "per_second", "last_fault"].map((name) => html`<th key=${name} scope="col">${t(`trunks.${name}`)}</th>`)}</tr></thead>
      <tbody>${trunks.map((trunk) => html`<${Trunk} key=${trunk.node + trunk.name} trunk=${trunk} />`)}</tbody></table></div>` : html`<p class="text-body-secondary">${t("trunks.none")}</p>`}
  </section>`;
}
