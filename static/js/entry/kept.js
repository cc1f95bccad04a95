/* What could not be sent is kept in this browser, for the person who typed it and for this page.
   An item: { values, version, at, pending }, where `pending` is the request that got no answer. */
const { form } = window.imtEntry;
const prefix = `imtplan:${form.dataset.person}:${form.dataset.place}:`;

/** False where the browser keeps nothing: private windows, a full disk. */
function put(code, item) {
  try {
    localStorage.setItem(prefix + code, JSON.stringify(item));
    return true;
  } catch {
    return false;
  }
}

function get(code) {
  try {
    return JSON.parse(localStorage.getItem(prefix + code));
  } catch {
    return null;
  }
}

function drop(code) {
  try {
    localStorage.removeItem(prefix + code);
  } catch {
    // Nothing could be kept, so nothing is there.
  }
}

window.imtEntry.kept = { put, get, drop };
