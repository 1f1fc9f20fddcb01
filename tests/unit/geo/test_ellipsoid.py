import numpy as np
import pytest
from numpy.typing import NDArray
from pyproj import Geod

from northwatch.geo import consecutive_km, geodesic_km, geodesic_km_ais

WGS84 = Geod(ellps="WGS84")
Ints = NDArray[np.int32]


def arcs(
    longest_m: float, shortest_share: float = 0.0, count: int = 20_000
) -> tuple[list[Ints], NDArray[np.float64]]:
    """Random arcs anywhere, some at the pole, on the equator and on 180; PROJ's lengths, m."""
    random = np.random.default_rng(7)
    lat = np.degrees(np.arcsin(random.uniform(-1, 1, count)))
    lon = random.uniform(-180, 180, count)
    lat[:2000] = 90 - 10 ** random.uniform(-6, 1, 2000)
    lat[:5], lat[5:100], lon[100:200] = 90.0, 0.0, 180.0
    course = random.uniform(0, 360, count)
    course[5:20] = 90.0
    lon1, lat1, _ = WGS84.fwd(
        lon, lat, course, random.uniform(shortest_share, 1, count) * longest_m
    )
    places = [np.round(v * 600_000).astype(np.int32) for v in (lat, lon, lat1, lon1)]
    lat, lon, lat1, lon1 = (v / 600_000 for v in places)
    return places, np.array(WGS84.inv(lon, lat, lon1, lat1)[2])


@pytest.mark.parametrize(
    ("longest_m", "shortest_share", "error_m"),
    [(1e3, 0, 1e-6), (5e5, 0, 1e-3), (1e6, 0, 0.03), (1e7, 0.11, 1e-3), (1.98e7, 0.1, 1e-3)],
)
def test_geodesics_agree_with_proj(longest_m: float, shortest_share: float, error_m: float) -> None:
    places, metres = arcs(longest_m, shortest_share)
    assert np.abs(1000 * geodesic_km(*places) - metres).max() < error_m


def test_opposite_places_fall_back_on_the_sphere() -> None:
    kilometres = geodesic_km_ais(0, 0, 6000, 107_990_000)
    assert kilometres == pytest.approx(20_004.0, rel=0.0056)


def test_the_same_place_is_no_way_off() -> None:
    assert geodesic_km_ais(54_000_000, 0, 54_000_000, 60_000_000) == 0.0
    assert geodesic_km_ais(42_000_000, 108_000_000, 42_000_000, -108_000_000) == 0.0


def test_consecutive_equals_pair_by_pair_and_begins_at_zero() -> None:
    random = np.random.default_rng(3)
    lat = (np.cumsum(random.normal(0, 300, 5000)) + 48_000_000).astype(np.int32)
    lon = np.cumsum(random.normal(0, 900, 5000)).astype(np.int32)
    lat[2500:], lon[2500:] = -lat[2500:], lon[2500:] + 90_000_000  # one long leap
    kilometres = consecutive_km(lat, lon)
    assert kilometres[0] == 0.0
    assert (kilometres[1:] == geodesic_km(lat[:-1], lon[:-1], lat[1:], lon[1:])).all()
    assert consecutive_km(lat[:0], lon[:0]).size == 0
