/* The whole page: counts, typing, leaving, and handing over to the review. */
const { form, rows, word, live, calm, begin, keep, soon, save, isLeft, clock, announce } = window.imtEntry;
const last = document.querySelector("[data-last]");
let isLeaving = false;
let savedAt = ""; // when something was last stored or kept from this page

/* --- counts, and what is saved --- */

function count(name, number) {
  const shown = form.querySelector(`[data-count="${name}"]`);
  shown.textContent = number;
  const jump = shown.closest("[data-jump]");
  if (jump) jump.hidden = number === 0;
}

form.addEventListener("entry:answer", ({ detail }) => {
  savedAt = clock.format(new Date());
  for (const name of ["filled", "to_correct", "to_explain"]) count(name, detail.page[name]);
  for (const row of rows) showTotal(row, detail.totals[row.code] || "");
  const beside = detail.beside ?? {}; // an answer kept from before has none
  for (const row of rows) if (row.code in beside) row.judgeAnew(beside[row.code]);
});

function showTotal(row, text) {
  const total = row.body.querySelector("[data-total]");
  const shown = total.querySelector("[data-total-text]");
  if (shown.textContent === text) return;
  calm(row, () => {
    total.hidden = !text;
    shown.textContent = text;
  });
}

form.addEventListener("entry:changed", () => {
  if (!rows.some((row) => row.running)) showLast();
});

/** Beside the buttons: that all is saved, and when; or that it is not, from the first key on.
    Nothing, where nothing was typed. */
function showLast() {
  const left = rows.filter(isLeft);
  const unsaved = rows.filter((row) => row.body.classList.contains("is-unsaved"));
  count("unsaved", unsaved.length);
  last.classList.toggle("is-late", unsaved.length > 0);
  const isKept = left.every((row) => row.isKept);
  const name = left.length ? (isKept ? "unsent" : "unsent-here") : savedAt && "saved";
  const refused = left.length > 0 && document.querySelector("[data-refused]:not([hidden]) [data-refused-why]");
  last.textContent = refused ? refused.textContent : name && word(name, { time: savedAt });
}

for (const jump of form.querySelectorAll("[data-jump]")) {
  jump.addEventListener("click", (event) => {
    event.preventDefault();
    const looks = jump.dataset.jump.split(" ");
    lookAt(rows.find(({ body }) => looks.some((look) => body.classList.contains(look))));
  });
}

function lookAt(row) {
  if (!row) return;
  const asks = row.body.classList.contains("asks");
  const wrong = row.body.querySelector("[aria-invalid]");
  (asks ? row.field("explanation") : wrong || row.numbers[0]).focus();
  row.body.scrollIntoView({ block: "center" });
}

/* --- typing --- */

const before = new WeakMap(); // the numbers that a word took the place of

function wordChosen(row) {
  const remembered = before.get(row);
  if (row.word.value && !remembered) {
    before.set(row, row.numbers.map((field) => field.value));
    for (const field of row.numbers) field.value = "";
  } else if (!row.word.value && remembered) {
    row.numbers.forEach((field, i) => (field.value ||= remembered[i]));
    before.delete(row);
  }
  row.showWord();
  live(row);
}

/** A number and a word are sent when they are chosen; half a ratio, or a word without its reason,
    when the person leaves the row. Another window in front of this one is no leaving. */
function listen(row) {
  row.body.addEventListener("input", ({ target }) => {
    if (!target.dataset.part || target === row.word || target.type === "checkbox") return;
    begin(row, target);
    live(row);
    soon(row);
    showLast();
  });
  row.body.addEventListener("change", ({ target }) => {
    if (!target.dataset.part) return;
    if (target === row.word) wordChosen(row);
    keep(row);
    if (!row.isHalf && !(row.isRatio && row.numbers.includes(target))) save(row);
  });
  row.body.addEventListener("focusout", ({ relatedTarget }) => {
    if (!row.body.contains(relatedTarget) && !row.isHalf) save(row);
    setTimeout(() => row.tidy());
  });
  row.body.addEventListener("click", ({ target }) => {
    if (!target.dataset.suggest) return;
    row.word.value = target.dataset.suggest;
    row.word.dispatchEvent(new Event("change", { bubbles: true }));
    row.field("reason").focus();
  });
  row.body.querySelector("[data-keep-mine]").addEventListener("click", () => window.imtEntry.keepMine(row));
  row.body.querySelector("[data-take-theirs]").addEventListener("click", () => window.imtEntry.takeTheirs(row));
}
rows.forEach(listen);
rows.filter(isLeft).forEach(keep); // a page that came back from the server with a conflict

/* --- leaving --- */

window.addEventListener("beforeunload", (event) => {
  if (!isLeaving && rows.some(isLeft)) event.preventDefault();
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  await Promise.all(rows.map(save));
  const unsent = rows.find(isLeft);
  if (unsent) {
    last.textContent = word("unsent");
    announce(word("unsent"));
    return lookAt(unsent);
  }
  // What a rule refuses is stored: the review says so, and lets nobody submit it.
  const wrong = rows.find((row) => row.body.classList.contains("is-wrong"));
  if (wrong) {
    announce(word("look"));
    return lookAt(wrong);
  }
  if (event.submitter?.name === "review") location.assign(form.dataset.review);
});

document.addEventListener("submit", ({ target }) => {
  // A paste that is applied, an undo, another language: nothing of this page is lost by them.
  if (target !== form && !rows.some(isLeft)) isLeaving = true;
});
