/** Columns of positions, in; pixels of one canvas, out. Only the window of time is drawn. */
import { range, type Sorted } from "./buckets.ts";
import type { Positions } from "./positions.ts";
import { HEAD_FRAGMENT, HEAD_VERTEX, ROW_FRAGMENT, ROW_VERTEX } from "./shaders.ts";

export const SHAPES = ["circle", "square", "triangle", "diamond", "cross", "pentagon", "ring", "bar", "dot"];
const ACTORS = 9;
const SHIPS_WIDE = 1024;
const HEAD_PX = 26;
const NO_BEARING = 100;

/** What the map shows: centre and scale in metres, rotation clockwise in radians, size in CSS pixels. */
export interface Frame {
  centre: [number, number];
  resolution: number;
  rotation: number;
  size: [number, number];
  ratio: number;
}

interface Program {
  program: WebGLProgram;
  at: (name: string) => WebGLUniformLocation | null;
}

/** Last position of each ship in the window. */
export interface Heads {
  count: number;
  row: Uint32Array;
  vessel: Uint32Array;
}

export interface Theme {
  edge: [number, number, number];
}

export class Drawing {
  readonly canvas = document.createElement("canvas");
  private readonly gl: WebGL2RenderingContext;
  private readonly rows: Program;
  private readonly heads: Program;
  private readonly rowArray: WebGLVertexArrayObject;
  private readonly headArray: WebGLVertexArrayObject;
  private readonly headBuffers: Record<"x" | "y" | "bearing" | "vessel", WebGLBuffer>;
  private readonly ships: WebGLTexture;
  private buffers: WebGLBuffer[] = [];
  private elements: Record<"points" | "short" | "long", WebGLBuffer | null> = { points: null, short: null, long: null };
  private positions: Positions | null = null;
  private colours = new Float32Array(3 * ACTORS);
  private shapes = new Int32Array(ACTORS);
  private edge: [number, number, number] = [0, 0, 0];
  private frame: Frame | null = null;
  /** Seconds after the epoch, half-open. */
  window: [number, number] = [0, 0];
  showTracks = true;
  shownHeads: Heads = { count: 0, row: new Uint32Array(0), vessel: new Uint32Array(0) };
  private headsOf = "";
  visible: Uint8Array = new Uint8Array(0);
  /** Vertices sent to the last frame. */
  drawn = 0;

  /** Throws where there is no WebGL 2. */
  constructor() {
    const gl = this.canvas.getContext("webgl2", { alpha: true, antialias: false, premultipliedAlpha: false, preserveDrawingBuffer: true });
    if (!gl) throw new Error("no WebGL 2");
    this.gl = gl;
    this.canvas.className = "ships";
    Object.assign(this.canvas.style, { position: "absolute", left: "0", top: "0" });
    this.rows = build(gl, ROW_VERTEX, ROW_FRAGMENT);
    this.heads = build(gl, HEAD_VERTEX, HEAD_FRAGMENT);
    this.rowArray = gl.createVertexArray();
    this.headArray = gl.createVertexArray();
    this.ships = gl.createTexture();
    this.headBuffers = { x: gl.createBuffer(), y: gl.createBuffer(), bearing: gl.createBuffer(), vessel: gl.createBuffer() };
    gl.bindVertexArray(this.headArray);
    for (const name of ["x", "y", "bearing"] as const) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.headBuffers[name]);
      bind(gl, this.heads, name, gl.FLOAT);
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, this.headBuffers.vessel);
    bind(gl, this.heads, "vessel", gl.UNSIGNED_INT);
    gl.bindVertexArray(null);
  }

  /** Take new columns; they go to the graphics memory as they came. */
  load(positions: Positions): void {
    const gl = this.gl;
    for (const buffer of this.buffers) gl.deleteBuffer(buffer);
    this.positions = positions;
    this.headsOf = "";
    const make = (target: number, data: AllowSharedBufferSource): WebGLBuffer => {
      const buffer = gl.createBuffer();
      gl.bindBuffer(target, buffer);
      gl.bufferData(target, data, gl.STATIC_DRAW);
      this.buffers.push(buffer);
      return buffer;
    };
    this.buffers = [];
    gl.bindVertexArray(this.rowArray);
    for (const name of ["x", "y", "t"] as const) {
      make(gl.ARRAY_BUFFER, positions[name] as AllowSharedBufferSource);
      bind(gl, this.rows, name, gl.FLOAT);
    }
    make(gl.ARRAY_BUFFER, positions.vessel as AllowSharedBufferSource);
    bind(gl, this.rows, "vessel", positions.vessel instanceof Uint16Array ? gl.UNSIGNED_SHORT : gl.UNSIGNED_INT);
    gl.bindVertexArray(null);
    const { points, short, long } = positions.buckets;
    this.elements = {
      points: make(gl.ELEMENT_ARRAY_BUFFER, points.index),
      short: make(gl.ELEMENT_ARRAY_BUFFER, short.index),
      long: make(gl.ELEMENT_ARRAY_BUFFER, long.index),
    };
    for (const actor of positions.told.actors) {
      this.colours.set(rgb(actor.colour), 3 * actor.code);
      this.shapes[actor.code] = Math.max(SHAPES.indexOf(actor.shape), 0);
    }
  }

  setTheme(theme: Theme): void {
    this.edge = theme.edge;
  }

  /** Say of each ship its actor's code, whether it is shown, and which one is chosen (-1: none). */
  setShips(codes: Uint8Array, visible: Uint8Array, chosen: number): void {
    const gl = this.gl;
    const high = Math.max(Math.ceil(codes.length / SHIPS_WIDE), 1);
    const texels = new Uint8Array(4 * SHIPS_WIDE * high);
    for (let k = 0; k < codes.length; k += 1) {
      texels[4 * k] = codes[k]!;
      texels[4 * k + 1] = visible[k] ? 255 : 0;
      texels[4 * k + 2] = k === chosen ? 255 : 0;
    }
    this.visible = visible;
    gl.bindTexture(gl.TEXTURE_2D, this.ships);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, SHIPS_WIDE, high, 0, gl.RGBA, gl.UNSIGNED_BYTE, texels);
    for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, side, gl.NEAREST);
  }

  setFrame(frame: Frame): void {
    this.frame = frame;
    const [width, height] = frame.size.map((side) => Math.max(Math.round(side * frame.ratio), 1)) as [number, number];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.canvas.style.width = `${frame.size[0]}px`;
    this.canvas.style.height = `${frame.size[1]}px`;
  }

  /** Draw the window; `all` sends every row and lets the shader cut it: the same pixels, slower. */
  draw(all = false): void {
    const { gl, frame, positions } = this;
    if (!frame) return;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    this.drawn = 0;
    if (!positions?.x.length) return;
    gl.enable(gl.BLEND);
    gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.ships);
    this.drawRows(positions, frame, all);
    this.drawHeads(positions, frame);
  }

  private drawRows(positions: Positions, frame: Frame, all: boolean): void {
    const { gl, rows } = this;
    gl.useProgram(rows.program);
    this.sendFrame(rows, frame);
    gl.uniform2f(rows.at("u_window"), ...this.window);
    gl.uniform2f(rows.at("u_pixels"), this.canvas.width, this.canvas.height);
    gl.uniform3fv(rows.at("u_colours"), this.colours);
    gl.uniform1f(rows.at("u_fade"), 1);
    gl.bindVertexArray(this.rowArray);
    const near = Math.min(Math.max(Math.log2(4000 / frame.resolution), 0), 3);
    const { points, short, long } = positions.buckets;
    if (this.showTracks) {
      gl.uniform1f(rows.at("u_alpha"), 0.85);
      this.drawRange("long", long, gl.LINES, 3 * frame.ratio, all);
      this.drawRange("short", short, gl.LINES, 0, all);
    }
    gl.uniform1f(rows.at("u_size"), (1.6 + near) * frame.ratio);
    gl.uniform1f(rows.at("u_alpha"), 0.95);
    this.drawRange("points", points, gl.POINTS, 0, all);
    gl.bindVertexArray(null);
  }

  private drawRange(name: "points" | "short" | "long", sorted: Sorted, mode: number, dash: number, all: boolean): void {
    const gl = this.gl;
    const [first, end] = all ? [0, sorted.index.length] : range(sorted, ...this.window);
    if (end <= first) return;
    gl.uniform1f(this.rows.at("u_dash"), dash);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.elements[name]);
    gl.drawElements(mode, end - first, gl.UNSIGNED_INT, 4 * first);
    this.drawn += end - first;
  }

  private drawHeads(positions: Positions, frame: Frame): void {
    const { gl, heads } = this;
    this.findHeads(positions);
    if (!this.shownHeads.count) return;
    gl.useProgram(heads.program);
    this.sendFrame(heads, frame);
    gl.uniform3fv(heads.at("u_colours"), this.colours);
    gl.uniform1iv(heads.at("u_shapes"), this.shapes);
    gl.uniform3f(heads.at("u_edge"), ...this.edge);
    gl.uniform1f(heads.at("u_size"), HEAD_PX * frame.ratio);
    gl.uniform1f(heads.at("u_rotation"), frame.rotation);
    gl.bindVertexArray(this.headArray);
    gl.drawArrays(gl.POINTS, 0, this.shownHeads.count);
    gl.bindVertexArray(null);
  }

  private sendFrame(program: Program, frame: Frame): void {
    const gl = this.gl;
    const [x, y] = frame.centre;
    gl.uniform2f(program.at("u_centre"), x, y);
    gl.uniform2f(program.at("u_rest"), x - Math.fround(x), y - Math.fround(y));
    gl.uniform2f(program.at("u_turn"), Math.cos(frame.rotation), Math.sin(frame.rotation));
    gl.uniform2f(program.at("u_scale"), 2 / (frame.size[0] * frame.resolution), 2 / (frame.size[1] * frame.resolution));
    gl.uniform1i(program.at("u_ships"), 0);
  }

  /** Find each ship's last position in the window: one binary search per track. */
  private findHeads(positions: Positions): void {
    const key = this.window.join();
    if (key === this.headsOf) return;
    this.headsOf = key;
    const best = lastRows(positions, this.window);
    const count = best.length;
    const x = new Float32Array(count);
    const y = new Float32Array(count);
    const bearing = new Float32Array(count);
    const vessel = new Uint32Array(count);
    best.forEach((row, k) => {
      x[k] = positions.x[row]!;
      y[k] = positions.y[row]!;
      bearing[k] = gridBearing(positions, row);
      vessel[k] = positions.vessel[row]!;
    });
    const gl = this.gl;
    for (const [name, data] of Object.entries({ x, y, bearing, vessel })) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.headBuffers[name as "x"]);
      gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
    }
    this.shownHeads = { count, row: best, vessel };
  }

  /** Wait for the pixels: drawing is asynchronous until one is read back. */
  finish(): void {
    this.gl.readPixels(0, 0, 1, 1, this.gl.RGBA, this.gl.UNSIGNED_BYTE, new Uint8Array(4));
  }

  /** All pixels, bottom row first. */
  read(): Uint8Array {
    const bytes = new Uint8Array(4 * this.canvas.width * this.canvas.height);
    this.gl.readPixels(0, 0, this.canvas.width, this.canvas.height, this.gl.RGBA, this.gl.UNSIGNED_BYTE, bytes);
    return bytes;
  }
}

/** Row of the last position within the window, of each ship that has one, by ship. */
export function lastRows(positions: Positions, [a, b]: [number, number]): Uint32Array {
  const { t, vessel, trackStarts } = positions;
  const last = new Map<number, number>();
  for (let k = 0; k + 1 < trackStarts.length; k += 1) {
    const first = trackStarts[k]!;
    let lo = first;
    let hi = trackStarts[k + 1]!;
    while (lo < hi) {
      const middle = (lo + hi) >> 1;
      if (t[middle]! < b) lo = middle + 1;
      else hi = middle;
    }
    const row = lo - 1;
    if (row < first || t[row]! < a) continue;
    const ship = vessel[row]!;
    const before = last.get(ship);
    if (before === undefined || t[row]! > t[before]!) last.set(ship, row);
  }
  return Uint32Array.from(last.values());
}

/**
 * Way on the map at a position, clockwise from the map's own up, radians: towards the next position
 * of its track, else from the one before. Not the course: on this map north is another way everywhere.
 */
export function gridBearing(positions: Positions, row: number): number {
  const { x, y, vessel, bits, t } = positions;
  const isStart = (k: number): boolean => ((bits[k >> 3]! >> (k & 7)) & 1) === 1;
  let [from, to] = row + 1 < t.length && !isStart(row + 1) ? [row, row + 1] : [row - 1, row];
  if (from < 0 || vessel[from] !== vessel[to] || isStart(to)) return NO_BEARING;
  if (x[from] === x[to] && y[from] === y[to] && from === row && row > 0 && !isStart(row)) [from, to] = [row - 1, row];
  const dx = x[to]! - x[from]!;
  const dy = y[to]! - y[from]!;
  return dx === 0 && dy === 0 ? NO_BEARING : Math.atan2(dx, dy);
}

function build(gl: WebGL2RenderingContext, vertex: string, fragment: string): Program {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
    const shader = gl.createShader(kind)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    const logs = gl.getAttachedShaders(program)?.map((shader) => gl.getShaderInfoLog(shader));
    throw new Error(`shader: ${gl.getProgramInfoLog(program)} ${logs?.join(" ")}`);
  }
  const places = new Map<string, WebGLUniformLocation | null>();
  const at = (name: string): WebGLUniformLocation | null => {
    if (!places.has(name)) places.set(name, gl.getUniformLocation(program, name));
    return places.get(name) ?? null;
  };
  return { program, at };
}

function bind(gl: WebGL2RenderingContext, program: Program, name: string, type: number): void {
  const place = gl.getAttribLocation(program.program, name);
  if (place < 0) return;
  gl.enableVertexAttribArray(place);
  if (type === gl.FLOAT) gl.vertexAttribPointer(place, 1, type, false, 0, 0);
  else gl.vertexAttribIPointer(place, 1, type, 0, 0);
}

export function rgb(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}
