"""Gates and arcs, however they are cut or turned round, are crossed as often and at one place."""

import math
from itertools import pairwise, product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from northwatch.geo import (
    along_and_cross_m,
    arc_m,
    crossing,
    destination,
    distance_to_arc_m,
    point_at_share,
    side_of,
    unit_vector,
)
from northwatch.geo.sphere import Vector

ARCTIC = st.tuples(st.floats(50.0, 90.0), st.floats(-180.0, 180.0))
SHARES = st.floats(0.01, 0.99)


def is_plain(p: Vector, q: Vector, a: Vector, b: Vector) -> bool:
    """No end within a metre of the other line, where rounding may decide."""
    ends = [distance_to_arc_m(p, q, v) for v in (a, b)] + [
        distance_to_arc_m(a, b, v) for v in (p, q)
    ]
    return min(ends) > 1.0


@settings(deadline=None)
@given(ARCTIC, ARCTIC, ARCTIC, ARCTIC)
def test_the_other_way_round_the_sign_changes_and_the_place_stays(
    p: tuple[float, float], q: tuple[float, float], a: tuple[float, float], b: tuple[float, float]
) -> None:
    scene = [unit_vector(*place) for place in (p, q, a, b)]
    assume(is_plain(*scene))
    p_, q_, a_, b_ = scene
    sign, share, along = crossing(p_, q_, a_, b_)
    back, back_share, back_along = crossing(q_, p_, a_, b_)
    assert back == -sign
    assert crossing(p_, q_, b_, a_)[0] == -sign
    if sign:
        assert math.isclose(back_share, 1.0 - share, abs_tol=1e-6)
        assert math.isclose(back_along, along, abs_tol=1e-6)
        here, there = point_at_share(p_, q_, share), point_at_share(a_, b_, along)
        assert arc_m(here, there) < 0.01


@settings(deadline=None)
@given(ARCTIC, ARCTIC, ARCTIC, ARCTIC, SHARES)
def test_an_arc_cut_in_two_crosses_as_often(
    p: tuple[float, float],
    q: tuple[float, float],
    a: tuple[float, float],
    b: tuple[float, float],
    share: float,
) -> None:
    p_, q_, a_, b_ = (unit_vector(*place) for place in (p, q, a, b))
    assume(is_plain(p_, q_, a_, b_))
    middle = point_at_share(p_, q_, share)
    assume(distance_to_arc_m(a_, b_, middle) > 1.0)
    parts = crossing(p_, middle, a_, b_)[0] + crossing(middle, q_, a_, b_)[0]
    assert parts == crossing(p_, q_, a_, b_)[0]


@settings(deadline=None)
@given(st.lists(ARCTIC, min_size=2, max_size=8), st.lists(ARCTIC, min_size=3, max_size=6))
def test_a_closed_course_goes_out_of_a_ring_as_often_as_in(
    track: list[tuple[float, float]], ring: list[tuple[float, float]]
) -> None:
    course = [unit_vector(*place) for place in (*track, track[0])]
    line = [unit_vector(*place) for place in (*ring, ring[0])]
    pairs = list(product(pairwise(course), pairwise(line)))
    # A gate's end exactly on an arc is the one case in which there and back may differ.
    assume(all(is_plain(*leg, *part) for leg, part in pairs))
    assert sum(crossing(*leg, *part)[0] for leg, part in pairs) == 0


@settings(deadline=None)
@given(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2), st.integers(0, 3))
def test_a_place_on_the_line_makes_neither_no_crossing_nor_two(
    lon_p: float, lon_q: float, stops: int
) -> None:
    a, b = unit_vector(0.0, -1.0), unit_vector(0.0, 1.0)  # exact: z = 0 on it
    on_line = [unit_vector(0.0, 0.1 * k) for k in range(stops)]
    course = [unit_vector(0.5, lon_p), *on_line, unit_vector(-0.5, lon_q)]
    found = [crossing(p, q, a, b)[0] for p, q in pairwise(course)]
    assert sum(found) == 1
    assert sum(abs(sign) for sign in found) == 1


@settings(deadline=None)
@given(ARCTIC, ARCTIC, st.floats(0.0, 360.0), st.floats(1.0, 1e6))
def test_the_cross_distance_has_the_sign_of_the_side(
    a: tuple[float, float], b: tuple[float, float], course: float, metres: float
) -> None:
    a_, b_ = unit_vector(*a), unit_vector(*b)
    assume(arc_m(a_, b_) > 1000.0)
    place = destination(a_, course, metres)
    _, cross = along_and_cross_m(a_, b_, place)
    if abs(cross) > 0.01:
        assert (cross > 0.0) == (side_of(a_, b_, place) > 0.0)
    assert abs(cross) <= distance_to_arc_m(a_, b_, place) + 1e-3
