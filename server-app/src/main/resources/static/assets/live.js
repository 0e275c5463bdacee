// Follows /live: numbers are written where data-number says; parts of the page with data-live="topic ..." are fetched again when
// one of their topics has changed. A part that somebody is using (a dialog or a menu in it is open) waits.
const spark = document.getElementById("spark");

const draw = (rates) => {
  if (!spark) {
    return;
  }
  const height = 40;
  const top = Math.max(...rates, 1) * 1.08;
  const points = rates.map((rate, i) => `${i},${(height - (rate / top) * height).toFixed(2)}`);
  spark.querySelector(".edge").setAttribute("d", `M${points.join("L")}`);
  spark.querySelector(".area").setAttribute("d", `M0,${height}L${points.join("L")}L${rates.length - 1},${height}Z`);
};

const show = (numbers) => {
  for (const element of document.querySelectorAll("[data-number]")) {
    const value = numbers[element.dataset.number];
    if (value !== undefined && element.textContent !== String(value)) {
      element.textContent = value;
    }
  }
  draw(numbers.rates);
};

const waiting = new Set();
let scheduled;

const inUse = (part) => part.querySelector("dialog[open]") !== null || part.contains(document.activeElement?.closest("input, select"));

const refresh = async () => {
  scheduled = undefined;
  const topics = [...waiting];
  const parts = [...document.querySelectorAll("[data-live]")].filter(
    (part) => part.dataset.live.split(" ").some((topic) => topics.includes(topic)),
  );
  if (parts.some(inUse)) {
    schedule(3000);
    return;
  }
  waiting.clear();
  if (parts.length === 0) {
    return;
  }
  const answer = await fetch(location.href, { headers: { Accept: "text/html", "X-Waxwing-Refresh": "1" } });
  if (answer.redirected) {
    location.reload();
    return;
  }
  if (!answer.ok) {
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of parts) {
    const fresh = page.getElementById(part.id);
    if (fresh) {
      part.replaceWith(document.adoptNode(fresh));
    }
  }
  document.dispatchEvent(new Event("waxwing:changed"));
};

const schedule = (delay) => {
  scheduled ??= setTimeout(() => refresh().catch(() => schedule(5000)), delay);
};

let again;

// A browser gives up a stream that the server has no place for; this asks once more when there may be one.
const listen = () => {
  const stream = new EventSource("/live");
  stream.addEventListener("numbers", (event) => show(JSON.parse(event.data)));
  stream.addEventListener("changed", (event) => {
    for (const topic of JSON.parse(event.data)) {
      waiting.add(topic);
    }
    schedule(400);
  });
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) {
      again = setTimeout(listen, 60000);
    }
  });
  addEventListener(
    "pagehide",
    () => {
      clearTimeout(again);
      stream.close();
    },
    { once: true },
  );
};

if (spark?.dataset.rates) {
  draw(spark.dataset.rates.split(" ").map(Number));
}
listen();
addEventListener("pageshow", (event) => {
  if (event.persisted) {
    listen();
  }
});
