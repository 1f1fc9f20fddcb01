import numpy as np
import pytest

from northwatch.geo import to_map
from northwatch.web.track_lines import cut_at_180


def _cut(lat: list[float], lon: list[float]) -> list[list[list[float]]]:
    lat_deg, lon_deg = np.array(lat), np.array(lon, float)
    return cut_at_180(lat_deg, lon_deg, np.column_stack(to_map(lat_deg, lon_deg)))


def test_a_line_over_180_is_two_lines_that_meet_at_180() -> None:
    east, west = _cut([70.0, 72.0], [179.0, -179.0])
    assert east[-1][0] == 180.0
    assert west[0][0] == -180.0
    assert east[-1][1] == west[0][1] == pytest.approx(71.0, abs=0.1)


def test_a_line_over_greenwich_is_not_cut() -> None:
    assert len(_cut([70.0, 70.0], [-1.0, 1.0])) == 1


def test_a_line_past_the_pole_is_cut_only_where_it_meets_180() -> None:
    assert len(_cut([89.0, 89.0], [10.0, -60.0])) == 1
    assert len(_cut([89.0, 89.0], [100.0, -150.0])) == 2


def test_no_piece_jumps_by_more_than_half_a_turn() -> None:
    rng = np.random.default_rng(1)
    lat = list(70 + np.cumsum(rng.normal(0, 0.1, 500)))
    lon = [((x + 180) % 360) - 180 for x in 178 + np.cumsum(rng.normal(0, 0.4, 500))]
    for line in _cut(lat, lon):
        assert len(line) >= 2
        assert np.abs(np.diff([place[0] for place in line])).max(initial=0) < 180


def test_one_place_is_still_a_line_that_geojson_allows() -> None:
    assert _cut([70.0], [10.0]) == [[[10.0, 70.0], [10.0, 70.0]]]
