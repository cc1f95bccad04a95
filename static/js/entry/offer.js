/* What other windows kept and could not store: closed, killed, without a connection. It is shown
   with its values, and put back where that is wanted; nothing of it is sent by itself. */
const { form, rows, word, kept, live, keep, save, isLeft, dayAndTime, anchored, bringIntoSight, isSame } = window.imtEntry;
const notice = document.querySelector("[data-offer]");
const list = notice.querySelector("[data-offer-list]");
const rowOf = ({ code }) => rows.find((row) => row.code === code);
// "1,234" is another number in another language: shown, and left to be typed anew.
const isForeign = ({ item }) => item.language !== document.documentElement.lang;
let offered = [];

function show() {
  const at = new Date(Math.max(...offered.map(({ item }) => item.at)));
  const name = offered.length === 1 ? "offer-one" : "offer-many";
  const text = offered.length && word(name, { count: offered.length, at: dayAndTime(at) });
  anchored(() => {
    notice.querySelector("[data-offer-text]").textContent = text || "";
    list.replaceChildren(...offered.map(({ item }) => lineOf(item)));
    notice.querySelector("[data-put-back]").hidden = !offered.some((left) => rowOf(left) && !isForeign(left));
    notice.hidden = offered.length === 0;
  });
  count();
}

/** In the bar at the foot, which is in sight wherever the page stands after a reload. */
function count() {
  const link = document.querySelector("[data-offer-link]");
  if (!link) return;
  link.hidden = notice.hidden;
  link.querySelector("[data-offer-count]").textContent = offered.length;
}

function lineOf(item) {
  const name = Object.assign(document.createElement("strong"), { textContent: item.name });
  const text = Object.assign(document.createElement("bdi"), { textContent: item.shown || word("nothing") });
  const line = document.createElement("li");
  line.append(name, " ", text);
  return line;
}

/** What stands in the row already is not offered: it arrived after all, or was typed anew. */
function isNews(left) {
  const row = rowOf(left);
  if (!row || isForeign(left) || !isSame(left.item.values, row.values())) return true;
  kept.drop(left.code, left.page);
  return false;
}

/** `before`: what was put back in this row already. What was typed in other fields goes on from there;
    what was typed in the same field is in conflict with it. */
async function putBack(left, before) {
  const row = rowOf(left);
  if (!row || isForeign(left)) return false;
  if (isLeft(row)) await save(row); // what was typed here meanwhile comes first
  if (isLeft(row)) return false;
  row.fill(before.length ? typedIn(left) : left.item.values);
  row.pending = before.length ? null : left.item.pending;
  const goesOn = before.length > 0 && before.every((other) => areApart(left, other));
  // Where all of it stands there already, nothing is sent, and the row is at the version it shows.
  if (isLeft(row) && !goesOn) {
    // Made from the version seen then: if somebody changed it since, that is a conflict to be seen.
    row.version.value = left.item.version;
    row.keptKey.value = left.item.kept ?? "";
  }
  live(row);
  if (keep(row)) kept.drop(left.code, left.page);
  await save(row);
  return true;
}

const typedIn = ({ item }) => item.typed ?? item.values;

/** Both were typed over the same, in different fields. */
function areApart(left, other) {
  const seenBy = ({ item }) => [item.version, item.kept ?? ""].join();
  return seenBy(left) === seenBy(other) && !Object.keys(typedIn(left)).some((part) => part in typedIn(other));
}

notice.querySelector("[data-put-back]").addEventListener("click", async () => {
  const all = offered;
  offered = [];
  show();
  rows.find((row) => all.some((left) => rowOf(left) === row)).numbers[0].focus();
  const done = new Map();
  for (const left of all) {
    const before = done.get(left.code) ?? [];
    done.set(left.code, [...before, left]);
    if (!(await putBack(left, before))) offered.push(left);
  }
  show();
  if (document.activeElement.closest(".entry-number")) document.activeElement.select();
});

notice.querySelector("[data-forget]").addEventListener("click", () => {
  for (const { code, page } of offered) kept.drop(code, page);
  // One that was on its way may have arrived since this page was made: it is shown as it is.
  const mayBeStored = offered.some(({ item }) => item.pending);
  offered = [];
  show();
  if (form && mayBeStored && !rows.some(isLeft)) location.reload();
});

for (const page of new Set(kept.others().map((left) => left.page))) {
  kept.gone(page).then(() => {
    // Read once that window is gone: until then it may have stored, or kept more.
    const left = kept.others().filter((one) => one.page === page && one.item.values);
    offered.push(...left.filter(isNews));
    if (!offered.length) return;
    show();
    bringIntoSight(notice);
  });
}
