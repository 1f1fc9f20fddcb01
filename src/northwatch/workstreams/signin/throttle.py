"""Failed tries, in; whether the next one is heard, out. Nobody can see whose tries they were."""

import hashlib
import hmac
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from northwatch.workstreams.record import Record
from northwatch.workstreams.tables import failed_try

WINDOW_MS: Final = 15 * 60 * 1000
MOST: Final = {"account": 8, "address": 40}


def _key(record: Record, kind: str, value: str) -> str:
    told = f"{kind} {value}".encode()
    return hmac.new(record.secret, told, hashlib.sha256).hexdigest()


def _counted(account: str | None, address: str) -> list[tuple[str, str]]:
    known = [] if account is None else [("account", account)]
    return [*known, ("address", address)]


def is_heard(connection: Connection, record: Record, account: str | None, address: str) -> bool:
    """Say whether an account (if one is known) and an address have not failed too often lately."""
    since = record.now_ms() - WINDOW_MS
    for kind, value in _counted(account, address):
        query = select(func.count()).where(
            failed_try.c.key == _key(record, kind, value), failed_try.c.t_ms > since
        )
        if connection.execute(query).scalar_one() >= MOST[kind]:
            return False
    return True


def note_failure(connection: Connection, record: Record, account: str | None, address: str) -> None:
    """Keep a failed try; forget those that no longer count."""
    now = record.now_ms()
    connection.execute(delete(failed_try).where(failed_try.c.t_ms <= now - WINDOW_MS))
    for kind, value in _counted(account, address):
        key = _key(record, kind, value)
        connection.execute(insert(failed_try).values(id=record.mint(), key=key, t_ms=now))
