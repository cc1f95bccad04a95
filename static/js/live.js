/* An open page follows the numbers without a reload, and says when it last heard.

   Every second, while the page is in view, the address of the page is asked again with the tag of
   what is shown. The server answers 304 as long as nothing changed. When something did, the regions
   marked data-live are replaced by those of the new page; focus, scroll and opened details stay.
   Without this script the page is complete, only still. */
(() => {
  "use strict";

  const status = document.querySelector("[data-live-status]");
  if (!status || !window.fetch) return;

  const EVERY = 1000;
  const AT_MOST = 30000;
  const GIVE_UP_AFTER = 8000;
  // The words come with the page, in its language.
  const words = status.dataset;
  const clock = new Intl.DateTimeFormat(document.documentElement.lang || "fr", {
    timeZone: "Europe/Paris",
    timeStyle: "medium",
  });

  let tag = words.liveTag;
  let wait = EVERY;
  let timer = 0;
  let asking = false;
  let lastHeard = new Date();

  const say = (text) => {
    if (status.textContent !== text) status.textContent = text;
  };

  // Each region as the server last wrote it: what charts draw inside is not a change.
  const written = new Map();
  for (const region of document.querySelectorAll("[data-live]")) {
    written.set(region.dataset.live, region.innerHTML);
  }

  /** What of a region must survive its replacement. */
  function remember(region) {
    const active = region.contains(document.activeElement) ? document.activeElement : null;
    const order = active ? [...region.querySelectorAll("a, button, summary, [tabindex]")] : [];
    return {
      id: active && active.id,
      place: active ? order.indexOf(active) : -1,
      open: [...region.querySelectorAll("details")].map((one) => one.open),
      scrolled: [...region.querySelectorAll(".table-scroll")].map((one) => one.scrollLeft),
    };
  }

  function restore(region, kept) {
    region.querySelectorAll("details").forEach((one, i) => {
      if (i < kept.open.length) one.open = kept.open[i];
    });
    region.querySelectorAll(".table-scroll").forEach((one, i) => {
      one.scrollLeft = kept.scrolled[i] || 0;
    });
    if (kept.place < 0) return;
    const order = region.querySelectorAll("a, button, summary, [tabindex]");
    const target = (kept.id && document.getElementById(kept.id)) || order[kept.place];
    if (target) target.focus({ preventScroll: true });
  }

  /** Replace what changed. True if anything did. */
  function swap(fresh) {
    let changed = false;
    for (const region of document.querySelectorAll("[data-live]")) {
      const key = region.dataset.live;
      const other = fresh.querySelector(`[data-live="${CSS.escape(key)}"]`);
      if (!other || other.innerHTML === written.get(key)) continue;
      written.set(key, other.innerHTML);
      replace(region, other);
      changed = true;
    }
    return changed;
  }

  function replace(region, other) {
    const kept = remember(region);
    const drawn = new Map(
      [...region.querySelectorAll("[data-chart]")].map((one) => [one.dataset.chart, one]),
    );
    region.replaceChildren(...document.adoptNode(other).childNodes);
    keepDrawings(region, drawn);
    restore(region, kept);
  }

  /** A chart that is drawn already keeps its element, and is told to draw the new numbers. */
  function keepDrawings(region, drawn) {
    for (const empty of region.querySelectorAll("[data-chart]")) {
      const old = drawn.get(empty.dataset.chart);
      if (old) empty.replaceWith(old);
    }
  }

  async function ask() {
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), GIVE_UP_AFTER);
    try {
      const answer = await fetch(location.href, {
        headers: { "X-Live": "1", "If-None-Match": tag },
        cache: "no-store",
        credentials: "same-origin",
        redirect: "error",
        signal: stop.signal,
      });
      if (answer.status !== 304 && !answer.ok) throw new Error(String(answer.status));
      lastHeard = new Date();
      wait = EVERY;
      if (status.dataset.state === "lost") say(words.liveBack);
      status.dataset.state = "on";
      if (answer.status === 304) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      tag = answer.headers.get("ETag") || tag;
      if (swap(page)) {
        document.dispatchEvent(new CustomEvent("live:updated"));
        say(words.liveUpdated.replace("{time}", clock.format(lastHeard)));
      }
    } catch {
      wait = Math.min(wait * 2, AT_MOST);
      status.dataset.state = "lost";
      say(words.liveLost.replace("{time}", clock.format(lastHeard)));
    } finally {
      clearTimeout(late);
    }
  }

  async function turn() {
    clearTimeout(timer);
    if (asking || document.visibilityState === "hidden") return;
    asking = true;
    await ask();
    asking = false;
    timer = setTimeout(turn, wait);
  }

  // A page that comes back into view, or a connection that does, asks at once.
  const now = () => {
    wait = EVERY;
    turn();
  };
  document.addEventListener("visibilitychange", now);
  window.addEventListener("online", now);
  window.addEventListener("pageshow", now);
  timer = setTimeout(turn, EVERY);
})();
