// Why not more: from all entries of a campaign to those dialable now. Asked for on demand, never guessed.

import { useState } from "preact/hooks";
import { html } from "./html.js";
import { get, t } from "./page.js";
import { time } from "./format.js";

/** A kind and, after a dot, the gate's code or an outcome: in words. */
function words(step) {
  const [kind, code] = step.split(".");
  if (!code) return t(`step.${kind}`);
  const known = t(`block.${code}`);
  return `${t(`step.${kind}`)} · ${known === `block.${code}` ? t(`outcome.${code}`) : known}`;
}

export function Waterfall({ campaign }) {
  const [view, setView] = useState(null);
  const show = async () => setView(view ? null : await get(`/campaigns/${campaign.id}/waterfall`));
  return html`<div class="waterfall">
    <button type="button" class="btn btn-sm btn-outline-secondary" aria-expanded=${!!view} onClick=${show}>${t("waterfall.show")}</button>
    ${view && html`<table class="bars" data-waterfall=${campaign.id}><tbody>
      <tr><th>${t("waterfall.total")}</th><td class="num">${view.total}</td><td class="bar"><i class="part-all" style=${{ width: "100%" }}></i></td></tr>
      ${view.steps.map((s) => html`<tr key=${s.step}><th>${words(s.step)}</th><td class="num">${s.count}</td>
        <td class="bar"><i class=${`part-${s.step.split(".")[0]}`} style=${{ width: `${(s.count / Math.max(view.total, 1)) * 100}%` }}></i></td></tr>`)}
    </tbody></table>
    ${view.dialable === 0 && view.opens && html`<p class="hint">${t("waterfall.opens", { at: time(view.opens) })}</p>`}`}
  </div>`;
}
