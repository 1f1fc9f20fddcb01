/** The state of the map, in; its address, out; and back. The address is the whole state. */
import { utcText } from "./brush.ts";

export interface MapState {
  x: number;
  y: number;
  res: number;
  up: number;
  window: [number, number];
  actors: string[];
  classes: string[];
  zone: string;
}

/** Names in order; what the server would take anyway is left out. */
export function queryOf(state: MapState, defaults: MapState, more: Record<string, string> = {}): string {
  const rounded = (value: number): string => String(Math.round(value));
  const values: Record<string, string> = {
    ...more,
    x: differs(rounded(state.x), rounded(defaults.x)),
    y: differs(rounded(state.y), rounded(defaults.y)),
    res: differs(rounded(state.res), rounded(defaults.res)),
    up: differs(rounded(state.up), rounded(defaults.up)),
    t_from: differs(utcText(state.window[0]), utcText(defaults.window[0])),
    t_to: differs(utcText(state.window[1]), utcText(defaults.window[1])),
    actor: [...state.actors].sort().join(","),
    class: [...state.classes].sort().join(","),
    zone: state.zone,
  };
  const kept = new URL(location.href).searchParams;
  for (const name of ["as_of", "bench"]) values[name] = kept.get(name) ?? "";
  const pairs = Object.entries(values).filter(([, value]) => value !== "");
  pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.length ? `?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%3A", ":").replaceAll("%2C", ",")}`).join("&")}` : "";
}

function differs(value: string, usual: string): string {
  return value === usual ? "" : value;
}

/** The state that an address stands for. */
export function stateOf(search: string, defaults: MapState): MapState {
  const asked = new URLSearchParams(search);
  const number = (name: string, usual: number): number => Number(asked.get(name) ?? usual);
  const time = (name: string, usual: number): number => {
    const text = asked.get(name);
    if (!text) return usual;
    return Date.parse(text.length === 10 ? `${text}T00:00Z` : text.endsWith("Z") ? text : `${text}Z`);
  };
  const list = (name: string): string[] => asked.getAll(name).flatMap((value) => value.split(",")).filter(Boolean);
  return {
    x: number("x", defaults.x),
    y: number("y", defaults.y),
    res: number("res", defaults.res),
    up: number("up", defaults.up),
    window: [time("t_from", defaults.window[0]), time("t_to", defaults.window[1])],
    actors: list("actor"),
    classes: list("class"),
    zone: asked.get("zone") ?? "",
  };
}
