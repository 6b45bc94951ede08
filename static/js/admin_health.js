// Health: engine, nodes, jobs, warnings, as far as the store knows.

import { html } from "./html.js";
import { t } from "./page.js";
import { dayTime } from "./format.js";
import { Frame, useData } from "./admin_data.js";

export function Health() {
  const [data, fault] = useData("/admin/data/health");
  if (!data) return html`<${Frame} data=${data} fault=${fault} />`;
  const { engine, nodes, jobs, seats } = data;
  return html`<${Frame} data=${data} fault=${fault}>
    <p class=${engine.on ? "good" : "bad"} role="status">${engine.on ? t("health.engine_on", { epoch: engine.epoch }) : t("health.engine_off", { at: engine.until ? dayTime(engine.until) : "—" })}</p>
    <dl class="pairs"><div><dt>${t("health.pulse")}</dt><dd>${engine.pulse_at ? dayTime(engine.pulse_at) : "—"}</dd></div><div><dt>${t("health.seats")}</dt><dd>${seats.legs_up} / ${seats.here}</dd></div><div><dt>${t("health.facts")}</dt><dd>${data.last_fact}</dd></div></dl>
    ${data.warnings.length > 0 && html`<h2>${t("board.warnings")}</h2><ul>${data.warnings.map((w) => html`<li key=${w.code}>${t(`warning.${w.code}`, w)}</li>`)}</ul>`}
    <h2>${t("health.nodes")}</h2>${nodes.length === 0 ? html`<p class="text-body-secondary">${t("health.no_nodes")}</p>` : html`<table class="table table-sm"><thead><tr><th>${t("trunks.name")}</th><th class="num">${t("health.epoch")}</th><th class="num">${t("health.seq")}</th></tr></thead><tbody>${nodes.map((n) => html`<tr key=${n.name}><td>${n.name}</td><td class="num">${n.epoch}</td><td class="num">${n.seq}</td></tr>`)}</tbody></table>`}
    <h2>${t("health.jobs")}</h2>${jobs.length === 0 ? html`<p class="text-body-secondary">${t("health.no_jobs")}</p>` : html`<table class="table table-sm"><tbody>${jobs.map((job) => html`<tr key=${job.name}><td>${job.name}</td><td>${dayTime(job.due_at)}</td><td>${job.finished_at ? dayTime(job.finished_at) : t("health.unfinished")}</td></tr>`)}</tbody></table>`}
    <p class="hint">${t("health.backups")}</p><p class="as-of">${t("case.as_of", { at: dayTime(data.as_of) })}</p><//>`;
}
