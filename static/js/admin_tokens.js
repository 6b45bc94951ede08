// Keys of the REST API: shown once when made, revoked for good.

import { useState } from "preact/hooks";
import { html } from "./html.js";
import { t } from "./page.js";
import { dayTime } from "./format.js";
import { Frame, fields, useData } from "./admin_data.js";

export function Tokens() {
  const [data, fault, send] = useData("/admin/data/tokens");
  const [made, setMade] = useState("");
  const add = async (event) => {
    event.preventDefault();
    const form = event.target;
    const answer = await send("/admin/tokens", fields(form));
    if (answer.ok) { setMade(answer.token); form.reset(); }
  };
  return html`<${Frame} data=${data} fault=${fault}>${data && html`<div>
    <form class="admin-form" onSubmit=${add}><label class="field">${t("tokens.user")}<input name="username" required maxlength="60" autocomplete="off" class="form-control form-control-sm" /></label>
      <label class="field">${t("tokens.name")}<input name="name" required maxlength="60" autocomplete="off" class="form-control form-control-sm" /></label><button class="btn btn-sm btn-primary">${t("tokens.make")}</button></form>
    ${made && html`<div class="alert alert-info" role="status"><p>${t("tokens.once")}</p><code class="made-token">${made}</code> <button type="button" class="btn btn-sm btn-outline-secondary" onClick=${() => setMade("")}>${t("tokens.noted")}</button></div>`}
    ${data.tokens.length === 0 ? html`<p class="text-body-secondary">${t("tokens.none")}</p>` : html`<table class="table table-sm"><thead><tr><th>${t("tokens.name")}</th><th>${t("tokens.user")}</th><th>${t("tokens.created")}</th><th></th></tr></thead>
    <tbody>${data.tokens.map((token) => html`<tr key=${token.id} class=${token.revoked_at ? "is-off" : ""}><td>${token.name}</td><td>${token.username}</td><td>${dayTime(token.created_at)}</td>
      <td>${token.revoked_at ? t("tokens.revoked", { at: dayTime(token.revoked_at) }) : html`<button class="btn btn-sm btn-outline-danger" onClick=${() => confirm(t("tokens.revoke_sure", { name: token.name })) && send(`/admin/tokens/${token.id}/revoke`)}>${t("tokens.revoke")}</button>`}</td></tr>`)}</tbody></table>`}</div>`}<//>`;
}
