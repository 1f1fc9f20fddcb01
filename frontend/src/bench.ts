/** Hooks for tests and measurements, only where the address says `bench=1`. */
import type { WindowMs } from "./brush.ts";
import type { Chart } from "./chart.ts";
import { gridBearing, type Drawing } from "./drawing.ts";
import { pick } from "./pick.ts";
import type { Positions } from "./positions.ts";

export function hooks(
  drawing: Drawing,
  chart: Chart,
  positions: () => Positions | null,
  setWindow: (window: WindowMs) => void,
): Record<string, unknown> {
  return {
    setWindow: (a: number, b: number) => setWindow([a, b]),
    /** Milliseconds to draw a window until a pixel can be read back. */
    frame: (a: number, b: number, all = false): number => {
      const epoch = positions()?.told.epoch_ms ?? 0;
      const begin = performance.now();
      drawing.window = [(a - epoch) / 1000, (b - epoch) / 1000];
      drawing.draw(all);
      drawing.finish();
      return performance.now() - begin;
    },
    drawn: () => drawing.drawn,
    loaded: () => ({ rows: positions()?.x.length ?? 0, ...positions()?.told, vessels: undefined }),
    /** Pixels that differ between the window's buckets and all rows cut by the shader; and pixels drawn. */
    differing: (a: number, b: number): { differing: number; inked: number } => {
      const epoch = positions()?.told.epoch_ms ?? 0;
      drawing.window = [(a - epoch) / 1000, (b - epoch) / 1000];
      drawing.draw(false);
      const few = drawing.read();
      drawing.draw(true);
      const all = drawing.read();
      let differing = 0;
      let inked = 0;
      for (let k = 0; k < all.length; k += 4) {
        if (all[k + 3]) inked += 1;
        if ([0, 1, 2, 3].some((c) => all[k + c] !== few[k + c])) differing += 1;
      }
      return { differing, inked };
    },
    /** Middle of the ink of one ship's symbol: CSS pixels from the map's top left corner. */
    symbolAt: (mmsi: number): { x: number; y: number; ink: number } | null => {
      const now = positions();
      if (!now) return null;
      const ship = now.told.vessels.mmsi.indexOf(mmsi);
      const codes = now.told.vessels.flag.map(() => 8);
      drawing.setShips(Uint8Array.from(codes), Uint8Array.from(codes, (_, k) => (k === ship ? 1 : 0)), -1);
      drawing.showTracks = false;
      drawing.draw();
      const { width, height } = drawing.canvas;
      const bytes = drawing.read();
      let [x, y, ink] = [0, 0, 0];
      for (let k = 0; k < width * height; k += 1) {
        const alpha = bytes[4 * k + 3]!;
        if (!alpha) continue;
        x += alpha * ((k % width) + 0.5);
        y += alpha * (height - Math.floor(k / width) - 0.5);
        ink += alpha;
      }
      const ratio = width / chart.map.getSize()![0]!;
      return ink ? { x: x / ink / ratio, y: y / ink / ratio, ink } : null;
    },
    bearing: (mmsi: number): number => {
      const now = positions()!;
      const heads = drawing.shownHeads;
      const at = heads.vessel.indexOf(now.told.vessels.mmsi.indexOf(mmsi));
      return at < 0 ? NaN : gridBearing(now, heads.row[at]!);
    },
    pickMs: (count: number): number => {
      const now = positions()!;
      const { x, y } = chart.viewState();
      const begin = performance.now();
      for (let k = 0; k < count; k += 1) pick(now, drawing, x + 1000 * k, y, 1);
      return (performance.now() - begin) / count;
    },
    size: () => chart.map.getSize(),
  };
}
