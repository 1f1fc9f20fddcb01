import numpy as np
import pytest
from numpy.typing import NDArray
from pyproj import Transformer

from northwatch.geo import (
    from_map,
    from_polar,
    polar_from_ais,
    polar_from_ais_arrays,
    polar_from_vector,
    to_map,
    to_polar,
    unit_vector_ais,
)

Floats = NDArray[np.float64]
PLANES = [(3413, to_polar, from_polar), (3995, to_map, from_map)]


def places(count: int = 50_000) -> tuple[Floats, Floats]:
    """Random places in the north, many near the pole, some at it and on 180."""
    random = np.random.default_rng(0)
    lat = np.degrees(np.arcsin(random.uniform(0, 1, count)))
    lon = random.uniform(-180, 180, count)
    lat[12:2000] = 90 - 10 ** random.uniform(-9, 0, 1988)
    lat[:5], lon[5:9], lon[9:12] = 90.0, 180.0, -180.0
    return lat, lon


@pytest.mark.parametrize(("epsg", "forward", "inverse"), PLANES)
def test_the_planes_agree_with_proj(epsg: int, forward, inverse) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001, ARG001
    lat, lon = places()
    x, y = forward(lat, lon)
    x_proj, y_proj = Transformer.from_crs(4326, epsg, always_xy=True).transform(lon, lat)
    assert np.abs(x - x_proj).max() < 1e-6
    assert np.abs(y - y_proj).max() < 1e-6


@pytest.mark.parametrize(("epsg", "forward", "inverse"), PLANES)
def test_there_and_back_is_the_same_place(epsg: int, forward, inverse) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001, ARG001
    lat, lon = places()
    lat_back, lon_back = inverse(*forward(lat, lon))
    off = np.abs((lon_back - lon + 180) % 360 - 180) * np.cos(np.radians(lat))
    assert np.abs(lat_back - lat).max() < 1e-12
    assert off[5:].max() < 1e-12
    assert lon_back.min() > -180.0
    assert lon_back.max() <= 180.0


def test_the_pole_is_the_origin_whatever_its_longitude() -> None:
    for lon_i in (0, 108_000_000, -27_000_001, 54_321_987):
        assert polar_from_ais(54_000_000, lon_i) == (0.0, 0.0)


def test_the_meridian_of_45_west_runs_straight_down() -> None:
    x, y = polar_from_ais(42_000_000, -27_000_000)
    assert x == 0.0
    assert y < 0.0
    x_map, y_map = to_map(np.array([70.0]), np.array([0.0]))
    assert x_map[0] == 0.0
    assert y_map[0] < 0.0


def test_ais_units_and_vectors_give_the_plane_of_degrees() -> None:
    lat, lon = places(5000)
    lat_i, lon_i = (np.round(v * 600_000).astype(np.int32) for v in (lat, lon))
    x, y = to_polar(lat_i / 600_000, lon_i / 600_000)
    x_ais, y_ais = polar_from_ais_arrays(lat_i, lon_i)
    assert np.abs(np.array([x - x_ais, y - y_ais])).max() < 1e-7
    by_vector = np.array(
        [polar_from_vector(unit_vector_ais(*pair)) for pair in zip(lat_i, lon_i, strict=True)]
    )
    assert np.abs(by_vector - np.column_stack([x, y])).max() < 1e-7


def test_parallels_lie_where_the_reference_says() -> None:
    for lat, kilometres in ((56.0, 3791), (50.0, 4511), (45.0, 5132)):
        x, y = to_polar(np.array([lat]), np.array([12.0]))
        assert np.hypot(x[0], y[0]) / 1000 == pytest.approx(kilometres, abs=1)


def test_the_south_pole_is_nowhere() -> None:
    x, y = polar_from_ais(-54_000_000, 0)
    assert not np.isfinite(np.hypot(x, y))


def test_what_is_not_known_stays_not_known() -> None:
    x, y = to_polar(np.array([np.nan, 70.0]), np.array([10.0, np.nan]))
    assert np.isnan(x).all()
    assert np.isnan(y).all()
