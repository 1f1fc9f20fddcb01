"""Which track lies under a longer one, and which continues another over a silence."""

from typing import Any

import polars as pl
import pytest

from northwatch.tracks import ARCTIC, assign_tracks
from tests.unit.tracks.made import MINUTE, T0, H, row, sail, table

DAY = 24 * H


def tracks(*voyages: list[dict[str, Any]]) -> pl.DataFrame:
    return assign_tracks(table([one for voyage in voyages for one in voyage]), ARCTIC).tracks


def lie(hours: float, lat_deg: float = 70.0, n: int = 12, **other: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """Return n positions, a minute apart, of a ship at rest from so many hours on."""
    t_ms = T0 + round(hours * H)
    return sail(n, lat_deg=lat_deg, speed_kn=0.0, t_ms=t_ms, every_ms=MINUTE, **other)


def linked(frame: pl.DataFrame) -> list[int | None]:
    """Return the row of the track that continues each, in order."""
    ids = frame["track_id"].to_list()
    return [None if to is None else ids.index(to) for to in frame["link_next"].to_list()]


def reasons(frame: pl.DataFrame) -> list[str | None]:
    return frame["link_reason"].to_list()


def test_a_track_is_linked_to_the_next_one_of_its_number() -> None:
    found = tracks(lie(0), lie(30), lie(90), lie(5, mmsi=219_000_001))
    assert linked(found) == [None, 2, 3, None]
    assert reasons(found) == ["none_after", None, None, "none_after"]


@pytest.mark.parametrize(("hours", "to"), [(30 * 24.0, 1), (30 * 24.0 + 0.1, None)])
def test_a_silence_of_more_than_thirty_days_is_not_linked(hours: float, to: int | None) -> None:
    found = tracks(lie(0), lie(11 / 60 + hours))
    assert linked(found)[0] == to
    assert reasons(found)[0] == (None if to else "none_after")


@pytest.mark.parametrize(("lat_deg", "reason"), [(83.0, None), (86.0, "too_fast")])
def test_a_way_that_needs_more_than_thirty_knots_is_not_linked(
    lat_deg: float, reason: str | None
) -> None:
    # 30 h at 30 kn are 900 nm, 15 degrees.
    assert reasons(tracks(lie(0), lie(30, lat_deg)))[0] == reason


def test_short_tracks_between_are_passed_over() -> None:
    found = tracks(lie(0), lie(30, n=3), lie(60))
    assert found["is_short"].to_list() == [False, True, False]
    assert linked(found) == [2, None, None]
    assert reasons(found) == [None, "other_before", "none_after"]


def test_a_ship_heard_seldom_is_linked_from_short_track_to_short_track() -> None:
    found = tracks(lie(0, n=2), lie(30, n=2), lie(60, n=2), lie(90))
    assert linked(found) == [1, 2, 3, None]


def test_a_long_track_is_linked_to_a_short_one_if_no_other_follows() -> None:
    assert linked(tracks(lie(0), lie(30, n=2), lie(60, n=2))) == [1, 2, None]


def test_no_link_while_another_long_track_goes_on() -> None:
    other = sail(60, lat_deg=50.0, speed_kn=0.0, every_ms=H)
    found = tracks(lie(0.01), other, lie(50))
    assert reasons(found) == ["none_after", "other_alive", "other_alive"]


def test_a_short_ghost_under_a_track_is_not_linked() -> None:
    ship = sail(60, speed_kn=0.0, every_ms=H)
    found = tracks(ship, [row(T0 + 5 * H + 1, 10.0, 10.0)], [row(T0 + 40 * H + 1, 10.0, 10.0)])
    assert reasons(found) == ["none_after", "other_alive", "other_alive"]
    assert found["overlap_share"].to_list() == [0.0, 1.0, 1.0]


def test_two_continuations_at_one_instant_are_no_link() -> None:
    found = tracks(lie(0), lie(30), lie(30, 71.0))
    assert reasons(found)[0] == "ambiguous"
    assert linked(found) == [None, None, None]


def test_two_tracks_that_end_at_one_instant_have_no_common_continuation() -> None:
    found = tracks(lie(0), lie(0, 71.0), lie(30))
    assert reasons(found) == ["ambiguous", "ambiguous", "none_after"]


def test_of_two_continuations_the_one_within_reach_is_taken() -> None:
    # At one instant the southern one comes first in the total order.
    assert linked(tracks(lie(0), lie(30), lie(30, 20.0))) == [2, None, None]


def test_overlap_is_the_share_of_time_under_tracks_of_more_positions() -> None:
    # Ten hours; a longer track covers the first five, another hours four to six: six in ten.
    ship = sail(11, lat_deg=50.0, speed_kn=0.0, every_ms=H)
    under = sail(301, lat_deg=60.0, speed_kn=0.0, every_ms=MINUTE)
    later = sail(121, lat_deg=70.0, speed_kn=0.0, every_ms=MINUTE, t_ms=T0 + 4 * H)
    found = tracks(ship, under, later).sort("n_positions")
    assert found["overlap_share"].to_list() == pytest.approx([0.6, 0.5, 0.0])
    assert found["is_overlapped"].to_list() == [True, True, False]


def test_tracks_of_equal_size_do_not_overlap_each_other() -> None:
    found = tracks(lie(0), lie(0, 60.0))
    assert found["overlap_share"].to_list() == [0.0, 0.0]
