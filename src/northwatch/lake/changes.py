"""What a commit does to a table: segments that enter and segments that leave."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from northwatch.errors import DamagedError, ParameterError
from northwatch.lake.segments import Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of one table.

    Attributes:
        add: segments that enter; those without rows are left out, and one that is in the table
            already stays as it is: its rows are not counted twice.
        remove: segments of the newest picture that leave.
        replace_all: all segments leave, but for those in `add`.
    """

    add: tuple[Segment, ...] = ()
    remove: tuple[Segment, ...] = ()
    replace_all: bool = False


def merged(*changes: Mapping[str, Change]) -> dict[str, Change]:
    """Return one mapping that does what all do, for a single commit.

    Raises:
        ParameterError: two of them replace the same segment, each by rows of its own. Source files
            that leave together are taken out by one call of `Writer.without`.
    """
    told: dict[str, Change] = {}
    for change in changes:
        for table, one in change.items():
            so_far = told.get(table, Change())
            if not {s.relative for s in so_far.remove}.isdisjoint(s.relative for s in one.remove):
                raise ParameterError(name="changes", value=table, allowed="each file leaves once")
            told[table] = Change(
                add=so_far.add + one.add,
                remove=so_far.remove + one.remove,
                replace_all=so_far.replace_all or one.replace_all,
            )
    return told


def applied(before: Iterable[Segment], changes: Mapping[str, Change]) -> dict[str, Segment]:
    """Return the segments after the changes, by relative path.

    Raises:
        ParameterError: a segment stands under another table, or one that should leave is not there.
        DamagedError: a segment's file is not in the lake.
    """
    after = {segment.relative: segment for segment in before}
    for table, change in changes.items():
        _check_tables(table, change)
        entering = {s.relative: s for s in change.add if s.rows}
        leaving = {s.relative for s in change.remove}
        if change.replace_all:
            leaving |= {s.relative for s in after.values() if s.table == table}
        _check_there(leaving, after)
        for relative in leaving - set(entering):
            del after[relative]
        for relative, segment in entering.items():
            if relative not in after:
                _check_file(segment)
                after[relative] = segment
    return after


def _check_tables(table: str, change: Change) -> None:
    for segment in (*change.add, *change.remove):
        if segment.table != table:
            raise ParameterError(
                name="changes", value=segment.relative, allowed=f"files of {table}"
            )


def _check_there(leaving: Iterable[str], after: Mapping[str, Segment]) -> None:
    for relative in leaving:
        if relative not in after:
            raise ParameterError(
                name="remove", value=relative, allowed="segments of the newest picture"
            )


def _check_file(segment: Segment) -> None:
    if not segment.path.exists() or segment.path.stat().st_size != segment.n_bytes:
        raise DamagedError(
            file=segment.relative,
            problem="was written for this commit and is not there whole",
            remedy="Write it again",
        )
