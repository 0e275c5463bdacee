// A picture without a preview (too large, damaged, of a kind that is not decoded here) leaves its kind's icon visible.
document.addEventListener(
  "error",
  (event) => {
    if (event.target instanceof HTMLImageElement && event.target.hasAttribute("data-hide-broken")) {
      event.target.hidden = true;
    }
  },
  true,
);
for (const image of document.querySelectorAll("img[data-hide-broken]")) {
  if (image.complete && image.naturalWidth === 0 && image.loading !== "lazy") {
    image.hidden = true;
  }
}
