// The socket. A page watches one view; every push is a whole view with a number, and an older number than
// the one on screen is dropped. After a reconnect the page asks again, so nothing can be missed.

import { signal } from "@preact/signals";
import { io } from "socket.io-client";
import { t } from "./page.js";

const ANSWER_MS = 8000;
const socket = io({ transports: ["websocket", "polling"], reconnectionDelay: 300, reconnectionDelayMax: 3000 });

export const view = signal(null);
export const linked = signal(false);
export const isElsewhere = signal(false); // the desk is open in another window
export const now = signal(Date.now()); // the server's clock, ticking
let offset = 0;

setInterval(() => { now.value = Date.now() + offset; }, 500);

function show(next) {
  if (view.value && next.last_fact < view.value.last_fact) return;
  offset = Date.parse(next.as_of) - Date.now();
  now.value = Date.now() + offset;
  view.value = next;
}

/** Send and wait for the answer; always resolves. */
export async function ask(event, payload) {
  try {
    const answer = await socket.timeout(ANSWER_MS).emitWithAck(event, payload);
    if (answer.view) show(answer.view);
    return answer;
  } catch {
    return { ok: false, error: { code: "network", text: t("error.network") } };
  }
}

/** One name for this window, the same over reloads: the desk knows by it that it is the same page. */
function pageName() {
  const name = sessionStorage.getItem("kept-page") ?? crypto.randomUUID();
  sessionStorage.setItem("kept-page", name);
  return name;
}

async function begin(name, more = {}) {
  const answer = await ask("watch", { view: name, ...(name === "desk" ? { page: pageName() } : {}), ...more });
  if (answer.ok) view.value = answer.view; // after a restart numbers may begin anew
  isElsewhere.value = answer.error?.code === "desk_elsewhere";
  setLinked(answer.ok || isElsewhere.value);
}

/** The person said: here. The other window is told. */
export const takeOver = () => begin("desk", { take: true });

/** Watch a view from now on, through every reconnect. */
export function watch(name) {
  socket.on(name, (next) => { if (!isElsewhere.value) show(next); });
  socket.on("desk:taken", () => { isElsewhere.value = true; });
  socket.on("connect", () => begin(name, {}));
  socket.on("disconnect", () => setLinked(false));
  socket.on("connect_error", (error) => {
    setLinked(false);
    if (error.message === "login") location.assign("/login");
  });
}

function setLinked(is) {
  linked.value = is;
  const state = document.getElementById("link-state");
  state.textContent = is ? "" : t("live.lost");
  state.classList.toggle("is-lost", !is);
}
