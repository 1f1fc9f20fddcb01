/** The drawing layer's programs. Times are cut in the fragment shader, at the exact moment. */

/** Where a vertex lies: the view's centre is taken off first, in two parts, so that 32 bits do. */
const PLACE = `#version 300 es
precision highp float;
in float x; in float y; in float t; in uint vessel;
uniform vec2 u_centre; uniform vec2 u_rest; uniform vec2 u_turn; uniform vec2 u_scale;
uniform highp sampler2D u_ships;
vec4 place() {
  vec2 d = (vec2(x, y) - u_centre) - u_rest;
  vec2 turned = vec2(d.x * u_turn.x + d.y * u_turn.y, d.y * u_turn.x - d.x * u_turn.y);
  return vec4(turned * u_scale, 0.0, 1.0);
}
// Red: actor code in 255ths; green: shown or not; blue: chosen or not.
vec4 ship() { return texelFetch(u_ships, ivec2(int(vessel & 1023u), int(vessel >> 10)), 0); }
`;

export const ROW_VERTEX = `${PLACE}
uniform float u_size; uniform vec2 u_pixels;
flat out vec2 v_end; out float v_t; flat out int v_actor; flat out float v_shown;
void main() {
  vec4 state = ship();
  gl_Position = place();
  v_shown = state.g;
  // All vertices of a line are of one ship: it leaves as a whole, so no streak stays behind.
  if (state.g < 0.5) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = u_size;
  v_t = t;
  v_actor = int(state.r * 255.0 + 0.5);
  v_end = (gl_Position.xy * 0.5 + 0.5) * u_pixels;
}`;

export const ROW_FRAGMENT = `#version 300 es
precision highp float;
flat in vec2 v_end; in float v_t; flat in int v_actor; flat in float v_shown;
uniform vec2 u_window; uniform vec3 u_colours[9]; uniform float u_alpha; uniform float u_dash; uniform float u_fade;
out vec4 colour;
void main() {
  if (v_shown < 0.5 || v_t < u_window.x || v_t >= u_window.y) discard;
  if (u_dash > 0.0 && mod(distance(gl_FragCoord.xy, v_end), 2.0 * u_dash) > u_dash) discard;
  float age = (u_window.y - v_t) / max(u_window.y - u_window.x, 1.0);
  colour = vec4(u_colours[v_actor], u_alpha * mix(1.0, 1.0 - 0.65 * age, u_fade));
}`;

export const HEAD_VERTEX = `${PLACE}
in float bearing;
uniform float u_size; uniform float u_rotation;
out float v_bearing; flat out int v_actor; flat out float v_chosen;
void main() {
  vec4 state = ship();
  gl_Position = state.g < 0.5 ? vec4(2.0, 2.0, 2.0, 1.0) : place();
  gl_PointSize = u_size;
  v_bearing = bearing + u_rotation;
  v_actor = int(state.r * 255.0 + 0.5);
  v_chosen = state.b;
}`;

/** A ship's last position: the actor's own shape, upright, with a line along its way. */
export const HEAD_FRAGMENT = `#version 300 es
precision highp float;
in float v_bearing; flat in int v_actor; flat in float v_chosen;
uniform vec3 u_colours[9]; uniform int u_shapes[9]; uniform vec3 u_edge; uniform float u_size;
out vec4 colour;
float box(vec2 p, vec2 half_size) { vec2 d = abs(p) - half_size; return max(d.x, d.y); }
float polygon(vec2 p, float sides, float radius) {
  float a = atan(p.x, p.y); float step = 6.2831853 / sides;
  return cos(floor(0.5 + a / step) * step - a) * length(p) - radius;
}
float shape(vec2 p, int kind) {
  if (kind == 0) return length(p) - 0.36;
  if (kind == 1) return box(p, vec2(0.32));
  if (kind == 2) return polygon(p - vec2(0.0, 0.08), 3.0, 0.22);
  if (kind == 3) return (abs(p.x) + abs(p.y)) - 0.46;
  if (kind == 4) return min(box(p, vec2(0.42, 0.14)), box(p, vec2(0.14, 0.42)));
  if (kind == 5) return polygon(p, 5.0, 0.33);
  if (kind == 6) return abs(length(p) - 0.3) - 0.12;
  if (kind == 7) return box(p, vec2(0.44, 0.18));
  return length(p) - 0.25;
}
void main() {
  vec2 p = gl_PointCoord * 2.0 - 1.0;
  float pixel = 2.0 / u_size;
  float body = shape(p, u_shapes[v_actor]);
  vec2 ahead = vec2(sin(v_bearing), -cos(v_bearing));
  float along = dot(p, ahead);
  float aside = abs(dot(p, vec2(-ahead.y, ahead.x)));
  float line = v_bearing > 90.0 ? 1.0 : max(aside - 0.8 * pixel, max(-along, along - 0.92));
  float ring = v_chosen > 0.5 ? abs(length(p) - 0.78) - 1.4 * pixel : 1.0;
  float edge = min(min(body - 1.4 * pixel, line), ring);
  if (edge > 0.5 * pixel) discard;
  float inside = 1.0 - smoothstep(-0.5 * pixel, 0.5 * pixel, body);
  colour = vec4(mix(u_edge, u_colours[v_actor], inside), 1.0 - smoothstep(-0.5 * pixel, 0.5 * pixel, edge));
}`;
