/* The entry page: its words, which come with the page in its language, and small tools that its
   other scripts share. They meet in window.imtEntry, in the order in which the page names them:
   hashed file names leave no room for relative imports. */
const form = document.querySelector("form[data-entry]");
const words = new Map();
const texts = document.getElementById("entry-words");
if (texts) {
  for (const one of texts.content.querySelectorAll("[data-word]")) {
    words.set(one.dataset.word, one.textContent.trim());
  }
}

/** A sentence of the page, its gaps filled. */
function word(name, gaps = {}) {
  return words.get(name).replace(/\{(\w+)\}/g, (gap, key) => (key in gaps ? gaps[key] : gap));
}

/** A copy of a template that the server wrote. */
function copyOf(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

/** Read anew each time: signing in, here or in another tab, changes it. */
function csrfToken() {
  const found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return found ? found[1] : "";
}

const clock = new Intl.DateTimeFormat(document.documentElement.lang || "fr", {
  timeZone: "Europe/Paris",
  timeStyle: "short",
});

/** One live region for the page: what went wrong, and that everything is saved. */
const region = document.querySelector("[data-announce]");
function announce(text) {
  if (region && region.textContent !== text) region.textContent = text;
}

window.imtEntry = { form, word, copyOf, csrfToken, clock, announce, rows: [] };
