"""A charter, in; the folder of its workstream, out: the one place where its record lies.

The folder is its keeper's alone (mode 0700), its path means nothing, and no file in it names
another workstream.
"""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from northwatch.errors import InputError, MissingError
from northwatch.workstreams import keys
from northwatch.workstreams.charter import read_charter

_PRIVATE: Final = 0o700
_OTHERS: Final = 0o077


@dataclass(frozen=True, slots=True)
class Folder:
    """The places in a workstream's folder.

    Attributes:
        path: the folder.
    """

    path: Path

    @property
    def charter(self) -> Path:
        """The charter as signed."""
        return self.path / "charter.toml"

    @property
    def settings(self) -> Path:
        """Where the database is, and which identity provider vouches (TOML; may be absent)."""
        return self.path / "settings.toml"

    @property
    def record_db(self) -> Path:
        """The record, unless the settings name a PostgreSQL database."""
        return self.path / "record.db"

    @property
    def keys(self) -> Path:
        """Private keys of this workstream, public keys of backups."""
        return self.path / "keys"

    @property
    def inbox(self) -> Path:
        """Releases that came in, as files."""
        return self.path / "inbox"

    @property
    def outbox(self) -> Path:
        """Releases that may go out, as files."""
        return self.path / "outbox"

    @property
    def checkpoints(self) -> Path:
        """Signed heads of the log."""
        return self.path / "checkpoints"

    @property
    def picture(self) -> Path:
        """This server's own copy of the lake."""
        return self.path / "picture"

    @property
    def tmp(self) -> Path:
        """All temporary files of this server."""
        return self.path / "tmp"

    def check(self) -> None:
        """Say what is wrong with the folder before anything in it is opened.

        Raises:
            MissingError: it is no workstream's folder.
            InputError: others may look into it.
        """
        if not self.charter.is_file() or not self.keys.is_dir():
            remedy = "`northwatch workstream found CHARTER --folder FOLDER` makes one"
            raise MissingError(what=f"a workstream in {self.path}", remedy=remedy)
        if self.path.stat().st_mode & _OTHERS:
            problem = f"{self.path} can be read by others; run `chmod 700 {self.path}`"
            raise InputError(problem)


@dataclass(frozen=True, slots=True)
class Founded:
    """A folder just made, and what its founder must hand on and this machine does not keep.

    Attributes:
        folder: the folder.
        halves: two halves of the backup key, one for each of two custodians.
    """

    folder: Folder
    halves: tuple[str, str]


def found(charter_file: Path, path: Path, *, url: str = "") -> Founded:
    """Make the folder of a workstream; it appears whole or not at all.

    The record itself is made by `store.create_record`.

    Args:
        charter_file: the charter.
        path: the folder to make; it may be there if it is empty.
        url: PostgreSQL database of the record; empty for an SQLite file in the folder.

    Raises:
        UnreadableError: the charter is not one.
        InputError: the folder is there and not empty, or the URL is not PostgreSQL's.
    """
    path = path.absolute()
    read_charter(charter_file)
    if path.is_symlink() or (path.exists() and not (path.is_dir() and not any(path.iterdir()))):
        problem = f"{path} is not an empty folder; name one that is not there yet"
        raise InputError(problem)
    if url and not url.startswith("postgresql"):
        # The URL itself may hold a password: it is not told.
        problem = "the database is not PostgreSQL's; write postgresql+psycopg://user@host/name"
        raise InputError(problem)
    beside = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        halves = _build(Folder(beside), charter_file, url)
        # Over an empty folder too, in one step.
        beside.replace(path)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return Founded(Folder(path), halves)


def _build(made: Folder, charter_file: Path, url: str) -> tuple[str, str]:
    shutil.rmtree(made.path, ignore_errors=True)
    made.path.mkdir(parents=True, mode=_PRIVATE)
    for place in (made.keys, made.inbox, made.outbox, made.checkpoints, made.picture, made.tmp):
        place.mkdir(mode=_PRIVATE)
    keys.write_private(made.charter, charter_file.read_bytes())
    read_charter(made.charter)
    if url:
        # What JSON writes in quotes, TOML reads.
        keys.write_private(made.settings, f"url = {json.dumps(url)}\n".encode())
    return keys.make_all(made.keys)
