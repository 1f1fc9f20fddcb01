"""Law: 360 degrees more, a scene turned rigidly, and all times moved, make the same tracks."""

import math
import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from northwatch.tracks import ARCTIC, TrackRule, assign_tracks
from tests.unit.tracks.made import (
    MINUTE,
    T0,
    Vector,
    course_of,
    numbered,
    offsets_of,
    place_deg,
    sail,
    table,
    tangent,
    vector,
)
from tests.unit.tracks.scenes import law, rules, scenes

HALF_TURN_I = 108_000_000


@law(30)
@given(rows=scenes(), rule=rules(), rng=st.randoms(use_true_random=False))
def test_180_east_and_180_west_are_one_place(
    rows: list[dict[str, Any]], rule: TrackRule, rng: random.Random
) -> None:
    on_line = [one | {"lon_i": rng.choice([HALF_TURN_I, one["lon_i"]])} for one in rows]
    west = [
        one | {"lon_i": -HALF_TURN_I if one["lon_i"] == HALF_TURN_I else one["lon_i"]}
        for one in on_line
    ]
    assert offsets_of(assign_tracks(table(on_line), rule)) == offsets_of(
        assign_tracks(table(west), rule)
    )


@law(30)
@given(rows=scenes(), shift_ms=st.integers(-(10**11), 10**11))
def test_all_times_moved_make_the_same_tracks(rows: list[dict[str, Any]], shift_ms: int) -> None:
    # But for false courses, which are looked for day by day as suppliers deliver.
    rule = TrackRule(constant_course_n=0)
    moved = [one | {"t_ms": one["t_ms"] + shift_ms} for one in rows]
    assert offsets_of(assign_tracks(table(rows), rule)) == offsets_of(
        assign_tracks(table(moved), rule)
    )


def turn(v: Vector, axis: Vector, angle: float) -> Vector:
    """Return the vector turned about an axis (Rodrigues' formula)."""
    c, s = math.cos(angle), math.sin(angle)
    along = (1 - c) * sum(a * b for a, b in zip(axis, v, strict=True))
    x, y, z = v
    kx, ky, kz = axis
    return (
        c * x + s * (ky * z - kz * y) + along * kx,
        c * y + s * (kz * x - kx * z) + along * ky,
        c * z + s * (kx * y - ky * x) + along * kz,
    )


def turned(rows: list[dict[str, Any]], axis: Vector, angle: float) -> list[dict[str, Any]]:
    """Return the scene turned rigidly: places and courses, rounded as AIS sends them."""
    out = []
    for one in rows:
        lat_deg, lon_deg = one["lat_i"] / 600_000, one["lon_i"] / 600_000
        here = turn(vector(lat_deg, lon_deg), axis, angle)
        along = turn(tangent(lat_deg, lon_deg, one["cog_i"] / 10), axis, angle)
        lat_deg, lon_deg = place_deg(here)
        out.append(
            one
            | {
                "lat_i": round(lat_deg * 600_000),
                "lon_i": round(lon_deg * 600_000),
                "cog_i": round(course_of(here, along) * 10) % 3600,
            }
        )
    return out


@st.composite
def clear_scenes(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw two ships that share a number, 60 nm or more apart, one with spikes: wide margins."""
    first = sail(
        40, course_deg=draw(st.floats(0, 359)), speed_kn=draw(st.floats(5, 20)),
        every_ms=draw(st.integers(1, 15)) * MINUTE,
    )  # fmt: skip
    second = sail(
        25, lat_deg=draw(st.floats(-60, 60)), lon_deg=80.0, course_deg=draw(st.floats(0, 359)),
        speed_kn=draw(st.floats(5, 20)), t_ms=T0 + 30_000, every_ms=7 * MINUTE,
    )  # fmt: skip
    for k in draw(st.sets(st.integers(2, 39), max_size=3)):
        first[k]["lat_i"] -= draw(st.integers(500, 900)) * 10_000
    return numbered(first + second)


@law(25)
@given(
    rows=clear_scenes(),
    towards_deg=st.floats(-180, 180),
    angle_deg=st.sampled_from([20.0, 95.0, 100.0, 110.0, 173.3, -160.0]),
)
def test_a_scene_turned_over_the_pole_makes_the_same_tracks(
    rows: list[dict[str, Any]], towards_deg: float, angle_deg: float
) -> None:
    axis = vector(0.0, towards_deg)
    over = turned(rows, axis, math.radians(angle_deg))
    assert by_content(over) == by_content(rows)


@law(25)
@given(rows=clear_scenes(), shift_i=st.integers(-HALF_TURN_I, HALF_TURN_I))
def test_a_scene_turned_about_the_axis_makes_the_same_tracks(
    rows: list[dict[str, Any]], shift_i: int
) -> None:
    around = [
        one | {"lon_i": (one["lon_i"] + shift_i + HALF_TURN_I) % (2 * HALF_TURN_I) - HALF_TURN_I}
        for one in rows
    ]
    assert by_content(around) == by_content(rows)


def by_content(rows: list[dict[str, Any]]) -> list[list[int]]:
    """Return the tracks as the offsets of their rows, in an order that no turn changes."""
    return sorted(offsets_of(assign_tracks(table(rows), ARCTIC)))
