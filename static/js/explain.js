/* Opens the explanation of a number in place. Without this script, and with a modified click, the
   number is a link to the same explanation on a page of its own. */

const dialog = document.getElementById("explain");
const content = dialog.querySelector("[data-content]");
const page = dialog.querySelector("[data-page]");
const title = dialog.querySelector("[data-title]");

/** What the page at this address explains, or null where it cannot be had. */
async function explanation(address) {
  const answer = await fetch(address, { credentials: "same-origin", redirect: "error" });
  if (!answer.ok) return null;
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  return found.querySelector("[data-explanation]");
}

function show(found, link) {
  page.href = link.href;
  // The title stays in sight, in the bar above.
  title.textContent = found.querySelector("h1").textContent;
  found.querySelector("h1").remove();
  content.replaceChildren(document.adoptNode(found));
  if (!dialog.open) dialog.showModal();
  point(link.hash.slice(1));
}

/** The step that was asked for, in sight and marked. */
function point(key) {
  const step = key && content.querySelector(`#${CSS.escape(key)}`);
  dialog.scrollTop = 0;
  if (!step) return;
  step.classList.add("is-asked");
  step.scrollIntoView({ block: "center" });
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-explain]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const found = await explanation(link.href).catch(() => null);
  if (found) show(found, link);
  else location.assign(link.href);
});

// A click beside it closes it, as Escape does; what it said is gone with it.
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});
dialog.addEventListener("close", () => content.replaceChildren());
