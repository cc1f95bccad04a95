/* When nothing more can be stored, because the campaign closed or the school submitted while the
   page was open: every value that is not stored is listed on top, and stays in its row. */
const { form, rows, anchored } = window.imtEntry;
const notice = document.querySelector("[data-refused]");
const list = notice.querySelector("[data-refused-list]");

function lineOf(row) {
  const link = Object.assign(document.createElement("a"), { href: `#${row.code}`, textContent: row.data.name });
  const text = Object.assign(document.createElement("bdi"), { textContent: row.shownWhole() });
  const line = document.createElement("li");
  line.append(link, " ", text);
  return line;
}

function show() {
  if (notice.hidden) return;
  const left = rows.filter((row) => row.isLeft);
  anchored(() => {
    list.replaceChildren(...left.map(lineOf));
    notice.querySelector("[data-refused-lead]").hidden = left.length === 0;
  });
}

form.addEventListener("entry:refused", ({ detail }) => {
  anchored(() => {
    notice.querySelector("[data-refused-why]").textContent = detail;
    notice.hidden = false;
  });
  show();
});
form.addEventListener("entry:changed", show);
form.addEventListener("input", show);
