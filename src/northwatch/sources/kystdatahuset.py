"""Answers of Kystdatahuset, in; refused where course and speed stand the other way round."""

from typing import Any, Final

from northwatch.dialect import Dialect
from northwatch.errors import UnreadableError

FAMILY: Final = "kystdatahuset-json/"
COURSE_FIRST: Final = "kystdatahuset-json/course-first"
SPEED_FIRST: Final = "kystdatahuset-json/speed-first"
# The radio has no greater speed than 102.2 knots; 102.3 is "not available".
_GREATEST_SPEED_KN: Final = 102.3


def refuse_swapped(dialect: Dialect, rows: list[Any], file: str) -> None:
    """Refuse an answer in which only the column taken for the speed holds courses.

    The supplier does not say which of columns 4 and 5 is which, and public readers differ.

    Raises:
        UnreadableError: values above 102.3 stand in the speed's column and none in the course's.
    """
    speeds, courses = (_beyond(dialect, rows, name) for name in ("sog_i", "cog_i"))
    if speeds and not courses:
        other = SPEED_FIRST if dialect.id == COURSE_FIRST else COURSE_FIRST
        raise UnreadableError(
            file=file,
            problem=f"{speeds} of the values read as speed are above 102.3, so they are courses",
            remedy=f"Read it with --dialect {other}",
        )


def _beyond(dialect: Dialect, rows: list[Any], name: str) -> int:
    """Return how many values of a column no speed can have."""
    column = dialect.fields[name].column
    place = int(column if isinstance(column, int) else column[0])
    values = (row[place] for row in rows if isinstance(row, list) and len(row) > place)
    return sum(_number(value) > _GREATEST_SPEED_KN for value in values)


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0.0
