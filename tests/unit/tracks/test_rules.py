"""The two rules that ship, and what a rule refuses."""

from dataclasses import fields
from typing import Any

import pytest

from northwatch.errors import ParameterError
from northwatch.tracks import ARCTIC, GFW, TrackRule


def test_the_profiles_differ_only_where_the_reference_says_so() -> None:
    differing = {
        f.name for f in fields(TrackRule) if getattr(ARCTIC, f.name) != getattr(GFW, f.name)
    }
    assert differing == {
        "id",
        "rival_min_n",
        "base_min",
        "long_range_apart",
        "long_range_tolerance_nm",
        "constant_course_n",
    }


def test_every_parameter_says_why() -> None:
    assert TrackRule.__doc__ is not None
    for one in fields(TrackRule):
        assert f"        {one.name}: " in TrackRule.__doc__


@pytest.mark.parametrize(
    "wrong",
    [
        {"lookback": 0},
        {"lookback_factor": 0.5},
        {"ambiguity_factor": 0.9},
        {"max_open_tracks": 0},
        {"constant_course_share": 0.5},
        {"shape_factor": 0.5},
    ],
)
def test_a_rule_refuses_what_it_could_not_follow(wrong: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        TrackRule(**wrong)
