"""A record whose work has ended, in; closed to changes, or destroyed with a certificate, out."""

import json
import os
import shutil
from datetime import UTC
from pathlib import Path

from northwatch.errors import InputError
from northwatch.workstreams import log
from northwatch.workstreams.charter import charter_digest
from northwatch.workstreams.keys import read_signing_key, write_private
from northwatch.workstreams.record import Record
from northwatch.workstreams.store import write_fact


def close_record(record: Record) -> None:
    """Close a record: it can be read, and nothing in it changes any more.

    Raises:
        ClosedError: it is closed already.
    """
    with record.writing() as connection:
        record.enter(connection, log.SERVER, "close")
        write_fact(connection, "closed_ms", str(record.now_ms()))


def destroy(record: Record, certificate: Path, *, by: str = "") -> None:
    """Remove a workstream's folder for good and write a signed certificate elsewhere.

    The certificate names no party and no word of the record: digests, a random id, and when. A
    PostgreSQL database is dropped by its keeper; the certificate says so.

    Args:
        record: the record, open; it is closed here.
        certificate: a file that is not there yet, outside the folder.
        by: who destroys it, in their own words; they stand in the certificate.

    Raises:
        InputError: the certificate cannot be written there; nothing was destroyed.
    """
    folder = record.folder.path.resolve()
    _check_place(certificate, folder)
    key = read_signing_key(record.folder.keys, "checkpoint")
    told = {
        "what": "northwatch certificate of destruction 1",
        "record": record.id,
        "charter": charter_digest(record.folder.charter.read_text(encoding="utf-8")),
        "destroyed": f"{record.clock().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "by": by,
        "database": "file, removed" if record.database.is_sqlite else "server, keeper drops it",
        "public_key": key.public,
    }
    signature = key.sign(log.canonical(told)).hex()
    # On disk before the key that signed it is gone, under its own name only after.
    ready = certificate.with_name(f"{certificate.name}.undone")
    write_private(ready, json.dumps({**told, "signature": signature}, indent=1).encode())
    record.close()
    for path in _to_overwrite(record.folder.path):
        _overwrite(path)
    shutil.rmtree(folder)
    ready.replace(certificate)


def _check_place(certificate: Path, folder: Path) -> None:
    """Refuse a place where the certificate would be lost or hide another."""
    problem = ""
    if certificate.resolve().is_relative_to(folder):
        problem = f"{certificate} lies in the folder to be destroyed; name a file elsewhere"
    elif not certificate.absolute().parent.is_dir():
        problem = f"there is no folder {certificate.absolute().parent}; make it first"
    elif certificate.exists():
        problem = f"{certificate} is there already; name another file"
    if problem:
        raise InputError(problem)


def _to_overwrite(folder: Path) -> list[Path]:
    """Return the folder's own files: no link's target, and not the picture, which is no secret."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and not path.is_relative_to(folder / "picture")
    ]


def _overwrite(path: Path) -> None:
    """Write zeros over a file; on disks that move blocks about only encryption at rest helps."""
    with path.open("r+b") as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(bytes(min(left, 1 << 20)))
        file.flush()
        os.fsync(file.fileno())
