"""The commit log: which segments make up which picture, in one SQLite file.

One transaction publishes a picture: its entry, the segments that enter and those that leave, of
all tables at once. So there is no half of a commit to be seen or to be mended. Paths are relative
to the lake: a lake that was moved or copied opens.
"""

import hashlib
import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from northwatch.errors import MissingError
from northwatch.lake.segments import EPOCH, Segment, sync_folder

LOG_FILE: Final = "lake.db"
_FORMAT: Final = 1
_WAIT_S: Final = 30.0

_SCHEMA: Final = """
CREATE TABLE lake (format INTEGER NOT NULL);
CREATE TABLE picture (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    published_ms INTEGER NOT NULL,
    expired INTEGER NOT NULL DEFAULT 0,
    exported INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE segment (
    number INTEGER PRIMARY KEY,
    relative TEXT NOT NULL,
    table_name TEXT NOT NULL,
    day INTEGER,
    bucket INTEGER,
    rows INTEGER NOT NULL,
    n_bytes INTEGER NOT NULL,
    mmsi_min INTEGER,
    mmsi_max INTEGER,
    t_min_ms INTEGER,
    t_max_ms INTEGER,
    sha256 TEXT NOT NULL,
    sources TEXT NOT NULL,
    added_in INTEGER NOT NULL REFERENCES picture,
    removed_in INTEGER REFERENCES picture
);
CREATE UNIQUE INDEX live ON segment (relative) WHERE removed_in IS NULL;
CREATE TABLE marks (segment INTEGER PRIMARY KEY REFERENCES segment, mmsi BLOB NOT NULL);
CREATE TABLE dropped (relative TEXT PRIMARY KEY, since_ms INTEGER NOT NULL) WITHOUT ROWID;
"""

_COLUMNS: Final = (
    "relative, table_name, day, bucket, rows, n_bytes, mmsi_min, mmsi_max, t_min_ms, t_max_ms, "
    "sha256, sources"
)
_IN_PICTURE: Final = "added_in <= :number AND (removed_in IS NULL OR removed_in > :number)"
_SELECT: Final = f"SELECT {_COLUMNS} FROM segment WHERE {_IN_PICTURE}"  # noqa: S608 - constants
_SELECT_MARKS: Final = (
    "SELECT relative, mmsi FROM segment JOIN marks ON segment.number = marks.segment "  # noqa: S608 - constants
    f"WHERE table_name = :table AND bucket = :bucket AND {_IN_PICTURE}"
)
_DROP: Final = """
    INSERT OR REPLACE INTO dropped
    SELECT relative, :now_ms FROM segment AS gone WHERE number IN (SELECT number FROM unseen)
"""
_UNSEEN: Final = """
    CREATE TEMP TABLE unseen AS SELECT number FROM segment WHERE removed_in IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM picture WHERE NOT expired
                    AND picture.number >= added_in AND picture.number < removed_in)
"""


class Entry(NamedTuple):
    """One published picture.

    Attributes:
        number: counts the commits of this lake, from 1.
        id: the number and the first digits of the data hash.
        published: when it was published.
        expired: whether its files may be gone; then it can no longer be read.
    """

    number: int
    id: str
    published: datetime
    expired: bool


class Files:
    """The files of one picture, by table; segments are made of them when a table is asked for."""

    def __init__(self, lake: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take rows of `segment`. Sorted by path they are sorted by table, day and bucket, too."""
        self._lake = lake
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        for row in sorted(rows, key=itemgetter(0)):
            self._rows.setdefault(row[1], []).append(row)
        self._made: dict[str, tuple[Segment, ...]] = {}

    def tables(self) -> tuple[str, ...]:
        """Return the tables that have files, sorted."""
        return tuple(self._rows)

    def of(self, table: str) -> tuple[Segment, ...]:
        """Return a table's segments, by day, bucket and path."""
        if table not in self._made:
            self._made[table] = tuple(_segments(self._lake, self._rows.get(table, ())))
        return self._made[table]

    def all(self) -> tuple[Segment, ...]:
        """Return the segments of all tables."""
        return tuple(segment for table in self._rows for segment in self.of(table))


class Log:
    """The commit log of one lake. Every call opens the file anew, so threads may share it."""

    def __init__(self, lake: Path, *, file: str = LOG_FILE) -> None:
        """Take the lake's folder and the log's name in it; nothing is opened yet."""
        self.lake = lake
        self.path = lake / file

    def create(self) -> None:
        """Make an empty log; it appears whole or not at all."""
        unfinished = self.path.with_name(f"{LOG_FILE}.{os.getpid()}.unfinished")
        unfinished.unlink(missing_ok=True)
        with connected(unfinished, "rwc") as connection:
            connection.executescript(_SCHEMA)
            connection.execute("INSERT INTO lake VALUES (?)", (_FORMAT,))
        unfinished.replace(self.path)
        sync_folder(self.lake)

    def entries(self) -> list[Entry]:
        """Return every picture ever published, oldest first."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT number, id, published_ms, expired FROM picture ORDER BY number"
            ).fetchall()
        return [_entry(row) for row in rows]

    def newest(self) -> Entry | None:
        """Return the picture published last; None if there is none."""
        with self._reading() as connection:
            return _newest(connection)

    def files(self, number: int) -> Files:
        """Return the files of a picture.

        Raises:
            MissingError: it has expired since it was chosen.
        """
        with self._reading() as connection:
            connection.execute("BEGIN")  # both statements see the same state
            kept = "SELECT 1 FROM picture WHERE number = ? AND NOT expired"
            if connection.execute(kept, (number,)).fetchone() is None:
                raise MissingError(what=f"picture {number}", remedy="It has expired; ask again")
            rows = connection.execute(_SELECT, {"number": number}).fetchall()
        return Files(str(self.lake), rows)

    def marks(self, number: int, table: str, bucket: int) -> dict[str, bytes]:
        """Return the marks of a table's segments of one bucket, by relative path."""
        with self._reading() as connection:
            names = {"number": number, "table": table, "bucket": bucket}
            return dict(connection.execute(_SELECT_MARKS, names).fetchall())

    def publish(
        self, entry: Entry, *, added: Iterable[Segment], removed: Iterable[Segment]
    ) -> None:
        """Publish a picture in one transaction: durable when this returns, and whole."""
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO picture (number, id, published_ms) VALUES (?, ?, ?)",
                (entry.number, entry.id, _milliseconds(entry.published)),
            )
            connection.executemany(
                "UPDATE segment SET removed_in = ? WHERE relative = ? AND removed_in IS NULL",
                [(entry.number, segment.relative) for segment in removed],
            )
            for segment in added:
                _insert(connection, segment, entry.number)

    def expire(self, numbers: Collection[int], *, now_ms: int) -> int:
        """Mark pictures expired; forget segments that no other picture names.

        Returns:
            How many segments were forgotten. Their files stay until they are swept.
        """
        with self._writing() as connection:
            connection.executemany(
                "UPDATE picture SET expired = 1 WHERE number = ?", [(n,) for n in numbers]
            )
            connection.execute(_UNSEEN)
            connection.execute(_DROP, {"now_ms": now_ms})
            connection.execute("DELETE FROM marks WHERE segment IN (SELECT number FROM unseen)")
            forgotten = connection.execute(
                "DELETE FROM segment WHERE number IN (SELECT number FROM unseen)"
            ).rowcount
            connection.execute("DROP TABLE unseen")
        return forgotten

    def named(self) -> set[str]:
        """Return the relative path of every segment that a kept picture names."""
        with self._reading() as connection:
            return {row[0] for row in connection.execute("SELECT relative FROM segment")}

    def dropped(self) -> dict[str, int]:
        """Return when each forgotten segment was forgotten, ms, by relative path."""
        with self._reading() as connection:
            return dict(connection.execute("SELECT relative, since_ms FROM dropped").fetchall())

    def forget(self, relatives: Iterable[str]) -> None:
        """Forget forgotten segments whose files are gone."""
        with self._writing() as connection:
            connection.executemany(
                "DELETE FROM dropped WHERE relative = ?", [(name,) for name in relatives]
            )

    def exported(self) -> int | None:
        """Return the number of the picture that was exported to Iceberg last."""
        with self._reading() as connection:
            row = connection.execute("SELECT max(number) FROM picture WHERE exported").fetchone()
        number: int | None = row[0]
        return number

    def note_export(self, number: int) -> None:
        """Note that a picture is the one exported: it is kept while it is."""
        with self._writing() as connection:
            connection.execute("UPDATE picture SET exported = (number = ?)", (number,))

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Open for reading.

        Where the file may be written, SQLite may have to roll back what a killed writer left.
        """
        writable = os.access(self.path, os.W_OK) and os.access(self.lake, os.W_OK)
        with connected(self.path, "rw" if writable else "ro") as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Open for one transaction, committed and synced at the end."""
        with connected(self.path, "rw") as connection:
            connection.execute("PRAGMA synchronous = EXTRA")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


def next_entry(last: Entry | None, segments: Iterable[Segment], published: datetime) -> Entry:
    """Return the entry of the picture after `last`; instants grow even if the clock does not."""
    number = last.number + 1 if last else 1
    if last:
        published = max(published, last.published + timedelta(milliseconds=1))
    whole_ms = published.replace(microsecond=published.microsecond // 1000 * 1000)
    return Entry(number, f"{number}-{hash_of(segments)[:8]}", whole_ms, expired=False)


def hash_of(segments: Iterable[Segment]) -> str:
    """Return the data hash: SHA-256 over the sorted (relative path, content hash) pairs."""
    lines = sorted(f"{segment.relative} {segment.sha256}\n" for segment in segments)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


@contextmanager
def connected(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """Open a database file: `ro`, `rw` or `rwc`."""
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}", uri=True, timeout=_WAIT_S, isolation_level=None
    )
    try:
        yield connection
    finally:
        connection.close()


def _newest(connection: sqlite3.Connection) -> Entry | None:
    row = connection.execute(
        "SELECT number, id, published_ms, expired FROM picture ORDER BY number DESC LIMIT 1"
    ).fetchone()
    return _entry(row) if row else None


def _entry(row: tuple[Any, ...]) -> Entry:
    number, name, published_ms, expired = row
    published = datetime.fromtimestamp(published_ms / 1000, UTC)
    return Entry(number, name, published, bool(expired))


def _milliseconds(t: datetime) -> int:
    return round(t.timestamp() * 1000)


def _segments(lake: str, rows: Sequence[tuple[Any, ...]]) -> Iterator[Segment]:
    days: dict[int | None, date | None] = {None: None}
    sources: dict[str, tuple[str, ...]] = {"": ()}
    for relative, table, day, *facts, told in rows:
        if day not in days:
            days[day] = EPOCH + timedelta(days=day)
        if told not in sources:
            sources[told] = tuple(told.split(","))
        yield Segment._make((lake, relative, table, days[day], *facts, sources[told], b""))


def _insert(connection: sqlite3.Connection, segment: Segment, number: int) -> None:
    day = None if segment.day is None else (segment.day - EPOCH).days
    row = (
        segment.relative, segment.table, day, segment.bucket, segment.rows, segment.n_bytes,
        segment.mmsi_min, segment.mmsi_max, segment.t_min_ms, segment.t_max_ms, segment.sha256,
        ",".join(segment.sources), number,
    )  # fmt: skip
    key = connection.execute(
        f"INSERT INTO segment ({_COLUMNS}, added_in) VALUES ({','.join('?' * len(row))})",  # noqa: S608 - constants
        row,
    ).lastrowid
    connection.execute("INSERT INTO marks VALUES (?, ?)", (key, segment.marks))
    connection.execute("DELETE FROM dropped WHERE relative = ?", (segment.relative,))
