/* What is pasted into a number. A block: the server reads it and says what would change; nothing is
   stored before "apply", and the block is kept in this browser until it is applied or given up.
   A single cell takes the place of the number that stood there. */
const { data, form, rows, word, kept, headers, save, signIn, announce, dayAndTime, anchored, bringIntoSight } = window.imtEntry;
const KEPT_AS = "paste";
const dialog = document.getElementById("paste-preview");
const notice = document.querySelector("[data-paste-offer]");

/** More than one cell: a tab or a line end between two of them. Excel ends a lone cell with one. */
const isBlock = (text) => /[\t\n\r]/.test(text.replace(/[\r\n]+$/, ""));

async function ask(item) {
  const answer = await fetch(form.dataset.paste, {
    method: "POST",
    headers: { ...headers(), "X-Page-Language": item.language },
    body: new URLSearchParams({ text: item.text, start: item.row, column: item.part }),
  });
  const isJson = (answer.headers.get("Content-Type") || "").includes("json");
  if (answer.redirected || !isJson) {
    if (answer.redirected && (await signIn())) return ask(item);
    throw new Error(String(answer.status));
  }
  return answer.json();
}

async function propose(item) {
  kept.put(KEPT_AS, item);
  notice.hidden = true;
  // What is being typed is stored first: the preview compares with it.
  await Promise.all(rows.map(save));
  try {
    const { html, message, url } = await ask(item);
    if (!html) return refused(item, message || word("paste-failed"));
    const shown = { ...item, url, before: item.url };
    kept.put(KEPT_AS, { ...item, url });
    open(html, shown);
  } catch {
    announce(word("paste-unsent"));
    offer(item).focus();
  }
}

/** It was read and cannot be used: the reason stands in the row, the block still on the clipboard. */
function refused(item, message) {
  kept.drop(KEPT_AS);
  complain(item, message);
}

const rowOf = (item) => rows.find((row) => row.code === item.row) ?? rows[0];

function complain(item, text) {
  rowOf(item).say("not-saved", { why: text });
  announce(text);
}

let isApplied = false;

function open(html, item) {
  isApplied = false;
  const close = () => {
    if (!isApplied) giveUp(item);
    (rowOf(item).field(item.part) ?? rowOf(item).numbers[0]).focus();
  };
  dialog.addEventListener("close", close, { once: true });
  show(html, item.before);
  dialog.showModal();
  dialog.querySelector("[data-heading]").focus();
}

/** By Escape or by the button. What was explained there is nowhere else: it stays on offer. */
function giveUp(item) {
  const { texts } = window.imtPreview.of(data.person, item.url) ?? {};
  if (Object.values(texts ?? {}).some((text) => text.trim())) return offer(item);
  kept.drop(KEPT_AS);
}

/** The focus begins at the heading: Enter stores nothing that was not read. */
function show(html, before) {
  dialog.innerHTML = html;
  window.imtPreview.follow(dialog.querySelector("[data-proposal]"), before);
  const form = dialog.querySelector("form:not([data-question])");
  form?.addEventListener("submit", () => (isApplied = true));
  dialog.querySelector("[data-close]").addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
  });
  dialog.querySelector("[data-question]")?.addEventListener("submit", answer);
}

/** How the block is meant: read anew in place. Where that fails, the form goes its own way. */
async function answer(event) {
  event.preventDefault();
  const question = event.target;
  const body = new URLSearchParams(new FormData(question, event.submitter));
  try {
    const sent = { ...headers(), Accept: "application/json" };
    const reply = await fetch(question.action, { method: "POST", headers: sent, body });
    show((await reply.json()).html);
    dialog.querySelector("[data-heading]").focus();
  } catch {
    question.removeEventListener("submit", answer);
    question.requestSubmit(event.submitter);
  }
}

/** A cell's text in the number's place; as if typed, so that Ctrl+Z takes it back. */
function replace(field, text) {
  field.select();
  if (document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, 0, field.value.length, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertFromPaste" }));
}

/** What is pasted in a number, or dropped on it. */
function take(event, data, row) {
  const [field, text] = [event.currentTarget, data.getData("text/plain")];
  if (!text.trim()) return;
  event.preventDefault();
  field.focus();
  if (!isBlock(text)) return replace(field, text.trim());
  const { lang: language } = document.documentElement;
  propose({ text, row: row.code, part: field.dataset.part, language, at: Date.now() });
}

for (const row of rows) {
  for (const field of row.numbers) {
    field.addEventListener("paste", (event) => take(event, event.clipboardData, row));
    field.addEventListener("drop", (event) => take(event, event.dataTransfer, row));
  }
}

/* --- a block that was not applied --- */

/** Returns the button that tries again. */
function offer(item, page) {
  const [show, forget] = ["show", "forget"].map((name) => notice.querySelector(`[data-paste-${name}]`));
  const text = word("paste-offer", { at: dayAndTime(new Date(item.at)) });
  anchored(() => {
    notice.querySelector("[data-paste-text]").textContent = text;
    notice.querySelector("[data-pasted]").textContent = item.text;
    notice.hidden = false;
  });
  show.onclick = () => {
    kept.drop(KEPT_AS, page);
    propose(item);
  };
  forget.onclick = () => {
    kept.drop(KEPT_AS, page);
    if (item.url) window.imtPreview.forget(data.person, item.url);
    notice.hidden = true;
  };
  return show;
}

/** Whether the preview of a block still waits: one that was applied is no longer there. */
async function isWaiting({ url }) {
  const answer = url && (await fetch(url, { method: "HEAD" }).catch(() => null));
  return !answer || answer.status !== 404;
}

for (const { page, code, item } of kept.others()) {
  if (code !== KEPT_AS) continue;
  kept.gone(page).then(async () => {
    if (!(await isWaiting(item))) return kept.drop(KEPT_AS, page);
    offer(item, page);
    bringIntoSight(notice);
  });
}
