"""Words about days, in; the days they may mean, out: a half-open interval, never from a clock.

The day of publication is the base of what is not written out in full. A weekday that is not that
day's is told and not mended. Source: the reference "From documents to attributed statements", §8.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from northwatch.statements.proposals import Precision, Said, Span

_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_DAYS: Final = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_MONTH: Final = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_WEEKDAY: Final = r"(?P<weekday>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_PART: Final = {"early": (1, 11), "mid": (11, 21), "late": (21, 32)}
_ONE: Final = timedelta(days=1)
_WEEK: Final = timedelta(weeks=1)

Reader = Callable[[re.Match[str], date | None], tuple[date, date, Precision, bool] | None]


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b{words}(?![\w-])")


def _on(day: date) -> tuple[date, date]:
    return day, day + _ONE


def _month_of(words: str) -> int:
    return 1 + _MONTHS.index(words[:3].lower())


def _day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nearest(base: date, month: int, day: int) -> date | None:
    """Return the day of a month without a year that is nearest to the base."""
    near = [_day_of(base.year + years, month, day) for years in (-1, 0, 1)]
    return min((one for one in near if one), key=lambda one: abs(one - base), default=None)


def _full(found: re.Match[str], _: date | None) -> tuple[date, date, Precision, bool] | None:
    told = found.groupdict()
    month = int(told["number"]) if told.get("number") else _month_of(told["month"])
    day = _day_of(int(told["year"]), month, int(told["day"]))
    return (*_on(day), "day", True) if day else None


def _yearless(found: re.Match[str], base: date | None) -> tuple[date, date, Precision, bool] | None:
    day = _nearest(base, _month_of(found["month"]), int(found["day"])) if base else None
    return (*_on(day), "day", False) if day else None


def _weekday(found: re.Match[str], base: date | None) -> tuple[date, date, Precision, bool] | None:
    if base is None:
        return None
    wanted = _DAYS.index(found["weekday"].lower())
    back = (base.weekday() - wanted) % 7
    day = base - timedelta(days=back)
    monday = base - timedelta(days=base.weekday())
    if (found["which"] or "").strip() == "last":
        day = monday - _WEEK + timedelta(days=wanted)
    elif (found["which"] or "").strip() == "next":
        day = monday + _WEEK + timedelta(days=wanted)
    return (*_on(day), "day", False)


def _near(found: re.Match[str], base: date | None) -> tuple[date, date, Precision, bool] | None:
    if base is None:
        return None
    days = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1}
    return (*_on(base + timedelta(days=days[found[0].lower()])), "day", False)


def _week(found: re.Match[str], base: date | None) -> tuple[date, date, Precision, bool] | None:
    if base is None:
        return None
    monday = base - timedelta(days=base.weekday())
    words = found[0].lower()
    if words.startswith("earlier"):
        return monday, base + _ONE, "week", False
    if words.startswith("later"):
        return base, monday + _WEEK, "week", False
    start = monday + _WEEK * {"last": -1, "this": 0, "next": 1}[words.split()[0]]
    return start, start + _WEEK, "week", False


def _first_of(base: date, months: int) -> date:
    count = base.year * 12 + base.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _this_month(
    found: re.Match[str], base: date | None
) -> tuple[date, date, Precision, bool] | None:
    if base is None:
        return None
    if found[0].lower().startswith("earlier"):
        return _first_of(base, 0), base + _ONE, "month", False
    ahead = {"last": -1, "this": 0, "next": 1}[found[0].lower().split()[0]]
    return _first_of(base, ahead), _first_of(base, ahead + 1), "month", False


def _month(found: re.Match[str], base: date | None) -> tuple[date, date, Precision, bool] | None:
    month = _month_of(found["month"])
    if found["year"]:
        first = date(int(found["year"]), month, 1)
    else:
        near = _nearest(base, month, 15) if base else None
        if near is None:
            return None
        first = near.replace(day=1)
    part = (found["part"] or "").strip(" -").lower()
    if part:
        start, end = _PART[part]
        stop = first + timedelta(days=end - 1)
        return (
            first + timedelta(days=start - 1),
            min(stop, _first_of(first, 1)),
            "part of month",
            False,
        )
    return first, _first_of(first, 1), "month", bool(found["year"])


_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR: Final = r"(?P<year>\d{4})"
_PART_OF: Final = r"(?P<part>(?:[Ee]arly|[Ll]ate) |[Mm]id-|)"
_READERS: Final[tuple[tuple[re.Pattern[str], Reader], ...]] = (
    (_pattern(rf"{_YEAR}-(?P<number>\d\d)-(?P<day>\d\d)"), _full),
    (_pattern(rf"(?:{_WEEKDAY},? )?{_MONTH} {_DAY},? {_YEAR}"), _full),
    (_pattern(rf"(?:{_WEEKDAY},? )?{_DAY} (?:of )?{_MONTH},? {_YEAR}"), _full),
    (_pattern(rf"(?:{_WEEKDAY},? )?{_MONTH} {_DAY}"), _yearless),
    (_pattern(rf"(?:{_WEEKDAY},? )?{_DAY} (?:of )?{_MONTH}"), _yearless),
    (_pattern(rf"(?P<which>last |next |)(?:on )?{_WEEKDAY}"), _weekday),
    (_pattern(r"(?:today|tonight|yesterday|tomorrow)"), _near),
    (_pattern(r"(?:(?:earlier|later) this|last|this|next) week"), _week),
    (_pattern(r"(?:earlier this|last|this|next) month"), _this_month),
    (_pattern(rf"(?<!\d ){_PART_OF}{_MONTH} {_YEAR}"), _month),
    # Without a year only behind "in", or with a part: "may" and "march" are verbs too.
    (_pattern(rf"(?:(?<=[Ii]n )|(?=[ELMelm]\w*[ -])){_PART_OF}{_MONTH}(?P<year>)"), _month),
)
# Every date holds one of these; where none is, no pattern is tried.
_ANY: Final = re.compile(
    r"\d|day\b|tonight|tomorrow|week|month|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
)


def find_dates(shadow: str, within: Span, base: date | None) -> list[Said]:
    """Return the days that a stretch of text names, in order; of two that overlap the fuller one.

    Args:
        shadow: the text, marks unified.
        within: the stretch.
        base: day of publication; None leaves out what rests on it.
    """
    if not _ANY.search(shadow, within.start, within.end):
        return []
    found: list[Said] = []
    for pattern, read in _READERS:
        for match in pattern.finditer(shadow, within.start, within.end):
            span = Span(match.start(), match.end())
            if any(one.span.start < span.end and span.start < one.span.end for one in found):
                continue
            told = read(match, base)
            if told is not None:
                found.append(_said(match, span, told))
    return sorted(found, key=lambda one: one.span)


def _said(match: re.Match[str], span: Span, told: tuple[date, date, Precision, bool]) -> Said:
    t_from, t_to, precision, is_stated = told
    named = match.groupdict().get("weekday")
    doubt = ""
    if named and precision == "day" and t_from.weekday() != _DAYS.index(named.lower()):
        doubt = f"{t_from} is a {_DAYS[t_from.weekday()].capitalize()}, the text says {named}"
    return Said(t_from, t_to, precision, is_stated, span, match[0], doubt)
