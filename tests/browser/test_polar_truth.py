"""What is drawn is where the server says: at the pole, at 180 degrees, in every sector."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from northwatch.geo import to_map
from tests.browser.conftest import Opener, ready
from tests.unit.web.made_picture import T0_MS, polar_ships, ships

pytestmark = pytest.mark.browser
FIRST_DAY = "t_from=2024-08-01&t_to=2024-08-02"


@pytest.mark.parametrize(("up", "res"), [(-45, 9000), (180, 9000), (77, 7000)])
def test_every_ship_at_the_edges_of_the_world_is_drawn_within_a_pixel(
    browse: Opener, up: int, res: int
) -> None:
    page = ready(browse(f"/map?bench=1&{FIRST_DAY}&res={res}&up={up}"))
    width, height = page.evaluate("window.northwatch.size()")
    turn = math.radians(up)
    for ship in polar_ships():
        x, y = to_map(ship.lat_deg[-1:], ship.lon_deg[-1:])
        right = (x[0] * math.cos(turn) + y[0] * math.sin(turn)) / res
        down = (x[0] * math.sin(turn) - y[0] * math.cos(turn)) / res
        if abs(right) > width / 2 - 20 or abs(down) > height / 2 - 20:
            continue
        found = page.evaluate("mmsi => window.northwatch.symbolAt(mmsi)", ship.mmsi)
        assert found is not None, ship.name
        assert math.hypot(found["x"] - width / 2 - right, found["y"] - height / 2 - down) < 1.0, (
            ship.name
        )


def test_ships_at_89_9_and_85_06_and_the_pole_are_three_places_and_not_a_ring(
    browse: Opener,
) -> None:
    page = ready(browse(f"/map?bench=1&{FIRST_DAY}&res=2500"))
    places = [
        page.evaluate("mmsi => window.northwatch.symbolAt(mmsi)", 257000100 + n) for n in range(3)
    ]
    pole = places[2]
    from_pole = [math.hypot(p["x"] - pole["x"], p["y"] - pole["y"]) for p in places[:2]]
    assert from_pole == pytest.approx([4.35, 214.9], abs=1)


def test_a_symbol_points_along_the_way_to_its_next_position(browse: Opener) -> None:
    page = ready(browse("/map?bench=1&t_from=2024-08-10&t_to=2024-08-12"))
    end = int(datetime(2024, 8, 12, tzinfo=UTC).timestamp() * 1000)
    checked = 0
    for ship in ships():
        last = int(np.searchsorted(ship.t_ms, end)) - 1
        if last < 1 or last + 1 >= ship.t_ms.size or ship.t_ms[last] < T0_MS + 9 * 86_400_000:
            continue
        x, y = to_map(ship.lat_deg[last : last + 2], ship.lon_deg[last : last + 2])
        expected = math.atan2(x[1] - x[0], y[1] - y[0])
        found = page.evaluate("mmsi => window.northwatch.bearing(mmsi)", ship.mmsi)
        assert math.cos(found - expected) > 0.999, ship.name
        checked += 1
    assert checked > 10


def test_hour_buckets_change_no_pixel(browse: Opener) -> None:
    page = ready(browse("/map?bench=1&t_from=2024-08-01&t_to=2024-08-21"))
    rng = np.random.default_rng(5)
    hour, day = 3_600_000, 86_400_000
    windows = [
        (T0_MS + 2 * day, T0_MS + 5 * day),  # ends on the hour
        (T0_MS + 3 * day + 1, T0_MS + 3 * day + hour),
        (T0_MS, T0_MS + 20 * day),
        # Within the silences of 30 hours: only lines longer than the window are there.
        *((T0_MS + n * 6 * hour, T0_MS + n * 6 * hour + 600_000) for n in range(8, 20)),
        *(
            (int(a), int(a + length))
            for a, length in zip(
                T0_MS + rng.integers(0, 19 * day, 8), rng.integers(60_000, 4 * day, 8), strict=True
            )
        ),
    ]
    drawn = 0
    for a, b in windows:
        told = page.evaluate("([a, b]) => window.northwatch.differing(a, b)", [a, b])
        assert told["differing"] == 0, (a, b)
        drawn += told["inked"] > 0
    assert drawn >= 20
