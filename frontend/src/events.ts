/** Events of the window, in; symbols with words on the map, out. */
import Feature from "ol/Feature.js";
import Point from "ol/geom/Point.js";
import type VectorLayer from "ol/layer/Vector.js";
import { Fill, Icon, Stroke, Style, Text } from "ol/style.js";
import type { FeatureLike } from "ol/Feature.js";
import type { Colours } from "./basemap.ts";
import { toMap } from "./polar.ts";

interface Row {
  kind: "gate_crossing" | "gap";
  words: string;
  name: string | null;
  mmsi: number;
  vessel_id: string;
  lat_deg: number;
  lon_deg: number;
}

export async function fetchEvents(query: string, signal: AbortSignal): Promise<Feature[]> {
  const response = await fetch(`/map/events.json${query}`, { signal });
  if (!response.ok) throw new Error(`events: status ${response.status}`);
  const { rows } = (await response.json()) as { rows: Row[] };
  return rows.map((row) => {
    const feature = new Feature(new Point(toMap(row.lon_deg, row.lat_deg)));
    feature.setProperties({ kind: row.kind, vessel: row.vessel_id, words: `${row.name ?? row.mmsi}: ${row.words}`, short: row.kind === "gap" ? "silent" : "crossed" });
    return feature;
  });
}

/** An arrow in a square for a gate crossed, a cross in a circle for a gap: shape and word, not colour alone. */
export function styleEvents(layer: VectorLayer, c: Colours): void {
  const icons = { gate_crossing: icon(gateSign(c)), gap: icon(gapSign(c)) };
  layer.setStyle((feature: FeatureLike, resolution: number) => {
    const kind = feature.get("kind") as Row["kind"];
    const style = new Style({ image: icons[kind] });
    if (resolution < 1500) {
      style.setText(new Text({ text: feature.get("short") as string, offsetX: 12, textAlign: "left", font: "600 11px sans-serif", fill: new Fill({ color: c.ink }), stroke: new Stroke({ color: c.paper, width: 3 }) }));
    }
    return style;
  });
}

function icon(canvas: HTMLCanvasElement): Icon {
  return new Icon({ img: canvas, scale: 0.5 });
}

function sign(draw: (pen: CanvasRenderingContext2D) => void): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 40;
  const pen = canvas.getContext("2d")!;
  pen.lineCap = pen.lineJoin = "round";
  pen.lineWidth = 4;
  draw(pen);
  return canvas;
}

function gateSign(c: Colours): HTMLCanvasElement {
  return sign((pen) => {
    pen.fillStyle = c.paper;
    pen.strokeStyle = c.gate;
    pen.lineWidth = 3;
    pen.strokeRect(7, 7, 26, 26);
    pen.fillRect(7, 7, 26, 26);
    pen.stroke(new Path2D("M12 20H28M22 14 28 20 22 26"));
  });
}

function gapSign(c: Colours): HTMLCanvasElement {
  return sign((pen) => {
    pen.fillStyle = c.paper;
    pen.strokeStyle = c.gap;
    pen.lineWidth = 3;
    pen.beginPath();
    pen.arc(20, 20, 14, 0, 7);
    pen.fill();
    pen.stroke();
    pen.stroke(new Path2D("M15 15 25 25M25 15 15 25"));
  });
}
