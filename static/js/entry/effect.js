/* What a changed cell would move, asked of the server while somebody types: the words are its own,
   nothing is stored by asking, and saving neither waits for it nor knows of it. */
const { rows, headers, calm } = window.imtEntry;
const PAUSE = 350; // ms after the last key
const ASKED_OF = ["value", "numerator", "denominator", "word"];

/** Only the answer to the last key counts: an earlier question is given up, its answer too. */
function changed(row) {
  clearTimeout(row.effectTimer);
  row.effectAsked?.abort();
  row.effectAsked = new AbortController();
  const { signal } = row.effectAsked;
  row.effectTimer = setTimeout(() => ask(row, signal), PAUSE);
}

async function ask(row, signal) {
  const answer = await answerTo(row, signal);
  if (!signal.aborted) show(row, answer);
}

/** What the server says; nothing where it says nothing, or cannot be reached. */
async function answerTo(row, signal) {
  const sent = { "Content-Type": "application/x-www-form-urlencoded", ...headers() };
  const question = { method: "POST", headers: sent, body: row.content(), redirect: "error", signal };
  try {
    const answer = await fetch(row.data.effect, question);
    return answer.ok ? await answer.json() : { sentences: [] };
  } catch {
    return { sentences: [] };
  }
}

function show(row, { lead, sentences }) {
  const place = row.body.querySelector("[data-moves]");
  const parts = sentences.map((text) => Object.assign(document.createElement("span"), { textContent: text }));
  const heading = Object.assign(document.createElement("b"), { textContent: lead });
  const content = parts.length ? [heading, ...parts] : [];
  calm(row, () => place.replaceChildren(...content), { isInPlace: true });
}

for (const row of rows) {
  for (const name of ["input", "change"]) {
    row.body.addEventListener(name, ({ type, target }) => {
      const isSelect = target.tagName === "SELECT";
      if (ASKED_OF.includes(target.dataset.part) && (type === "change") === isSelect) changed(row);
    });
  }
}
