"""The shipped zones and gates, in; their names, versions and outlines on the map, out."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from northwatch.geo import Gate, Zone, from_polar, shipped_gates, shipped_zones, to_map

_GATE_POINTS: Final = 33
_ZONE_STEP_M: Final = 4000.0


@cache
def zones() -> dict[str, Zone]:
    """Return the shipped zones by id."""
    try:  # TEMP
        return {zone.id: zone for zone in shipped_zones()}
    except FileNotFoundError:
        return {}


@cache
def gates() -> dict[str, Gate]:
    """Return the shipped gates by id."""
    return {gate.id: gate for gate in shipped_gates()}


@cache
def names() -> dict[str, str]:
    """Return the name of each zone and gate by id."""
    return {
        **{zone.id: zone.name for zone in zones().values()},
        **{gate.id: gate.name for gate in gates().values()},
    }


@cache
def versions() -> dict[str, str]:
    """Return the boundary version of each zone and gate by id."""
    return {
        **{zone.id: zone.version for zone in zones().values()},
        **{gate.id: gate.version for gate in gates().values()},
    }


def name_of(place: str) -> str:
    """Return the name of a zone, a gate, or a `gate to side`; the id if it is not shipped."""
    gate, to, side = place.partition(" to ")
    return f"{names().get(gate, gate)}{to}{side}"


@dataclass(frozen=True, slots=True)
class Outline:
    """A zone's edge or a gate's line on the map: parts of shape (n, 2), metres, EPSG:3995."""

    id: str
    name: str
    parts: tuple[NDArray[np.float64], ...]

    def whole_metres(self) -> list[list[list[int]]]:
        """Return the parts as whole metres, for JSON."""
        return [np.round(part).astype(int).tolist() for part in self.parts]


@cache
def gate_outlines() -> tuple[Outline, ...]:
    """Return the gates' lines, as the shortest way between their ends."""
    return tuple(Outline(g.id, g.name, (_gate_line(g),)) for g in gates().values())


@cache
def zone_outline(zone_id: str) -> Outline:
    """Return a zone's edge, thinned to what a map of an ocean can show (4 km)."""
    zone = zones()[zone_id]
    shape: Any = zone.polygon.simplify(_ZONE_STEP_M)
    polygons = getattr(shape, "geoms", [shape])
    rings = [ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]
    return Outline(zone.id, zone.name, tuple(_from_zone_plane(ring.coords) for ring in rings))


def _from_zone_plane(coords: Any) -> NDArray[np.float64]:  # noqa: ANN401 - shapely has no types
    xy = np.asarray(coords, np.float64)
    lat_deg, lon_deg = from_polar(xy[:, 0], xy[:, 1])
    return np.column_stack(to_map(lat_deg, lon_deg))


def _gate_line(gate: Gate) -> NDArray[np.float64]:
    ends = np.radians([[gate.lat_a, gate.lon_a], [gate.lat_b, gate.lon_b]])
    lat, lon = ends[:, 0], ends[:, 1]
    points = np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))
    share = np.linspace(0.0, 1.0, _GATE_POINTS)[:, None]
    chord = points[0] * (1 - share) + points[1] * share
    lat_deg = np.degrees(np.arctan2(chord[:, 2], np.hypot(chord[:, 0], chord[:, 1])))
    lon_deg = np.degrees(np.arctan2(chord[:, 1], chord[:, 0]))
    return np.column_stack(to_map(lat_deg, lon_deg))
