/* The entry page: its words, which come with the page in its language, and small tools that its
   other scripts share. They meet in window.imtEntry, in the order in which the page names them:
   hashed file names leave no room for relative imports. */
const form = document.querySelector("form[data-entry]");
const words = new Map();
for (const { content } of document.querySelectorAll("template[data-words]")) {
  for (const one of content.querySelectorAll("[data-word]")) {
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

const language = document.documentElement.lang === "en" ? "en-GB" : "fr";
const clock = new Intl.DateTimeFormat(language, {
  timeZone: "Europe/Paris",
  timeStyle: "short",
});

/** One live region for the page. Each sentence is a new element: said even if it was said before. */
const region = document.querySelector("[data-announce]");
function announce(text) {
  const sentence = Object.assign(document.createElement("span"), { textContent: `${text} ` });
  region.append(sentence);
  while (region.childElementCount > 4) region.firstElementChild.remove();
}

/** The day and the minute, in Paris. */
const dayAndTime = (at) => `${at.toLocaleDateString(language, { timeZone: "Europe/Paris" })} ${clock.format(at)}`;

// Whose page it is, and of which campaign and school: there too where nothing may be typed.
const { dataset: data } = document.querySelector("[data-offer]");

/** What every request says beside its content: numbers are read as this page writes them. */
const headers = () => ({ "X-CSRFToken": csrfToken(), "X-Page-Language": document.documentElement.lang });

window.imtEntry = { form, data, headers, word, copyOf, csrfToken, clock, dayAndTime, announce, rows: [] };
