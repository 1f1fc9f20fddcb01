/** Sorts off the page's thread, so that coast and controls answer meanwhile. */
import { makeBuckets } from "./buckets.ts";

self.onmessage = (event: MessageEvent<{ t: Float32Array; bits: Uint8Array }>) => {
  const made = makeBuckets(event.data.t, event.data.bits);
  const buffers = [made.points, made.short, made.long].flatMap((rows) => [rows.index.buffer, rows.upto.buffer]);
  self.postMessage(made, { transfer: buffers });
};
