/** Positions, in; a chart of speed over time in UTC, out. A silence breaks the line. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

const SILENCE_S = 3600;
const HEIGHT = 240;

export function drawSpeed(box: HTMLElement, rows: { t_ms: number; sog_i: number | null }[]): void {
  const t: number[] = [];
  const speed: (number | null)[] = [];
  for (const row of rows) {
    const now = row.t_ms / 1000;
    const before = t.at(-1);
    if (before !== undefined && now - before > SILENCE_S) {
      t.push((now + before) / 2);
      speed.push(null);
    }
    if (now === before) continue;
    t.push(now);
    speed.push(row.sog_i === null ? null : row.sog_i / 10);
  }
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--quiet");
  const line = style.getPropertyValue("--line");
  const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
  const chart = new uPlot(
    {
      width: box.clientWidth,
      height: HEIGHT,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
      scales: { y: { range: (_, __, most) => [0, Math.max(most * 1.1, 5)] } },
      axes: [axis, { ...axis, values: (_, ticks) => ticks.map((tick) => `${tick} kn`), size: 60 }],
      series: [
        { label: "UTC", value: "{YYYY}-{MM}-{DD} {HH}:{mm}" },
        { label: "speed over ground", stroke: style.getPropertyValue("--accent"), width: 1.5, value: (_, kn) => (kn === null ? "–" : `${kn} kn`) },
      ],
    },
    [t, speed],
    box,
  );
  chart.root.setAttribute("role", "img");
  chart.root.setAttribute("aria-label", `Speed over time, ${t.length} positions; the table of positions has the same numbers`);
  new ResizeObserver(() => chart.setSize({ width: box.clientWidth, height: HEIGHT })).observe(box);
}
