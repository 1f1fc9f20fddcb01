/** The polar map itself: OpenLayers view and layers, with the ships' canvas between them. */
import Feature from "ol/Feature.js";
import Layer from "ol/layer/Layer.js";
import LineString from "ol/geom/LineString.js";
import OlMap from "ol/Map.js";
import Source from "ol/source/Source.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorSource from "ol/source/Vector.js";
import View from "ol/View.js";
import Zoom from "ol/control/Zoom.js";
import { Stroke, Style } from "ol/style.js";
import type MapBrowserEvent from "ol/MapBrowserEvent.js";
import type { FrameState } from "ol/Map.js";
import {
  coastLayer,
  colours,
  graticuleLayer,
  outlineFeatures,
  styleCoast,
  styleGates,
  styleGraticule,
  styleZones,
  PAPER,
  type Colours,
  type Outlines,
} from "./basemap.ts";
import { rgb, type Drawing } from "./drawing.ts";
import { fetchEvents, styleEvents } from "./events.ts";
import { fromMap, groundScale, placeWords } from "./polar.ts";
import type { Positions } from "./positions.ts";
import { arctic } from "./projection.ts";
import type { MapState } from "./state.ts";

const REACH_PX = 14;
const RADIANS = Math.PI / 180;
export type ViewState = Pick<MapState, "x" | "y" | "res" | "up">;

/** The ships' canvas as a layer: it draws with the last frame state, so a slider need not redraw the map. */
class Ships extends Layer<Source> {
  constructor(private readonly drawing: Drawing) {
    super({ source: new Source({}), zIndex: 3 });
  }

  override render(frame: FrameState): HTMLElement {
    const { center, resolution, rotation } = frame.viewState;
    this.drawing.setFrame({
      centre: [center[0]!, center[1]!],
      resolution,
      rotation,
      size: [frame.size[0]!, frame.size[1]!],
      ratio: frame.pixelRatio,
    });
    this.drawing.draw();
    return this.drawing.canvas;
  }
}

export class Chart {
  readonly map: OlMap;
  readonly view: View;
  onMove: (view: ViewState) => void = () => undefined;
  onClick: (x: number, y: number, reach: number, vessel: string | null) => void = () => undefined;
  nameAt: (x: number, y: number, reach: number) => string = () => "";
  private coast: VectorLayer | null = null;
  private readonly graticule = graticuleLayer();
  private readonly gates = vectors(4);
  private readonly zones = vectors(2);
  private readonly events = vectors(6);
  private readonly chosen = vectors(5);
  private readonly ships: Ships;
  private readonly sheet = document.createElement("canvas");
  private readonly readout = document.createElement("div");
  private readonly tip = document.createElement("div");

  constructor(
    private readonly box: HTMLElement,
    private readonly drawing: Drawing,
    state: ViewState,
  ) {
    const projection = arctic();
    this.view = new View({
      projection,
      center: [state.x, state.y],
      resolution: state.res,
      rotation: state.up * RADIANS,
      constrainRotation: false,
      constrainOnlyCenter: true,
      extent: projection.getExtent(),
      maxResolution: 60_000,
      minResolution: 5,
    });
    this.ships = new Ships(drawing);
    this.graticule.setZIndex(1);
    this.events.setMinZoom(-Infinity);
    box.tabIndex = 0;
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", "Polar map of vessels. Arrow keys pan, plus and minus zoom, square brackets turn, comma and full stop move the window of time, space plays. The list beside it has the same vessels.");
    this.map = new OlMap({
      target: box,
      view: this.view,
      layers: [this.graticule, this.zones, this.ships, this.gates, this.chosen, this.events],
      controls: [new Zoom()],
      maxTilesLoading: 1,
    });
    this.addExtras();
    this.restyle();
    this.listen();
  }

  private addExtras(): void {
    this.readout.className = "map-readout";
    this.tip.className = "map-tip";
    this.tip.hidden = true;
    const buttons = document.createElement("div");
    buttons.className = "map-buttons";
    const acts: [string, string, () => void][] = [
      ["⟲", "Turn left by 15°", () => this.turn(-15)],
      ["↑", "Pan up", () => this.pan(0, -1)],
      ["⟳", "Turn right by 15°", () => this.turn(15)],
      ["←", "Pan left", () => this.pan(-1, 0)],
      ["↓", "Pan down", () => this.pan(0, 1)],
      ["→", "Pan right", () => this.pan(1, 0)],
    ];
    for (const [sign, words, act] of acts) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = sign;
      button.title = words;
      button.setAttribute("aria-label", words);
      button.addEventListener("click", act);
      buttons.append(button);
    }
    this.sheet.className = "map-sheet";
    this.sheet.setAttribute("aria-hidden", "true");
    this.box.append(this.sheet, buttons, this.readout, this.tip);
    this.showReadout(null);
  }

  private listen(): void {
    this.map.on("moveend", () => this.onMove(this.viewState()));
    this.map.on("singleclick", (event) => this.clicked(event as MapBrowserEvent));
    this.map.on("pointermove", (event) => this.hovered(event as MapBrowserEvent));
    this.box.addEventListener("pointerleave", () => (this.tip.hidden = true));
    this.view.on("change:rotation", () => styleGraticule(this.graticule, colours(), this.view.getRotation()));
    this.view.on("change", () => this.showReadout(null));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.restyle());
    addEventListener("beforeprint", () => this.copyForPaper());
    addEventListener("afterprint", () => this.restyle());
  }

  /** Draw the map in the colours of paper into a canvas of its own, which only paper shows. */
  private copyForPaper(): void {
    this.restyle(PAPER);
    this.map.renderSync();
    const sheet = this.sheet;
    sheet.width = this.drawing.canvas.width;
    sheet.height = this.drawing.canvas.height;
    const pen = sheet.getContext("2d")!;
    pen.fillStyle = PAPER.sea;
    pen.fillRect(0, 0, sheet.width, sheet.height);
    const ratio = sheet.width / this.box.clientWidth;
    for (const canvas of this.box.querySelectorAll<HTMLCanvasElement>(".ol-layers canvas")) {
      const matrix = canvas === this.drawing.canvas ? new DOMMatrix() : new DOMMatrix(canvas.style.transform || undefined);
      const scale = canvas === this.drawing.canvas ? 1 : ratio;
      pen.setTransform(matrix.a * scale, matrix.b * scale, matrix.c * scale, matrix.d * scale, matrix.e * ratio, matrix.f * ratio);
      pen.drawImage(canvas, 0, 0);
    }
    pen.resetTransform();
  }

  /** Take colours anew: those of the style sheet as they are now, or of paper. */
  private restyle(c: Colours = colours()): void {
    styleGraticule(this.graticule, c, this.view.getRotation());
    if (this.coast) styleCoast(this.coast, c);
    styleGates(this.gates, c);
    styleZones(this.zones, c);
    styleEvents(this.events, c);
    this.chosen.setStyle([
      new Style({ stroke: new Stroke({ color: c.paper, width: 6 }) }),
      new Style({ stroke: new Stroke({ color: c.accent, width: 3 }) }),
    ]);
    this.drawing.setTheme({ edge: rgb(c.edge) });
    this.map.render();
  }

  viewState(): ViewState {
    const [x = 0, y = 0] = this.view.getCenter() ?? [];
    const turned = (this.view.getRotation() / RADIANS) % 360;
    const up = turned > 180 ? turned - 360 : turned < -180 ? turned + 360 : turned;
    return { x, y, res: this.view.getResolution() ?? 1, up };
  }

  setView(state: ViewState): void {
    const now = this.viewState();
    if (["x", "y", "res", "up"].every((name) => Math.round(now[name as "x"]) === Math.round(state[name as "x"]))) return;
    this.view.setCenter([state.x, state.y]);
    this.view.setResolution(state.res);
    this.view.setRotation(state.up * RADIANS);
  }

  turn(byDeg: number): void {
    this.view.setRotation(this.view.getRotation() + byDeg * RADIANS);
  }

  turnTo(upDeg: number): void {
    this.view.setRotation(upDeg * RADIANS);
  }

  /** The meridian of the middle of the map, to the degree. */
  ownMeridian(): number {
    const { x, y } = this.viewState();
    return Math.round(fromMap(x, y)[0]);
  }

  private pan(right: number, down: number): void {
    const { x, y, res } = this.viewState();
    const step = 0.25 * Math.min(this.box.clientWidth, this.box.clientHeight) * res;
    const turn = this.view.getRotation();
    const [dx, dy] = [right * step, -down * step];
    this.view.setCenter([x + dx * Math.cos(turn) - dy * Math.sin(turn), y + dx * Math.sin(turn) + dy * Math.cos(turn)]);
  }

  async showCoast(url: string): Promise<void> {
    this.coast = await coastLayer(url);
    this.coast.setZIndex(0);
    styleCoast(this.coast, colours());
    this.map.addLayer(this.coast);
    await new Promise<void>((resolve) => {
      this.map.once("rendercomplete", () => resolve());
      this.map.render();
    });
  }

  async showOutlines(zone: string): Promise<void> {
    const response = await fetch(`/layers.json${zone ? `?zone=${encodeURIComponent(zone)}` : ""}`);
    if (!response.ok) throw new Error(`layers: status ${response.status}`);
    const { gates, zones } = outlineFeatures((await response.json()) as Outlines);
    replace(this.gates, gates);
    replace(this.zones, zones);
    this.zone = zone;
  }

  private zone = "";

  async showZone(zone: string): Promise<void> {
    if (zone !== this.zone) await this.showOutlines(zone);
  }

  async showEvents(query: string, signal: AbortSignal): Promise<void> {
    replace(this.events, await fetchEvents(query, signal));
  }

  showLayer(name: string, shown: boolean): void {
    if (name === "gates") this.gates.setVisible(shown);
    if (name === "events") this.events.setVisible(shown);
    if (name === "tracks") {
      this.drawing.showTracks = shown;
      this.drawing.draw();
    }
  }

  /** Draw the chosen ship's way in the window over all others, thicker. */
  showChosen(positions: Positions, ship: number): void {
    const lines: Feature[] = [];
    if (ship >= 0) {
      const [a, b] = this.drawing.window;
      for (let k = 0; k + 1 < positions.trackStarts.length; k += 1) {
        const [first, end] = [positions.trackStarts[k]!, positions.trackStarts[k + 1]!];
        if (positions.vessel[first] !== ship) continue;
        const way: number[][] = [];
        for (let row = first; row < end; row += 1) {
          if (positions.t[row]! >= a && positions.t[row]! < b) way.push([positions.x[row]!, positions.y[row]!]);
        }
        if (way.length > 1) lines.push(new Feature(new LineString(way)));
      }
    }
    if (lines.length || this.chosen.getSource()?.getFeatures().length) replace(this.chosen, lines);
  }

  private clicked(event: MapBrowserEvent): void {
    const vessel = this.eventAt(event)?.get("vessel") as string | undefined;
    const [x = 0, y = 0] = event.coordinate;
    this.onClick(x, y, REACH_PX * this.viewState().res, vessel ?? null);
  }

  private eventAt(event: MapBrowserEvent): Feature | undefined {
    return this.map.forEachFeatureAtPixel(event.pixel, (feature) => feature as Feature, {
      layerFilter: (layer) => layer === this.events,
    });
  }

  private hovered(event: MapBrowserEvent): void {
    if (event.dragging) return;
    const [x = 0, y = 0] = event.coordinate;
    this.showReadout([x, y]);
    const words = (this.eventAt(event)?.get("words") as string | undefined) ?? this.nameAt(x, y, REACH_PX * this.viewState().res);
    this.tip.hidden = words === "";
    this.tip.textContent = words;
    this.tip.style.left = `${event.pixel[0]}px`;
    this.tip.style.top = `${event.pixel[1]}px`;
    this.box.style.cursor = words ? "pointer" : "";
  }

  /** Place and north under the cursor (or at the middle), and a bar that is right at the middle. */
  private showReadout(at: [number, number] | null): void {
    const { x, y, res } = this.viewState();
    const [lon, lat] = fromMap(...(at ?? ([x, y] as [number, number])));
    const midLat = fromMap(x, y)[1];
    const ground = res * groundScale(midLat);
    const metres = roundBelow(130 * ground);
    const north = (lon * RADIANS * -1 + this.view.getRotation()) / RADIANS;
    this.readout.replaceChildren();
    const bar = document.createElement("span");
    bar.className = "scale-bar";
    bar.style.width = `${metres / ground}px`;
    const arrow = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    arrow.setAttribute("class", "north");
    arrow.setAttribute("viewBox", "0 0 16 16");
    arrow.style.transform = `rotate(${north}deg)`;
    const needle = document.createElementNS("http://www.w3.org/2000/svg", "path");
    needle.setAttribute("d", "M8 1 12 14 8 11.5 4 14z");
    needle.setAttribute("fill", "currentColor");
    arrow.append(needle);
    const words = (text: string): HTMLElement => Object.assign(document.createElement("span"), { textContent: text });
    const scale = words(`${metres / 1000} km at ${midLat.toFixed(0)}° N`);
    const way = words("north here ");
    way.append(arrow);
    this.readout.append(bar, scale, words(placeWords(lon, lat)), way);
  }
}

function vectors(zIndex: number): VectorLayer {
  return new VectorLayer({ source: new VectorSource(), zIndex, declutter: zIndex === 4, updateWhileInteracting: true });
}

function replace(layer: VectorLayer, features: Feature[]): void {
  const source = layer.getSource();
  source?.clear(true);
  source?.addFeatures(features);
}

/** The greatest of 1, 2 and 5 times a power of ten that is not above a length. */
function roundBelow(metres: number): number {
  const power = 10 ** Math.floor(Math.log10(metres));
  const share = metres / power;
  return power * (share >= 5 ? 5 : share >= 2 ? 2 : 1);
}
