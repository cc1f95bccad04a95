/* The whole page: counts, what was not sent last time, leaving, and handing over to the review. */
const { form, rows, word, kept, live, soon, save, isLeft, clock, announce } = window.imtEntry;
const last = document.querySelector("[data-last]");
let isLeaving = false;

/* --- counts, and what is saved --- */

function count(name, number) {
  const shown = form.querySelector(`[data-count="${name}"]`);
  shown.textContent = number;
  const jump = shown.closest("[data-jump]");
  if (jump) jump.hidden = number === 0;
}

form.addEventListener("entry:answer", ({ detail }) => {
  for (const name of ["filled", "to_correct", "to_explain"]) count(name, detail.page[name]);
  for (const row of rows) {
    const total = row.body.querySelector("[data-total]");
    total.hidden = !(row.code in detail.totals);
    total.querySelector("[data-total-text]").textContent = detail.totals[row.code] || "";
  }
});

form.addEventListener("entry:changed", () => {
  const unsaved = rows.some(isLeft);
  last.classList.toggle("is-late", unsaved);
  if (rows.some((row) => row.running)) return;
  const time = clock.format(new Date());
  last.textContent = unsaved ? word("unsent") : word("saved", { time });
  if (!unsaved && !rows.some((row) => row.body.matches(".is-wrong"))) announce(word("all-saved", { time }));
});

form.addEventListener("entry:refused", ({ detail }) => {
  const notice = document.querySelector("[data-refused]");
  notice.firstElementChild.textContent = detail;
  notice.hidden = false;
  for (const row of rows) row.isBlocked = true;
});

for (const jump of form.querySelectorAll("[data-jump]")) {
  jump.addEventListener("click", (event) => {
    event.preventDefault();
    lookAt(rows.find((row) => row.body.classList.contains(jump.dataset.jump)));
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

/** "Not available" needs a reason: it is sent with that, or when the person leaves the row. */
function listen(row) {
  row.body.addEventListener("input", ({ target }) => {
    if (target === row.word || target.type === "checkbox") return;
    live(row);
    soon(row);
  });
  row.body.addEventListener("change", ({ target }) => {
    if (target === row.word) wordChosen(row);
    if (target === row.word && target.value === "not_available" && !row.field("reason").value) return;
    save(row);
  });
  row.body.addEventListener("focusout", ({ relatedTarget }) => {
    if (!row.body.contains(relatedTarget)) save(row);
  });
  row.body.querySelector("[data-keep-mine]").addEventListener("click", () => window.imtEntry.keepMine(row));
  row.body.querySelector("[data-take-theirs]").addEventListener("click", () => window.imtEntry.takeTheirs(row));
}
rows.forEach(listen);

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

/* --- what was not sent last time --- */

const offer = document.querySelector("[data-offer]");
const unsent = rows
  .map((row) => ({ row, item: kept.get(row.code) }))
  .filter(({ row, item }) => {
    if (item && JSON.stringify(item.values) === row.now()) kept.drop(row.code); // it arrived after all
    return item && JSON.stringify(item.values) !== row.now();
  });

if (unsent.length) {
  const at = new Date(Math.max(...unsent.map(({ item }) => item.at)));
  const when = `${at.toLocaleDateString(document.documentElement.lang)} ${clock.format(at)}`;
  const name = unsent.length === 1 ? "offer-one" : "offer-many";
  offer.querySelector("[data-offer-text]").textContent = word(name, { count: unsent.length, at: when });
  offer.hidden = false;
}

offer.querySelector("[data-put-back]").addEventListener("click", () => {
  offer.hidden = true;
  for (const { row, item } of unsent) {
    row.fill(item.values);
    // Made from the version seen then: if somebody changed it since, that is a conflict to be seen.
    row.version.value = item.version;
    row.pending = item.pending;
    live(row);
    save(row);
  }
  unsent[0].row.numbers[0].focus();
});

offer.querySelector("[data-forget]").addEventListener("click", () => {
  offer.hidden = true;
  for (const { row } of unsent) kept.drop(row.code);
});
