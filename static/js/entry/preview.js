/* Explanations typed in the preview of a paste or a file are kept in this browser at each key, by
   person and preview, until they are stored: the preview puts them back when it is shown again.
   An item: { texts, names, at }, the texts and the indicators' names by field. */
const START = "imtplan-preview:";
const EXPLAIN = "explain-";
const keyOf = (person, address) => `${START}${person}:${address}`;
const fieldsOf = (preview) => [...preview.querySelectorAll(`textarea[name^=${EXPLAIN}]`)];

function get(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function put(key, item) {
  try {
    localStorage.setItem(key, JSON.stringify(item));
  } catch {
    // A browser that keeps nothing: the field itself still has it.
  }
}

function drop(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing could be kept, so nothing is there.
  }
}

/** Keeps what is typed in a preview, and puts back what was: of this one, or of an earlier one of
    the same block. A page that the server shows again has its own texts. */
function follow(preview, earlier) {
  const { person, proposal } = preview.dataset;
  const key = keyOf(person, proposal);
  const [old, own] = [earlier && get(keyOf(person, earlier)), get(key)];
  const item = { texts: { ...old?.texts, ...own?.texts }, names: { ...old?.names, ...own?.names } };
  const keep = (field) => {
    item.texts[field.name] = field.value;
    item.names[field.name] = field.closest("tr").querySelector("[data-name]").textContent;
    put(key, { ...item, at: Date.now() });
  };
  for (const field of fieldsOf(preview)) {
    const text = item.texts[field.name];
    if (text !== undefined && text !== field.value && !("again" in preview.dataset)) {
      field.value = text;
      field.closest(".proposal-explain").querySelector("[data-back]").hidden = false;
    }
    field.addEventListener("input", () => keep(field));
    if (field.name in item.texts) keep(field);
  }
  if (earlier && earlier !== proposal) drop(keyOf(person, earlier));
}

/** What a person typed in previews of the pages under an address: { address, item }. */
function left(person, under) {
  const start = keyOf(person, under);
  const found = [];
  try {
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith(start))) {
      found.push({ address: key.slice(keyOf(person, "").length), item: get(key) });
    }
  } catch {
    // Nothing may be read here, so nothing was kept.
  }
  return found.filter(({ item }) => item);
}

const of = (person, address) => get(keyOf(person, address));
const forget = (person, address) => drop(keyOf(person, address));
window.imtPreview = { EXPLAIN, follow, left, of, forget };

const own = document.querySelector("main [data-proposal]");
if (own) follow(own);
