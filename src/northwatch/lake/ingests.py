"""Which source files the lake holds, by content and by name, and how to take one out again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol

import polars as pl

from northwatch.errors import ClashError
from northwatch.lake.changes import Change
from northwatch.lake.pictures import Picture
from northwatch.lake.segments import Segment
from northwatch.schema import INGESTS, STORED


class Write(Protocol):
    """How rows become a segment: `Writer.write`."""

    def __call__(
        self,
        table: str,
        frame: pl.DataFrame,
        *,
        day: date | None = None,
        bucket: int | None = None,
        sources: Sequence[str] = (),
    ) -> Segment:
        """Write rows as one file."""


class Sources:
    """The source files that a picture holds."""

    def __init__(self, ingests: pl.DataFrame) -> None:
        """Take the rows of `schema.INGESTS`."""
        self._numbers: dict[str, int] = dict(
            zip(ingests["sha256"].to_list(), ingests["source"].to_list(), strict=True)
        )
        self._named: dict[str, list[str]] = {}
        for file, sha256 in ingests.select("file", "sha256").sort("file", "sha256").iter_rows():
            self._named.setdefault(file, []).append(sha256)

    def known(self, sha256: str) -> int | None:
        """Return the number of the source file with this content; None if it is not in the lake."""
        return self._numbers.get(sha256)

    def named(self, file: str) -> tuple[str, ...]:
        """Return the SHA-256 of the source files with this name, sorted; empty if there is none."""
        return tuple(self._named.get(file, ()))

    def number(self, contents: Iterable[str]) -> dict[str, int]:
        """Return the number by which rows name each source file, by its SHA-256.

        The number is the first 31 bits of the hash: the order in which files come changes no row.

        Raises:
            ClashError: two contents would get the same number (about 1 % at 6,000 files).
        """
        owner = {number: sha256 for sha256, number in self._numbers.items()}
        told: dict[str, int] = {}
        for sha256 in contents:
            number = int(sha256[:8], 16) >> 1
            if owner.setdefault(number, sha256) != sha256:
                raise ClashError(one=owner[number], other=sha256)
            told[sha256] = number
        return told


def sources_of(picture: Picture | None) -> Sources:
    """Return the source files of a picture; none of none."""
    return Sources(INGESTS.empty() if picture is None else picture.read(INGESTS.name))


def without_sources(picture: Picture, contents: Collection[str], write: Write) -> dict[str, Change]:
    """Return the changes that take source files' rows out of all stored tables.

    Segments that hold only their rows leave. Those that hold others' rows too (after a compaction)
    are written anew from the rows of the others.

    Args:
        picture: the newest picture.
        contents: SHA-256 of the source files; unknown ones change nothing.
        write: `Writer.write`.
    """
    known = {sha256: sources_of(picture).known(sha256) for sha256 in contents}
    numbers = {sha256: number for sha256, number in known.items() if number is not None}
    changes: dict[str, Change] = {}
    for table in STORED if numbers else ():
        held = [s for s in picture.segments(table.name) if _may_hold(s, numbers)]
        pairs = [(segment, _rest(picture, segment, numbers, write)) for segment in held]
        moved = [(old, new) for old, new in pairs if new is not old]
        changes[table.name] = Change(
            add=tuple(new for _, new in moved if new is not None),
            remove=tuple(old for old, _ in moved),
        )
    return changes


def _may_hold(segment: Segment, numbers: Mapping[str, int]) -> bool:
    return not segment.sources or not numbers.keys().isdisjoint(segment.sources)


def _rest(
    picture: Picture, segment: Segment, numbers: Mapping[str, int], write: Write
) -> Segment | None:
    """Return the segment without the sources' rows: itself if it held none, None if no others."""
    others = tuple(sha256 for sha256 in segment.sources if sha256 not in numbers)
    if segment.sources and not others:
        return None
    rows = picture.rows((segment,))
    left = rows.filter(~pl.col("source").is_in(sorted(numbers.values())))
    if left.height == rows.height and others == segment.sources:
        return segment
    return write(segment.table, left, day=segment.day, bucket=segment.bucket, sources=others)
