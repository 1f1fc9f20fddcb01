/** An address, in; columns of positions, their ships and hour buckets, out. No object per position. */
import { tableFromIPC } from "@uwdata/flechette";
import type { Buckets } from "./buckets.ts";

export interface Actor {
  code: number;
  actor: string;
  colour: string;
  shape: string;
}

export interface Ships {
  id: string[];
  mmsi: number[];
  name: (string | null)[];
  flag: string[];
  class: string[];
}

interface Told {
  epoch_ms: number;
  t_from_ms: number;
  t_to_ms: number;
  total: number;
  stride: number;
  vessels: Ships;
  actors: Actor[];
}

export interface Positions {
  x: Float32Array;
  y: Float32Array;
  t: Float32Array;
  vessel: Uint16Array | Uint32Array;
  bits: Uint8Array;
  told: Told;
  buckets: Buckets;
  /** First row of each track, and one past the last row of all. */
  trackStarts: Uint32Array;
}

export async function fetchPositions(url: string, signal: AbortSignal): Promise<Positions> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`positions: status ${response.status}`);
  const table = tableFromIPC(new Uint8Array(await response.arrayBuffer()));
  const told = JSON.parse(table.schema.metadata?.get("northwatch") ?? "{}") as Told;
  const column = <T>(name: string): T => {
    const found = table.getChild(name);
    return (table.numRows ? found.toArray() : new (found.type as { values?: new () => T }).values!()) as T;
  };
  const x = column<Float32Array>("x");
  const t = column<Float32Array>("t");
  const batch = table.getChild("starts").data[0] as { values?: Uint8Array } | undefined;
  const bits = batch?.values ?? new Uint8Array(0);
  const made = {
    x,
    y: column<Float32Array>("y"),
    t,
    vessel: column<Uint16Array | Uint32Array>("vessel"),
    bits,
    told,
    trackStarts: trackStarts(bits, x.length),
  };
  return { ...made, buckets: await bucketsOf(t, bits) };
}

function trackStarts(bits: Uint8Array, rows: number): Uint32Array {
  const found: number[] = [];
  for (let k = 0; k < rows; k += 1) if ((bits[k >> 3]! >> (k & 7)) & 1) found.push(k);
  return Uint32Array.from([...found, rows]);
}

function bucketsOf(t: Float32Array, bits: Uint8Array): Promise<Buckets> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./buckets.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = (event: MessageEvent<Buckets>) => {
      worker.terminate();
      resolve(event.data);
    };
    worker.onerror = (event) => {
      worker.terminate();
      reject(new Error(`sorting positions: ${event.message}`));
    };
    worker.postMessage({ t, bits });
  });
}
