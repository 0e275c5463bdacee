// Buttons with data-copy put that text on the clipboard; with data-copy-from, the text of the named element.
const toast = document.getElementById("toast");
let hiding;

const say = (text) => {
  if (!toast) {
    return;
  }
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => {
    toast.hidden = true;
  }, 1800);
};

const withoutClipboardInterface = (text) => {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr";
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) {
    throw new Error("refused");
  }
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) {
    return;
  }
  const from = button.dataset.copyFrom && document.getElementById(button.dataset.copyFrom);
  const text = from ? from.textContent.trim() : button.dataset.copy;
  try {
    // Plain HTTP on an address other than loopback has no clipboard interface.
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
    } else {
      withoutClipboardInterface(text);
    }
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 1500);
    say("Copied");
  } catch {
    say("The browser did not allow copying");
  }
});
