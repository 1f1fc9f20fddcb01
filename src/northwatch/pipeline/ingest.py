"""Source files, in; positions, statics, rejects and a row of `ingests` each, in the lake.

Every line of a file ends in exactly one counter. A file is known by its content: the same file
again changes nothing, and a corrected file (known name, overlapping time) replaces the old rows.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import polars as pl

from northwatch.ais import Decoded, DelimitedDecoder, NmeaDecoder
from northwatch.dialect import Dialect
from northwatch.errors import ClashError, EmptyError, SchemaError, SourceError
from northwatch.lake import Change, Lake, Segment, Writer, merged
from northwatch.pipeline.heaps import share_heaps
from northwatch.pipeline.hearing import Heard
from northwatch.pipeline.pieces import Piece, Pieces
from northwatch.pipeline.statics import merge_static_values, static_values
from northwatch.pipeline.watching import Watch, unwatched
from northwatch.positions import clean, sort_order, with_keys
from northwatch.schema import INGESTS, POSITIONS, REJECTS, STATICS
from northwatch.sources import Source, open_sources

# A killed run begins again after its last commit.
ROWS_PER_COMMIT: Final = 40_000_000
# Read at a time: large enough that a block costs little beside its rows.
BLOCK_BYTES: Final = 32 << 20
# Positions held before a day is written, 40 bytes each; as many may be on their way to the disk.
ROWS_HELD: Final = 4_000_000
# Counters of lines that were not refused; every other counter is a reason.
ACCEPTED: Final = frozenset(
    ("position", "static", "base", "aid", "other_type", "part", "time_line", "other_sentence",
     "no_sentence", "blank", "header")
)  # fmt: skip
# Blocks whose static reports wait to be joined; equal ones are most of them.
STATICS_HELD: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What became of one source file.

    Attributes:
        state: `read`, `known` (the lake holds its content already) or `refused`.
        counters: counter to lines; they sum to `lines`.
        error: the sentence to show, if it was refused.
    """

    file: str
    state: str
    dialect: str = ""
    lines: int = 0
    n_positions: int = 0
    n_statics: int = 0
    counters: dict[str, int] = field(default_factory=dict)
    error: str = ""

    @property
    def n_rejected(self) -> int:
        """Lines of counters that say why a line was refused."""
        return sum(n for name, n in self.counters.items() if name not in ACCEPTED)


def ingest(
    lake: Lake,
    paths: Iterable[Path],
    *,
    dialect: Dialect | None = None,
    threads: int = 1,
    watch: Watch = unwatched,
) -> list[FileResult]:
    """Read files into the lake; one that cannot be read is refused and the rest go on.

    Args:
        lake: where to.
        paths: files as suppliers send them; an archive may hold several.
        dialect: how to read them; None to tell from their first bytes.
        threads: cores to use.
        watch: told of progress.

    Returns:
        One result per source file, in the order of `paths`.

    Raises:
        LockedError: another process writes to this lake.
    """
    share_heaps()
    results: list[FileResult] = []
    with lake.writer() as writer:
        batch = _Batch(lake, writer, threads, watch)
        for path in paths:
            try:
                sources = open_sources(path, dialect=dialect)
            except SourceError as error:
                results.append(FileResult(file=path.name, state="refused", error=str(error)))
                continue
            results += [batch.take(source) for source in sources]
            if batch.n_rows >= ROWS_PER_COMMIT:
                batch.commit()
        batch.commit()
    return results


class _Batch:
    """Source files read and written, and not yet committed."""

    def __init__(self, lake: Lake, writer: Writer, threads: int, watch: Watch) -> None:
        self._lake = lake
        self._writer = writer
        self._threads = threads
        self._watch = watch
        self._changes: list[dict[str, Change]] = []
        self._known = lake.sources()
        self._sizes = _sizes(lake)
        self._replaced: list[str] = []
        self._numbers: dict[str, int] = {}
        self.n_rows = 0

    def take(self, source: Source) -> FileResult:
        """Read one source file; it stands in the lake after `commit`."""
        try:
            # Only a file of the same size can be the same: others are hashed while they are read.
            if source.bytes in self._sizes and self._is_known(source.sha256):
                return FileResult(file=source.name, state="known", dialect=source.dialect.id)
            with ThreadPoolExecutor(self._threads + 1) as pool:
                reading = _Reading(self._writer, source, self._number, pool, self._threads)
                row = reading.run(self._watch)
        except (SourceError, SchemaError, ClashError) as error:
            return FileResult(
                file=source.name, state="refused", dialect=source.dialect.id, error=str(error)
            )
        self._sizes.add(source.bytes)
        self._changes.append({name: Change(add=tuple(s)) for name, s in reading.segments.items()})
        self._replaced += self._corrected(row)
        self.n_rows += row["n_positions"]
        return FileResult(
            file=source.name,
            state="read",
            dialect=source.dialect.id,
            lines=row["lines"],
            n_positions=row["n_positions"],
            n_statics=row["n_statics"],
            counters=json.loads(row["counters"]),
        )

    def _is_known(self, sha256: str) -> bool:
        return self._known.known(sha256) is not None or sha256 in self._numbers

    def _number(self, sha256: str) -> int:
        """Return the number of a source file; it is taken from then on."""
        self._numbers[sha256] = self._known.number([sha256, *self._numbers])[sha256]
        return self._numbers[sha256]

    def _corrected(self, row: dict[str, Any]) -> list[str]:
        """Return the content of the files that this one corrects: same name, overlapping time.

        The time must overlap, since a name says little: every folder may have its `part-0.csv`.
        """
        if row["t_from_ms"] is None or not self._known.named(row["file"]):
            return []
        old = self._lake.picture().read(INGESTS.name)
        return old.filter(
            pl.col("file") == row["file"],
            pl.col("t_from_ms") <= row["t_to_ms"],
            pl.col("t_to_ms") >= row["t_from_ms"],
        )["sha256"].to_list()

    def commit(self) -> None:
        """Publish what was read since the last commit, all at once."""
        if self._changes:
            self._writer.commit(merged(*self._changes, self._writer.without(*self._replaced)))
        self._changes, self._replaced, self._numbers, self.n_rows = [], [], {}, 0
        self._known = self._lake.sources()


def _sizes(lake: Lake) -> set[int]:
    """Return the sizes of the source files that the lake holds."""
    if not lake.pictures():
        return set()
    return set(lake.picture().read(INGESTS.name)["bytes"])


class _Reading:
    """One source file on its way into segments, which are written while more of it is read."""

    def __init__(
        self,
        writer: Writer,
        source: Source,
        number_of: Callable[[str], int],
        pool: ThreadPoolExecutor,
        threads: int,
    ) -> None:
        self._writer = writer
        self._source = source
        self._number_of = number_of
        self._pool = pool
        self._threads = threads
        self._writing: list[Future[Segment]] = []
        self._pieces = Pieces(ROWS_HELD)
        self._heard = Heard()
        self._statics: list[pl.DataFrame] = []
        self._rejects: list[pl.DataFrame] = []
        self._moved: Counter[str] = Counter()
        self._n_positions = 0
        self._span: tuple[int, int] | None = None
        self.segments: dict[str, list[Segment]] = defaultdict(list)

    def run(self, watch: Watch) -> dict[str, Any]:
        """Read it to the end, write its segments, and return its row of `ingests`."""
        decoder = decoder_of(self._source.dialect, self._threads)
        self._source.hash_beside(self._pool)
        for block in self._source.blocks(BLOCK_BYTES):
            self._take(decoder.feed(block))
            watch(self._source.name, self._source.progress)
        last = decoder.close()
        self._take(last)
        self._write(self._pieces.take_all())
        self._wait()
        self._write_statics()
        self._write_rejects()
        return self._write_row(last.counters)

    def _take(self, decoded: Decoded) -> None:
        cleaned = clean(decoded.reports)
        self._moved.update(cleaned.counts)
        self._heard.add(decoded.reports["t_ms"])
        self._rejects += [r for r in (decoded.rejects, cleaned.rejects) if r.height]
        if decoded.statics.height:
            self._statics.append(static_values(decoded.statics, source=0))
            if len(self._statics) >= STATICS_HELD:
                self._statics = [merge_static_values(self._statics)]
        if cleaned.positions.height:
            self._note(cleaned.positions)
            self._write(self._pieces.add(cleaned.positions))

    def _note(self, positions: pl.DataFrame) -> None:
        """Count positions and widen the span of time."""
        self._n_positions += positions.height
        t_ms = positions["t_ms"].to_numpy()
        first, last = int(t_ms.min()), int(t_ms.max())
        if self._span:
            first, last = min(first, self._span[0]), max(last, self._span[1])
        self._span = first, last

    @cached_property
    def _number(self) -> int:
        return self._number_of(self._source.sha256)

    def _write(self, pieces: Iterator[Piece]) -> None:
        """Begin to write pieces, once those before them are written: so memory stays bounded."""
        batch = list(pieces)
        if batch:
            self._wait()
            number = self._number
            self._writing = [self._pool.submit(self._write_piece, p, number) for p in batch]

    def _wait(self) -> None:
        self.segments[POSITIONS.name] += [future.result() for future in self._writing]
        self._writing = []

    def _write_piece(self, piece: Piece, number: int) -> Segment:
        keyed = with_keys(piece.rows, number)
        order = sort_order(*(keyed[name].to_numpy() for name in POSITIONS.order))
        return self._writer.write(
            POSITIONS.name,
            keyed[order],
            day=piece.day,
            bucket=piece.bucket,
            sources=[self._source.sha256],
        )

    def _write_statics(self) -> None:
        merged_values = merge_static_values(self._statics).with_columns(
            source=pl.lit(self._number, dtype=STATICS.polars["source"])
        )
        for (day, bucket), rows in merged_values.group_by("day", "bucket", maintain_order=True):
            self.segments[STATICS.name].append(
                self._writer.write(
                    STATICS.name, rows, day=day, bucket=bucket, sources=[self._source.sha256]
                )
            )
        self._n_statics = merged_values.height

    def _write_rejects(self) -> None:
        if self._rejects:
            columns = [name for name in REJECTS.names if name != "source"]
            rows = pl.concat(part.select(columns) for part in self._rejects)
            self.segments[REJECTS.name].append(
                self._writer.write(
                    REJECTS.name,
                    rows.with_columns(source=pl.lit(self._number, dtype=pl.Int32)),
                    sources=[self._source.sha256],
                )
            )

    def _write_row(self, counters: Mapping[str, int]) -> dict[str, Any]:
        told = after_cleaning(counters, self._moved)
        source = self._source
        if not self._n_positions and not self._statics:
            raise EmptyError(file=source.name, counters=told, remedy=_remedy(source))
        row = {
            "source": self._number,
            "sha256": source.sha256,
            "file": source.name,
            "bytes": source.bytes,
            "dialect": source.dialect.id,
            "licence": source.dialect.licence or None,
            "lines": sum(told.values()),
            "counters": json.dumps(told, sort_keys=True),
            "n_positions": self._n_positions,
            "n_statics": self._n_statics,
            "t_from_ms": self._span and self._span[0],
            "t_to_ms": self._span and self._span[1],
            "heard": self._heard.text(),
        }
        frame = pl.DataFrame([row], schema=INGESTS.polars)
        self.segments[INGESTS.name].append(
            self._writer.write(INGESTS.name, frame, sources=[source.sha256])
        )
        return row


def decoder_of(dialect: Dialect, threads: int) -> NmeaDecoder | DelimitedDecoder:
    """Return the decoder that reads a dialect."""
    if dialect.form == "nmea":
        ignored = dialect.tag_checksum == "ignore"
        return NmeaDecoder("ignore" if ignored else "use", threads=threads)
    return DelimitedDecoder(dialect, threads=threads)


def after_cleaning(counters: Mapping[str, int], refused: Mapping[str, int]) -> dict[str, int]:
    """Move the lines of reports that cleaning refused from `position` to the reason's counter.

    So each line still stands in exactly one counter, and they sum to the lines.
    """
    told = Counter(counters)
    for reason, count in refused.items():
        told["position"] -= count
        told[reason] += count
    return {name: count for name, count in sorted(told.items()) if count}


def _remedy(source: Source) -> str:
    note = f"{source.dialect.note} " if source.dialect.note else ""
    return f"{note}It was read as {source.dialect.id}; choose another with --dialect"
