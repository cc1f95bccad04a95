/* Saving one row: at most one request on its way, the last values win, and a request that got no
   answer is repeated with its own key before anything newer is sent. */
const { data, form, word, kept, headers, signIn, mayAsk, announce, rows } = window.imtEntry;
const PAUSE = 800; // ms after the last key
const RETRY = [2000, 5000, 10000, 20000, 40000, 60000];
const GIVE_UP_AFTER = 20000;
const STAYED_AFTER = 10000;
let isGoing = false; // the page is being left
let failures = 0;
let retryTimer = 0;

const isLeft = (row) => row.isLeft;

/** Kept in this browser as it stands, or no longer where all of it is stored. */
function keep(row) {
  if (!row.isLeft) kept.drop(row.code);
  row.isKept = !row.isLeft || kept.put(row.code, itemOf(row));
  return row.isKept;
}

const itemOf = (row) => ({
  name: row.data.name,
  shown: row.shownWhole(),
  values: row.values(),
  typed: row.typed(),
  language: document.documentElement.lang,
  version: row.version.value,
  kept: row.keptKey.value,
  at: Date.now(),
  pending: row.pending,
});

/** At each key: kept at once, sent after a pause. */
function soon(row) {
  clearTimeout(row.timer);
  isGoing = false; // who types is still here: it was a file that was fetched
  keep(row);
  if (row.theirs) row.showMine();
  if (row.isBlocked) sayBlocked(row);
  else if (!row.pending) row.say(row.isKept ? "" : "cannot-keep");
  row.timer = setTimeout(() => row.isHalf || isGoing || save(row), PAUSE);
}

/** Now. Resolves when nothing of the row is on its way; true if nothing is left to send. */
function save(row) {
  clearTimeout(row.timer);
  row.running ??= run(row).finally(() => {
    row.running = null;
    form.dispatchEvent(new CustomEvent("entry:changed"));
  });
  return row.running;
}

async function run(row) {
  while (!row.isBlocked && row.isLeft) {
    row.pending ??= { key: crypto.randomUUID(), body: row.content(), values: row.now() };
    keep(row);
    row.say("saving");
    const answer = await send(row);
    if (!(await settle(row, answer))) return false;
    if (row.isHalf) break; // typed on meanwhile: sent when the row is left
  }
  keep(row);
  if (row.isBlocked) sayBlocked(row);
  return !row.isLeft;
}

/** The answer, with its HTTP status; null when there is none. */
async function send(row) {
  try {
    const answer = await fetch(row.data.save, {
      method: "POST",
      headers: {
        "Content-Type": "application/x-www-form-urlencoded",
        ...headers(),
        "Idempotency-Key": row.pending.key,
        "X-Person": data.person,
      },
      body: row.pending.body,
      redirect: "error",
      signal: AbortSignal.timeout(GIVE_UP_AFTER),
    });
    const isJson = (answer.headers.get("Content-Type") || "").includes("json");
    return { status: answer.status, ...(isJson ? await answer.json() : {}) };
  } catch {
    return null;
  }
}

/** What follows from an answer. True: go on with what is left; false: stop here. */
async function settle(row, answer) {
  const act = answer && acts[answer.outcome];
  if (act) return act(row, answer);
  if (answer?.status === 404) return block(row, word("gone"));
  if (answer?.status === 403) return forbidden(row);
  if ([400, 413, 422].includes(answer?.status)) return refuse(row, answer.message || word("not-understood"));
  return later(row, "waiting");
}

const acts = {
  saved: stored,
  unchanged: stored,
  kept: stored,
  conflict(row, answer) {
    row.pending = null;
    row.isBlocked = true;
    keep(row);
    row.showConflict(answer);
    tell(row, answer.message);
    return false;
  },
  refused(row, answer) {
    for (const one of rows) Object.assign(one, { isBlocked: true, why: answer.message });
    block(row, answer.message);
    form.dispatchEvent(new CustomEvent("entry:refused", { detail: answer.message }));
    return false;
  },
  // Not for ever: once the person is back, in another window, the row is sent as theirs.
  other_person(row, answer) {
    row.say(keep(row) ? "not-saved" : "cannot-keep", { why: answer.message });
    tell(row, answer.message);
    return false;
  },
  async signed_out(row, answer) {
    row.say("not-saved", { why: answer.message });
    if (mayAsk() && (await signIn())) return true;
    return later(row, "signed-out");
  },
};

/** The last cookie may have gone with the session: with a fresh one it is asked once more. */
async function forbidden(row) {
  const isAgain = row.wasForbidden;
  row.wasForbidden = !isAgain;
  if (isAgain) return block(row, word("forbidden"));
  await fetch(location.pathname).catch(() => null);
  return true;
}

function stored(row, answer) {
  failures = 0;
  row.wasForbidden = false;
  row.saved = row.pending.values;
  row.pending = null;
  // A text that is only kept was compared with nothing: the version seen stays the one seen.
  if (answer.outcome !== "kept") row.version.value = answer.version ?? "";
  row.keptKey.value = answer.kept?.key ?? "";
  keep(row);
  if (!row.isDirty) tellShown(row, answer, row.show(answer));
  form.dispatchEvent(new CustomEvent("entry:answer", { detail: answer }));
  return true;
}

/** What came of a save, for who does not see the row. */
function tellShown(row, answer, asking) {
  if (answer.outcome === "kept") return tell(row, answer.message);
  const refused = answer.findings.filter((one) => one.level === "refused");
  if (refused.length) return tell(row, word("refused", { message: refused.map((one) => one.message).join(" ") }));
  if (asking.length) return tell(row, word("asked", { message: asking.map((one) => one.message).join(" ") }));
  tell(row, word("saved", { time: answer.at }));
}

function tell(row, message) {
  announce(word("problem", { name: row.data.name, message }));
}

/** Not this text; another one is sent again. */
function refuse(row, why) {
  row.pending = null;
  row.say(keep(row) ? "not-saved" : "cannot-keep", { why });
  tell(row, why);
  return false;
}

function block(row, why) {
  Object.assign(row, { isBlocked: true, why });
  keep(row);
  sayBlocked(row);
  tell(row, why);
  return false;
}

function sayBlocked(row) {
  if (row.why && row.isLeft) row.say("not-saved", { why: row.why });
  else if (row.why) row.say("");
}

function later(row, why) {
  row.say(keep(row) ? why : "cannot-keep");
  if (why === "waiting") {
    clearTimeout(retryTimer);
    if (failures === 0) announce(word("waiting"));
    retryTimer = setTimeout(retry, RETRY[Math.min(failures++, RETRY.length - 1)]);
  }
  return false;
}

/** One row asks whether the connection is back; the others follow if it is. */
async function retry() {
  clearTimeout(retryTimer);
  for (const row of rows.filter((one) => one.pending && !one.isBlocked)) {
    if (!(await save(row))) return;
  }
}

/** "Keep mine": sent again, as the version that follows theirs. */
function keepMine(row) {
  seeTheirs(row);
  resume(row);
  return save(row);
}

function takeTheirs(row) {
  row.fill({ explanation: "", confirm: "", value: "", ...row.theirs.typed });
  seeTheirs(row);
  row.saved = null; // asked once more: the checks' sentences come with the answer
  resume(row);
  return save(row);
}

/** Either a figure or a text that is only kept: the other of the two is as it was seen before. */
function seeTheirs(row) {
  row.version.value = row.theirs.version ?? row.version.value;
  row.keptKey.value = row.theirs.kept ?? row.keptKey.value;
}

function resume(row) {
  Object.assign(row, { isBlocked: false, pending: null, theirs: null });
  row.conflict.hidden = true;
  row.showSign("empty");
  row.numbers[0].focus();
}

/* A window that goes out of sight may never come back: what is typed is sent now. One that is being
   left sends nothing more, as nobody would see the answer: what it kept is offered next time. */
window.addEventListener("pagehide", () => (isGoing = true));
window.addEventListener("beforeunload", () => {
  isGoing = true;
  setTimeout(stay, STAYED_AFTER);
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") retry();
  else if (!isGoing) saveAll();
});

/** Asked whether to leave, the person stayed. */
function stay() {
  isGoing = false;
  saveAll();
}

function saveAll() {
  for (const row of rows) if (row.isDirty && !row.isHalf) save(row);
}

window.addEventListener("online", retry);
form.addEventListener("entry:retry", retry);

Object.assign(window.imtEntry, { soon, save, keep, retry, keepMine, takeTheirs, isLeft });
