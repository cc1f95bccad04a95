/* Explanations that were typed in a preview and are not stored: shown on the page of the figures,
   with the way back to the preview for as long as it waits. */
const { data, kept } = window.imtEntry;
const { EXPLAIN, left, forget } = window.imtPreview;
const notice = document.querySelector("[data-preview-offer]");
const list = notice.querySelector("[data-preview-list]");
const link = notice.querySelector("[data-preview-show]");

/** Whether the page has the text already, in the figure's own field or beside the figure. */
function isStored(name, text) {
  const code = name.slice(EXPLAIN.length);
  const field = document.querySelector(`[name="${code}-explanation"]`);
  if (field) return field.defaultValue.trim() === text.trim();
  return document.querySelector(`[data-row="${code}"]`)?.textContent.includes(text.trim());
}

const unstored = ({ texts }) => Object.entries(texts).filter(([name, text]) => text.trim() && !isStored(name, text));

function lineOf([name, text], { names }) {
  const title = Object.assign(document.createElement("strong"), { textContent: names[name] });
  const line = document.createElement("li");
  line.append(title, " ", Object.assign(document.createElement("bdi"), { textContent: text }));
  return line;
}

async function isWaiting(address) {
  const answer = await fetch(address, { method: "HEAD" }).catch(() => null);
  return !answer || answer.status !== 404;
}

function offer({ address, item }, isOpen) {
  list.replaceChildren(...unstored(item).map((pair) => lineOf(pair, item)));
  link.hidden = !isOpen;
  link.href = address;
  notice.hidden = false;
  notice.querySelector("[data-preview-forget]").onclick = () => {
    forget(data.person, address);
    notice.hidden = true;
    next();
  };
}

/** One after the other; a pasted block that waits is offered with its texts, by itself. */
async function next() {
  const blocks = kept.others().map(({ item }) => item.url);
  for (const preview of left(data.person, location.pathname)) {
    if (!unstored(preview.item).length) {
      forget(data.person, preview.address);
      continue;
    }
    const isOpen = await isWaiting(preview.address);
    if (isOpen && blocks.includes(preview.address)) continue;
    return offer(preview, isOpen);
  }
}
next();
