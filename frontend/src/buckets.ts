/**
 * Times of positions, in; points and line segments sorted by hour, out: one counting sort each.
 * A window of time is then one contiguous range of each.
 */
export const HOUR_S = 3600;

/** Rows of one kind by hour: `index` holds vertex numbers, `upto[h]` how many of them lie before hour h. */
export interface Sorted {
  index: Uint32Array<ArrayBuffer>;
  upto: Uint32Array<ArrayBuffer>;
  /** Longest duration in seconds; 0 for points. */
  longest: number;
}

export interface Buckets {
  points: Sorted;
  /** Segments of at most an hour. */
  short: Sorted;
  /** Longer ones: drawn dashed, since nobody knows the way between. */
  long: Sorted;
}

/** True where a track begins at row k; bits as Arrow packs them. */
export function starts(bits: Uint8Array, k: number): boolean {
  return ((bits[k >> 3]! >> (k & 7)) & 1) === 1;
}

export function makeBuckets(t: Float32Array, bits: Uint8Array): Buckets {
  let last = 0;
  for (let k = 0; k < t.length; k += 1) if (t[k]! > last) last = t[k]!;
  const hours = Math.floor(last / HOUR_S) + 1;
  return {
    points: sorted(t, hours, 1, () => true),
    short: sorted(t, hours, 2, (k) => isSegment(t, bits, k) && t[k + 1]! - t[k]! <= HOUR_S),
    long: sorted(t, hours, 2, (k) => isSegment(t, bits, k) && t[k + 1]! - t[k]! > HOUR_S),
  };
}

function isSegment(t: Float32Array, bits: Uint8Array, k: number): boolean {
  return k + 1 < t.length && !starts(bits, k + 1);
}

/** Counting sort of the rows that `take` takes, `width` vertices each, by the hour of their start. */
function sorted(t: Float32Array, hours: number, width: 1 | 2, take: (k: number) => boolean): Sorted {
  const upto = new Uint32Array(hours + 1);
  let longest = 0;
  for (let k = 0; k < t.length; k += 1) {
    if (!take(k)) continue;
    upto[Math.floor(t[k]! / HOUR_S) + 1]! += width;
    if (width === 2) longest = Math.max(longest, t[k + 1]! - t[k]!);
  }
  for (let h = 0; h < hours; h += 1) upto[h + 1]! += upto[h]!;
  const next = upto.slice(0, hours);
  const index = new Uint32Array(upto[hours]!);
  for (let k = 0; k < t.length; k += 1) {
    if (!take(k)) continue;
    const hour = Math.floor(t[k]! / HOUR_S);
    index[next[hour]!] = k;
    if (width === 2) index[next[hour]! + 1] = k + 1;
    next[hour]! += width;
  }
  return { index, upto, longest };
}

/** First and end of the range of `index` that may touch the window [a, b), seconds. */
export function range(rows: Sorted, a: number, b: number): [number, number] {
  const hours = rows.upto.length - 1;
  const lo = Math.min(Math.max(Math.floor((a - rows.longest) / HOUR_S), 0), hours);
  const hi = Math.min(Math.max(Math.ceil(b / HOUR_S), lo), hours);
  return [rows.upto[lo]!, rows.upto[hi]!];
}
