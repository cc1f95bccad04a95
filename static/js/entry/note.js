/* The note of a row: opened by hand for any figure, by itself where a figure surprises. */
const { form, rows, calm } = window.imtEntry;

const noteOf = (row) => row.body.querySelector("[data-note]");

/** As the row is now; what somebody writes in, or has written, is never closed. */
function follow(row) {
  const note = noteOf(row);
  const isUsed = note.contains(document.activeElement) || row.field("explanation").value;
  const asks = row.body.classList.contains("asks");
  const isOpen = asks || Boolean(isUsed);
  if (note.open !== isOpen) calm(row, () => (note.open = isOpen));
}

form.addEventListener("entry:answer", () => rows.forEach(follow));

for (const row of rows) {
  const [summary] = noteOf(row).getElementsByTagName("summary");
  summary.addEventListener("click", (event) => {
    event.preventDefault();
    noteOf(row).open = true;
    row.field("explanation").focus();
  });
}
