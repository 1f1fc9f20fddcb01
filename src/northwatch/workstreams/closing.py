"""A record whose work has ended, in; closed to changes, or destroyed with a certificate, out."""

import json
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
    """Close a record: it can be read and released from, and nothing in it changes."""
    with record.writing() as connection:
        record.enter(connection, log.SERVER, "close")
        write_fact(connection, "closed_ms", str(record.now_ms()))


def destroy(record: Record, certificate: Path) -> None:
    """Remove a workstream's folder for good and write a signed certificate elsewhere.

    The certificate names no party and no word of the record: digests, a random id, and when. A
    PostgreSQL database is dropped by its keeper; the certificate says so.

    Raises:
        InputError: the certificate would be inside what is destroyed.
    """
    folder = record.folder.path.absolute()
    if certificate.absolute().is_relative_to(folder):
        problem = f"{certificate} lies in the folder to be destroyed; name a file elsewhere"
        raise InputError(problem)
    key = read_signing_key(record.folder.keys, "checkpoint")
    told = {
        "what": "northwatch certificate of destruction 1",
        "record": record.id,
        "charter": charter_digest(record.folder.charter.read_text(encoding="utf-8")),
        "destroyed": f"{record.clock().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "database": "file, removed" if record.database.is_sqlite else "server, keeper drops it",
        "public_key": key.public,
    }
    signature = key.sign(log.canonical(told)).hex()
    record.close()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            _overwrite(path)
    shutil.rmtree(folder)
    write_private(certificate, json.dumps({**told, "signature": signature}, indent=1).encode())


def _overwrite(path: Path) -> None:
    """Write zeros over a file; on disks that move blocks about only encryption at rest helps."""
    with path.open("r+b") as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(bytes(min(left, 1 << 20)))
        file.flush()
