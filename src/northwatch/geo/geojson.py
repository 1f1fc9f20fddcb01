"""A user's GeoJSON document, in; zones, out; or an error that says what to mend.

Edges are straight in longitude and latitude, as RFC 7946 (3.1.1) says, unless the feature's
property `edge` names another kind (`edges.EDGE_KINDS`). A zone over the 180th meridian may be cut
there (RFC 7946, 3.1.9) or written on beyond 180 (170, 190); a zone round the pole may be one ring
of longitudes from -180 to 180.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np

from northwatch.errors import UnreadableError
from northwatch.geo.edges import EDGE_KINDS
from northwatch.geo.rings import Ring, polygon
from northwatch.geo.zones import Zone

_HALF_TURN: Final = 180.0
_TURN: Final = 360.0
_POLE: Final = 90.0
_FURTHEST_LON: Final = 540.0  # one turn and a half: more is a mistake
_SMALLEST_M2: Final = 1.0
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MIN_VERTICES: Final = 3


class _Reader:
    """Where we are in the document, so that every error can say so."""

    def __init__(self, file: str, feature: int) -> None:
        self.file = file
        self.place = f"feature {feature}"

    def error(self, *, problem: str, remedy: str) -> UnreadableError:
        return UnreadableError(file=self.file, problem=f"{self.place}: {problem}", remedy=remedy)


def zones_from_geojson(document: Mapping[str, Any], *, file: str) -> list[Zone]:
    """Return the zones of a GeoJSON document.

    Properties used: `id` (or the feature's `id`, or else the name in small letters with hyphens),
    `name`, `version` (else eight digits of a hash of geometry and edge kind, so that a changed
    boundary is another version), `source`, `note`, `edge`, `licence`.

    Args:
        document: FeatureCollection, Feature, Polygon or MultiPolygon; longitude first, WGS 84.
        file: name to show in errors.

    Returns:
        Zones of kind `user`, in the order of the document.

    Raises:
        UnreadableError: not such a document, or a ring that can be read in two ways.
    """
    zones: list[Zone] = []
    for number, feature in enumerate(_features(document, file), start=1):
        reader = _Reader(file, number)
        zone = _zone(feature, reader)
        if zone.id in {other.id for other in zones}:
            raise reader.error(
                problem=f"the id {zone.id!r} is used twice", remedy="Give each zone its own id."
            )
        zones.append(zone)
    return zones


def _features(document: Mapping[str, Any], file: str) -> list[Any]:
    kind = document.get("type") if isinstance(document, Mapping) else None
    found: list[Any] = []
    if kind == "FeatureCollection":
        features = document.get("features")
        found = features if isinstance(features, list) else []
    elif kind == "Feature":
        found = [document]
    elif kind in {"Polygon", "MultiPolygon"}:
        found = [{"type": "Feature", "geometry": document, "properties": {}}]
    if not found:
        raise UnreadableError(
            file=file,
            problem=f"no zone in it (type {kind!r})",
            remedy="A zone file is GeoJSON: a FeatureCollection of Polygon or MultiPolygon.",
        )
    crs = str(document.get("crs") or "CRS84")
    if not any(name in crs for name in ("CRS84", "4326")):
        raise UnreadableError(
            file=file,
            problem="its coordinates are not WGS 84 longitude and latitude",
            remedy="Convert it to EPSG:4326 and leave out the member `crs`.",
        )
    return found


def _zone(feature: Any, reader: _Reader) -> Zone:  # noqa: ANN401 - parsed JSON
    if not isinstance(feature, Mapping):
        raise reader.error(
            problem="not a feature", remedy="Each feature is an object with a geometry."
        )
    given = feature.get("properties") or {}
    properties = {key: str(value) for key, value in given.items() if value is not None}
    name = properties.get("name", properties.get("id", str(feature.get("id", reader.file))))
    zone_id = properties.get("id", str(feature.get("id", _slug(name))))
    reader.place += f" ({name})"
    if not _ID.fullmatch(zone_id):
        raise reader.error(
            problem=f"the id {zone_id!r} is not allowed",
            remedy="Use small letters, digits and single hyphens, e.g. `pechora-sea`.",
        )
    edge = properties.get("edge", "lonlat")
    if edge not in EDGE_KINDS:
        raise reader.error(
            problem=f"edge kind {edge!r} is not known", remedy=f"Use {', '.join(EDGE_KINDS)}."
        )
    geometry = feature.get("geometry")
    shape = polygon(_parts(geometry, edge, reader))
    if shape.area < _SMALLEST_M2:
        raise reader.error(
            problem="the polygon has no area", remedy="Check the order of its vertices."
        )
    return Zone(
        id=zone_id,
        name=name,
        version=properties.get("version", _fingerprint(geometry, edge)),
        source=properties.get("source", reader.file),
        note=properties.get("note", ""),
        kind="user",
        polygon=shape,
        licence=properties.get("licence", ""),
    )


def _slug(name: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", name.lower()))


def _fingerprint(geometry: Any, edge: str) -> str:  # noqa: ANN401 - parsed JSON
    text = json.dumps([edge, geometry["type"], geometry["coordinates"]], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _parts(geometry: Any, edge: str, reader: _Reader) -> list[list[Ring]]:  # noqa: ANN401
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    if kind not in {"Polygon", "MultiPolygon"}:
        raise reader.error(
            problem=f"its geometry is {kind!r}", remedy="A zone is a Polygon or a MultiPolygon."
        )
    coordinates = geometry.get("coordinates")
    parts = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(parts, list) or not parts or not all(parts):
        raise reader.error(problem="it has no coordinates", remedy="Give each polygon its rings.")
    return [[_ring(ring, edge, reader) for ring in rings] for rings in parts]


def _ring(ring: Any, edge: str, reader: _Reader) -> Ring:  # noqa: ANN401 - parsed JSON
    vertices = _vertices(ring, reader)
    if vertices[0] == vertices[-1]:
        vertices.pop()
    if len(vertices) < _MIN_VERTICES:
        raise reader.error(
            problem="a ring has fewer than three vertices", remedy="Add the missing ones."
        )
    lon_deg, lat_deg = np.array(vertices).T
    edges = _lonlat_edges(vertices, reader) if edge == "lonlat" else (edge,) * len(vertices)
    return Ring(lat_deg, lon_deg, edges)


def _vertices(ring: Any, reader: _Reader) -> list[tuple[float, float]]:  # noqa: ANN401
    """Return longitude and latitude of each vertex, checked."""
    try:
        vertices = [(float(vertex[0]), float(vertex[1])) for vertex in ring]
    except (TypeError, ValueError, IndexError, KeyError):
        vertices = []
    if not vertices:
        raise reader.error(
            problem="a ring is not a list of [longitude, latitude]",
            remedy="Write numbers, longitude first.",
        )
    for lon_deg, lat_deg in vertices:
        if not (math.isfinite(lon_deg) and abs(lon_deg) <= _FURTHEST_LON and lat_deg <= _POLE):
            raise reader.error(
                problem=f"the vertex [{lon_deg}, {lat_deg}] is not on the globe",
                remedy="Write longitude first, then latitude, in degrees.",
            )
        if not lat_deg >= 0.0:
            raise reader.error(
                problem=f"the vertex [{lon_deg}, {lat_deg}] lies south of the equator",
                remedy="Zones are kept in a plane round the north pole: cut it at the equator.",
            )
    return vertices


def _lonlat_edges(vertices: Sequence[tuple[float, float]], reader: _Reader) -> tuple[str, ...]:
    """Return the kinds of the edges, none of which could mean two things.

    An edge of a whole turn along a parallel is either the parallel itself (a band, which has two
    of them) or no edge at all (a ring round the pole, whose ends at -180 and 180 are one place).

    Raises:
        UnreadableError: an edge of more than half a turn: either way round may be meant.
    """
    pairs = list(pairwise([*vertices, vertices[0]]))
    whole = [_is_whole_turn(*pair) for pair in pairs]
    for (one, two), is_whole in zip(pairs, whole, strict=True):
        span = abs(two[0] - one[0])
        better = two[0] + math.copysign(_TURN, one[0] - two[0])
        if not is_whole and span > _HALF_TURN:
            raise reader.error(
                problem=f"the edge from {list(one)} to {list(two)} spans {span:g} degrees of "
                "longitude, so it may run either way round",
                remedy=f"Write {two[0]:g} as {better:g}, or cut the ring at 180; if the long way "
                "is meant, add a vertex on it.",
            )
    if sum(whole) != 1:
        return ("lonlat",) * len(vertices)
    # The shorter way along the parallel from -180 to 180 is to stay.
    return tuple("parallel" if is_whole else "lonlat" for is_whole in whole)


def _is_whole_turn(one: tuple[float, float], two: tuple[float, float]) -> bool:
    return abs(two[0] - one[0]) == _TURN and one[1] == two[1]
