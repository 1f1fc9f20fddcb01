"""Lanes, trips and grounds lie over water with all the room they leave to ships."""

import tomllib
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import shapely

from northwatch import data
from northwatch.geo import shipped_land
from northwatch.season.charts import Places, shipped_chart, shipped_stations, vectors
from northwatch.season.knowable import arc_points
from northwatch.season.paths import Floats, angles
from northwatch.season.planted import projected, scale_of
from northwatch.season.voyages import destinations
from northwatch.units import SPHERE_RADIUS_M

STEP_KM = 2.0


def _room_km(places: Places) -> Floats:
    return places.free_rad * SPHERE_RADIUS_M / 1000.0


@cache
def _shores() -> shapely.STRtree:
    """Return every straight piece of the coast."""
    rings = shapely.get_rings(shapely.get_parts(shipped_land().polygon))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    joined = np.flatnonzero(ring[1:] == ring[:-1])
    return shapely.STRtree(
        shapely.linestrings(np.stack([points[joined], points[joined + 1]], axis=1))
    )


def _touches(begin: Floats, end: Floats, room_km: tuple[float, float]) -> bool:
    """Tell whether a leg, with the room it leaves, meets a shore or begins on land."""
    length_km = float(angles(begin[None], end[None])[0]) * SPHERE_RADIUS_M / 1000.0
    n = max(2, int(length_km / STEP_KM))
    xyz = arc_points(begin[None], end[None], n)[0]
    xy = np.column_stack(projected(xyz))
    room = np.linspace(*room_km, n) * scale_of(xyz) * 1000.0
    lines = shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1))
    wide = np.maximum(room[:-1], room[1:])
    met = _shores().query(lines, predicate="dwithin", distance=wide)
    return met.size > 0 or bool(shapely.contains_xy(shipped_land().polygon, *xy[0]))


def _legs() -> dict[str, tuple[Floats, Floats, tuple[float, float]]]:
    chart = shipped_chart()
    legs: dict[str, tuple[Floats, Floats, tuple[float, float]]] = {}
    for row in [*chart.lanes.values(), *(trip.way for trip in chart.trips.values())]:
        room = _room_km(row)
        for k, (one, other) in enumerate(pairwise(row.names)):
            key = " - ".join(sorted((one, other)))
            legs[key] = (row.xyz[k], row.xyz[k + 1], (float(room[k]), float(room[k + 1])))
    for name, trip in chart.trips.items():
        last, reach = _room_km(trip.way)[-1], 0.3 * _room_km(trip.ground)[0]
        rooms = float(last), float(reach)
        legs[f"{name} to its ground"] = (trip.way.xyz[-1], trip.ground.xyz[0], rooms)
    return legs


def test_no_leg_of_a_lane_or_trip_touches_land_with_its_room() -> None:
    legs = _legs()
    assert len(legs) > 250
    assert not [name for name, leg in legs.items() if _touches(*leg)]


def test_no_ground_touches_land() -> None:
    grounds = {trip.ground.names[0]: trip.ground for trip in shipped_chart().trips.values()}
    touching = [
        name
        for name, ground in grounds.items()
        if _touches(ground.xyz[0], ground.xyz[0], (_room_km(ground)[0],) * 2)
    ]
    assert not touching


def test_a_leg_over_land_would_be_seen() -> None:
    oslo, bergen = vectors(np.array([59.9, 60.4]), np.array([10.7, 4.0]))
    assert _touches(oslo, bergen, (0.0, 0.0))


def test_every_place_and_ground_is_on_some_way() -> None:
    told = tomllib.loads(data.read_text("season/lanes.toml"))
    chart = shipped_chart()
    used = {name for lane in chart.lanes.values() for name in lane.names}
    used |= {name for trip in chart.trips.values() for name in trip.way.names}
    assert used == set(told["places"])
    assert {t.ground.names[0] for t in chart.trips.values()} == set(told["grounds"])


def test_every_lane_and_trip_is_sailed_by_some_fleet() -> None:
    fleets = tomllib.loads(data.read_text("season/fleets.toml"))["fleets"]
    assert {lane for fleet in fleets for lane in fleet.get("lanes", ())} == set(
        shipped_chart().lanes
    )
    assert {trip for fleet in fleets for trip in fleet.get("trips", ())} == set(
        shipped_chart().trips
    )


@pytest.mark.parametrize(
    ("lane", "places"),
    [
        ("nsr-sannikov", ["kara-gate", "vilkitsky", "sannikov", "long-strait", "bering-strait-w"]),
        ("nsr-dmitry-laptev", ["kara-gate", "vilkitsky", "dmitry-laptev", "long-strait"]),
        ("nsr-north", ["zhelaniya-n", "severnaya-n", "new-siberian-n", "wrangel-n"]),
        ("nwp-peel", ["lancaster-e", "barrow", "peel", "victoria", "dolphin", "amundsen-w"]),
        ("nwp-wales", ["lancaster-e", "barrow", "wales", "amundsen-w", "bering-strait-e"]),
        ("nwp-mclure", ["lancaster-e", "barrow", "mclure", "bering-strait-e"]),
    ],
)
def test_a_lane_leads_through_the_straits_of_its_route_in_order(
    lane: str, places: list[str]
) -> None:
    names = shipped_chart().lanes[lane].names
    at = [names.index(place) for place in places]
    assert at == sorted(at)


def test_one_lane_passes_the_pole_and_one_the_180th_meridian_high_up() -> None:
    pole = shipped_chart().lanes["pole-svalbard"].xyz
    legs = np.concatenate([arc_points(pole[k : k + 1], pole[k + 1 : k + 2], 200)[0]
                           for k in range(len(pole) - 1)])  # fmt: skip
    assert np.degrees(np.arcsin(legs[:, 2].max())) > 89.9
    other = shipped_chart().lanes["pole-murmansk"].xyz
    lon = np.degrees(np.arctan2(other[:, 1], other[:, 0]))
    assert (np.abs(np.diff(lon)) > 300.0).any()


def test_a_chain_backwards_is_the_chain_reversed() -> None:
    lanes = shipped_chart().lanes
    names = lanes["white-sea-europe"].names
    assert names[-1] == "north-sea-offing"
    assert names[-8:] == lanes["murmansk-europe"].names[:8][::-1]


def test_destinations_fit_the_twenty_characters_of_a_static_report() -> None:
    assert all(0 < len(name) <= 20 and name.isascii() for name in destinations())
    assert len(set(destinations())) == len(destinations())


def test_stations_stand_in_the_order_of_their_latitude() -> None:
    z = shipped_stations().xyz[:, 2]
    assert (np.diff(z) >= 0.0).all()
    assert len(set(shipped_stations().names)) == len(shipped_stations().names) > 40
