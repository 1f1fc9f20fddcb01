/** The map page's island: polar map, ships, time brush, filters, list and panel, one state in the address. */
import "ol/ol.css";
import htmx from "htmx.org";
import { Brush, utcText, utcWords, type Histogram, type WindowMs } from "./brush.ts";
import { Chart } from "./chart.ts";
import { Drawing } from "./drawing.ts";
import { pick } from "./pick.ts";
import { fetchPositions, type Positions } from "./positions.ts";
import { queryOf, stateOf, type MapState } from "./state.ts";

interface Given {
  defaults: { x: number; y: number; res: number; up: number; t_from_ms: number; t_to_ms: number };
  histogram: Histogram;
  coast: string;
}

window.northwatch = { ready: false, busy: true };
const REST_MS = 500;
const LIMIT = new URL(location.href).searchParams.get("bench") === "1" ? 1_000_000 : 200_000;
const box = document.querySelector<HTMLElement>("#map")!;
const given = JSON.parse(box.dataset["state"]!) as Given;
const form = document.querySelector<HTMLFormElement>("#filters")!;
const said = document.querySelector<HTMLElement>("#map-said")!;
const timeFields = ["t_from", "t_to"].map((name) => form.elements.namedItem(name) as HTMLInputElement);
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

const { t_from_ms, t_to_ms, ...usual } = given.defaults;
const defaults: MapState = { ...usual, window: [t_from_ms, t_to_ms], actors: [], classes: [], zone: "" };
let state = stateOf(location.search, defaults);

let positions: Positions | null = null;
let chosen = location.hash.slice(1);
let chosenOnLoad = chosen !== "";
let drawing: Drawing | null = null;
try {
  drawing = new Drawing();
} catch {
  said.textContent = "This browser has no WebGL 2: the map is drawn by the server.";
}
const chart = drawing ? new Chart(box, drawing, state) : null;
const brush = new Brush(document.querySelector<HTMLElement>(".time-brush")!, given.histogram, state.window, windowMoved);

// --- positions ---------------------------------------------------------------------------------

let loading: AbortController | null = null;

/** Fetch positions when the window leaves what is loaded, or another zone is asked for. */
async function load(): Promise<void> {
  if (!drawing || !chart) return;
  loading?.abort();
  loading = new AbortController();
  box.setAttribute("aria-busy", "true");
  try {
    positions = await fetchPositions(`/positions.arrow${whatLoads()}`, loading.signal);
  } catch (error) {
    if ((error as Error).name === "AbortError") return;
    said.textContent = "The positions could not be fetched; the list still answers. Reload the page to try again.";
    return;
  } finally {
    box.removeAttribute("aria-busy");
  }
  loadedZone = state.zone;
  drawing.load(positions);
  showShips();
  showWindow();
}

let loadedZone = "";

/** Only the window and the zone decide what is loaded. */
function whatLoads(): string {
  const kept = new URLSearchParams({ t_from: utcText(state.window[0]), t_to: utcText(state.window[1]) });
  const asOf = new URL(location.href).searchParams.get("as_of");
  if (asOf) kept.set("as_of", asOf);
  if (state.zone) kept.set("zone", state.zone);
  if (LIMIT !== 200_000) kept.set("limit", String(LIMIT));
  return `?${kept}`;
}

function isLoaded(): boolean {
  if (!positions || loadedZone !== state.zone) return false;
  return state.window[0] >= positions.told.t_from_ms && state.window[1] <= positions.told.t_to_ms;
}

function showShips(): void {
  if (!positions || !drawing) return;
  const { flag, class: classes, id } = positions.told.vessels;
  const codes = new Map(positions.told.actors.map((actor) => [actor.actor, actor.code]));
  const other = codes.get("other") ?? 8;
  const visible = Uint8Array.from(flag, (code, k) =>
    (!state.actors.length || state.actors.includes(code)) && (!state.classes.length || state.classes.includes(classes[k]!)) ? 1 : 0,
  );
  drawing.setShips(Uint8Array.from(flag, (code) => codes.get(code) ?? other), visible, id.indexOf(chosen));
  chart?.showChosen(positions, id.indexOf(chosen));
}

function showWindow(): void {
  if (!drawing || !chart) return;
  if (positions) {
    const epoch = positions.told.epoch_ms;
    drawing.window = [(state.window[0] - epoch) / 1000, (state.window[1] - epoch) / 1000];
    drawing.draw();
    chart.showChosen(positions, positions.told.vessels.id.indexOf(chosen));
  }
}

// --- state -------------------------------------------------------------------------------------

let rest: ReturnType<typeof setTimeout> | undefined;

/** Address before a drag began: while it lasts the address is replaced, then one step is made. */
let beforeDrag = "";

function address(): string {
  return location.pathname + location.search + location.hash;
}

/** Put the state into the address: a new step in the history, or in place of the last one. */
function remember(step: boolean): void {
  const url = `${location.pathname}${queryOf(state, defaults)}${chosen ? `#${chosen}` : ""}`;
  if (step && beforeDrag) history.replaceState(null, "", beforeDrag);
  if (step) beforeDrag = "";
  if (url === address()) return;
  if (step) history.pushState(null, "", url);
  else history.replaceState(null, "", url);
}

function windowMoved(window: WindowMs, settled: boolean): void {
  state = { ...state, window };
  timeFields.forEach((field, end) => (field.value = utcText(window[end]!)));
  showWindow();
  if (!isLoaded() && settled) void load();
  if (applying) return;
  if (!settled && !beforeDrag) beforeDrag = address();
  remember(settled && !playing);
  restLists();
}

/** After half a second of rest: list, events and, without WebGL, the drawing follow the view. */
function restLists(): void {
  clearTimeout(rest);
  window.northwatch["busy"] = true;
  rest = setTimeout(() => void refreshLists(), REST_MS);
}

let refreshing: AbortController | null = null;

async function refreshLists(): Promise<void> {
  refreshing?.abort();
  refreshing = new AbortController();
  const [width, height] = [box.clientWidth, box.clientHeight];
  const query = queryOf(state, defaults, { w: String(width), h: String(height) });
  if (!drawing) showServerMap(query);
  const parts: Promise<unknown>[] = [
    htmx.ajax("GET", `/map/list${query}`, { target: "#list" }),
    htmx.ajax("GET", `/map/events${query}`, { target: "#events" }),
  ];
  if (chart) parts.push(chart.showEvents(query, refreshing.signal).catch(() => undefined));
  await Promise.all(parts);
  const total = document.querySelector<HTMLElement>("#list table")?.dataset["total"] ?? "0";
  announce(Number(total));
  markRow();
  if (!refreshing.signal.aborted) window.northwatch["busy"] = false;
}

function announce(total: number): void {
  const loaded = positions?.told;
  const drawn = positions ? ` ${positions.x.length.toLocaleString("en")} of ${loaded!.total.toLocaleString("en")} positions are loaded.` : "";
  const thin = loaded && loaded.stride > 1 ? ` Only every ${loaded.stride}th position of each track is drawn: choose a shorter window to see all.` : "";
  const count = total === 0 ? "No vessel" : total === 1 ? "1 vessel" : `${total.toLocaleString("en")} vessels`;
  said.textContent = `${count} in view from ${utcWords(state.window[0])} to ${utcWords(state.window[1])}.${drawn}${thin}`;
  if (total === 0) said.textContent += " None heard is not the same as none there.";
}

function showServerMap(query: string): void {
  let image = box.querySelector("img");
  if (!image) {
    image = document.createElement("img");
    image.className = "map-fallback";
    box.append(image);
  }
  image.alt = "Map drawn by the server; the list beside it has the same vessels.";
  image.src = `/map.svg${query}`;
}

// --- choosing a ship ---------------------------------------------------------------------------

async function choose(vessel: string, moveFocus: boolean): Promise<void> {
  chosen = vessel;
  showShips();
  drawing?.draw();
  remember(false);
  markRow();
  const query = queryOf(state, defaults);
  await htmx.ajax("GET", `/map/panel/${encodeURIComponent(vessel)}${query}`, { target: "#panel" });
  if (moveFocus) document.querySelector<HTMLElement>("#panel .chosen-name")?.focus();
}

function markRow(): void {
  for (const row of document.querySelectorAll<HTMLElement>("#list tr[data-vessel]")) {
    if (row.dataset["vessel"] === chosen) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

document.querySelector(".map-side")!.addEventListener("click", (event) => {
  const target = event.target as Element;
  const link = target.closest("a.choose") ?? (target.closest("a") ? null : target.closest("tr[data-vessel]")?.querySelector("a.choose"));
  if (!link || (event as MouseEvent).ctrlKey || (event as MouseEvent).metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  void choose((link as HTMLElement).dataset["vessel"]!, true);
}, true);

if (chart) {
  chart.onMove = (view) => {
    state = { ...state, ...view };
    markUp();
    remember(false);
    restLists();
  };
  chart.onClick = (x, y, reach, vessel) => {
    const found = vessel ?? named(x, y, reach);
    if (found) void choose(found, false);
  };
  chart.nameAt = (x, y, reach) => {
    const number = positions && drawing ? pick(positions, drawing, x, y, reach) : -1;
    if (number < 0) return "";
    const { name, mmsi, flag } = positions!.told.vessels;
    return `${name[number] ?? mmsi[number]} · ${flag[number]}`;
  };
}

function named(x: number, y: number, reach: number): string {
  const number = positions && drawing ? pick(positions, drawing, x, y, reach) : -1;
  return number < 0 ? "" : positions!.told.vessels.id[number]!;
}

// --- filters, time, turning ----------------------------------------------------------------------

function readForm(): void {
  const data = new FormData(form);
  const texts = (name: string): string[] => data.getAll(name).map(String).filter(Boolean);
  const times = ["t_from", "t_to"].map((name) => stateOf(`?t_from=${String(data.get(name)).trim()}`, defaults).window[0]);
  const window = times.every(Number.isFinite) && times[1]! > times[0]! ? (times as WindowMs) : state.window;
  state = { ...state, actors: texts("actor"), classes: texts("class"), zone: texts("zone")[0] ?? "", window };
}

function writeForm(): void {
  for (const field of form.querySelectorAll<HTMLInputElement>("input[type=checkbox][name]")) {
    field.checked = (field.name === "actor" ? state.actors : state.classes).includes(field.value);
  }
  (form.elements.namedItem("zone") as HTMLSelectElement).value = state.zone;
  timeFields.forEach((field, end) => (field.value = utcText(state.window[end]!)));
}

form.addEventListener("change", (event) => {
  const layer = (event.target as HTMLElement).dataset["layer"];
  if (layer) {
    chart?.showLayer(layer, (event.target as HTMLInputElement).checked);
    return;
  }
  readForm();
  remember(true);
  applyState();
});
form.addEventListener("submit", (event) => event.preventDefault());
for (const field of timeFields) {
  field.addEventListener("change", () => form.dispatchEvent(new Event("change", { bubbles: true })));
}

let applying = false;

/** Show what the state says, after a filter or a step back in the history. */
function applyState(): void {
  writeForm();
  applying = true;
  brush.set(state.window, false);
  applying = false;
  chart?.setView(state);
  void chart?.showZone(state.zone);
  markUp();
  showShips();
  showWindow();
  if (!isLoaded()) void load();
  restLists();
}

addEventListener("popstate", () => {
  state = stateOf(location.search, defaults);
  chosen = location.hash.slice(1);
  applyState();
});

let playing: ReturnType<typeof setInterval> | null = null;

function play(): void {
  const label = document.querySelector<HTMLElement>("[data-play]")!;
  if (playing) {
    clearInterval(playing);
    playing = null;
    brush.set(brush.window, true);
  } else {
    const step = (state.window[1] - state.window[0]) / (calm ? 4 : 60);
    if (!brush.shift(1, false)) brush.shift(-Number.MAX_SAFE_INTEGER, false);
    playing = setInterval(() => {
      if (!brush.shift(step, false)) play();
    }, calm ? 1000 : 66);
  }
  label.textContent = playing ? "Pause" : "Play";
}

function shiftWindow(direction: 1 | -1, day: boolean): void {
  const step = day ? 86_400_000 : (state.window[1] - state.window[0]) / 6;
  brush.shift(direction * step, true);
}

document.querySelector("#time")!.addEventListener("click", (event) => {
  const act = (event.target as Element).closest<HTMLElement>("button[data-act]")?.dataset["act"];
  if (act === "play") play();
  if (act === "earlier") shiftWindow(-1, false);
  if (act === "later") shiftWindow(1, false);
});
document.querySelector<HTMLSelectElement>("select[data-act=span]")!.addEventListener("change", (event) => {
  const hours = Number((event.target as HTMLSelectElement).value);
  if (hours) brush.set([brush.window[1] - hours * 3_600_000, brush.window[1]], true);
});
box.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLButtonElement) return;
  const acts: Record<string, () => void> = {
    ",": () => shiftWindow(-1, false),
    "<": () => shiftWindow(-1, true),
    ".": () => shiftWindow(1, false),
    ">": () => shiftWindow(1, true),
    " ": play,
    "[": () => chart?.turn(-15),
    "]": () => chart?.turn(15),
  };
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.querySelector(".ups")!.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-up], [data-act=mine]");
  if (!button || !chart) return;
  event.preventDefault();
  chart.turnTo(button.dataset["up"] ? Number(button.dataset["up"]) : chart.ownMeridian());
});

function markUp(): void {
  for (const button of document.querySelectorAll<HTMLElement>("[data-up]")) {
    button.classList.toggle("on", Math.round(Number(button.dataset["up"])) === Math.round(state.up));
  }
}

// --- begin -----------------------------------------------------------------------------------------

async function begin(): Promise<void> {
  if (chart) {
    chart.showOutlines(state.zone).catch(() => undefined);
    await chart.showCoast(given.coast).catch(() => (said.textContent = "The coast could not be fetched; positions are drawn without it."));
    await load();
  }
  await refreshLists();
  if (chosenOnLoad) await choose(chosen, false);
  Object.assign(window.northwatch, { ready: true });
}

declare global {
  interface Window {
    northwatch: Record<string, unknown>;
  }
}

Object.assign(window.northwatch, { webgl: drawing !== null });
if (new URL(location.href).searchParams.get("bench") === "1" && drawing && chart) {
  const { hooks } = await import("./bench.ts");
  Object.assign(window.northwatch, hooks(drawing, chart, () => positions, (window) => brush.set(window, false)));
}
void begin();
