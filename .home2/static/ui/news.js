// The counters of the frame ask once a minute while the page is looked at, and when one comes back to it.
const EVERY = 60_000;

const ask = () => document.hidden || document.body.dispatchEvent(new Event("news"));

setInterval(ask, EVERY);
document.addEventListener("visibilitychange", ask);
