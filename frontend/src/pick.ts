/** A place on the map, in; the nearest ship in the window, out: one pass over the window's rows. */
import { range } from "./buckets.ts";
import type { Drawing } from "./drawing.ts";
import type { Positions } from "./positions.ts";

/** Number of the ship nearest to (x, y) within `reach` metres, or -1. A last position wins over a line. */
export function pick(positions: Positions, drawing: Drawing, x: number, y: number, reach: number): number {
  const { visible, shownHeads: heads } = drawing;
  let best = reach * reach;
  let found = -1;
  for (let k = 0; k < heads.count; k += 1) {
    const row = heads.row[k]!;
    if (!visible[heads.vessel[k]!]) continue;
    const d = squared(positions.x[row]! - x, positions.y[row]! - y);
    if (d <= best) [best, found] = [d, heads.vessel[k]!];
  }
  return found >= 0 ? found : pickRow(positions, drawing, x, y, reach * 0.6);
}

function pickRow(positions: Positions, drawing: Drawing, x: number, y: number, reach: number): number {
  const { points, short, long } = positions.buckets;
  const [a, b] = drawing.window;
  let best = reach * reach;
  let found = -1;
  const [lo, hi] = range(points, a, b);
  for (let k = lo; k < hi; k += 1) {
    const row = points.index[k]!;
    const d = squared(positions.x[row]! - x, positions.y[row]! - y);
    if (d <= best && positions.t[row]! >= a && positions.t[row]! < b && drawing.visible[positions.vessel[row]!]) {
      [best, found] = [d, positions.vessel[row]!];
    }
  }
  if (found >= 0 || !drawing.showTracks) return found;
  // A line between two sparse positions is nearest to neither.
  for (const rows of [short, long]) {
    const [first, end] = range(rows, a, b);
    for (let k = first; k < end; k += 2) {
      const row = rows.index[k]!;
      const d = toSegment(positions, row, x, y);
      if (d <= best && drawing.visible[positions.vessel[row]!]) [best, found] = [d, positions.vessel[row]!];
    }
  }
  return found;
}

function toSegment(positions: Positions, row: number, x: number, y: number): number {
  const x0 = positions.x[row]!;
  const y0 = positions.y[row]!;
  const dx = positions.x[row + 1]! - x0;
  const dy = positions.y[row + 1]! - y0;
  const length = dx * dx + dy * dy;
  const share = length ? Math.min(Math.max(((x - x0) * dx + (y - y0) * dy) / length, 0), 1) : 0;
  return squared(x0 + share * dx - x, y0 + share * dy - y);
}

function squared(dx: number, dy: number): number {
  return dx * dx + dy * dy;
}
