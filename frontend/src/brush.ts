/** A histogram of activity, in; a window of time chosen by drag, keys or buttons, out. */
export interface Histogram {
  t_from_ms: number;
  bin_ms: number;
  n: number[];
}

export type WindowMs = [number, number];
/** Called while the window is moved, and once more with `settled` when it is let go. */
export type OnMove = (window: WindowMs, settled: boolean) => void;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export function utcWords(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** As in the address: to the minute. */
export function utcText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16)}Z`;
}

export class Brush {
  window: WindowMs;
  private readonly span: WindowMs;
  private readonly middle = document.createElement("div");
  private readonly handles: [HTMLElement, HTMLElement];

  constructor(
    private readonly box: HTMLElement,
    private readonly histogram: Histogram,
    window: WindowMs,
    private readonly onMove: OnMove,
  ) {
    this.span = [histogram.t_from_ms, histogram.t_from_ms + histogram.bin_ms * Math.max(histogram.n.length, 1)];
    this.window = window;
    this.middle.className = "brush-window";
    this.handles = [this.handle("Window begins", 0), this.handle("Window ends", 1)];
    box.append(this.middle, ...this.handles);
    this.drag(this.middle, (at, start, from) => this.moved(at - start, from));
    this.place();
  }

  /** Set the window, to the minute, at least a minute long, within the data but for its length. */
  set(window: WindowMs, settled: boolean): void {
    const [lo, hi] = window.map((ms) => Math.round(ms / MINUTE_MS) * MINUTE_MS) as WindowMs;
    this.window = [lo, Math.max(hi, lo + MINUTE_MS)];
    this.place();
    this.onMove(this.window, settled);
  }

  /** Move the window as a whole, stopping at the ends of the data. Returns false at an end. */
  shift(by: number, settled: boolean): boolean {
    const window = this.moved(by, this.window);
    const moves = window[0] !== this.window[0];
    if (moves || settled) this.set(window, settled);
    return moves;
  }

  private moved(by: number, from: WindowMs): WindowMs {
    const length = from[1] - from[0];
    const lo = Math.min(Math.max(from[0] + by, this.span[0]), Math.max(this.span[1] - length, this.span[0]));
    return [lo, lo + length];
  }

  private handle(label: string, end: 0 | 1): HTMLElement {
    const handle = document.createElement("div");
    handle.className = "brush-handle";
    handle.tabIndex = 0;
    handle.setAttribute("role", "slider");
    handle.setAttribute("aria-label", label);
    handle.setAttribute("aria-valuemin", String(this.span[0] / MINUTE_MS));
    handle.setAttribute("aria-valuemax", String(this.span[1] / MINUTE_MS));
    this.drag(handle, (at) => this.withEnd(end, at));
    handle.addEventListener("keydown", (event) => this.keyed(event, end));
    return handle;
  }

  private withEnd(end: 0 | 1, at: number): WindowMs {
    const kept = Math.min(Math.max(at, this.span[0]), this.span[1]);
    const least = Math.min(this.histogram.bin_ms, 3_600_000);
    return end === 0
      ? [Math.min(kept, this.window[1] - least), this.window[1]]
      : [this.window[0], Math.max(kept, this.window[0] + least)];
  }

  private keyed(event: KeyboardEvent, end: 0 | 1): void {
    const step = event.shiftKey ? DAY_MS : Math.max(this.histogram.bin_ms, 3_600_000);
    const by = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageDown: -10 * step, PageUp: 10 * step }[event.key];
    const to = { Home: this.span[0], End: this.span[1] }[event.key];
    if (by === undefined && to === undefined) return;
    event.preventDefault();
    this.set(this.withEnd(end, to ?? this.window[end] + (by ?? 0)), true);
  }

  private drag(element: HTMLElement, moved: (at: number, start: number, from: WindowMs) => WindowMs): void {
    element.addEventListener("pointerdown", (down) => {
      down.preventDefault();
      element.setPointerCapture(down.pointerId);
      element.focus();
      const start = this.timeAt(down.clientX);
      const from: WindowMs = [...this.window];
      const move = (event: PointerEvent): void => this.set(moved(this.timeAt(event.clientX), start, from), false);
      element.addEventListener("pointermove", move);
      const end = (): void => {
        element.removeEventListener("pointermove", move);
        this.set(this.window, true);
      };
      element.addEventListener("pointerup", end, { once: true });
      element.addEventListener("pointercancel", end, { once: true });
    });
  }

  private timeAt(clientX: number): number {
    const { left, width } = this.box.getBoundingClientRect();
    return this.span[0] + ((clientX - left) / width) * (this.span[1] - this.span[0]);
  }

  private place(): void {
    const share = (ms: number): number => (100 * (ms - this.span[0])) / (this.span[1] - this.span[0]);
    const [lo, hi] = this.window.map((ms) => Math.min(Math.max(share(ms), 0), 100)) as WindowMs;
    this.middle.style.left = `${lo}%`;
    this.middle.style.width = `${hi - lo}%`;
    this.handles.forEach((handle, end) => {
      handle.style.left = `${end ? hi : lo}%`;
      handle.setAttribute("aria-valuenow", String(this.window[end]! / MINUTE_MS));
      handle.setAttribute("aria-valuetext", utcWords(this.window[end]!));
    });
  }
}
