// Runs before the first paint, so it stands in the head without defer.
// A person's own choice comes from the server; a visitor's is kept by the browser.
(() => {
  const root = document.documentElement;
  const keep = (theme) => {
    try {
      localStorage.setItem("theme", theme);
    } catch { /* private windows may forbid it */ }
  };
  let kept = "";
  try {
    kept = localStorage.getItem("theme") ?? "";
  } catch { /* as above */ }
  if (root.dataset.theme === undefined && (kept === "light" || kept === "dark")) {
    root.dataset.theme = kept;
  }
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-themes]")) return;
    const theme = event.submitter?.value ?? "";
    keep(theme);
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
  });
})();
