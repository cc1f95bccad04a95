/* A chart as a PNG: white paper, its name above and where the numbers come from below.

   plotly.js draws it once more as an SVG. The page allows images from itself and from data: alone,
   so that the SVG becomes a data: image, and a canvas of ours makes the PNG. */

const WIDTH = 1000;
const HEIGHT = 520;
const SCALE = 2;

/** The colours of paper, whatever those of the screen are: read while the page is in them. */
function onPaper(read) {
  const root = document.documentElement;
  root.classList.add("paper");
  const found = read((name) => getComputedStyle(root).getPropertyValue(name).trim());
  root.classList.remove("paper");
  return found;
}

/** Each colour that the chart has on the screen, to the one that it has on paper. */
function repaint(place, colours) {
  const roles = { value: "accent", estimate: "accent", forecast: "accent", band: "accent", path: "soft", target: "ink" };
  return place.data.map((trace) => {
    const colour = colours[roles[trace.meta?.role]] || colours.faint;
    return {
      ...trace,
      ...(trace.fill && { fillcolor: colour }),
      line: { ...trace.line, color: colour },
      marker: { ...trace.marker, color: colour, line: { ...trace.marker?.line, color: colour } },
    };
  });
}

function layoutOf(place, colours, { chartName, chartFoot }) {
  const axis = { gridcolor: colours.line, linecolor: colours.line, zerolinecolor: colours.line };
  const { layout } = place;
  return {
    ...layout,
    width: WIDTH,
    height: HEIGHT,
    autosize: false,
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    margin: { ...layout.margin, t: 70, b: 70, l: 24, r: Math.max(layout.margin.r, 40) },
    font: { ...layout.font, color: colours.soft, size: 15 },
    xaxis: { ...layout.xaxis, ...axis },
    yaxis: { ...layout.yaxis, ...axis },
    title: { text: escaped(chartName), x: 0.02, xanchor: "left", font: { size: 22, weight: 650, color: colours.ink } },
    annotations: [
      ...(layout.annotations || []).map((label) => ({ ...label, font: { ...label.font, color: colours.ink } })),
      {
        text: escaped(chartFoot),
        xref: "paper",
        yref: "paper",
        x: 0,
        y: 0,
        yshift: -48,
        xanchor: "left",
        showarrow: false,
        font: { size: 12, color: colours.soft },
      },
    ],
  };
}

/** Plotly reads a little HTML in texts: a name is a name and nothing more. */
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The page's own letters, inside the drawing: as an image it can fetch nothing. */
async function lettered(drawn) {
  const font = document.querySelector('link[as="font"]');
  if (!font) return drawn;
  const bytes = new Uint8Array(await (await fetch(font.href)).arrayBuffer());
  const encoded = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const face = `@font-face { font-family: "Figtree Variable"; font-weight: 300 900; src: url(data:font/woff2;base64,${encoded}); }`;
  const svg = decodeURIComponent(drawn.replace(/^[^,]*,/, ""));
  return `data:image/svg+xml,${encodeURIComponent(svg.replace(/>/, `><style>${face}</style>`))}`;
}

async function image(source) {
  const one = new Image();
  one.src = source;
  await one.decode();
  return one;
}

async function png(place, words) {
  const colours = onPaper((colour) => ({
    accent: colour("--accent"),
    ink: colour("--ink"),
    soft: colour("--ink-soft"),
    faint: colour("--line-strong"),
    line: colour("--line"),
  }));
  const figure = { data: repaint(place, colours), layout: layoutOf(place, colours, words) };
  const drawn = await window.Plotly.toImage(figure, { format: "svg", width: WIDTH, height: HEIGHT });
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH * SCALE, height: HEIGHT * SCALE });
  canvas.getContext("2d").drawImage(await image(await lettered(drawn)), 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `${name}.png` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

async function answer(button) {
  const place = document.querySelector(`[data-chart="${CSS.escape(button.dataset.chartImage)}"]`);
  if (!place?.dataset.drawn || !window.Plotly) return;
  button.disabled = true;
  try {
    save(await png(place, button.dataset), `imtplan-${button.dataset.chartImage}`);
  } finally {
    button.disabled = false;
  }
}

/** Shown only where they work: without this script there is no image to take. */
const show = () => {
  for (const button of document.querySelectorAll("[data-chart-image]")) button.hidden = false;
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-chart-image]");
  if (button) answer(button);
});
document.addEventListener("live:updated", show);
show();
