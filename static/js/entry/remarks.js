/* Answers to remarks: kept in this browser at each key, sent when one leaves the field. A page that
   is closed loses none: what was not sent stands in the field again, and says so. */
const { form, data, headers } = window.imtEntry;
const GIVE_UP_AFTER = 20000;

for (const block of form.querySelectorAll("[data-remark]")) {
  const field = block.querySelector("[data-answer]");
  if (field) follow(block, field);
}

function follow(block, field) {
  const status = block.querySelector("[data-answer-status]");
  const seen = block.querySelector("[data-answer-seen]");
  const key = `imtplan-answer:${data.person}:${field.name}`;
  let stored = field.value;
  let running = null;

  const say = (text, isLate = false) => {
    status.textContent = text;
    status.classList.toggle("is-late", isLate);
  };
  const keep = () => {
    try {
      if (field.value === stored) localStorage.removeItem(key);
      else localStorage.setItem(key, field.value);
    } catch {
      // A browser that keeps nothing: the field itself still has it.
    }
  };
  const kept = () => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };

  async function send() {
    const text = field.value;
    say(status.dataset.saving);
    const answer = await post(field.dataset.answer, { answer: text, seen: seen.value });
    if (answer?.seen !== undefined) seen.value = answer.seen;
    if (answer?.outcome !== "saved") return say(answer?.message || status.dataset.waiting, true);
    stored = text;
    keep();
    if (field.value === text) say(text.trim() ? status.dataset.saved.replace("{time}", answer.at) : status.dataset.emptied);
    show(block, answer);
  }

  /** One request at a time; what is typed meanwhile goes with the next one. */
  function save() {
    if (field.value === stored || running) return;
    running = send().finally(() => {
      running = null;
    });
  }

  const left = kept();
  if (left !== null && left !== stored) {
    field.value = left;
    say(status.dataset.waiting, true);
  }
  field.addEventListener("input", keep);
  field.addEventListener("change", save);
  block.querySelector("button[name=answer]").addEventListener("click", (event) => {
    event.preventDefault();
    save();
  });
  window.addEventListener("online", save);
  window.addEventListener("pagehide", save);
}

/** The answer of the server; null where there is none. */
async function post(address, content) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { ...headers(), "X-Person": data.person },
      body: new URLSearchParams(content),
      redirect: "error",
      keepalive: true,
      signal: AbortSignal.timeout(GIVE_UP_AFTER),
    });
    return await answer.json();
  } catch {
    return null;
  }
}

/** In the row, and in the list at the top of the page. */
function show(block, { state, label }) {
  const pk = block.querySelector("[data-answer]").name.replace("answer-", "");
  const line = document.querySelector(`[data-remark-of="${pk}"]`);
  for (const one of [block, line]) {
    one.classList.toggle("is-open", state === "open");
    one.classList.toggle("is-answered", state === "answered");
  }
  line.querySelector("[data-label]").textContent = label;
}
