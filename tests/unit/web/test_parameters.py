from datetime import UTC, datetime

import pytest

from northwatch.errors import ParameterError
from northwatch.web.parameters import Parameter, instant, number, one_of, read_state, some_of, whole

BY = Parameter(name="by", parse=one_of(["day", "month"]), allowed="day, month", default="month")
ACTOR = Parameter(name="actor", parse=some_of(["CHN", "NOR", "RUS"]), allowed="CHN, NOR, RUS")
AFTER = Parameter(name="after", parse=whole(0, 100), allowed="0 to 100")


def test_an_unknown_name_is_refused_with_the_names_that_are_known() -> None:
    with pytest.raises(ParameterError, match="the parameters actor, by"):
        read_state([("colour", "red")], [BY, ACTOR])


def test_a_value_that_is_not_allowed_is_refused_with_those_that_are() -> None:
    with pytest.raises(ParameterError, match="allowed: day, month"):
        read_state([("by", "week")], [BY])


def test_a_list_is_sorted_and_each_value_stands_once_however_it_was_given() -> None:
    by_comma = read_state([("actor", "RUS,CHN,RUS")], [ACTOR])
    by_boxes = read_state([("actor", "RUS"), ("actor", "CHN")], [ACTOR])
    assert by_comma["actor"] == by_boxes["actor"] == ("CHN", "RUS")


def test_the_canonical_query_sorts_names_and_leaves_defaults_and_empty_values_out() -> None:
    state = read_state([("by", "month"), ("after", "3"), ("actor", "NOR"), ("after", "")], [
        BY, ACTOR, AFTER,
    ])  # fmt: skip
    assert state.query() == "?actor=NOR&after=3"
    assert state.query(after=None, by="day") == "?actor=NOR&by=day"
    assert read_state([], [BY]).query() == ""


def test_the_cited_query_spells_every_default_out() -> None:
    state = read_state([("actor", "NOR")], [BY, ACTOR])
    assert state.cited_query(as_of="2024-08-31") == "?actor=NOR&as_of=2024-08-31&by=month"


def test_reading_a_query_that_a_state_wrote_gives_the_same_state() -> None:
    state = read_state([("actor", "RUS,CHN"), ("by", "day")], [BY, ACTOR])
    pairs = [part.split("=") for part in state.query()[1:].split("&")]
    assert read_state([(name, value) for name, value in pairs], [BY, ACTOR]) == state


@pytest.mark.parametrize("text", ["2024-08-31", "2024-08-31T00:00Z", "2024-08-31T00:00:00+00:00"])
def test_an_instant_is_utc_whatever_the_machine_thinks(text: str) -> None:
    assert instant(text) == datetime(2024, 8, 31, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2024-08-31T06:00+02:00", "yesterday", "2024-13-01"])
def test_an_instant_in_another_zone_or_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        instant(text)


@pytest.mark.parametrize("text", ["nan", "inf", "1e99", "x"])
def test_what_is_no_number_within_bounds_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        number(0, 10)(text)
