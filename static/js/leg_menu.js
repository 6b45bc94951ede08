// How I hear and speak, folded away in the bar; its mark says whether the connection is up.

import { html, icon } from "./html.js";
import { t } from "./page.js";
import { AudioLeg } from "./audio_leg.js";

export function LegMenu({ seat, tell }) {
  return html`<details class="menu leg-menu">
    <summary class="btn ${seat.leg_up ? "btn-outline-secondary" : "btn-warning"}" id="leg-menu">${icon(seat.leg_up ? "sound" : "silent")} ${t(`leg.${seat.leg_kind}`)}</summary>
    <div class="menu-body"><${AudioLeg} seat=${seat} tell=${tell} /></div>
  </details>`;
}
