"""How usual silences are, and how sure that is."""

import math

import numpy as np
import pytest

from northwatch.events.poisson import upper_bound
from northwatch.events.silences import cell_of, period_borders
from tests.build_tracked import ms
from tests.build_ways import listened


def test_none_seen_may_be_three() -> None:
    assert upper_bound(0, 0.95) == pytest.approx(2.99573, abs=1e-5)


@pytest.mark.parametrize(("n", "bound"), [(1, 4.74386), (2, 6.29579), (10, 16.96222)])
def test_the_upper_bound_is_that_of_printed_tables(n: int, bound: float) -> None:
    """Garwood's exact limits at 90 % two-sided, as in any table of the Poisson law."""
    assert upper_bound(n, 0.95) == pytest.approx(bound, abs=1e-4)


@pytest.mark.parametrize("n", [0, 1, 7, 300, 40_000])
def test_at_the_upper_bound_so_few_have_the_chance_left(n: int) -> None:
    mean = upper_bound(n, 0.95)
    below = [math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(n + 1)]
    assert math.fsum(below) == pytest.approx(0.05, rel=1e-6)


def test_cells_have_equal_area() -> None:
    """The band from 60 N to 70 N holds as many cells as its area says."""
    rng = np.random.default_rng(3)
    z = rng.uniform(math.sin(math.radians(60)), math.sin(math.radians(70)), 20_000)
    lat, lon = np.degrees(np.arcsin(z)), rng.uniform(-180, 180, z.size)
    cells = [
        cell_of(round(a * 6e5), round(b * 6e5), 200_000.0)[:2]
        for a, b in zip(lat, lon, strict=True)
    ]
    _, counts = np.unique(np.array(cells), axis=0, return_counts=True)
    area = 2 * math.pi * 6371.0088**2 * (math.sin(math.radians(70)) - math.sin(math.radians(60)))
    whole = counts[counts > 0.5 * counts.max()]
    assert np.median(whole) == pytest.approx(20_000 * 200.0**2 / area, rel=0.1)


def test_a_cell_knows_how_far_its_edge_surely_is() -> None:
    rng = np.random.default_rng(4)
    for _ in range(500):
        lat, lon = rng.uniform(30, 89), rng.uniform(-180, 180)
        x, y, room = cell_of(round(lat * 6e5), round(lon * 6e5), 50_000.0)
        course = rng.uniform(0, 2 * math.pi)
        to_lat = lat + room / 112_000 * math.cos(course)
        to_lon = lon + room / 112_000 * math.sin(course) / math.cos(math.radians(lat))
        assert cell_of(round(to_lat * 6e5), round(to_lon * 6e5), 50_000.0)[:2] == (x, y)


def test_the_pole_is_a_corner_of_cells() -> None:
    assert cell_of(90 * 600_000, 0, 50_000.0)[:2] == (0, 0)
    about = [
        cell_of(round(89.9 * 6e5), lon * 600_000, 50_000.0)[:2] for lon in (45, 135, -135, -45)
    ]
    assert about == [(0, 0), (-1, 0), (-1, -1), (0, -1)]


def test_periods_end_with_months_and_where_a_source_ends_for_good() -> None:
    held = listened(begin_h=0, end_h=24 * 60)  # from 15 July to 13 September
    borders = period_borders(held)
    august, september = ms(17 * 24), ms(48 * 24)
    assert borders.tolist() == [ms(0), august, september, ms(24 * 60)]
    assert period_borders(held.clear()).tolist() == []
