/* The change and the quotient while typing. Only what can be read in one way is read here: digits,
   spaces between them, one decimal mark. The server's parser alone decides what is stored. */
const { word } = window.imtEntry;
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

const signed = new Intl.NumberFormat(language, { maximumFractionDigits: 1, signDisplay: "exceptZero" });

/** Rounded as the server does it: what is not the whole is never rounded to it. */
function besideTheWhole(exact, whole, decimals) {
  const unit = 10 ** decimals;
  if (Math.round(Math.abs(exact) * unit) / unit !== whole || Math.abs(exact) === whole) return exact;
  const away = Math.abs(exact) < whole ? Math.floor : Math.ceil;
  const finer = Math.max(unit, 10);
  return (Math.sign(exact) * away(Math.abs(exact) * finer)) / finer;
}

/** What a row's fields come to, or null. */
function numberOf(row) {
  const read = row.numbers.map((field) => certain(field.value));
  if (read.includes(null)) return null;
  if (!row.isRatio) return read[0];
  return read[1] > 0 ? (read[0] / read[1]) * Number(row.data.scale) : null;
}

/** By how much it moved since last year: a percentage by points, anything else in per cent. */
function moved(now, before, inPoints) {
  if (!inPoints) {
    return before ? percent.format(besideTheWhole((now - before) / Math.abs(before), 1, 3)) : "";
  }
  const points = Math.round((now - before) * 10) / 10;
  const isOne = Math.abs(points) < 2 && (language === "fr" || Math.abs(points) <= 1);
  return word(isOne ? "point" : "points", { number: signed.format(points) });
}

/** Show both outcomes of a row as they are typed; nothing where nothing is certain. */
function live(row) {
  const now = row.word.value ? null : numberOf(row);
  const isKnown = now !== null && "before" in row.data;
  const change = isKnown ? moved(now, Number(row.data.before), "points" in row.data) : "";
  row.change.textContent = change.replace("-", "\u2212").replace("\u00a0", "\u202f");
  if (!row.isRatio) return;
  const decimals = Number(row.data.decimals);
  const told = now !== null && "points" in row.data ? besideTheWhole(now, 100, decimals) : now;
  const isBeside = told !== now && !decimals;
  const shown = new Intl.NumberFormat(language, { maximumFractionDigits: isBeside ? 1 : decimals });
  row.ratio.textContent = now === null ? "" : `= ${shown.format(told)} ${row.data.unit || ""}`.trim();
}

/** Certainly more than its whole: somebody is between the two parts of a ratio. */
const isMore = (part, whole) => certain(part) !== null && certain(whole) !== null && certain(part) > certain(whole);

/** The same texts by part, or the same numbers written otherwise. */
function isSame(some, others) {
  const tight = (text) => certain(text ?? "") ?? (text ?? "").trim();
  return Object.keys(some).every((part) => tight(some[part]) === tight(others[part]));
}

Object.assign(window.imtEntry, { live, isMore, isSame });
