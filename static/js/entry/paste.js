/* A block pasted into a number: the server reads it and says what would change. Nothing is stored
   before "apply". A single cell goes straight into the field. */
const { form, rows, word, csrfToken, save, signIn, announce } = window.imtEntry;
const dialog = document.getElementById("paste-preview");

/** More than one cell: a tab or a line end between two of them. Excel ends a lone cell with one. */
const isBlock = (text) => /[\t\n\r]/.test(text.replace(/[\r\n]+$/, ""));

async function ask(row, field, text) {
  const answer = await fetch(form.dataset.paste, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken() },
    body: new URLSearchParams({ text, start: row.code, column: field.dataset.part }),
  });
  const isJson = (answer.headers.get("Content-Type") || "").includes("json");
  if (answer.redirected || !isJson) {
    if (answer.redirected && (await signIn())) return ask(row, field, text);
    throw new Error(String(answer.status));
  }
  return answer.json();
}

async function propose(row, field, text) {
  // What is being typed is stored first: the preview compares with it.
  await Promise.all(rows.map(save));
  try {
    const { html, message } = await ask(row, field, text);
    if (html) return open(html, field);
    complain(row, message || word("paste-failed"));
  } catch {
    complain(row, word("paste-failed"));
  }
}

function complain(row, text) {
  row.say("not-saved", { why: text });
  announce(text);
}

function open(html, field) {
  dialog.innerHTML = html;
  dialog.addEventListener("close", () => field.focus(), { once: true });
  dialog.querySelector("[data-close]").addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
  });
  dialog.showModal();
  (dialog.querySelector("[name=apply]") || dialog.querySelector("[data-close]")).focus();
}

for (const row of rows) {
  for (const field of row.numbers) {
    field.addEventListener("paste", (event) => {
      const text = event.clipboardData.getData("text/plain");
      if (!isBlock(text)) return;
      event.preventDefault();
      propose(row, field, text);
    });
  }
}
