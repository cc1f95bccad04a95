/* The campaign closes, or the school submits, while the page is open: its heading and its buttons
   then say so. What is typed stays, in the rows and in this browser. */
const { form } = window.imtEntry;
const LONGEST = 2 ** 31 - 1; // ms that a timer can wait
const AGAIN = 30000; // ms, where the site's clock is behind
const facts = document.querySelector("[data-facts]");
let isShut = false;

/** The page as it would be shown now; null where the site does not answer with it. */
async function pageNow() {
  try {
    const answer = await fetch(location.pathname);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("[data-facts]") && page;
  } catch {
    return null;
  }
}

/** Nothing more can be sent: what was entered can be looked at. */
function shut(page) {
  isShut = true;
  facts.replaceChildren(...page.querySelector("[data-facts]").childNodes);
  for (const name of ["save", "review"]) form.querySelector(`button[name=${name}]`).hidden = true;
  form.querySelector("[data-see-entered]").hidden = false;
}

form.addEventListener("entry:refused", async () => {
  const page = !isShut && (await pageNow());
  if (page && !page.querySelector("form[data-entry]")) shut(page);
});

function wait() {
  const left = new Date(form.dataset.closes) - Date.now();
  setTimeout(left > 0 ? wait : look, Math.min(Math.max(left, 0) + 1000, LONGEST));
}

/** The hour has come, by this computer's clock: the site knows. */
async function look() {
  const page = await pageNow();
  if (page?.querySelector("form[data-entry]")) return setTimeout(look, AGAIN);
  const why = page?.querySelector("[data-read-only]");
  if (!why) return setTimeout(look, AGAIN);
  form.dispatchEvent(new CustomEvent("entry:refused", { detail: why.textContent }));
}
wait();
