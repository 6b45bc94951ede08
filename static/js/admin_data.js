// What all tabs share: fetch, show loading and failure, send and fetch again.

import { useEffect, useState } from "preact/hooks";
import { html } from "./html.js";
import { get, post, t } from "./page.js";

/** [data, fault, send]: `send` posts, says what went wrong, and fetches anew. */
export function useData(url) {
  const [data, setData] = useState(null);
  const [fault, setFault] = useState("");
  const load = () => get(url).then((answer) => (answer && !answer.error ? setData(answer) : setFault(answer?.error?.text ?? t("error.network"))));
  useEffect(() => { load(); }, [url]);
  const send = async (path, body) => {
    const answer = await post(path, body);
    setFault(answer.ok ? "" : answer.error.text);
    if (answer.ok) await load();
    return answer;
  };
  return [data, fault, send];
}

export function Frame({ data, fault, children }) {
  return html`<section class="panel">${fault && html`<p class="alert alert-danger" role="alert">${fault}</p>`}
    ${data ? children : !fault && html`<p class="loading">${t("page.loading")}</p>`}</section>`;
}

/** The fields of a form as an object. */
export const fields = (form) => Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
