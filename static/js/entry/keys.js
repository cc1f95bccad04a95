/* The keyboard in the numbers: Enter and the arrows go from row to row, Escape puts a number back,
   "?" says what is meant. Tab is the browser's own, everywhere. A number that one comes to is
   selected, so that typing takes its place; a second click sets the caret. */
const { rows, save, live } = window.imtEntry;

const isNumber = (field) => field.matches(".entry-number input");
const fieldsOf = (row) => row.numbers.filter((field) => field.offsetParent !== null);

/** The number above or below, in the rows that show one. */
function beside(row, field, step) {
  const all = rows.flatMap(fieldsOf);
  return all[all.indexOf(field) + step];
}

function go(row, field, step) {
  const target = beside(row, field, step);
  if (!target) return save(row);
  target.focus();
  target.select();
}

/** As it was when the person came to it, and stored like that if it was stored otherwise since. */
function putBack(row, field) {
  if (field.dataset.entered === undefined || field.value === field.dataset.entered) return;
  field.value = field.dataset.entered;
  field.select();
  live(row);
  save(row);
}

const moves = { Enter: (event) => (event.shiftKey ? -1 : 1), ArrowDown: () => 1, ArrowUp: () => -1 };

function onNumber(row, event) {
  const field = event.target;
  if (event.key in moves) {
    event.preventDefault();
    go(row, field, moves[event.key](event));
  } else if (event.key === "Escape") {
    event.preventDefault();
    putBack(row, field);
  } else if (event.key === "?") {
    event.preventDefault();
    const about = row.body.querySelector("details.entry-about");
    about.open = !about.open;
  }
}

function onKey(row, event) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isNumber(event.target)) onNumber(row, event);
  // Elsewhere in a row Enter does what it does there, but never sends the whole form.
  else if (event.key === "Enter" && event.target.matches("input, select")) event.preventDefault();
}

/** The browser sets the caret after the focus came: what a click selects is selected after that. */
function selectOnClick(field) {
  let isFirst = false;
  field.addEventListener("pointerdown", () => (isFirst = document.activeElement !== field));
  field.addEventListener("click", () => {
    if (isFirst && field.selectionStart === field.selectionEnd) field.select();
    isFirst = false;
  });
}

for (const row of rows) {
  row.body.addEventListener("keydown", (event) => onKey(row, event));
  row.body.addEventListener("focusin", ({ target }) => {
    if (!isNumber(target)) return;
    target.dataset.entered = target.value;
    target.select();
  });
  for (const field of row.numbers) selectOnClick(field);
}
