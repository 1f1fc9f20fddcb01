import numpy as np
import pytest
from pyproj import Geod, Transformer

from northwatch.errors import ParameterError
from northwatch.geo import EDGE_KINDS, densify
from northwatch.geo.edges import STEP_M, STRAIGHT, short_way

WGS84 = Geod(ellps="WGS84")


@pytest.mark.parametrize("kind", EDGE_KINDS)
def test_both_ends_are_kept_and_steps_are_short(kind: str) -> None:
    lat, lon = densify(kind, 68.0, 20.0, 74.0, 40.0)
    assert (lat[0], lat[-1]) == (68.0, 74.0)
    assert (lon[0], lon[-1]) == pytest.approx((20.0, 40.0))
    if kind in STRAIGHT:
        assert len(lat) == 2
        return
    _, _, metres = WGS84.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    assert np.max(metres) <= STEP_M * 1.001
    if kind != "great_circle":
        assert np.abs(np.diff(lon)).max() <= 0.1 + 1e-9
        assert np.abs(np.diff(lat)).max() <= 0.1 + 1e-9


def test_a_rhumb_line_is_straight_on_the_mercator_chart() -> None:
    lat, lon = densify("rhumb", 58.0, -42.0, 64.6, -35.45)
    x, y = Transformer.from_crs(4326, 3395, always_xy=True).transform(lon, lat)
    off = (y - y[0]) - (x - x[0]) * (y[-1] - y[0]) / (x[-1] - x[0])
    assert np.abs(off).max() < 1e-5


def test_a_great_circle_is_the_geodesic() -> None:
    lat, lon = densify("great_circle", 73.52667, 19.01667, 68.63817, 43.38467)
    _, _, pieces = WGS84.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    _, _, whole = WGS84.inv(19.01667, 73.52667, 43.38467, 68.63817)
    assert np.sum(pieces) == pytest.approx(whole, abs=1e-3)


def test_a_parallel_keeps_its_latitude_and_takes_the_shorter_way() -> None:
    lat, lon = densify("parallel", 60.0, 163.6, 60.0, -163.9)
    assert (lat == 60.0).all()
    assert np.ptp(lon) == pytest.approx(32.5)


def test_lonlat_goes_the_way_it_is_written() -> None:
    _, lon = densify("lonlat", 60.0, -170.0, 60.0, 170.0)
    assert np.ptp(lon) == pytest.approx(340.0)


def test_a_rhumb_line_along_a_parallel_is_the_parallel() -> None:
    lat, _ = densify("rhumb", 60.0, 10.0, 60.0, 12.0)
    assert lat == pytest.approx(np.full(lat.size, 60.0), abs=1e-12)


def test_a_great_circle_of_two_near_places_needs_no_more_points() -> None:
    lat, _ = densify("great_circle", 60.0, 10.0, 60.01, 10.0)
    assert len(lat) == 2


@pytest.mark.parametrize(
    ("one", "two", "turned"),
    [(170.0, -170.0, 190.0), (-170.0, 170.0, -190.0), (0.0, 180.0, 180.0), (10.0, 10.0, 10.0)],
)
def test_the_short_way_round(one: float, two: float, turned: float) -> None:
    assert short_way(one, two) == turned


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ParameterError, match="great_circle"):
        densify("straight", 60.0, 0.0, 61.0, 0.0)


def test_no_rhumb_line_reaches_the_pole() -> None:
    with pytest.raises(ParameterError, match="pole"):
        densify("rhumb", 60.0, 0.0, 90.0, 40.0)
