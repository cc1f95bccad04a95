/* The change and the quotient while typing. Only what can be read in one way is read here: digits,
   spaces between them, one decimal mark. The server's parser alone decides what is stored. */
const language = document.documentElement.lang === "en" ? "en" : "fr";
const mark = language === "en" ? "." : ",";
const plain = language === "en" ? /^-?\d+(\.\d+)?$/ : /^-?\d+(,\d+)?$/;

/** A number, or null when it is anything but certain. */
function certain(text) {
  const tight = text.trim().replace(/(\d)[ \u00a0\u202f](?=\d{3}(?!\d))/g, "$1");
  return plain.test(tight) && !/^-?0\d/.test(tight) ? Number(tight.replace(mark, ".")) : null;
}

const percent = new Intl.NumberFormat(language, {
  style: "percent",
  maximumFractionDigits: 1,
  signDisplay: "exceptZero",
});

/** Rounded as the server does it: what is not the whole is never rounded to it. */
function besideTheWhole(exact, whole, decimals) {
  const unit = 10 ** decimals;
  const rounded = Math.round(Math.abs(exact) * unit) / unit;
  if (rounded !== whole || Math.abs(exact) === whole) return exact;
  const away = Math.abs(exact) < whole ? Math.floor : Math.ceil;
  return (Math.sign(exact) * away(Math.abs(exact) * unit)) / unit;
}

/** What a row's fields come to, or null. */
function numberOf(row) {
  const read = row.numbers.map((field) => certain(field.value));
  if (read.includes(null)) return null;
  if (!row.isRatio) return read[0];
  return read[1] > 0 ? (read[0] / read[1]) * Number(row.data.scale) : null;
}

/** Show both outcomes of a row as they are typed; nothing where nothing is certain. */
function live(row) {
  const now = row.word.value ? null : numberOf(row);
  const before = "before" in row.data ? Number(row.data.before) : 0;
  const change = now === null || !before ? "" : percent.format(besideTheWhole((now - before) / Math.abs(before), 1, 3));
  row.change.textContent = change.replace("-", "\u2212").replace("\u00a0", "\u202f");
  if (!row.isRatio) return;
  const shown = new Intl.NumberFormat(language, { maximumFractionDigits: Number(row.data.decimals) });
  row.ratio.textContent = now === null ? "" : `= ${shown.format(now)} ${row.data.unit || ""}`.trim();
}

/** Certainly more than its whole: somebody is between the two parts of a ratio. */
const isMore = (part, whole) => certain(part) !== null && certain(whole) !== null && certain(part) > certain(whole);

/** The same texts by part, or the same numbers written otherwise. */
function isSame(some, others) {
  const tight = (text) => certain(text ?? "") ?? (text ?? "").trim();
  return Object.keys(some).every((part) => tight(some[part]) === tight(others[part]));
}

Object.assign(window.imtEntry, { live, isMore, isSame });
