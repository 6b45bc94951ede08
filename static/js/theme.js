// Light or dark: what the person chose in this browser, else what the system prefers. Loaded before the
// page is painted, hence no module. The switch goes round: system, light, dark.

(() => {
  const order = ["auto", "light", "dark"];
  const icons = { auto: "auto", light: "sun", dark: "moon" };
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => (order.includes(localStorage.getItem("kept-theme")) ? localStorage.getItem("kept-theme") : "auto");

  function show() {
    const is = chosen();
    document.documentElement.dataset.bsTheme = is === "auto" ? (system.matches ? "dark" : "light") : is;
    const button = document.getElementById("theme");
    if (!button) return;
    button.querySelector("use").setAttribute("href", `/static/icons.svg#${icons[is]}`);
    button.setAttribute("aria-label", button.dataset[is]);
    button.title = button.dataset[is];
  }

  show();
  system.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", () => {
    show();
    document.getElementById("theme").addEventListener("click", () => {
      localStorage.setItem("kept-theme", order[(order.indexOf(chosen()) + 1) % order.length]);
      show();
    });
  });
})();
