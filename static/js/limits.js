/* Texts with a limit: how much room is left, once it is short, and that a text is too long. Such a
   text is refused, here and by the server, and never cut. */
const words = document.getElementById("limit-words").content;
const QUIET = 1000; // ms after the last key: readers are not interrupted at each one
const NEAR = 0.1; // of the limit

const region = Object.assign(document.createElement("p"), { className: "visually-hidden" });
region.setAttribute("role", "status");

/** As the server counts: without outer spaces, a line's end as one character. */
const lengthOf = (field) => [...field.value.trim()].length;

function sentence(field) {
  const limit = Number(field.dataset.limit);
  const left = limit - lengthOf(field);
  if (left > limit * NEAR) return "";
  const text = words.querySelector(left < 0 ? "[data-over]" : "[data-left]").textContent;
  return text.replace("{count}", Math.abs(left)).replace("{limit}", limit);
}

function watch(field) {
  const counter = Object.assign(document.createElement("small"), { className: "limit", id: `${field.id}-limit` });
  const describedBy = field.getAttribute("aria-describedby");
  field.setAttribute("aria-describedby", [describedBy, counter.id].filter(Boolean).join(" "));
  field.after(counter);
  let timer = 0;
  const show = () => {
    const isOver = lengthOf(field) > Number(field.dataset.limit);
    counter.textContent = sentence(field);
    counter.classList.toggle("is-over", isOver);
    field.setCustomValidity(isOver ? counter.textContent : "");
  };
  field.addEventListener("input", () => {
    show();
    clearTimeout(timer);
    timer = setTimeout(() => (region.textContent = counter.textContent), QUIET);
  });
  show();
}

const fields = document.querySelectorAll("[data-limit]:is(textarea, input):not([type=hidden])");
if (fields.length) document.body.append(region);
fields.forEach(watch);
