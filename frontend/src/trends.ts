/** The trends page's island: its small charts drawn again with a read-out by pointer and keys. */
import { axisY, barY, plot, pointer, ruleY, tip } from "@observablehq/plot";

interface Period {
  t: string;
  end: string;
  v: number | null;
  w: string;
}

const HEIGHT = 96;

/** Put a chart in the place of the server's drawing. The table under the charts has the same rows. */
function draw(box: HTMLElement, most: number): void {
  const series = JSON.parse(box.dataset["series"]!) as Period[];
  const colour = box.dataset["colour"]!;
  const words = box.getAttribute("aria-label") ?? "";
  const known = series.filter((period) => period.v !== null);
  const chart = plot({
    width: Math.max(box.clientWidth, 120),
    height: HEIGHT,
    marginLeft: 0,
    marginRight: 26,
    marginTop: 6,
    marginBottom: 2,
    ariaLabel: words,
    ariaDescription: "The table below the charts has the same numbers.",
    x: { type: "band", domain: series.map((period) => period.t), padding: series.length > 40 ? 0.1 : 0.22, axis: null },
    y: { domain: [0, most], nice: false, axis: null },
    marks: [
      axisY({ anchor: "right", ticks: 2, tickSize: 0, fontSize: 10.5, color: "var(--quiet)", label: null, tickFormat: "~s" }),
      ruleY([0], { stroke: "var(--line-strong)" }),
      barY(series.filter((period) => period.v === null), { x: "t", y1: 0, y2: most, fill: "url(#hatch)" }),
      barY(known, { x: "t", y: "v", fill: `color-mix(in srgb, ${colour} 80%, var(--edge))` }),
      tip(known, pointer({ x: "t", y: "v", title: "w", fill: "var(--surface)", stroke: "var(--line-strong)", fontSize: 12 })),
    ],
  });
  chart.setAttribute("role", "img");
  // Plot labels its groups of marks; a label on a plain group is noise to assistive software.
  for (const group of chart.querySelectorAll("g[aria-label]")) group.removeAttribute("aria-label");
  box.replaceChildren(chart);
  byKeys(box, series, chart as SVGSVGElement);
}

/** Arrow keys step through the periods and speak each. */
function byKeys(box: HTMLElement, series: Period[], chart: SVGSVGElement): void {
  let at = -1;
  box.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined || !series.length) return;
    event.preventDefault();
    at = Math.min(Math.max(at + step, 0), series.length - 1);
    speak(series[at]!.w);
    const width = chart.clientWidth;
    const x = (width - 26) * ((at + 0.5) / series.length);
    const { left, top } = chart.getBoundingClientRect();
    chart.dispatchEvent(new PointerEvent("pointermove", { clientX: left + x, clientY: top + HEIGHT / 2, bubbles: true, pointerType: "mouse" }));
  };
}

let speaker: HTMLElement | null = null;

function speak(words: string): void {
  if (!speaker) {
    speaker = document.createElement("p");
    speaker.className = "visually-hidden";
    speaker.setAttribute("aria-live", "polite");
    document.querySelector("main")!.append(speaker);
  }
  speaker.textContent = words;
}

function drawAll(): void {
  for (const group of document.querySelectorAll<HTMLElement>(".chart-group")) {
    const boxes = [...group.querySelectorAll<HTMLElement>(".plot")];
    const values = boxes.flatMap((box) => (JSON.parse(box.dataset["series"]!) as Period[]).map((period) => period.v ?? 0));
    const most = Math.max(...values, 1);
    for (const box of boxes) draw(box, most);
  }
}

let width = 0;
new ResizeObserver(() => {
  const now = document.querySelector<HTMLElement>(".plot")?.clientWidth ?? 0;
  if (now === width) return;
  width = now;
  drawAll();
}).observe(document.querySelector("main")!);
