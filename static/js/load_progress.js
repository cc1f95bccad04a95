/* A workbook that is loaded: how many of its lines are through. Without this script one waits as
   for any page. */
const EVERY = 500; // ms
const bar = document.getElementById("load-progress");
const form = bar.closest("form");
const progress = bar.querySelector("progress");
const words = bar.querySelector("[data-words]");
const template = words.textContent;
let timer = 0;

async function ask() {
  try {
    const answer = await fetch(bar.dataset.address, { headers: { accept: "application/json" } });
    const { done, total } = await answer.json();
    if (total) {
      Object.assign(progress, { max: total, value: done });
      words.textContent = template.replace("{done}", done).replace("{total}", total);
      words.hidden = false;
    }
  } catch {
    // The page itself is on its way all the same.
  }
  timer = setTimeout(ask, EVERY);
}

form.addEventListener("submit", (event) => {
  if (event.submitter?.name === "back") return;
  bar.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(ask, EVERY);
});

// Back from the next page: the browser shows this one as it was left.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  clearTimeout(timer);
  bar.hidden = true;
});
