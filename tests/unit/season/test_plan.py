from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from northwatch.errors import ParameterError
from northwatch.season import Dirt, Reception, SeasonPlan


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("days", 0),
        ("vessels", 0),
        ("theatre", "antarctic"),
        ("interval_s", 1.0),
        ("jitter_share", 1.0),
        ("silence_h", (5.0, 3.0)),
        ("rows", 0),
        ("t_from", datetime(2026, 7, 1, 12, tzinfo=UTC)),
        ("t_from", datetime(2026, 7, 1, tzinfo=UTC).replace(tzinfo=None)),
    ],
)
def test_a_plan_that_cannot_be_sailed_is_refused_by_name(field: str, value: Any) -> None:  # noqa: ANN401 - of any type
    with pytest.raises(ParameterError, match=field):
        SeasonPlan(**{field: value})


def test_a_copy_may_not_come_so_late_that_it_is_no_copy() -> None:
    with pytest.raises(ParameterError, match="copy_delay_s"):
        SeasonPlan(dirt=Dirt(copy_delay_s=30))


def test_midnight_is_told_in_utc_whatever_the_zone() -> None:
    nepal = timezone(timedelta(hours=5, minutes=45))
    plan = SeasonPlan(t_from=datetime(2026, 7, 1, 5, 45, tzinfo=nepal))
    assert plan.t_from_s == SeasonPlan(t_from=datetime(2026, 7, 1, tzinfo=UTC)).t_from_s


def test_a_sized_plan_has_a_day_for_each_ten_million_rows() -> None:
    assert SeasonPlan.sized(10_000_000).days == 1
    assert SeasonPlan.sized(100_000_000).days == 10
    assert SeasonPlan.sized(10_000_000).vessels == SeasonPlan.sized(100_000_000).vessels


def test_a_sized_plan_keeps_an_interval_that_is_asked_for() -> None:
    plan = SeasonPlan.sized(10_000_000, days=30, interval_s=60.0)
    assert (plan.interval_s, plan.rows, plan.days) == (60.0, None, 30)
    assert 200 < plan.vessels < 500


def test_the_demo_is_a_summer_with_real_reception() -> None:
    plan = SeasonPlan.demo()
    assert plan.reception != Reception(everywhere=True)
    assert (plan.t_from.year, plan.t_from.month) == (2026, 7)
    assert 40 <= plan.days <= 50
    assert 60 <= plan.vessels <= 120
