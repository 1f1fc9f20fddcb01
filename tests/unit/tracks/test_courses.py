"""A course that nearly all positions of a source-day share means that none was sent."""

from typing import Any

import pytest

from northwatch.tracks import ARCTIC, GFW, NO_SPEED, TrackRule
from northwatch.tracks.courses import without_constant_course
from tests.unit.tracks.made import MINUTE, T0, H, row, table

MIDNIGHT = T0 - T0 % (24 * H)


def courses(rows: list[dict[str, Any]], rule: TrackRule = ARCTIC) -> list[int | None]:
    """Return the courses believed, in the order of the rows."""
    frame = table(rows)
    names = ("mmsi", "t_ms", "source", "sog_i", "cog_i")
    columns = [frame[name].fill_null(NO_SPEED).to_numpy() for name in names]
    found = without_constant_course(*columns, rule=rule)
    return [None if value == NO_SPEED else int(value) for value in found]


def day(n: int, course_deg: float = 0.0, **other: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    return [
        row(MIDNIGHT + k * MINUTE, 70 + k / 1000, 10.0, 12.0, course_deg, **other) for k in range(n)
    ]


def test_a_hundred_alike_are_not_believed() -> None:
    assert set(courses(day(100))) == {None}


def test_fewer_than_a_hundred_are_believed() -> None:
    assert set(courses(day(99))) == {0}


@pytest.mark.parametrize(("n_others", "left"), [(5, 0), (6, 94)])
def test_nineteen_in_twenty_must_be_alike_and_the_others_keep_theirs(
    n_others: int, left: int
) -> None:
    rows = day(100)
    for k in range(n_others):
        rows[7 * k]["cog_i"] = 900 + k
    found = courses(rows)
    assert found.count(0) == left
    assert [found[7 * k] for k in range(n_others)] == [900 + k for k in range(n_others)]


def test_positions_at_rest_do_not_count_but_lose_the_course_too() -> None:
    rows = day(150)
    for one in rows[:50]:
        one["sog_i"] = 3
    assert set(courses(rows)) == {None}
    for one in rows[50:52]:
        one["sog_i"] = None
    assert set(courses(rows)) == {0}


def test_each_source_day_and_ship_is_judged_alone() -> None:
    one = day(100)
    other = [r | {"source": 2, "t_ms": r["t_ms"] + 1, "cog_i": 10 + k} for k, r in enumerate(one)]
    later = [r | {"t_ms": r["t_ms"] + 24 * H} for r in day(60)]
    ship = day(60, mmsi=219_000_001)
    found = courses([*one, *other, *later, *ship])
    assert found[:60] == [0] * 60  # the ship of the lowest number, with sixty positions
    assert found[60:260:2] == [None] * 100
    assert found[61:260:2] == [10 + k for k in range(100)]
    assert found[260:] == [0] * 60


def test_the_gfw_rule_believes_every_course() -> None:
    assert courses(day(200), GFW) == [0] * 200
