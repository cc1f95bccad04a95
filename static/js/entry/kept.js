/* What is typed is kept in this browser from the first key until it is stored: for the person who
   typed it, for this page's campaign and school, and by window, so that two windows open at once
   never write over each other's.
   An item: { name, shown, values, language, version, kept, at, pending }, where `pending` is the
   request that got no answer; a pasted block: { text, row, part, language, at, url }. */
const { data } = window.imtEntry;
const base = `imtplan:${data.person}:${data.place}:`;
const me = crypto.randomUUID();
const keyOf = (code, page = me) => `${base}${page}:${code}`;

/** False where the browser keeps nothing: private windows, a full disk. */
function put(code, item) {
  try {
    localStorage.setItem(keyOf(code), JSON.stringify(item));
    return true;
  } catch {
    return false;
  }
}

function drop(code, page = me) {
  try {
    localStorage.removeItem(keyOf(code, page));
  } catch {
    // Nothing could be kept, so nothing is there.
  }
}

function get(code, page = me) {
  try {
    return JSON.parse(localStorage.getItem(keyOf(code, page)));
  } catch {
    return null;
  }
}

/** What other windows kept, earliest first: { page, code, item }. */
function others() {
  const found = [];
  try {
    for (const key of Object.keys(localStorage).filter((one) => one.startsWith(base))) {
      const [page, ...code] = key.slice(base.length).split(":");
      const item = page !== me && get(code.join(":"), page);
      if (item) found.push({ page, code: code.join(":"), item });
    }
  } catch {
    // Nothing may be read here, so nothing was kept.
  }
  return found.sort((a, b) => a.item.at - b.item.at);
}

/* Each window holds a lock for as long as it lives, however it ends: what a living one keeps is
   its own affair, what a dead one kept is offered by whichever window is open. */
let leave = null;
navigator.locks?.request(base + me, () => new Promise((resolve) => (leave = resolve)));
window.addEventListener("pagehide", () => leave?.());
// A page that comes back from the browser's memory may have been offered elsewhere meanwhile.
window.addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

/** Resolves once that window is gone; at once where it is, or where the browser cannot tell. */
const gone = (page) => navigator.locks?.request(base + page, () => null) ?? Promise.resolve();

window.imtEntry.kept = { put, get, drop, others, gone };
