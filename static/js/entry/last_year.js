/* "As in 2021": the tick lays last year's number into the fields, and takes it back. It stays ticked
   while that number stands there; another number typed, or a word chosen, takes the tick away.
   Each listener stands on the field itself, so that the row is right before it is saved. */
const { rows, live } = window.imtEntry;

const numberOfLastYear = (tick, field) => tick.dataset[field.dataset.part] ?? "";

function takeOver(row, tick) {
  tick.before = row.numbers.map((field) => field.value);
  row.word.value = "";
  for (const field of row.numbers) field.value = numberOfLastYear(tick, field);
}

function takeBack(row, tick) {
  row.numbers.forEach((field, i) => (field.value = tick.before?.[i] ?? field.value));
  tick.before = undefined;
}

function listen(row, tick) {
  tick.addEventListener("change", () => {
    (tick.checked ? takeOver : takeBack)(row, tick);
    row.showWord();
    live(row);
  });
  for (const field of [...row.numbers, row.word]) {
    field.addEventListener("input", () => {
      tick.checked = false;
      tick.before = undefined;
    });
  }
}

for (const row of rows) {
  const tick = row.field("same");
  if (tick) listen(row, tick);
}
