/** Coast, graticule, gates and zones: OpenLayers vector layers under and over the ships. */
import Feature from "ol/Feature.js";
import LineString from "ol/geom/LineString.js";
import MultiLineString from "ol/geom/MultiLineString.js";
import MultiPolygon from "ol/geom/MultiPolygon.js";
import Point from "ol/geom/Point.js";
import Polygon from "ol/geom/Polygon.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorSource from "ol/source/Vector.js";
import { Fill, Stroke, Style, Text } from "ol/style.js";
import type { FeatureLike } from "ol/Feature.js";
import { toMap } from "./polar.ts";

export interface Colours {
  sea: string;
  land: string;
  coast: string;
  graticule: string;
  quiet: string;
  ink: string;
  paper: string;
  gate: string;
  gap: string;
  accent: string;
  edge: string;
}

/** The colours of the page's style sheet, as they are now: light, dark or paper. */
export function colours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const names = ["sea", "land", "coast", "graticule", "quiet", "ink", "paper", "gate", "gap", "accent", "edge"] as const;
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as unknown as Colours;
}

/** The style sheet's colours for paper, which no page can read before it is printed. */
export const PAPER: Colours = {
  sea: "#eef4f7",
  land: "#ffffff",
  coast: "#555555",
  graticule: "#aaaaaa",
  quiet: "#333333",
  ink: "#000000",
  paper: "#ffffff",
  gate: "#5b2a4e",
  gap: "#8a1f12",
  accent: "#004b66",
  edge: "#000000",
};

interface CoastFile {
  unit_m: number;
  polygons: number[][][];
}

function ring(deltas: number[], unit: number): number[][] {
  const places: number[][] = [];
  let x = 0;
  let y = 0;
  for (let k = 0; k < deltas.length; k += 2) {
    x += deltas[k]!;
    y += deltas[k + 1]!;
    places.push([x * unit, y * unit]);
  }
  places.push(places[0]!);
  return places;
}

export async function coastLayer(url: string): Promise<VectorLayer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`coast: status ${response.status}`);
  const file = (await response.json()) as CoastFile;
  const features = file.polygons.map((polygon) => new Feature(new Polygon(polygon.map((one) => ring(one, file.unit_m)))));
  const layer = new VectorLayer({ source: new VectorSource({ features }), updateWhileInteracting: true, updateWhileAnimating: true });
  return layer;
}

export function styleCoast(layer: VectorLayer, c: Colours): void {
  const near = new Style({ fill: new Fill({ color: c.land }), stroke: new Stroke({ color: c.coast, width: 0.9 }) });
  const far = new Style({ fill: new Fill({ color: c.land }), stroke: new Stroke({ color: c.coast, width: 0.35 }) });
  layer.setStyle((_: FeatureLike, resolution: number) => (resolution > 2500 ? far : near));
}

/** Meridians end short of the pole, lest they make a blot: 90s at 90 N, 45s at 88 N, 15s at 85 N. */
export function graticuleLayer(): VectorLayer {
  const lines: number[][][] = [];
  for (let lat = 40; lat < 90; lat += 10) lines.push(parallel(lat));
  for (let lon = -180; lon < 180; lon += 15) {
    const top = lon % 90 === 0 ? 90 : lon % 45 === 0 ? 88 : 85;
    lines.push([toMap(lon, 35), toMap(lon, top)]);
  }
  const features: Feature[] = [new Feature(new MultiLineString(lines))];
  for (let lat = 50; lat < 90; lat += 10) for (let lon = -135; lon < 180; lon += 90) features.push(degree(lon, lat, `${lat}° N`));
  for (let lon = -150; lon <= 180; lon += 30) features.push(degree(lon, 56, lonWords(lon)));
  return new VectorLayer({ source: new VectorSource({ features }), declutter: true });
}

function parallel(lat: number): number[][] {
  return Array.from({ length: 181 }, (_, k) => toMap(2 * k - 180, lat));
}

function lonWords(lon: number): string {
  if (lon === 0 || Math.abs(lon) === 180) return `${Math.abs(lon)}°`;
  return `${Math.abs(lon)}° ${lon > 0 ? "E" : "W"}`;
}

function degree(lon: number, lat: number, words: string): Feature {
  const feature = new Feature(new Point(toMap(lon, lat)));
  feature.set("words", words);
  feature.set("lon", lon);
  return feature;
}

export function styleGraticule(layer: VectorLayer, c: Colours, rotation: number): void {
  const line = new Style({ stroke: new Stroke({ color: c.graticule, width: 0.7 }) });
  layer.setStyle((feature: FeatureLike) => {
    const words = feature.get("words") as string | undefined;
    if (words === undefined) return line;
    return new Style({
      text: new Text({ text: words, font: "11px sans-serif", fill: new Fill({ color: c.quiet }), stroke: new Stroke({ color: c.sea, width: 3 }), rotation: upright(-((feature.get("lon") as number) * Math.PI) / 180 + rotation) }),
    });
  });
}

/** A label's angle, turned by half a turn where it would stand on its head. */
export function upright(angle: number): number {
  const turn = Math.atan2(Math.sin(angle), Math.cos(angle));
  return Math.abs(turn) > Math.PI / 2 ? turn + Math.PI : turn;
}

export interface Outlines {
  gates: { id: string; name: string; parts: number[][][] }[];
  zones: { id: string; name: string; parts: number[][][] }[];
}

export function outlineFeatures(outlines: Outlines): { gates: Feature[]; zones: Feature[] } {
  const gates = outlines.gates.map((gate) => {
    const feature = new Feature(new LineString(gate.parts[0] ?? []));
    feature.set("words", gate.name);
    return feature;
  });
  const zones = outlines.zones.map((zone) => new Feature(new MultiPolygon(zone.parts.map((part) => [part]))));
  return { gates, zones };
}

export function styleGates(layer: VectorLayer, c: Colours): void {
  layer.setStyle((feature: FeatureLike, resolution: number) => {
    const style = new Style({ stroke: new Stroke({ color: c.gate, width: 2.2 }) });
    if (resolution > 2600) return style;
    style.setText(
      new Text({ text: feature.get("words") as string, placement: "line", overflow: true, font: "600 12px sans-serif", textBaseline: "bottom", fill: new Fill({ color: c.gate }), stroke: new Stroke({ color: c.paper, width: 3 }) }),
    );
    return style;
  });
}

export function styleZones(layer: VectorLayer, c: Colours): void {
  layer.setStyle(new Style({ fill: new Fill({ color: `${c.accent}1a` }), stroke: new Stroke({ color: c.accent, width: 1.6, lineDash: [6, 4] }) }));
}
