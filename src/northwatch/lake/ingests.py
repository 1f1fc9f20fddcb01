"""Which source files the lake holds, by content and by name, and how to take one out again."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, Protocol

import polars as pl

from northwatch.errors import LakeError
from northwatch.lake.changes import Change
from northwatch.lake.pictures import Picture
from northwatch.lake.segments import Segment
from northwatch.schema import INGESTS, STORED

_SOURCES: Final = 65_535  # a source's number is a uint16; 0 is left free


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


class FullError(LakeError):
    """The lake holds as many source files as it can number."""

    code = "full"

    def __init__(self) -> None:
        """Name the limit and what to do."""
        super().__init__(
            f"the lake holds {_SOURCES} source files and cannot number more; "
            "join small files before ingest, or begin another lake"
        )


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
        """Return a number for each content, by its SHA-256; known ones keep theirs.

        The number is drawn from the hash, so that the same files get the same numbers in whatever
        order they come, except where two draw the same one: then the later takes the next free.

        Raises:
            FullError: there are more source files than numbers.
        """
        told = {sha256: self._numbers[sha256] for sha256 in contents if sha256 in self._numbers}
        taken = set(self._numbers.values())
        for sha256 in sorted(set(contents) - set(told)):
            if len(taken) == _SOURCES:
                raise FullError
            number = int(sha256[:8], 16) % _SOURCES + 1
            while number in taken:
                number = number % _SOURCES + 1
            taken.add(number)
            told[sha256] = number
        return told


def sources_of(picture: Picture | None) -> Sources:
    """Return the source files of a picture; none of none."""
    return Sources(INGESTS.empty() if picture is None else picture.read(INGESTS.name))


def without_source(picture: Picture, sha256: str, write: Write) -> dict[str, Change]:
    """Return the changes that take one source file's rows out of all stored tables.

    Segments that hold only its rows leave. Those that hold others' rows too (after a compaction)
    are written anew from the rows of the others.

    Args:
        picture: the newest picture.
        sha256: content of the source file; unknown content changes nothing.
        write: `Writer.write`.
    """
    number = sources_of(picture).known(sha256)
    if number is None:
        return {}
    changes: dict[str, Change] = {}
    for table in STORED:
        held = [s for s in picture.segments(table.name) if not s.sources or sha256 in s.sources]
        pairs = [(s, _rest(picture, s, sha256, number, write)) for s in held]
        moved = [(old, new) for old, new in pairs if new is not old]
        changes[table.name] = Change(
            add=tuple(new for _, new in moved if new is not None),
            remove=tuple(old for old, _ in moved),
        )
    return changes


def _rest(
    picture: Picture, segment: Segment, sha256: str, number: int, write: Write
) -> Segment | None:
    """Return the segment without a source's rows: itself if it held none, None if no others."""
    others = tuple(source for source in segment.sources if source != sha256)
    if segment.sources and not others:
        return None
    rows = picture.rows((segment,))
    left = rows.filter(pl.col("source") != number)
    if left.height == rows.height:
        return segment
    return write(segment.table, left, day=segment.day, bucket=segment.bucket, sources=others)
