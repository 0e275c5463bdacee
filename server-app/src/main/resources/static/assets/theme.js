// Loaded in the head, before anything is painted, so that no page flashes in the wrong colours.
(() => {
  const root = document.documentElement;
  const stored = () => {
    try {
      return localStorage.getItem("waxwing-theme") ?? "auto";
    } catch {
      return "auto";
    }
  };
  const apply = (theme) => {
    if (theme === "auto") {
      delete root.dataset.theme;
    } else {
      root.dataset.theme = theme;
    }
    for (const button of document.querySelectorAll("[data-set-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.setTheme === theme));
    }
  };
  apply(stored());
  addEventListener("DOMContentLoaded", () => apply(stored()));
  addEventListener("storage", () => apply(stored()));
  addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-set-theme]");
    if (!button) {
      return;
    }
    try {
      localStorage.setItem("waxwing-theme", button.dataset.setTheme);
    } catch {
      // Without storage the choice lasts for this page.
    }
    apply(button.dataset.setTheme);
  });
})();
