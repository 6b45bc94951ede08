// The keys of the desk on one sheet: what each does, and what the digits mean for this person.

import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.js";
import { t } from "./page.js";
import { view } from "./live.js";
import { sheet } from "./keys.js";

const DIGITS = [..."123456789"];
const FIXED = [["Enter", "keys.enter"], ["Y", "keys.identity"], ["A S D F …", "keys.amount"], ["Q W E R …", "keys.day"], ["← → ↑ ↓", "keys.arrows"], ["N", "keys.note"], ["Ctrl+Enter", "keys.save_note"], ["Esc", "keys.escape"], ["B", "keys.breather"], ["D S Z", "keys.preview"], ["?", "keys.sheet"]];

export function KeySheet({ outcomes, tell }) {
  const dialog = useRef(null);
  const [keys, setKeys] = useState(view.value.choice.keys);
  const [isOn, setOn] = useState(view.value.choice.keys_on);
  const [fault, setFault] = useState("");
  useEffect(() => { if (!dialog.current.open) dialog.current.showModal(); }, []);

  async function keep(event) {
    event.preventDefault();
    const used = Object.fromEntries(Object.entries(keys).filter(([, code]) => code));
    const answer = await tell("desk:choose", { keys: used, keys_on: isOn, tones_on: view.value.choice.tones_on });
    if (answer.ok) sheet.value = false;
    else setFault(answer.error.text);
  }

  return html`<dialog class="sheet panel" ref=${dialog} aria-labelledby="sheet-title" onClose=${() => { sheet.value = false; }}>
    <form onSubmit=${keep}><h2 id="sheet-title">${t("keys.title")}</h2>
      <div class="sheet-columns">
        <dl class="key-list">${FIXED.map(([key, word]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${t(word)}</dd></div>`)}</dl>
        <div><p class="label">${t("keys.digits")}</p>
          ${DIGITS.map((digit) => html`<label key=${digit} class="digit"><kbd>${digit}</kbd><select class="form-select form-select-sm" data-digit=${digit} value=${keys[digit] ?? ""} onChange=${(event) => setKeys({ ...keys, [digit]: event.target.value })}>
            <option value="">${t("keys.nothing")}</option>${outcomes.map((one) => html`<option key=${one.code} value=${one.code}>${t(`outcome.${one.code}`)}</option>`)}</select></label>`)}</div>
      </div>
      <label class="tick"><input type="checkbox" id="keys-on" checked=${isOn} onChange=${(event) => setOn(event.target.checked)} /> ${t("keys.on")}</label>
      ${fault && html`<div class="alert alert-danger" role="alert">${fault}</div>`}
      <div class="own-actions"><button class="btn btn-primary" id="keep-keys">${t("keys.keep")}</button><button type="button" class="btn btn-outline-secondary" onClick=${() => { sheet.value = false; }}>${t("keys.close")}</button></div>
    </form></dialog>`;
}
