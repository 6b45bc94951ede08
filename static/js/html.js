import { h, render } from "preact";
import htm from "htm";

export const html = htm.bind(h);

/** Put the page into its place, instead of what the server wrote there while we loaded. */
export function mount(vnode) {
  const place = document.getElementById("app");
  place.replaceChildren();
  render(vnode, place);
}
