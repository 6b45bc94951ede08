// A file whose titles nobody knows: the manager says which column is which, once for all files like it.

import { useState } from "preact/hooks";
import { html } from "./html.js";
import { facts, t } from "./page.js";

function Field({ field, titles, columns, choose }) {
  const chosen = columns[field] ?? "";
  const taken = new Set(Object.values(columns));
  return html`<label>${t(`mapping.${field}`)}<select class="form-select form-select-sm" data-field=${field} value=${chosen} onChange=${(event) => choose(field, event.target.value)}>
    <option value="" selected=${!chosen}>—</option>${titles.map((title) => html`<option key=${title} value=${title} selected=${title === chosen} disabled=${title !== chosen && taken.has(title)}>${title}</option>`)}</select></label>`;
}

export function Mapping({ upload, tell }) {
  const { required, optional } = facts.fields;
  const titles = [...new Set(upload.forecast.titles.filter(Boolean))];
  const [columns, setColumns] = useState(upload.forecast.recognised ?? {});
  const choose = (field, title) => setColumns({ ...columns, [field]: title });
  const left = required.filter((field) => !columns[field]);
  const more = optional.filter((field) => columns[field]).length;
  const fields = (names) => names.map((field) => html`<${Field} key=${field} field=${field} titles=${titles} columns=${columns} choose=${choose} />`);
  function save(event) {
    event.preventDefault();
    const recognised = Object.keys(upload.forecast.recognised ?? {});
    const known = new Set([...required, ...optional]);
    // What was recognised and then taken away is told as empty, or it would be recognised again.
    const told = Object.entries(columns).filter(([field, title]) => known.has(field) && (title || recognised.includes(field)));
    tell(`/uploads/${upload.id}/mapping`, { name: upload.filename.slice(0, 60), columns: Object.fromEntries(told) });
  }
  return html`<form class="mapping" onSubmit=${save}>
    <p>${t("mapping.lead")}</p>
    ${fields(required)}
    <details><summary>${t("mapping.optional", { chosen: more, all: optional.length })}</summary><div class="mapping-more">${fields(optional)}</div></details>
    <button class="btn btn-primary btn-sm" disabled=${left.length > 0}>${t("mapping.save")}</button>
    ${left.length > 0 && html`<small>${t("mapping.left", { fields: left.map((field) => t(`mapping.${field}`)).join(t("mapping.comma")) })}</small>`}</form>`;
}

// How far the reading is; by rows alone when the share of the file is not known.
export function Reading({ upload }) {
  const rows = t("upload.rows_read", { rows: upload.rows_read });
  const share = upload.forecast?.share;
  if (share === undefined) return html`<p data-rows-read>${rows}</p>`;
  const percent = Math.floor(share * 100);
  return html`<div class="reading"><div class="progress" role="progressbar" aria-valuenow=${percent} aria-valuemin="0" aria-valuemax="100" aria-label=${t("upload.progress")}><div class="progress-bar" style=${{ width: `${percent}%` }}></div></div>
    <p data-rows-read>${t("upload.percent", { percent })} · ${rows}</p></div>`;
}
