// <time datetime="..."> shows how long ago, or how far ahead, it is; its title has the exact moment.
const steps = [
  [45, "second", 1],
  [45 * 60, "minute", 60],
  [22 * 3600, "hour", 3600],
  [26 * 86400, "day", 86400],
  [320 * 86400, "month", 30.44 * 86400],
  [Infinity, "year", 365.25 * 86400],
];
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "long" });

const relative = (at) => {
  const seconds = (at - Date.now()) / 1000;
  if (Math.abs(seconds) < 10) {
    return "just now";
  }
  const [, unit, length] = steps.find(([limit]) => Math.abs(seconds) < limit);
  return words.format(Math.round(seconds / length), unit);
};

const refreshTimes = (root = document) => {
  for (const element of root.querySelectorAll("time[datetime]:not([data-exact])")) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) {
      continue;
    }
    element.textContent = relative(at.getTime());
    element.title = `${at.toISOString().replace("T", " ").replace(/\.\d+Z/, " UTC").replace("Z", " UTC")}\n${at.toLocaleString()}`;
  }
};

refreshTimes();
setInterval(refreshTimes, 20_000);
document.addEventListener("waxwing:changed", () => refreshTimes());
