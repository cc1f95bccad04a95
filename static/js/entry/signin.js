/* When the session has ended: sign in on the page, without losing a digit. */
const { form, word, csrfToken } = window.imtEntry;
const dialog = document.getElementById("signin");
const inside = dialog.querySelector("form");
const trouble = dialog.querySelector("[data-error]");
const elsewhere = dialog.querySelector("[data-elsewhere]");
const later = document.querySelector("[data-sign-in-again]");
let waiting = null; // the promise of the dialog that is open, and how to keep it

/** Ask once, however many rows wait. True: signed in, send again. False: not now. */
function signIn() {
  if (waiting) return waiting.promise;
  waiting = {};
  waiting.promise = new Promise((resolve) => (waiting.resolve = resolve));
  const { promise } = waiting;
  trouble.hidden = true;
  later.hidden = true;
  dialog.showModal();
  inside.elements[inside.elements.login.value ? "password" : "login"].focus();
  return promise;
}

function finish(isSignedIn) {
  const { resolve } = waiting || {};
  waiting = null;
  inside.elements.password.value = "";
  if (dialog.open) dialog.close();
  later.hidden = isSignedIn;
  if (resolve) resolve(isSignedIn);
  if (isSignedIn) form.dispatchEvent(new CustomEvent("entry:retry")); // the rows that did not wait here
}

function complain(text, isElsewhere) {
  trouble.textContent = text;
  trouble.hidden = false;
  elsewhere.hidden = !isElsewhere;
}

/** The sentences of allauth's answer, whichever field they stand at. */
function errorsIn(answer) {
  const { fields = {}, errors = [] } = answer.form || {};
  return [...errors, ...Object.values(fields).flatMap((field) => field.errors)].join(" ");
}

async function send() {
  const answer = await fetch(inside.action, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "XMLHttpRequest" },
    body: new URLSearchParams({
      login: inside.elements.login.value,
      password: inside.elements.password.value,
    }),
  });
  if (!(answer.headers.get("Content-Type") || "").includes("json")) throw new Error("no JSON");
  const said = await answer.json();
  if (answer.ok && said.location) return finish(true);
  complain(errorsIn(said) || word("not-signed-in"), !errorsIn(said));
  inside.elements.password.select();
}

inside.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = inside.querySelector(".btn-primary");
  button.disabled = true;
  try {
    await send();
  } catch (error) {
    const isOffline = error instanceof TypeError;
    complain(word(isOffline ? "no-connection" : "not-signed-in"), !isOffline);
  }
  button.disabled = false;
});
dialog.querySelector("[data-close]").addEventListener("click", () => finish(false));
dialog.querySelector("[data-again]").addEventListener("click", () => finish(true));
dialog.addEventListener("cancel", () => finish(false));
later.addEventListener("click", () => {
  later.hidden = true;
  form.dispatchEvent(new CustomEvent("entry:retry"));
});

window.imtEntry.signIn = signIn;
window.imtEntry.mayAsk = () => waiting !== null || later.hidden;
