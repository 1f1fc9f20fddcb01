"""The shipped zone files, in; zones, each one polygon in EPSG:3413 with where it is from, out.

`data/zones/zones.json` lists the zones; each names a CSV file of its vertices (`lat_deg`,
`lon_deg`, and where they matter `part`, `ring`, `edge`: the kind of the edge to the next vertex).
"""

import csv
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any, Final, Literal

import numpy as np

from northwatch import data
from northwatch.errors import ParameterError
from northwatch.geo.rings import Ring, polygon

ZoneKind = Literal[
    "legal",  # its limits are written in a law, a treaty or as a parallel
    "sea",  # an oceanographic name, no legal limit
    "demonstration",  # an approximation of ours, never evidence
    "user",  # loaded by the user
]
# 66-33.8N today; AMAP uses 66-32N, Eguiluz et al. 2016 66.4N.
ARCTIC_CIRCLE_DEG: Final = 66.0 + 33.8 / 60.0
_FOLDER: Final = "zones"


@dataclass(frozen=True, slots=True)
class Zone:
    """A named sea area.

    Land inside it does not matter: boundaries run over land where the text follows a shore.

    Attributes:
        id: short name, e.g. `polar-code`.
        name: name to show.
        version: of the boundary; it changes whenever the boundary does.
        source: where the boundary is from.
        note: what to know before using it.
        kind: what its boundary is worth.
        polygon: valid shapely polygon or multipolygon, EPSG:3413, metres; vertices on a grid of
            a millimetre.
        licence: terms of the source.
    """

    id: str
    name: str
    version: str
    source: str
    note: str
    kind: ZoneKind
    polygon: Any
    licence: str = ""


@cache
def _shipped() -> tuple[Zone, ...]:
    entries = json.loads(data.read_text(f"{_FOLDER}/zones.json"))["zones"]
    return tuple(_zone(entry) for entry in entries)


def shipped_zones() -> list[Zone]:
    """Return the zones that come with the product, in the order of `zones.json`."""
    return list(_shipped())


def arctic_circle(lat_deg: float = ARCTIC_CIRCLE_DEG) -> Zone:
    """Return everything north of a parallel; its latitude is its version.

    Args:
        lat_deg: the parallel, 0 <= lat_deg < 90.

    Raises:
        ParameterError: the parallel is not in the north.
    """
    if not 0.0 <= lat_deg < 90.0:  # noqa: PLR2004 - the pole
        raise ParameterError(name="lat_deg", value=lat_deg, allowed="0 or more and less than 90")
    degrees = math.floor(lat_deg)
    minutes = f"{(lat_deg - degrees) * 60.0:.4f}".rstrip("0").rstrip(".")
    quarters = np.array([0.0, 90.0, 180.0, -90.0])
    ring = Ring(np.full(4, lat_deg), quarters, ("parallel",) * 4)
    return Zone(
        id="arctic-circle",
        name="Arctic Circle",
        version=f"{degrees}-{minutes}N",
        source="Parallel of 66-33.8N; archive.iwlearn.net/amap.no/AboutAMAP/GeoCov.htm (66-32N)",
        note="The parallel is a parameter: sources differ by up to ten minutes of latitude.",
        kind="legal",
        polygon=polygon([[ring]]),
        licence="facts",
    )


def _zone(entry: Mapping[str, Any]) -> Zone:
    if "file" not in entry:
        return arctic_circle(entry["north_of_deg"])
    rows = csv.DictReader(data.read_text(f"{_FOLDER}/{entry['file']}").splitlines())
    return Zone(
        id=entry["id"],
        name=entry["name"],
        version=entry["version"],
        source=entry["source"],
        note=entry["note"],
        kind=entry["kind"],
        polygon=polygon(_parts(rows, entry.get("edge", ""))),
        licence=entry["licence"],
    )


def _parts(rows: Iterable[Mapping[str, str]], edge: str) -> list[list[Ring]]:
    """Return the rings of each part; `edge` is the kind where the file has no such column."""

    def part(row: Mapping[str, str]) -> str:
        return row.get("part", "0")

    def ring(row: Mapping[str, str]) -> str:
        return row.get("ring", "0")

    return [
        [_ring(list(vertices), edge) for _, vertices in groupby(of_part, ring)]
        for _, of_part in groupby(rows, part)
    ]


def _ring(vertices: list[Mapping[str, str]], edge: str) -> Ring:
    return Ring(
        np.array([float(vertex["lat_deg"]) for vertex in vertices]),
        np.array([float(vertex["lon_deg"]) for vertex in vertices]),
        tuple(vertex.get("edge", edge) for vertex in vertices),
    )
