"""Keeping a lake small: merging segments, expiring pictures, sweeping files that nobody names."""

import os
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from northwatch.lake.changes import Change
from northwatch.lake.ingests import Write
from northwatch.lake.layout import SUFFIX, UNFINISHED
from northwatch.lake.log import Entry, Log
from northwatch.lake.pictures import Picture
from northwatch.lake.segments import Segment
from northwatch.schema import DERIVED, STORED, TABLES

_SMALL: Final = 500_000  # rows; larger segments of a table without days are left alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Which pictures are kept; by the calendar alone, never because somebody cited one.

    Attributes:
        newest: so many of the newest are kept; a hundred commits are months of daily runs.
        ceiling: at most so many in all, with the last of each month (UTC) before those. A kept
            picture costs a row, but keeps the files it alone names from being swept.
    """

    newest: int = 100
    ceiling: int = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactionRule:
    """When the segments of one day and bucket are merged.

    Attributes:
        most: more segments than this are merged into one. Each costs a reader one more file to
            open and merge; each merging writes the day's rows again.
    """

    most: int = 4


def compacted(picture: Picture, write: Write, rule: CompactionRule) -> dict[str, Change]:
    """Return the changes that merge crowded partitions of the stored tables.

    Files change, rows do not: only rows equal in every column are dropped, and a merged file stays
    within its day and bucket. One partition is held in memory at a time.
    """
    changes: dict[str, Change] = {}
    for table in STORED:
        groups: dict[tuple[date | None, int | None], list[Segment]] = {}
        for segment in picture.segments(table.name):
            if table.partitioned or segment.rows < _SMALL:
                groups.setdefault((segment.day, segment.bucket), []).append(segment)
        crowded = [group for group in groups.values() if len(group) > rule.most]
        changes[table.name] = Change(
            add=tuple(_merge(picture, group, write) for group in crowded),
            remove=tuple(segment for group in crowded for segment in group),
        )
    return changes


def _merge(picture: Picture, group: Sequence[Segment], write: Write) -> Segment:
    table = TABLES[group[0].table]
    others = [name for name in table.names if name not in table.order]
    rows = picture.rows(group).unique().sort([*table.order, *others])
    known = all(segment.sources for segment in group)
    sources = sorted({sha256 for segment in group for sha256 in segment.sources}) if known else []
    return write(table.name, rows, day=group[0].day, bucket=group[0].bucket, sources=sources)


def to_expire(entries: Iterable[Entry], rule: Retention) -> list[Entry]:
    """Return the pictures that the rule does not keep, oldest first."""
    live = sorted((e for e in entries if not e.expired), key=lambda e: e.number)
    recent, before = live[-rule.newest :], live[: -rule.newest]
    ends = {(e.published.year, e.published.month): e for e in live}  # the last of each month wins
    ended = [e for e in before if ends[e.published.year, e.published.month] is e]
    kept = [*ended, *recent][-rule.ceiling :]
    return [entry for entry in live if entry not in kept]


def sweep(log: Log, *, now_s: float, grace: timedelta, spared: Container[str]) -> tuple[str, ...]:
    """Delete files that no kept picture names and that are older than the grace time.

    Args:
        log: the lake's log; the caller holds the writer's lock.
        now_s: now, seconds since 1970.
        grace: longer than the longest read. A file that lost its last picture counts from then.
        spared: relative paths that are written and wait for their commit.

    Returns:
        The relative paths of the files deleted, sorted.
    """
    named, dropped = log.named(), log.dropped()
    gone: list[str] = []
    for path in _files(log.lake):
        relative = path.relative_to(log.lake).as_posix()
        since_s = max(path.stat().st_mtime, dropped.get(relative, 0) / 1000)
        if relative in named or relative in spared or since_s > now_s - grace.total_seconds():
            continue
        path.unlink()
        gone.append(relative)
    log.forget([relative for relative in dropped if not (log.lake / relative).exists()])
    return tuple(sorted(gone))


def _files(lake: Path) -> Iterator[Path]:
    """Return the lake's data files and the unfinished ones; nothing that is not ours."""
    yield from lake.glob(f"*{UNFINISHED}")
    for table in (*STORED, *DERIVED):
        for folder, _, names in os.walk(lake / table.name):
            for name in names:
                if name.endswith((SUFFIX, UNFINISHED)):
                    yield Path(folder, name)
