// data-open="id" opens that dialog, data-close closes the one around it. Without scripts the forms inside stay unreachable,
// so nothing irreversible happens unconfirmed.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    document.getElementById(opener.dataset.open)?.showModal();
    return;
  }
  if (event.target.closest("[data-close]")) {
    event.target.closest("dialog")?.close();
    return;
  }
  if (event.target instanceof HTMLDialogElement) {
    const box = event.target.getBoundingClientRect();
    const outside =
      event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
    if (outside && event.detail > 0) {
      event.target.close();
    }
  }
});

for (const dialog of document.querySelectorAll("dialog[data-open-now]")) {
  dialog.showModal();
}
