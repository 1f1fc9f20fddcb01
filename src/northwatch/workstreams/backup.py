"""A record, in; an encrypted copy whose size and name say little, out; and back, to its place.

The copy is the database's own (SQLite's online backup, or `pg_dump` of the one database), encrypted
with age to the backup key, whose private half is with the custodians, and padded to a power of two.
"""

import json
import sqlite3
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyrage
from sqlalchemy.engine import make_url

from northwatch.errors import InputError, RecordError
from northwatch.workstreams import checkpoints, keys, store
from northwatch.workstreams.charter import charter_digest
from northwatch.workstreams.folder import Folder
from northwatch.workstreams.record import Record, open_record

_MAGIC: Final = b"northwatch backup 1\n"
_LENGTH: Final = struct.Struct(">Q")
_REFUSED: Final = "this backup cannot be restored here"
_REMEDY: Final = "it belongs to another record, another charter or another key, or was changed"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore brought back.

    Attributes:
        entries: entries of the log, all of which hold together.
        lost: checkpoints kept outside that are newer than the backup: acts after it are lost.
    """

    entries: int
    lost: int


def back_up(record: Record, target: Path) -> Path:
    """Write an encrypted copy of the record into a folder; return its file."""
    head = {
        "record": record.id,
        "schema": store.newest_schema(),
        "charter": charter_digest(record.folder.charter.read_text(encoding="utf-8")),
    }
    told = json.dumps(head, sort_keys=True).encode()
    content = _dumped(record)
    plain = _LENGTH.pack(len(told)) + told + _LENGTH.pack(len(content)) + content
    padded = plain + bytes(_padding(len(plain)))
    recipient = pyrage.x25519.Recipient.from_str(keys.read_backup_recipient(record.folder.keys))
    target.mkdir(parents=True, exist_ok=True)
    path = target / f"{record.mint()}.backup"
    keys.write_private(path, _MAGIC + pyrage.encrypt(padded, [recipient]))
    with record.writing(even_closed=True) as connection:
        record.enter(connection, "", "back up")
    return path


def _padding(length: int) -> int:
    """Return how many bytes bring a length to a power of two, 64 KiB at least."""
    whole = 1 << max(16, (length - 1).bit_length())
    return whole - length


def _dumped(record: Record) -> bytes:
    url = store.database_url(record.folder)
    if not record.database.is_sqlite:
        return _pg(["pg_dump", "--format=custom", "--no-owner", "--no-privileges"], url)
    copy = record.folder.tmp / f"{record.mint()}.db"
    try:
        source = sqlite3.connect(f"file:{record.folder.record_db}?mode=ro", uri=True)
        with source, sqlite3.connect(copy) as made:
            source.backup(made)
        source.close()
        made.close()
        return copy.read_bytes()
    finally:
        copy.unlink(missing_ok=True)


def _pg(command: list[str], url: str, given: bytes | None = None) -> bytes:
    """Run a PostgreSQL tool on a database; the password goes by its environment alone."""
    parts = make_url(url)
    environment = {
        "PGHOST": str(parts.query.get("host") or parts.host or ""),
        "PGPORT": str(parts.port or 5432),
        "PGUSER": parts.username or "",
        "PGPASSWORD": str(parts.password or ""),
        "PGDATABASE": parts.database or "",
        "PATH": "/usr/bin:/bin:/usr/local/bin",
    }
    done = subprocess.run(  # noqa: S603 - tools of PostgreSQL, by name
        command, input=given, capture_output=True, check=False, env=environment
    )
    if done.returncode:
        problem = f"{command[0]} failed; look whether it is installed and the database answers"
        raise RecordError(problem)
    return done.stdout


def restore(
    folder: Folder, backup: Path, halves: tuple[str, str], elsewhere: Path | None = None
) -> Restored:
    """Put a backup in the place of the folder's record.

    Args:
        folder: the workstream's folder, with the charter and keys the backup was made under.
        backup: the file.
        halves: both custodians' halves of the backup key.
        elsewhere: a folder of checkpoints kept outside; the folder's own are always looked at.

    Raises:
        InputError: it is of another record, charter, key or form, or was changed: one message.
        ChainError: its log is not whole.
    """
    head, content = _opened(backup, halves)
    with_charter = charter_digest(folder.charter.read_text(encoding="utf-8"))
    if head["charter"] != with_charter or head["schema"] != store.newest_schema():
        raise InputError(f"{backup}: {_REFUSED}; {_REMEDY}")  # noqa: EM102, TRY003 - one message
    if _record_id(folder) not in {None, head["record"]}:
        raise InputError(f"{backup}: {_REFUSED}; {_REMEDY}")  # noqa: EM102, TRY003 - one message
    _put(folder, content)
    return _checked(folder, elsewhere)


def _opened(backup: Path, halves: tuple[str, str]) -> tuple[dict[str, str], bytes]:
    data = backup.read_bytes()
    try:
        identity = pyrage.x25519.Identity.from_str(keys.joined(*halves))
        plain = pyrage.decrypt(data.removeprefix(_MAGIC), [identity])
        n_head = _LENGTH.unpack_from(plain)[0]
        at = _LENGTH.size + n_head
        head = json.loads(plain[_LENGTH.size : at])
        n_content = _LENGTH.unpack_from(plain, at)[0]
        return head, plain[at + _LENGTH.size : at + _LENGTH.size + n_content]
    except (ValueError, pyrage.DecryptError, pyrage.IdentityError, InputError) as error:
        raise InputError(f"{backup}: {_REFUSED}; {_REMEDY}") from error  # noqa: EM102, TRY003 - one message


def _record_id(folder: Folder) -> str | None:
    """Return the id of the record that is in the folder now; None if there is none to be read."""
    kept = folder.keys / "record.id"
    return kept.read_text().strip() if kept.exists() else None


def _put(folder: Folder, content: bytes) -> None:
    url = store.database_url(folder)
    if not url.startswith("sqlite"):
        restoring = ["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction"]
        _pg([*restoring, "--dbname", make_url(url).database or ""], url, content)
        return
    for journal in ("-wal", "-shm"):
        folder.record_db.with_name(folder.record_db.name + journal).unlink(missing_ok=True)
    keys.write_private(folder.record_db, content)


def _checked(folder: Folder, elsewhere: Path | None) -> Restored:
    record = open_record(folder, alone=False)
    try:
        with record.reading() as connection:
            heads = checkpoints.check_chain(connection)
        kept = checkpoints.read_checkpoints(folder.checkpoints)
        kept += checkpoints.read_checkpoints(elsewhere) if elsewhere else []
        lost = sum(one.head not in heads for one in kept)
        with record.writing(even_closed=True) as connection:
            record.enter(connection, "", "restore", purpose=f"{lost} checkpoints are newer")
        return Restored(len(heads), lost)
    finally:
        record.close()
