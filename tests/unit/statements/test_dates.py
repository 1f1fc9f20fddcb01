"""Days that words may mean, from the day of publication and never from a clock."""

from datetime import date

import pytest

from northwatch.statements.dates import find_dates
from northwatch.statements.proposals import Span

BASE = date(2026, 1, 28)  # a Wednesday


@pytest.mark.parametrize(
    ("words", "t_from", "t_to", "precision", "is_stated"),
    [
        ("on 26 January 2026", "2026-01-26", "2026-01-27", "day", True),
        ("on January 26, 2026", "2026-01-26", "2026-01-27", "day", True),
        ("on Monday, January 26, 2026", "2026-01-26", "2026-01-27", "day", True),
        ("on the 26th of January 2026", "2026-01-26", "2026-01-27", "day", True),
        ("on 2026-01-26", "2026-01-26", "2026-01-27", "day", True),
        ("on 26 January", "2026-01-26", "2026-01-27", "day", False),
        ("on December 30", "2025-12-30", "2025-12-31", "day", False),
        ("said today", "2026-01-28", "2026-01-29", "day", False),
        ("said yesterday", "2026-01-27", "2026-01-28", "day", False),
        ("on Monday", "2026-01-26", "2026-01-27", "day", False),
        ("on Wednesday", "2026-01-28", "2026-01-29", "day", False),
        ("on Thursday", "2026-01-22", "2026-01-23", "day", False),
        ("last Monday", "2026-01-19", "2026-01-20", "day", False),
        ("next Monday", "2026-02-02", "2026-02-03", "day", False),
        ("last week", "2026-01-19", "2026-01-26", "week", False),
        ("this week", "2026-01-26", "2026-02-02", "week", False),
        ("earlier this week", "2026-01-26", "2026-01-29", "week", False),
        ("later this week", "2026-01-28", "2026-02-02", "week", False),
        ("last month", "2025-12-01", "2026-01-01", "month", False),
        ("earlier this month", "2026-01-01", "2026-01-29", "month", False),
        ("in January 2026", "2026-01-01", "2026-02-01", "month", True),
        ("in March", "2026-03-01", "2026-04-01", "month", False),
        ("in early January", "2026-01-01", "2026-01-11", "part of month", False),
        ("in mid-January", "2026-01-11", "2026-01-21", "part of month", False),
        ("in late February 2026", "2026-02-21", "2026-03-01", "part of month", False),
    ],
)
def test_words_mean_days(
    words: str, t_from: str, t_to: str, precision: str, *, is_stated: bool
) -> None:
    (one,) = find_dates(words, Span(0, len(words)), BASE)
    assert (str(one.t_from), str(one.t_to)) == (t_from, t_to)
    assert (one.precision, one.is_stated, one.doubt) == (precision, is_stated, "")


@pytest.mark.parametrize(
    "words",
    ["we may 27 ships", "they march north", "every two to three weeks", "within a matter of weeks",
     "paragraph 12", "30 February 2026", "in a May-like mood", "a 5-day week of talks"],
)  # fmt: skip
def test_words_that_mean_no_day(words: str) -> None:
    assert find_dates(words, Span(0, len(words)), BASE) == []


def test_a_weekday_that_is_not_that_days_is_told() -> None:
    words = "on Wednesday, January 15, 2026"
    (one,) = find_dates(words, Span(0, len(words)), BASE)
    assert one.t_from == date(2026, 1, 15)
    assert one.doubt == "2026-01-15 is a Thursday, the text says Wednesday"


def test_without_a_day_of_publication_only_full_dates_are_read() -> None:
    words = "on Monday, last week, on 3 May and on 4 May 2026"
    assert [one.words for one in find_dates(words, Span(0, len(words)), None)] == ["4 May 2026"]
