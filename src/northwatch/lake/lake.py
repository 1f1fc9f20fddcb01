"""A folder in, pictures out: opening a lake, choosing a picture by date, becoming its writer."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from northwatch.errors import MissingError, ParameterError
from northwatch.lake.ingests import Sources, sources_of
from northwatch.lake.locks import sole_writer
from northwatch.lake.log import Entry, Log
from northwatch.lake.pictures import Picture
from northwatch.lake.writer import Writer


class Lake:
    """The tables of the picture on disk. Threads may share it; nothing stays open."""

    def __init__(self, path: Path) -> None:
        """Take the folder of a lake that is there; `open` is the way to get one."""
        self.path = path
        self._log = Log(path)
        self._held: tuple[Picture, Sources | None] | None = None

    @property
    def log(self) -> Log:
        """The commit log."""
        return self._log

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> "Lake":
        """Open a lake.

        Args:
            path: its folder.
            create: make the lake if there is none.

        Raises:
            MissingError: it is not a lake and `create` is False.
        """
        lake = cls(path.absolute())
        if not lake._log.path.exists():
            if not create:
                raise MissingError(what=f"a lake in {path}", remedy="`northwatch ingest` makes one")
            lake.path.mkdir(parents=True, exist_ok=True)
            lake._log.create()
        return lake

    def picture(self, as_of: datetime | None = None) -> Picture:
        """Return the newest picture, or the one that was newest at an instant.

        Args:
            as_of: aware; None for now.

        Raises:
            MissingError: nothing is published, or was not yet; or the picture of that instant has
                expired. Then the kept ones before and after it are named: none stands in for it.
        """
        entry = self._log.newest() if as_of is None else _at(self._log.entries(), as_of)
        if entry is None:
            raise MissingError(what="a picture", remedy="`northwatch ingest` and `build` make one")
        held = self._held
        if held and held[0].number == entry.number:
            return held[0]
        picture = Picture(self._log, entry, self._log.files(entry.number))
        if as_of is None:
            self._held = (picture, None)
        return picture

    def pictures(self) -> tuple[Entry, ...]:
        """Return the pictures that can be read, oldest first."""
        return tuple(entry for entry in self._log.entries() if not entry.expired)

    def sources(self) -> Sources:
        """Return the source files of the newest picture; none if nothing is published."""
        if self._log.newest() is None:
            return sources_of(None)
        picture = self.picture()
        held = self._held
        if held and held[0] is picture and held[1]:
            return held[1]
        sources = sources_of(picture)
        self._held = (picture, sources)
        return sources

    def known(self, sha256: str) -> int | None:
        """Return the number of the source file with this content; None if it is not in the lake."""
        return self.sources().known(sha256)

    @contextmanager
    def writer(self) -> Iterator[Writer]:
        """Be the lake's one writer.

        Raises:
            LockedError: somebody else is; the message says who.
        """
        with sole_writer(self.path):
            yield Writer(self._log)


def _at(entries: list[Entry], as_of: datetime) -> Entry:
    """Return the picture that was newest at an instant."""
    if as_of.tzinfo is None:
        raise ParameterError(name="as_of", value=as_of, allowed="an instant with its zone")
    published = [entry for entry in entries if entry.published <= as_of]
    told = as_of.astimezone(UTC).isoformat()
    if not published:
        first = f"The first was published {_told(entries[0])}" if entries else ""
        raise MissingError(what=f"a picture as of {told}", remedy=first)
    entry = published[-1]
    if entry.expired:
        raise MissingError(
            what=f"the picture as of {told}",
            remedy=f"It has expired. Kept before it: {_neighbour(entries, entry, -1)}; "
            f"after it: {_neighbour(entries, entry, 1)}",
        )
    return entry


def _neighbour(entries: list[Entry], entry: Entry, step: int) -> str:
    kept = (e for e in entries[::step] if not e.expired and (e.number - entry.number) * step > 0)
    found = next(kept, None)
    return _told(found) if found else "none"


def _told(entry: Entry) -> str:
    return f"{entry.published.isoformat(timespec='milliseconds')} ({entry.id})"
