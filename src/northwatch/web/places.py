"""The shipped zones and gates, in; their names, versions and outlines on the map, out."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from northwatch.geo import Gate, Zone, gate_on_map, shipped_gates, shipped_zones, zone_on_map

_TOLERANCE_M: Final = 4000.0
_GATE_TOLERANCE_M: Final = 200.0


@cache
def zones() -> dict[str, Zone]:
    """Return the shipped zones by id."""
    return {zone.id: zone for zone in shipped_zones()}


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
    """Return the gates' lines, thinned to 200 m."""
    return tuple(
        Outline(gate.id, gate.name, (_thin(gate_on_map(gate)),)) for gate in gates().values()
    )


def _thin(line: NDArray[np.float64]) -> NDArray[np.float64]:
    simple: Any = shapely.simplify(shapely.LineString(line), _GATE_TOLERANCE_M)
    return np.asarray(simple.coords, np.float64)


@cache
def zone_outline(zone_id: str) -> Outline:
    """Return a zone's edge, thinned to what a map of an ocean can show (4 km)."""
    zone = zones()[zone_id]
    parts = zone_on_map(zone, _TOLERANCE_M)
    return Outline(zone.id, zone.name, tuple(ring for part in parts for ring in part))
