// Before the first paint, so that nobody sees the other theme flash by: loaded in the head, and not a module.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const use = () => {
    const wanted = localStorage.getItem("theme") ?? (dark.matches ? "dark" : "light");
    document.documentElement.dataset.theme = wanted;
  };
  dark.addEventListener("change", use);
  use();
})();
