"""The one writer of a lake: segments in, pictures published."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pyarrow as pa

from northwatch.errors import ParameterError
from northwatch.lake.changes import Change, applied
from northwatch.lake.ingests import without_sources
from northwatch.lake.log import Entry, Files, Log, next_entry
from northwatch.lake.pictures import Picture
from northwatch.lake.segments import Segment, sync_folders, write_segment
from northwatch.lake.upkeep import CompactionRule, Retention, compacted, sweep, to_expire


class Writer:
    """Writes segments and publishes pictures; `Lake.writer` makes one and holds the lock."""

    def __init__(self, log: Log) -> None:
        """Take the lake's log."""
        self._log = log
        self._lake = log.lake
        self._waiting: set[str] = set()

    def write(
        self,
        table: str,
        frame: pl.DataFrame | pa.Table,
        *,
        day: date | None = None,
        bucket: int | None = None,
        sources: Sequence[str] = (),
    ) -> Segment:
        """Write rows as one file that nobody sees until it is committed; any thread may call.

        Arguments, result and errors as `write_segment`, which other processes may call instead.
        """
        segment = write_segment(self._lake, table, frame, day=day, bucket=bucket, sources=sources)
        self._waiting.add(segment.relative)
        return segment

    def picture(self) -> Picture | None:
        """Return the newest picture; None if nothing is published. It does not change meanwhile."""
        entry = self._log.newest()
        return entry and Picture(self._log, entry, self._log.files(entry.number))

    def commit(
        self, changes: Mapping[str, Change], *, published: datetime | None = None
    ) -> Picture:
        """Publish a picture with these changes, of all tables at once.

        Durable when this returns: files and folders were synced before. Changes that change nothing
        publish nothing and return the newest picture.

        Args:
            changes: by table; tables not named stay as they are.
            published: its instant, aware; None for now. Instants grow from picture to picture, if
                need be by a millisecond.

        Raises:
            ParameterError: a segment stands under another table, or is to leave and is not there.
            DamagedError: a segment's file is not there.
        """
        head = self._log.newest()
        files = self._log.files(head.number) if head else Files("", ())
        before = files.all()
        after = applied(before, changes)
        was = {segment.relative for segment in before}
        added = [segment for relative, segment in after.items() if relative not in was]
        removed = [segment for segment in before if segment.relative not in after]
        if head and not added and not removed:
            return Picture(self._log, head, files)
        sync_folders(self._lake, [segment.path for segment in added])
        entry = next_entry(head, after.values(), _instant(published))
        self._log.publish(entry, added=added, removed=removed)
        self._waiting -= {segment.relative for segment in added}
        return Picture(self._log, entry, self._log.files(entry.number))

    def without(self, *contents: str) -> dict[str, Change]:
        """Return the changes that take source files out, to be committed with what replaces them.

        All files that one commit replaces are named in one call: they may share segments.

        Args:
            contents: SHA-256 of the source files; unknown ones change nothing.
        """
        picture = self.picture()
        return {} if picture is None else without_sources(picture, contents, self.write)

    def compact(self, rule: CompactionRule | None = None) -> Picture | None:
        """Merge the segments of crowded partitions; rows stay the same, but for equal ones.

        Returns:
            The picture after it; None if nothing is published.
        """
        picture = self.picture()
        if picture is None:
            return None
        return self.commit(compacted(picture, self.write, rule or CompactionRule()))

    def expire(self, rule: Retention | None = None) -> tuple[Entry, ...]:
        """Expire the pictures that the rule does not keep; return them, oldest first.

        Their files stay until they are swept. The picture exported last is kept, for those who
        read the export.
        """
        exported = self._log.exported()
        entries = [e for e in self._log.entries() if e.number != exported]
        expired = to_expire(entries, rule or Retention())
        self._log.expire([e.number for e in expired], now_ms=round(time.time() * 1000))
        return tuple(expired)

    def sweep(self, grace: timedelta) -> tuple[str, ...]:
        """Delete files that no kept picture names and that are older than `grace`.

        Call it when no other process has written segments that wait for their commit.

        Args:
            grace: longer than the longest read, and than the longest run of a writer's helpers.

        Returns:
            The relative paths of the files deleted, sorted.
        """
        return sweep(self._log, now_s=time.time(), grace=grace, spared=self._waiting)

    def export(self) -> dict[str, int]:
        """Bring the Iceberg tables under `iceberg/` to the newest picture; see `lake.iceberg`.

        Returns:
            The Iceberg snapshot id of each table that has rows.
        """
        from northwatch.lake.iceberg import export  # noqa: PLC0415 - takes over a second to import

        picture = self.picture()
        return {} if picture is None else export(self._log, picture)


def _instant(published: datetime | None) -> datetime:
    if published is None:
        return datetime.now(UTC)
    if published.tzinfo is None:
        raise ParameterError(name="published", value=published, allowed="an instant with its zone")
    return published.astimezone(UTC)
