/* One row of the grid: its fields, what they say now, what was last stored, and how it looks. */
const { word, copyOf, clock, isMore, calm } = window.imtEntry;
const CALM = ["", "saving", "saved", "kept-typed"];
const NUMBERS = ["value", "numerator", "denominator"];
// The sign of a row whose values are not stored, by the state of its saving.
const UNSTORED = {
  "": "typing",
  saving: "typing",
  waiting: "waiting",
  "signed-out": "signed_out",
  "not-saved": "unsaved",
  "cannot-keep": "unsaved",
};

class Row {
  constructor(body) {
    this.body = body;
    this.data = body.dataset;
    this.code = body.dataset.row;
    this.fields = [...body.querySelectorAll("[data-part]")];
    this.numbers = this.fields.filter((field) => NUMBERS.includes(field.dataset.part));
    this.word = this.field("word");
    this.version = body.querySelector(`[name="${this.code}-version"]`);
    this.keptKey = body.querySelector(`[name="${this.code}-kept"]`);
    this.isRatio = "scale" in this.data;
    for (const name of ["change", "ratio", "sign", "status", "findings", "confirm", "conflict", "kept"]) {
      this[name] = body.querySelector(`[data-${name}]`);
    }
    this.signKind = this.sign.firstElementChild.className.replace("sign sign-", "");
    this.saved = "unstored" in this.data ? null : this.now();
    this.understood = null; // the numbers as the server wrote them after the last save
    this.isBlocked = false; // waits for somebody's choice, or may not be sent any more
    this.pending = null; // a request that got no answer yet
    this.showWord();
  }

  field(part) {
    return this.fields.find((field) => field.dataset.part === part);
  }

  /** The texts of the row by part, as they stand on the page. */
  values() {
    return Object.fromEntries(
      this.fields.map((field) => [
        field.dataset.part,
        field.type === "checkbox" ? (field.checked ? "on" : "") : field.value,
      ]),
    );
  }

  /** What differs from what was last stored or kept: what somebody typed since. */
  typed() {
    const stored = JSON.parse(this.saved ?? "{}");
    return Object.fromEntries(Object.entries(this.values()).filter(([part, text]) => text !== stored[part]));
  }

  now() {
    return JSON.stringify(this.values());
  }

  get isDirty() {
    return this.now() !== this.saved;
  }

  /** Something of the row is not stored: typed since, or sent and not answered. */
  get isLeft() {
    return this.pending !== null || this.isDirty;
  }

  /** The row is not finished, and nothing is wrong with that before the person leaves it: a word
      waits for its reason; a part of a ratio is not there yet, or is still the old one; both were
      emptied, to be typed anew. */
  get isHalf() {
    if (!this.body.contains(document.activeElement)) return false;
    if (this.word.value === "not_available" && !this.field("reason").value.trim()) return true;
    if (!this.isRatio || this.word.value) return false;
    const [part, whole] = this.numbers.map((field) => field.value.trim());
    if (!part && !whole) return this.numbers.some((field) => this.stored(field));
    return !part !== !whole || (Number(this.data.scale) === 100 && isMore(part, whole));
  }

  /** The text that was last stored or kept of a field. */
  stored(field) {
    return JSON.parse(this.saved ?? "{}")[field.dataset.part];
  }

  /** The request's body: the fields of the form, and no more. */
  content() {
    const sent = new URLSearchParams();
    for (const [part, text] of Object.entries(this.values())) {
      if (part !== "confirm" || text) sent.append(`${this.code}-${part}`, text);
    }
    sent.append(`${this.code}-version`, this.version.value);
    sent.append(`${this.code}-kept`, this.keptKey.value);
    return sent.toString();
  }

  fill(values) {
    for (const field of this.fields) {
      if (!(field.dataset.part in values)) continue;
      if (field.type === "checkbox") field.checked = Boolean(values[field.dataset.part]);
      else field.value = values[field.dataset.part];
    }
    this.showWord();
  }

  /** A word in place of a number: its field makes room, and comes back with "number". */
  showWord() {
    const empty = this.numbers.every((field) => !field.value);
    this.body.classList.toggle("has-word", Boolean(this.word.value) && empty);
  }

  /** The numbers as they were understood, once stored, and never under somebody's caret. */
  tidy() {
    if (!this.understood || this.isLeft) return;
    for (const field of this.numbers) {
      if (field !== document.activeElement) field.value = this.understood[field.dataset.part] ?? field.value;
    }
    this.saved = this.now();
  }

  /* --- how it looks --- */

  /** The state of saving, by the name of its words; "" while somebody types. */
  say(name, gaps = {}) {
    this.data.state = name;
    const text = name && word(name, gaps);
    calm(this, () => (this.status.textContent = text), { isInPlace: true });
    this.status.classList.toggle("is-late", !CALM.includes(name));
    this.look();
  }

  showSign(kind) {
    this.signKind = kind;
    this.body.classList.toggle("is-wrong", kind === "wrong" || kind === "conflict");
    this.body.classList.toggle("is-refused", kind === "refused");
    this.body.classList.toggle("asks", kind === "asks");
    this.look();
  }

  /** The sign of what is stored stands only while that is what the row shows. */
  look() {
    const isChoice = this.signKind === "conflict";
    const kind = (this.isLeft && !isChoice && UNSTORED[this.data.state ?? ""]) || this.signKind;
    this.sign.replaceChildren(copyOf(`sign-${kind === "refused" ? "wrong" : kind}`));
    this.body.classList.toggle("is-unsaved", ["waiting", "signed_out", "unsaved"].includes(kind));
  }

  showFindings(findings) {
    const items = findings.map((one) => {
      const item = copyOf(`finding-${one.answered ? "answered" : one.level}`);
      item.querySelector("[data-message]").textContent = one.message;
      item.classList.toggle("finding-words", Boolean(one.needs_words && !one.answered));
      if (one.suggest?.word) item.append(this.suggestion(one.suggest.word));
      return item;
    });
    calm(this, () => this.findings.replaceChildren(...items), { isInPlace: true });
    const wrong = findings.filter((one) => ["impossible", "refused"].includes(one.level)).map((one) => one.part);
    for (const field of this.fields) {
      if (wrong.includes(field.dataset.part)) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
    const surprises = findings.some((one) => one.level === "surprising");
    calm(this, () => (this.confirm.hidden = !(surprises || this.field("explanation").value)));
    return findings.filter((one) => one.level === "surprising" && !one.answered);
  }

  /** A button that chooses the word which was typed as a number: "NC". */
  suggestion(value) {
    const button = copyOf("suggestion");
    button.dataset.suggest = value;
    const option = [...this.word.options].find((one) => one.value === value);
    button.textContent = word("suggestion", { word: option.text });
    return button;
  }

  /** What the server says of the row after a save, or after it kept what it cannot store.
      Returns the findings that ask for an answer. */
  show(answer) {
    const asking = this.showFindings(answer.findings);
    const isKept = answer.outcome === "kept";
    if (asking.length && !isKept) this.askAnew();
    this.understood = isKept ? null : answer.typed;
    this.tidy();
    this.showSign(isKept ? "wrong" : this.standing(answer.findings, asking));
    this.change.textContent = isKept ? "" : answer.change;
    if (this.ratio) this.ratio.textContent = answer.ratio && !isKept ? `= ${answer.ratio} ${this.unit}` : "";
    calm(this, () => this.showKept(answer.kept), { isInPlace: true });
    this.say(isKept ? "kept-typed" : "saved", { time: answer.at || clock.format(new Date()) });
    return asking;
  }

  /** What is said of the row since the figure of another one was stored: a rule looks at both. What
      is typed here and not stored stands as it is; its own save is answered for both. */
  judgeAnew(findings) {
    if (this.isLeft || this.signKind === "conflict" || !this.kept.hidden) return;
    const asking = this.showFindings(findings);
    if (asking.length) this.askAnew();
    this.showSign(this.standing(findings, asking));
  }

  /** A tick given to a smaller surprise does not answer this one: it is asked anew. */
  askAnew() {
    const clean = !this.isDirty;
    this.field("confirm").checked = false;
    if (clean) this.saved = this.now();
  }

  /** The name of the sign of what is stored. */
  standing(findings, asking) {
    if (findings.some((one) => one.level === "refused")) return "refused";
    const entered = this.word.value || (this.numbers.some((field) => field.value.trim()) ? "number" : "empty");
    return asking.length ? "asks" : entered;
  }

  /** Beside a text that could not be stored: what is stored, and whose text it is. */
  showKept(kept) {
    this.kept.hidden = !kept;
    this.kept.textContent = kept ? word(kept.shown ? "kept-beside" : "kept-alone", kept) : "";
  }

  get unit() {
    return this.data.unit || "";
  }

  showConflict(answer) {
    const { theirs } = answer;
    this.theirs = theirs;
    this.showKept(null); // it speaks of the text before this one
    const isKept = "kept" in theirs;
    const own = theirs.own ? "-own" : ""; // one's other window
    const say = (part, name) => (this.conflict.querySelector(`[data-${part}]`).textContent = word(`${name}${own}`, theirs));
    say("conflict-text", isKept ? "conflict-kept" : "conflict");
    say("theirs-label", isKept ? "theirs-kept" : "theirs-stored");
    say("take", "take");
    this.conflict.querySelector("[data-theirs]").textContent = theirs.shown || word("nothing");
    this.showMine();
    this.conflict.querySelector("[data-no-script]")?.remove();
    this.conflict.querySelector("[data-with-script]").hidden = false;
    calm(this, () => (this.conflict.hidden = !this.theirs));
    this.showSign("conflict");
    this.say("not-saved", { why: word("choose") });
  }

  showMine() {
    this.conflict.querySelector("[data-mine]").textContent = this.shownWhole() || word("nothing");
  }

  /** What stands in the row, in a few words. */
  shown() {
    if (this.word.value) return this.word.selectedOptions[0].text;
    return this.numbers.map((field) => field.value).filter(Boolean).join(" / ");
  }

  /** The same, and what was written about it. */
  shownWhole() {
    const texts = ["reason", "explanation"].map((part) => this.field(part).value.trim());
    return [this.shown(), ...texts].filter(Boolean).join(" · ");
  }
}

for (const body of document.querySelectorAll("[data-row]")) window.imtEntry.rows.push(new Row(body));
