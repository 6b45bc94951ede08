// What the server put into the page: words, language, facts. And the way back: POST with the CSRF token.

const given = JSON.parse(document.getElementById("page-facts").textContent);
export const language = given.language;
export const facts = given.facts;

/** The sentence for a key, with {names} filled in. */
export function t(key, names = {}) {
  let text = given.words[key] ?? key;
  for (const [name, value] of Object.entries(names)) text = text.replaceAll(`{${name}}`, value);
  return text;
}

/** POST; resolves to the answer, or to {ok: false, error: {code, text}}. */
export async function post(url, body, headers = {}) {
  const csrf = document.querySelector('meta[name="csrf-token"]').content;
  const isFile = body instanceof Blob;
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: {
        "X-CSRFToken": csrf, Accept: "application/json",
        ...(isFile ? { "Content-Type": "application/octet-stream" } : { "Content-Type": "application/json" }),
        ...headers,
      },
      body: isFile ? body : JSON.stringify(body ?? {}),
    });
    return await answer.json();
  } catch {
    return { ok: false, error: { code: "network", text: t("error.network") } };
  }
}

export async function get(url) {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    return await answer.json();
  } catch {
    return null;
  }
}
