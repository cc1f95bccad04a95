/* Nothing moves under somebody's eyes: what comes while a person types waits until they leave the
   field where it would push what they look at; the sentences about their own row lie over the rows
   below meanwhile; and what changes above them does not move the row they are in. */
const waiting = [];
let typing = null; // { row, field }: where somebody types
let isPressed = false; // between the pointer's down and up: what moved away would miss its click

const isNumber = (field) => field.matches(".entry-number input");
const isBelow = (row) => typing.row.body.compareDocumentPosition(row.body) & Node.DOCUMENT_POSITION_FOLLOWING;

/** Change the page's layout: now, or once nobody is disturbed by it. `isInPlace`: in room that is
    reserved, or laid over, while a number is typed in the row. */
function calm(row, change, options = {}) {
  if (!isPressed && disturbsNobody(row, options)) return anchored(change);
  waiting.push([row, change, options]);
}

function disturbsNobody(row, { isInPlace = false }) {
  if (!typing) return true;
  return typing.row === row ? isInPlace && isNumber(typing.field) : !isBelow(row);
}

/** Change the layout without moving the row that has the focus. */
function anchored(change) {
  const row = document.activeElement.closest("[data-row]");
  const before = row?.querySelector("tr").getBoundingClientRect().top;
  change();
  const moved = row ? row.querySelector("tr").getBoundingClientRect().top - before : 0;
  if (!moved) return;
  window.scrollBy({ top: moved, behavior: "instant" });
  // A smooth scroll to the focus, begun by Enter or Tab, ends here: what is left of it is made up.
  document.activeElement.scrollIntoView({ block: "nearest", behavior: "instant" });
}

/** A notice on top is brought into sight, unless somebody is busy further down. */
function bringIntoSight(notice) {
  if (document.activeElement === document.body) notice.scrollIntoView({ block: "center", behavior: "instant" });
}

function begin(row, field) {
  if (typing?.field === field) return;
  typing = { row, field };
  if (!isNumber(field)) return;
  const place = row.body.querySelector("[data-said]");
  place.style.blockSize = `${place.offsetHeight}px`;
  row.body.classList.add("is-typing");
}

/** They have left the field, and are where they wanted to be. */
function end() {
  if (isPressed || !typing || document.activeElement === typing.field) return;
  const { row } = typing;
  typing = null;
  anchored(() => {
    row.body.classList.remove("is-typing");
    row.body.querySelector("[data-said]").style.blockSize = "";
    for (const [, change] of waiting.splice(0)) change();
  });
}

function release() {
  isPressed = false;
  setTimeout(() => {
    end();
    for (const change of waiting.splice(0)) calm(...change);
  });
}

window.addEventListener("pointerdown", () => (isPressed = true), true);
for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, release, true);
document.addEventListener("focusout", () => setTimeout(end));

Object.assign(window.imtEntry, { calm, anchored, begin, bringIntoSight });
