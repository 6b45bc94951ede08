// Files of a creditor: ask for a report or an audit pack, see how far it is, take it; reports that come by themselves.

import { useEffect, useState } from "preact/hooks";
import { html } from "./html.js";
import { get, post, t } from "./page.js";
import { dayTime } from "./format.js";

const AGAIN_MS = 2000;
const size = (bytes) => (bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`);

function FileRow({ file, onCancel }) {
  const busy = file.state === "waiting" || file.state === "running";
  return html`<tr data-file=${file.id}><td>${t(`file.${file.kind}`)} · ${file.format}</td><td>${file.first === file.last ? file.first : `${file.first} – ${file.last}`}</td>
    <td>${file.state === "running" && file.parts ? `${file.part} / ${file.parts}` : t(`file.${file.state}`)}${file.finished_at && html` <small>${dayTime(file.finished_at)}</small>`}${file.reason && html`<br /><small>${t(`file.why_${file.reason}`)}${file.again_at && ` · ${t("file.again", { time: dayTime(file.again_at), tries: file.tries })}`}</small>`}</td>
    <td class="num">${file.state === "ready" && size(file.size)}</td>
    <td>${file.state === "ready" && html`<a class="btn btn-sm btn-outline-primary" href=${`/reports/files/${file.id}`}>${t("file.take")}</a> <code title=${file.sha256}>${file.sha256.slice(0, 10)}…</code>`}
    ${busy && html`<button type="button" class="btn btn-sm btn-outline-secondary" onClick=${() => onCancel(file.id)}>${t("file.cancel")}</button>`}</td></tr>`;
}

function Schedules({ creditor, schedules, act }) {
  const [form, setForm] = useState({ every: "daily", hour: 8, format: "xlsx" });
  const set = (name) => (event) => setForm({ ...form, [name]: event.target.value });
  const add = (event) => { event.preventDefault(); act("/reports/schedules", { creditor_id: creditor, every: form.every, hour: Number(form.hour), formats: [form.format] }); };
  return html`<h2>${t("file.schedules")}</h2>
    ${schedules.filter((s) => s.active).map((s) => html`<p key=${s.id} class="schedule">${t("file.schedule_line", { every: t(`file.${s.every}`), hour: s.hour, zone: s.timezone, formats: s.formats.join(", ") })}
      <button type="button" class="btn btn-sm btn-outline-secondary" onClick=${() => act(`/reports/schedules/${s.id}/stop`)}>${t("file.stop")}</button></p>`)}
    <form class="period" onSubmit=${add}>
      <select class="form-select form-select-sm" aria-label=${t("file.every")} value=${form.every} onChange=${set("every")}>${["daily", "weekly", "monthly"].map((e) => html`<option key=${e} value=${e}>${t(`file.${e}`)}</option>`)}</select>
      <input type="number" class="form-control form-control-sm" aria-label=${t("file.hour")} min="0" max="23" value=${form.hour} onChange=${set("hour")} />
      <select class="form-select form-select-sm" aria-label=${t("file.format")} value=${form.format} onChange=${set("format")}>${["xlsx", "csv", "json"].map((f) => html`<option key=${f} value=${f}>${f}</option>`)}</select>
      <button class="btn btn-sm btn-outline-primary">${t("file.schedule_add")}</button></form>`;
}

export function Files({ creditor, first, last }) {
  const [view, setView] = useState(null);
  const [fault, setFault] = useState("");
  const load = () => get(`/reports/files?creditor=${creditor}`).then((answer) => answer?.files && setView(answer));
  const busy = view?.files.some((file) => file.state === "waiting" || file.state === "running");
  useEffect(() => { setView(null); load(); }, [creditor]);
  useEffect(() => { if (!busy) return undefined; const timer = setInterval(load, AGAIN_MS); return () => clearInterval(timer); }, [busy, creditor]);
  const act = async (url, body) => { const answer = await post(url, body); setFault(answer.error?.text ?? ""); load(); };
  const ask = (kind, format) => act("/reports/files", { creditor_id: creditor, kind, format, first, last });
  return html`<section class="panel files"><h2>${t("file.title")}</h2>
    <div class="actions">${["xlsx", "csv", "json"].map((format) => html`<button key=${format} type="button" class="btn btn-sm btn-outline-primary" onClick=${() => ask("progress", format)}>${t("file.progress")} ${format.toUpperCase()}</button>`)}
      <button type="button" class="btn btn-sm btn-outline-primary" data-audit-pack onClick=${() => ask("audit_pack", "zip")}>${t("file.audit_pack")}</button></div>
    ${fault && html`<p class="alert alert-danger">${fault}</p>`}
    ${view && html`${!!view.files.length && html`<div class="wide"><table class="table table-sm"><tbody>${view.files.map((file) => html`<${FileRow} key=${file.id} file=${file} onCancel=${(id) => act(`/reports/files/${id}/cancel`)} />`)}</tbody></table></div>`}
      <${Schedules} creditor=${creditor} schedules=${view.schedules} act=${act} />`}
  </section>`;
}
