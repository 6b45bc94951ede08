// Administration: one page, a tab for each question; a tab asks for its data when it is opened.

import { signal } from "@preact/signals";
import { html, mount } from "./html.js";
import { facts, t } from "./page.js";
import { Users } from "./admin_users.js";
import { Tokens } from "./admin_tokens.js";
import { Creditors, Rules, Trunks } from "./admin_rules.js";
import { Audit } from "./admin_audit.js";
import { Health } from "./admin_health.js";

const TABS = { users: Users, tokens: Tokens, rules: Rules, creditors: Creditors, trunks: Trunks, audit: Audit, health: Health };
const chosen = () => (facts.tabs.includes(location.hash.slice(1)) ? location.hash.slice(1) : facts.tabs[0]);
const tab = signal(chosen());

addEventListener("hashchange", () => { tab.value = chosen(); });

function Page() {
  const Tab = TABS[tab.value];
  return html`<div class="admin"><h1>${t("admin.title")}</h1>
    <nav class="admin-tabs" aria-label=${t("admin.title")}>${facts.tabs.map((name) => html`<a key=${name} href=${`#${name}`} aria-current=${name === tab.value ? "page" : undefined}>${t(`admin.${name}`)}</a>`)}</nav>
    <${Tab} key=${tab.value} /></div>`;
}

mount(html`<${Page} />`);
