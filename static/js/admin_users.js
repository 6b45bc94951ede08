// Users: role, team, creditors, password, second factor; and teams.

import { useState } from "preact/hooks";
import { html } from "./html.js";
import { facts, t } from "./page.js";
import { Frame, fields, useData } from "./admin_data.js";

const Roles = ({ value }) => html`<select name="role" class="form-select form-select-sm">${facts.roles.map((role) => html`<option key=${role} value=${role} selected=${role === value}>${t(`role.${role}`)}</option>`)}</select>`;

function Edit({ user, data, send, close }) {
  const save = async (event) => {
    event.preventDefault();
    const form = fields(event.target);
    const creditor_ids = [...event.target.elements.creditors.selectedOptions].map((option) => Number(option.value));
    const body = { role: form.role, active: form.active === "on", team_id: form.team ? Number(form.team) : null, creditor_ids };
    if ((await send(`/admin/users/${user.id}`, body)).ok) close();
  };
  const password = async (event) => {
    event.preventDefault();
    const form = event.target;
    if ((await send(`/admin/users/${user.id}/password`, fields(form))).ok) form.reset();
  };
  return html`<tr class="edit-row"><td colspan="7"><div class="edit-forms"><form onSubmit=${save}>
      <label class="field">${t("users.role")}<${Roles} value=${user.role} /></label>
      <label class="field">${t("users.team")}<select name="team" class="form-select form-select-sm"><option value="">—</option>${data.teams.map((team) => html`<option key=${team.id} value=${team.id} selected=${team.id === user.team_id}>${team.name}</option>`)}</select></label>
      <label class="field">${t("users.creditors")}<select name="creditors" multiple size="3" class="form-select form-select-sm">${data.creditors.map((c) => html`<option key=${c.id} value=${c.id} selected=${user.creditor_ids.includes(c.id)}>${c.name}</option>`)}</select></label>
      <label class="field tick"><input type="checkbox" name="active" checked=${user.active} /> ${t("users.active")}</label>
      <button class="btn btn-sm btn-primary">${t("admin.save")}</button> <button type="button" class="btn btn-sm btn-link" onClick=${close}>${t("admin.close")}</button></form>
    <form onSubmit=${password}><label class="field">${t("users.new_password")}<input name="password" type="password" minlength="10" maxlength="200" required autocomplete="new-password" class="form-control form-control-sm" /></label>
      <button class="btn btn-sm btn-outline-secondary">${t("users.set_password")}</button>
      ${user.totp && html` <button type="button" class="btn btn-sm btn-outline-danger" onClick=${() => send(`/admin/users/${user.id}/second-factor`)}>${t("users.take_totp")}</button>`}</form></div></td></tr>`;
}

function Add({ send }) {
  const add = async (event) => {
    event.preventDefault();
    const form = event.target;
    if ((await send("/admin/users", fields(form))).ok) form.reset();
  };
  return html`<details class="ask"><summary>${t("users.add")}</summary><form class="admin-form" onSubmit=${add}>
    <label class="field">${t("login.username")}<input name="username" required pattern="[A-Za-z0-9._\\-]{2,60}" autocomplete="off" class="form-control form-control-sm" /></label>
    <label class="field">${t("users.name")}<input name="name" required maxlength="60" autocomplete="off" class="form-control form-control-sm" /></label>
    <label class="field">${t("users.staff_no")}<input name="staff_no" maxlength="40" autocomplete="off" class="form-control form-control-sm" /></label>
    <label class="field">${t("users.role")}<${Roles} value="agent" /></label>
    <label class="field">${t("users.leg")}<input name="leg_address" maxlength="120" placeholder="sip:" autocomplete="off" class="form-control form-control-sm" /></label>
    <label class="field">${t("users.new_password")}<input name="password" type="password" minlength="10" maxlength="200" required autocomplete="new-password" class="form-control form-control-sm" /></label>
    <button class="btn btn-sm btn-primary">${t("users.add")}</button></form></details>`;
}

export function Users() {
  const [data, fault, send] = useData("/admin/data/users");
  const [open, setOpen] = useState(0);
  const team = (id) => data.teams.find((each) => each.id === id)?.name ?? "—";
  const creditors = (ids) => (ids.length ? ids.map((id) => data.creditors.find((c) => c.id === id)?.name).join("、") : t("users.all_creditors"));
  const addTeam = async (event) => {
    event.preventDefault();
    const form = event.target;
    if ((await send("/admin/teams", fields(form))).ok) form.reset();
  };
  return html`<${Frame} data=${data} fault=${fault}>${data && html`<div>
    <${Add} send=${send} />
    <details class="ask"><summary>${t("users.add_team")}</summary><form class="admin-form" onSubmit=${addTeam}><label class="field">${t("users.team")}<input name="name" required maxlength="60" class="form-control form-control-sm" /></label><button class="btn btn-sm btn-primary">${t("users.add_team")}</button></form></details>
    <div class="wide"><table class="table table-sm admin-table"><thead><tr><th>${t("login.username")}</th><th>${t("users.name")}</th><th>${t("users.role")}</th><th>${t("users.team")}</th><th>${t("users.creditors")}</th><th>${t("totp.title")}</th><th></th></tr></thead>
    <tbody>${data.users.map((user) => html`<tr key=${user.id} class=${user.active ? "" : "is-off"} data-user=${user.username}><td>${user.username}</td><td>${user.name}${user.staff_no ? ` · ${user.staff_no}` : ""}</td><td>${t(`role.${user.role}`)}${user.active ? "" : ` · ${t("users.off")}`}</td><td>${team(user.team_id)}</td><td>${creditors(user.creditor_ids)}</td><td>${t(user.totp ? "totp.on" : "totp.off")}</td>
      <td><button class="btn btn-sm btn-outline-secondary" aria-expanded=${open === user.id} onClick=${() => setOpen(open === user.id ? 0 : user.id)}>${t("admin.edit")}</button></td></tr>
      ${open === user.id && html`<${Edit} key=${`edit${user.id}`} user=${user} data=${data} send=${send} close=${() => setOpen(0)} />`}`)}</tbody></table></div></div>`}<//>`;
}
