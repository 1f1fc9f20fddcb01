/**
 * EPSG:3995 (WGS 84 / Arctic Polar Stereographic): degrees in, metres out, and back.
 * Only for the cursor's read-out and for drawing gates and events: ships come projected.
 * Source: IOGP Guidance Note 7-2, "Polar Stereographic (variant B)", EPSG method 9829.
 */
const A_M = 6378137;
const F = 1 / 298.257223563;
const E = Math.sqrt(F * (2 - F));
const RADIANS = Math.PI / 180;
const TRUE_LAT = 71 * RADIANS;

function small(lat: number): number {
  const sine = E * Math.sin(lat);
  return Math.tan(Math.PI / 4 - lat / 2) * Math.pow((1 + sine) / (1 - sine), E / 2);
}

const RADIUS_M =
  (A_M * Math.cos(TRUE_LAT)) / Math.sqrt(1 - (E * Math.sin(TRUE_LAT)) ** 2) / small(TRUE_LAT);

/** Longitude and latitude in degrees, in; x, y in metres, out. The pole is (0, 0). */
export function toMap(lonDeg: number, latDeg: number): [number, number] {
  const radius = RADIUS_M * small(Math.max(latDeg, -80) * RADIANS);
  const lon = lonDeg * RADIANS;
  return [radius * Math.sin(lon), -radius * Math.cos(lon)];
}

/** x, y in metres, in; longitude and latitude in degrees, out. */
export function fromMap(x: number, y: number): [number, number] {
  const t = Math.hypot(x, y) / RADIUS_M;
  let lat = Math.PI / 2 - 2 * Math.atan(t);
  for (let k = 0; k < 6; k += 1) {
    const sine = E * Math.sin(lat);
    lat = Math.PI / 2 - 2 * Math.atan(t * Math.pow((1 - sine) / (1 + sine), E / 2));
  }
  return [x === 0 && y === 0 ? 0 : Math.atan2(x, -y) / RADIANS, lat / RADIANS];
}

/** Ground metres for one metre of the map at a latitude: the scale is right at 71 N only. */
export function groundScale(latDeg: number): number {
  const lat = latDeg * RADIANS;
  const sine = E * Math.sin(lat);
  const radius = RADIUS_M * small(lat);
  if (radius < 1) return groundScale(89.9999);
  return (A_M * Math.cos(lat)) / Math.sqrt(1 - sine * sine) / radius;
}

/** A place as `74.213° N, 019.036° E`. */
export function placeWords(lonDeg: number, latDeg: number): string {
  const north = latDeg >= 0 ? "N" : "S";
  const east = lonDeg >= 0 ? "E" : "W";
  return `${Math.abs(latDeg).toFixed(2)}° ${north}, ${Math.abs(lonDeg).toFixed(2).padStart(6, "0")}° ${east}`;
}
