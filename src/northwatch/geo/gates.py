"""The shipped gate and route files, in; gates and routes, out."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from northwatch import data

# Straits with less water than this are closed, or nearly, in a land mask of about a kilometre.
NARROW_KM: Final = 3.0


@dataclass(frozen=True, slots=True)
class Gate:
    """A named line from A to B whose crossing has a direction; a great-circle arc.

    A crossing from left to right (as one looks from A to B) has sign +1.

    Attributes:
        id: short name, e.g. `bering-strait`.
        name: name to show.
        version: of the line; it changes whenever an end does.
        lat_a: end A, degrees, WGS 84.
        lon_a: end A.
        lat_b: end B.
        lon_b: end B.
        left: waters left of A to B.
        right: waters right of A to B.
        note: what to know before using it.
        place_a: what A stands on.
        place_b: what B stands on.
        water_km: length over sea, against a finer coast than the shipped one.
        ends_on_land: both ends lie inland, so that no track slips round.
        source: where the line is from.
    """

    id: str
    name: str
    version: str
    lat_a: float
    lon_a: float
    lat_b: float
    lon_b: float
    left: str
    right: str
    note: str
    place_a: str
    place_b: str
    water_km: float
    ends_on_land: bool
    source: str

    @property
    def is_narrow(self) -> bool:
        """The strait has under 3 km of water, so arcs through it must not be tested for land."""
        return self.water_km < NARROW_KM


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a route: any of its gates will do.

    Attributes:
        role: what the step is for; may be empty.
        any_of: gate ids.
        required: whether a transit must cross one of them.
        note: remark; may be empty.
    """

    role: str
    any_of: tuple[str, ...]
    required: bool
    note: str


@dataclass(frozen=True, slots=True)
class Route:
    """An ordered sequence of gates; sailed the other way it is the same route.

    Attributes:
        id: short name, e.g. `nsr`.
        name: name to show.
        version: of the route file.
        order: which way the steps are written.
        steps: in that order.
        source: where the route is from.
        unsourced: parts that no source confirms.
        note: remark; may be empty.
    """

    id: str
    name: str
    version: str
    order: str
    steps: tuple[Step, ...]
    source: str
    unsourced: tuple[str, ...]
    note: str

    @property
    def is_ring(self) -> bool:
        """It is a set of gates that close a sea, without order, and no route."""
        return self.id.startswith("ring-")


@cache
def _gates() -> tuple[Gate, ...]:
    rows = csv.DictReader(data.read_text("gates/gates.csv").splitlines())
    return tuple(_gate(row) for row in rows)


def shipped_gates() -> list[Gate]:
    """Return the gates that come with the product, in the order of `gates.csv`."""
    return list(_gates())


@cache
def _routes() -> tuple[Route, ...]:
    document = json.loads(data.read_text("routes/routes.json"))
    return tuple(_route(entry, document["version"]) for entry in document["routes"])


def shipped_routes() -> list[Route]:
    """Return the routes, and rings of gates, that come with the product."""
    return list(_routes())


def _gate(row: Mapping[str, str]) -> Gate:
    return Gate(
        id=row["id"],
        name=row["name"],
        version=row["version"],
        lat_a=float(row["lat_a_deg"]),
        lon_a=float(row["lon_a_deg"]),
        lat_b=float(row["lat_b_deg"]),
        lon_b=float(row["lon_b_deg"]),
        left=row["left_of_a_to_b"],
        right=row["right_of_a_to_b"],
        note=row["note"],
        place_a=row["place_a"],
        place_b=row["place_b"],
        water_km=float(row["water_km"]),
        ends_on_land=row["ends_on_land"] == "Y",
        source=row["endpoints_source"],
    )


def _route(entry: Mapping[str, Any], version: str) -> Route:
    return Route(
        id=entry["id"],
        name=entry["name"],
        version=version,
        order=entry["order"],
        steps=tuple(
            Step(step["role"], tuple(step["any_of"]), step["required"], step.get("note", ""))
            for step in entry["steps"]
        ),
        source=entry["source"],
        unsourced=tuple(entry["unsourced"]),
        note=entry.get("note", ""),
    )
