"""Law: a ship sails the great circle between nodes at even speed, at the pole and on 180 too."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from northwatch.season.paths import angles, place
from tests.unit.season.build import way

PLACES = st.tuples(
    st.one_of(st.floats(-89.9, 89.9), st.sampled_from([90.0, 89.999, 0.0])),
    st.one_of(st.floats(-180.0, 180.0), st.sampled_from([180.0, -180.0, 179.999])),
)


@settings(max_examples=150, deadline=None)
@given(begin=PLACES, end=PLACES, share=st.floats(0.0, 1.0))
def test_a_place_parts_the_leg_by_the_share_of_its_time(
    begin: tuple[float, float], end: tuple[float, float], share: float
) -> None:
    one = way((0, *begin), (1000, *end))
    whole = angles(one.xyz[:1], one.xyz[1:])[0]
    if whole > 3.1:  # opposite places have no one great circle
        return
    here = place(one, np.array([1000.0 * share]))
    assert abs(np.linalg.norm(here) - 1.0) < 1e-9
    assert abs(angles(one.xyz[:1], here)[0] - share * whole) < 1e-9
    assert abs(angles(here, one.xyz[1:])[0] - (1.0 - share) * whole) < 1e-9


@settings(max_examples=80, deadline=None)
@given(begin=PLACES, end=PLACES, turn=st.floats(-360.0, 360.0), share=st.floats(0.0, 1.0))
def test_turning_the_globe_turns_the_way(
    begin: tuple[float, float], end: tuple[float, float], turn: float, share: float
) -> None:
    one = way((0, *begin), (1000, *end))
    other = way((0, begin[0], begin[1] + turn), (1000, end[0], end[1] + turn))
    if angles(one.xyz[:1], one.xyz[1:])[0] > 3.1:
        return
    x, y, z = place(one, np.array([1000.0 * share]))[0]
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    turned = np.array([c * x - s * y, s * x + c * y, z])
    np.testing.assert_allclose(place(other, np.array([1000.0 * share]))[0], turned, atol=1e-9)
