/** The map's own projection object: closed formula, no proj4. */
import Projection from "ol/proj/Projection.js";
import { addCoordinateTransforms, addProjection } from "ol/proj.js";
import type { Coordinate } from "ol/coordinate.js";
import { fromMap, groundScale, toMap } from "./polar.ts";

const EXTENT = 9_000_000;

export function arctic(): Projection {
  const projection = new Projection({
    code: "EPSG:3995",
    units: "m",
    extent: [-EXTENT, -EXTENT, EXTENT, EXTENT],
    worldExtent: [-180, 0, 180, 90],
    global: false,
    getPointResolution: (resolution: number, [x = 0, y = 0]: Coordinate) =>
      resolution * groundScale(fromMap(x, y)[1]),
  });
  addProjection(projection);
  addCoordinateTransforms(
    "EPSG:4326",
    projection,
    ([lon = 0, lat = 0]: Coordinate) => toMap(lon, lat),
    ([x = 0, y = 0]: Coordinate) => fromMap(x, y),
  );
  return projection;
}
