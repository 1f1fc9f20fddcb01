"""The points on an edge lie on it, whichever end comes first."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from northwatch.geo import EDGE_KINDS, densify, from_polar, to_polar

WGS84 = Geod(ellps="WGS84")
MERCATOR = Transformer.from_crs(4326, 3395, always_xy=True)
LAT = st.floats(45.0, 89.0)
LON = st.floats(-180.0, 180.0)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(EDGE_KINDS), LAT, LON, LAT, LON)
def test_both_ways_give_the_same_points_in_the_plane(
    kind: str, lat0: float, lon0: float, lat1: float, lon1: float
) -> None:
    if kind == "lonlat" or abs((lon1 - lon0) % 360.0 - 180.0) < 1e-6:
        lon1 = lon0 + 10.0  # half a turn may be taken either way
    there = np.array(to_polar(*densify(kind, lat0, lon0, lat1, lon1)))
    back = np.array(to_polar(*densify(kind, lat1, lon1, lat0, lon0)))[:, ::-1]
    assert there.shape == back.shape
    assert np.abs(there - back).max() < 1e-6


@settings(max_examples=50, deadline=None)
@given(LAT, LON, LAT, st.floats(-170.0, 170.0))
def test_rhumb_lines_are_straight_on_the_mercator_chart(
    lat0: float, lon0: float, lat1: float, east: float
) -> None:
    lat, lon = densify("rhumb", lat0, lon0, lat1, lon0 + east)
    # The chart is cut at 180: count longitudes from the first end.
    x, y = MERCATOR.transform(lon - lon[0], lat)
    length = np.hypot(x[-1] - x[0], y[-1] - y[0])
    if length < 1.0:
        return
    off = ((x - x[0]) * (y[-1] - y[0]) - (y - y[0]) * (x[-1] - x[0])) / length
    assert np.abs(off).max() < 0.01


@settings(max_examples=50, deadline=None)
@given(LAT, LON, LAT, st.floats(-170.0, 170.0))
def test_great_circles_are_as_long_as_the_geodesic(
    lat0: float, lon0: float, lat1: float, east: float
) -> None:
    lat, lon = densify("great_circle", lat0, lon0, lat1, lon0 + east)
    pieces = WGS84.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]
    whole = WGS84.inv(lon0, lat0, lon0 + east, lat1)[2]
    assert abs(np.sum(pieces) - whole) < 0.001
    assert np.max(pieces) < 5010.0


@settings(deadline=None)
@given(st.floats(0.0, 90.0), LON)
def test_the_plane_and_back(lat: float, lon: float) -> None:
    lat_back, lon_back = (v[0] for v in from_polar(*to_polar(np.array([lat]), np.array([lon]))))
    assert abs(lat_back - lat) < 1e-11
    east = abs((lon_back - lon + 180.0) % 360.0 - 180.0)
    assert east * np.cos(np.radians(lat)) < 1e-11
