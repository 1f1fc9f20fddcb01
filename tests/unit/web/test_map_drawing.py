import math

import numpy as np
import pytest

from northwatch.geo import to_map
from northwatch.web.map_drawing import (
    Sheet,
    graticule_path,
    land_path,
    path,
    scale_bar,
    sheet_about,
)


def _on(sheet: Sheet, lat: float, lon: float) -> tuple[float, float]:
    x, y = to_map(np.array([lat]), np.array([lon]))
    right, down = sheet.pixels(np.column_stack((x, y)))[0]
    return float(right), float(down)


@pytest.mark.parametrize("up", [-45.0, 0.0, 19.0, 133.0, 180.0])
def test_the_meridian_asked_for_points_straight_down_from_the_pole(up: float) -> None:
    sheet = Sheet(0, 0, 5000, up, 800, 600)
    assert _on(sheet, 90, 12) == pytest.approx((400, 300))
    right, down = _on(sheet, 80, up)
    assert right == pytest.approx(400, abs=1e-6)
    assert down > 300


@pytest.mark.parametrize("up", [-45.0, 19.0])
def test_east_is_to_the_right_of_the_meridian_that_points_down(up: float) -> None:
    sheet = Sheet(0, 0, 5000, up, 800, 600)
    assert _on(sheet, 80, up + 10)[0] > 400


def test_a_sheet_about_places_holds_them_all_with_north_up_at_their_middle() -> None:
    lat, lon = np.array([70.0, 75.0, 72.0]), np.array([170.0, -170.0, 179.0])
    places = np.column_stack(to_map(lat, lon))
    sheet = sheet_about(places, 640, 420)
    pixels = sheet.pixels(places)
    assert (pixels >= 0).all()
    assert (pixels <= [640, 420]).all()
    north, south = _on(sheet, 74, 180), _on(sheet, 71, 180)
    assert north[1] < south[1]
    assert abs(north[0] - south[0]) < 30


def test_path_data_say_where_the_pixels_are_to_a_tenth() -> None:
    assert path(np.array([[0.0, 0.0], [10.04, 0.0], [10.0, -5.26]])) == "M0 0l10 0 0 -5.3"
    assert path(np.array([[1.0, 1.0], [1.01, 1.01]]), closed=True) == "M1 1z"
    assert path(np.empty((0, 2))) == ""


def test_land_is_cut_just_outside_the_sheet() -> None:
    square = np.array([[-1e7, -1e7], [1e7, -1e7], [1e7, 1e7], [-1e7, 1e7], [-1e7, -1e7]])
    made = land_path(Sheet(0, 0, 1000, 0, 100, 80), (square,))
    assert made.startswith("M")
    numbers = [abs(float(n)) for n in made[1:-1].replace("l", " ").split()]
    assert max(numbers) <= 140


def test_land_smaller_than_a_pixel_and_land_out_of_view_are_left_out() -> None:
    islet = np.array([[0.0, 0.0], [500.0, 0.0], [500.0, 500.0], [0.0, 0.0]])
    sheet = Sheet(0, 0, 1000, 0, 100, 80)
    assert land_path(sheet, (islet,)) == ""
    assert land_path(sheet, (islet * 100 + 1e6,)) == ""


def test_shipped_land_and_graticule_are_drawn() -> None:
    sheet = Sheet(0, 0, 8500, -45, 1000, 760)
    assert land_path(sheet).count("M") > 50
    assert graticule_path(sheet).count("M") > 20


@pytest.mark.parametrize("lat", [60.0, 71.0, 85.0, 90.0])
def test_the_scale_bar_is_right_on_the_ground_at_its_latitude(lat: float) -> None:
    sheet = Sheet(0, 0, 1000, 0, 100, 80)
    bar = scale_bar(sheet, lat)
    km = float(bar.words.split()[0])
    # A degree of latitude is 111.2 to 111.7 km up here; on the map it is so many pixels.
    north = to_map(np.array([min(lat + 0.5, 90.0)]), np.array([0.0]))
    south = to_map(np.array([lat - 0.5]), np.array([0.0]))
    degrees = min(lat + 0.5, 90.0) - (lat - 0.5)
    pixels_per_km = (
        math.dist((north[0][0], north[1][0]), (south[0][0], south[1][0])) / 1000 / (degrees * 111.6)
    )
    assert bar.pixels == pytest.approx(km * pixels_per_km, rel=0.01)
    assert bar.pixels <= 140
