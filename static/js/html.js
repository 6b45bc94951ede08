import { h, render } from "preact";
import htm from "htm";

export const html = htm.bind(h);

/** Put the page into its place, instead of what the server wrote there while we loaded. */
export function mount(vnode) {
  const place = document.getElementById("app");
  place.replaceChildren();
  render(vnode, place);
}

/** One of static/icons.svg; decoration only, the word stands beside it. */
export const icon = (name) => html`<svg class="icon" aria-hidden="true"><use href=${`/static/icons.svg#${name}`}></use></svg>`;
