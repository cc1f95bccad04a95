/* Saving one row: at most one request on its way, the last values win, and a request that got no
   answer is repeated with its own key before anything newer is sent. */
const { form, word, kept, csrfToken, signIn, mayAsk, announce, rows } = window.imtEntry;
const PAUSE = 800; // ms after the last key
const RETRY = [2000, 5000, 10000, 20000, 40000, 60000];
const GIVE_UP_AFTER = 20000;
let failures = 0;
let retryTimer = 0;

/** After a pause in typing. */
function soon(row) {
  clearTimeout(row.timer);
  if (!row.isBlocked && row.isDirty && !row.pending) row.say("");
  row.timer = setTimeout(() => save(row), PAUSE);
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

const isLeft = (row) => row.pending !== null || row.isDirty;

async function run(row) {
  while (!row.isBlocked && isLeft(row)) {
    row.pending ??= { key: crypto.randomUUID(), body: row.content(), values: row.now() };
    keep(row); // before sending: a window that is closed meanwhile loses nothing
    row.say("saving");
    const answer = await send(row);
    if (!(await settle(row, answer))) return false;
  }
  if (row.isBlocked && isLeft(row)) keep(row);
  return !isLeft(row);
}

function keep(row) {
  const item = { values: row.values(), version: row.version.value, at: Date.now(), pending: row.pending };
  return kept.put(row.code, item);
}

/** The answer, with its HTTP status; null when there is none. */
async function send(row) {
  try {
    const answer = await fetch(row.data.save, {
      method: "POST",
      headers: {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-CSRFToken": csrfToken(),
        "Idempotency-Key": row.pending.key,
        "X-Person": form.dataset.person,
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
  if (answer?.status === 403) await fetch(location.pathname).catch(() => null); // a fresh CSRF cookie
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
    announce(word("problem", { name: row.data.name, message: answer.message }));
    return false;
  },
  refused(row, answer) {
    form.dispatchEvent(new CustomEvent("entry:refused", { detail: answer.message }));
    return block(row, answer.message);
  },
  other_person: (row, answer) => block(row, answer.message),
  async signed_out(row, answer) {
    row.say("not-saved", { why: answer.message });
    if (mayAsk() && (await signIn())) return true;
    return later(row, "signed-out");
  },
};

function stored(row, answer) {
  failures = 0;
  row.saved = row.pending.values;
  row.pending = null;
  // A text that is only kept was compared with nothing: the version seen stays the one seen.
  if (answer.outcome !== "kept") row.version.value = answer.version ?? "";
  if (row.isDirty) keep(row);
  else {
    kept.drop(row.code);
    row.show(answer);
    if (answer.outcome === "kept") tell(row, answer);
  }
  form.dispatchEvent(new CustomEvent("entry:answer", { detail: answer }));
  return true;
}

function tell(row, answer) {
  announce(word("problem", { name: row.data.name, message: answer.message }));
}

function block(row, why) {
  row.isBlocked = true;
  keep(row);
  row.say("not-saved", { why });
  announce(word("problem", { name: row.data.name, message: why }));
  return false;
}

function later(row, why) {
  row.say(keep(row) ? why : "cannot-keep");
  if (why === "waiting") {
    clearTimeout(retryTimer);
    retryTimer = setTimeout(retry, RETRY[Math.min(failures++, RETRY.length - 1)]);
    announce(word("waiting"));
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
  row.version.value = row.theirs.version;
  resume(row);
  return save(row);
}

function takeTheirs(row) {
  row.fill({ explanation: "", confirm: "", value: "", ...row.theirs.typed });
  row.version.value = row.theirs.version;
  row.saved = null; // asked once more: the checks' sentences come with the answer
  resume(row);
  return save(row);
}

function resume(row) {
  row.isBlocked = false;
  row.pending = null;
  row.conflict.hidden = true;
  row.numbers[0].focus();
}

window.addEventListener("online", retry);
form.addEventListener("entry:retry", retry);

Object.assign(window.imtEntry, { soon, save, retry, keepMine, takeTheirs, isLeft });
