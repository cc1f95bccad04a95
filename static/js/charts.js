/* Draws the charts of a page, each when it comes into view.

   The server makes the figure and names the role of each trace; the colours come from the theme,
   so that a chart follows day and night. plotly.js is loaded with the first chart that is seen. */
(() => {
  "use strict";

  // Where plotly.js, its style and its French are: the page knows their hashed names.
  const FILES = document.currentScript.dataset;
  const FRENCH = document.documentElement.lang.startsWith("fr");
  const DARK = matchMedia("(prefers-color-scheme: dark)");
  const FORCED = matchMedia("(forced-colors: active)");
  let loading = null;

  const load = (tag, attributes) =>
    new Promise((done, failed) => {
      const element = Object.assign(document.createElement(tag), attributes);
      element.onload = done;
      element.onerror = failed;
      document.head.append(element);
    });

  /** plotly.js, its style as a file (the page allows no inline style) and its French. */
  function plotly() {
    loading ??= (async () => {
      await load("link", {
        id: "plotly.js-style-global",
        className: "no-inline-styles",
        rel: "stylesheet",
        href: FILES.style,
      });
      await load("script", { src: FILES.library });
      if (FRENCH) await load("script", { src: FILES.french });
      return window.Plotly;
    })();
    return loading;
  }

  const said = (name, place) => getComputedStyle(place).getPropertyValue(name).trim();

  /** A role as plotly.js reads it, which does not know the names of the system's own colours. */
  function colourAt(place, name) {
    const value = said(name, place);
    if (value.startsWith("#")) return value;
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = value;
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  }

  const ROLES = {
    value: ["--accent", "--accent"],
    estimate: ["--accent", "--accent"],
    forecast: ["--accent", "--accent"],
    band: ["--accent", "--accent"],
    path: ["--ink-soft", "--ink-soft"],
    target: ["--ink", "--ink"],
    "other-path": ["--line-strong", "--line-strong"],
    "former-path": ["--line-strong", "--line-strong"],
    "other-target": ["--line-strong", "--line-strong"],
  };

  function dressed(figure, place) {
    const { data, layout } = structuredClone(figure);
    const colour = (name) => colourAt(place, name);
    const family = said("--figures", place);
    for (const trace of data) {
      const [line, marker] = (ROLES[trace.meta?.role] || ROLES.value).map(colour);
      trace.line = { ...trace.line, color: line };
      trace.marker = { ...trace.marker, color: marker };
      trace.marker.line = { ...trace.marker.line, color: marker };
      if (trace.fill) trace.fillcolor = line;
    }
    const grid = { gridcolor: colour("--line"), linecolor: colour("--line"), zerolinecolor: colour("--line") };
    layout.paper_bgcolor = layout.plot_bgcolor = "rgba(0,0,0,0)";
    layout.font = { ...layout.font, family, color: colour("--ink-soft") };
    layout.xaxis = { ...layout.xaxis, ...grid };
    layout.yaxis = { ...layout.yaxis, ...grid };
    layout.hoverlabel = {
      bgcolor: colour("--surface"),
      bordercolor: colour("--line-strong"),
      font: { color: colour("--ink"), family },
    };
    for (const label of layout.annotations || []) {
      label.font = { ...label.font, color: label.font?.color ?? colour("--ink") };
    }
    return { data, layout };
  }

  async function draw(place) {
    const source = document.getElementById(place.dataset.chart);
    if (!source) return;
    const { data, layout } = dressed(JSON.parse(source.textContent), place);
    const library = await plotly();
    await library.react(place, data, layout, {
      displayModeBar: false,
      responsive: true,
      locale: FRENCH ? "fr" : "en",
    });
    place.dataset.drawn = "true";
  }

  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        draw(target);
      }
    },
    { rootMargin: "200px" },
  );

  const places = () => document.querySelectorAll("[data-chart]");
  const look = () => {
    for (const place of places()) {
      if (place.dataset.drawn) draw(place);
      else seen.observe(place);
    }
  };

  /** Paper is white by night too, and gives another width: drawn anew, and free to be scaled. */
  function toPaper() {
    document.documentElement.classList.add("paper");
    for (const place of places()) {
      draw(place);
      for (const svg of place.querySelectorAll(".main-svg")) {
        svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`);
      }
    }
  }

  function toScreen() {
    document.documentElement.classList.remove("paper");
    for (const svg of document.querySelectorAll("[data-chart] .main-svg")) svg.removeAttribute("viewBox");
    look();
  }

  look();
  document.addEventListener("live:updated", look);
  DARK.addEventListener("change", look);
  FORCED.addEventListener("change", look);
  window.addEventListener("beforeprint", toPaper);
  window.addEventListener("afterprint", toScreen);
})();
