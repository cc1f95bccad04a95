/* One row of the grid: its fields, what they say now, what was last stored, and how it looks. */
const { word, copyOf, clock } = window.imtEntry;
const CALM = ["", "saving", "saved", "kept-typed"];
const NUMBERS = ["value", "numerator", "denominator"];

class Row {
  constructor(body) {
    this.body = body;
    this.data = body.dataset;
    this.code = body.dataset.row;
    this.fields = [...body.querySelectorAll("[data-part]")];
    this.numbers = this.fields.filter((field) => NUMBERS.includes(field.dataset.part));
    this.word = this.field("word");
    this.version = body.querySelector(`[name="${this.code}-version"]`);
    this.isRatio = "scale" in this.data;
    for (const name of ["change", "ratio", "sign", "status", "findings", "answer", "conflict"]) {
      this[name] = body.querySelector(`[data-${name}]`);
    }
    this.signKind = this.sign.firstElementChild.className.replace("sign sign-", "");
    this.saved = "unstored" in this.data ? null : this.now();
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

  now() {
    return JSON.stringify(this.values());
  }

  get isDirty() {
    return this.now() !== this.saved;
  }

  /** The request's body: the fields of the form, and no more. */
  content() {
    const sent = new URLSearchParams();
    for (const [part, text] of Object.entries(this.values())) {
      if (part !== "confirm" || text) sent.append(`${this.code}-${part}`, text);
    }
    sent.append(`${this.code}-version`, this.version.value);
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

  /* --- how it looks --- */

  /** The state of saving, by the name of its words; "" while somebody types. */
  say(name, gaps = {}) {
    this.data.state = name;
    this.status.textContent = name && word(name, gaps);
    this.status.classList.toggle("is-late", !CALM.includes(name));
  }

  showSign(kind) {
    this.signKind = kind;
    this.sign.replaceChildren(copyOf(`sign-${kind}`));
    this.body.classList.toggle("is-wrong", kind === "wrong" || kind === "conflict");
    this.body.classList.toggle("asks", kind === "asks");
  }

  showFindings(found) {
    this.findings.replaceChildren(
      ...found.map((one) => {
        const item = copyOf(`finding-${one.answered ? "answered" : one.level}`);
        item.querySelector("[data-message]").textContent = one.message;
        return item;
      }),
    );
    const wrong = found.filter((one) => one.level === "impossible").map((one) => one.part);
    for (const field of this.fields) {
      if (wrong.includes(field.dataset.part)) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
    const asks = found.some((one) => one.level === "surprising" && !one.answered);
    const surprises = found.some((one) => one.level === "surprising");
    this.answer.hidden = !(surprises || this.field("explanation").value);
    return asks;
  }

  /** What the server says of the row after a save, or after it kept what it cannot store. */
  show(answer) {
    const asks = this.showFindings(answer.findings);
    const isKept = answer.outcome === "kept";
    // A tick given to a smaller surprise does not answer this one: it is asked anew.
    if (asks && !isKept) {
      const clean = !this.isDirty;
      this.field("confirm").checked = false;
      if (clean) this.saved = this.now();
    }
    const said = this.word.value || (this.numbers.some((field) => field.value.trim()) ? "number" : "empty");
    this.showSign(isKept ? "wrong" : asks ? "asks" : said);
    this.change.textContent = isKept ? "" : answer.change;
    if (this.ratio) this.ratio.textContent = answer.ratio && !isKept ? `= ${answer.ratio} ${this.unit}` : "";
    this.say(isKept ? "kept-typed" : "saved", { time: answer.at || clock.format(new Date()) });
  }

  get unit() {
    return this.data.unit || "";
  }

  showConflict(answer) {
    const { theirs } = answer;
    this.theirs = theirs;
    this.conflict.querySelector("[data-conflict-text]").textContent = word("conflict", theirs);
    this.conflict.querySelector("[data-theirs]").textContent = theirs.shown || word("nothing");
    this.conflict.querySelector("[data-mine]").textContent = this.shown() || word("nothing");
    this.conflict.querySelector("[data-no-script]")?.remove();
    this.conflict.querySelector("[data-with-script]").hidden = false;
    this.conflict.hidden = false;
    this.showSign("conflict");
    this.say("not-saved", { why: word("choose") });
  }

  /** What stands in the row, in a few words. */
  shown() {
    if (this.word.value) return this.word.selectedOptions[0].text;
    return this.numbers.map((field) => field.value).filter(Boolean).join(" / ");
  }
}

for (const body of document.querySelectorAll("[data-row]")) window.imtEntry.rows.push(new Row(body));
