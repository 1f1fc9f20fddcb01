"""What was typed at the sign-in page, in; a login row on the server and its reader, out.

The browser holds 256 random bits and nothing else; the row is read on every request, so that a
right that ends, ends at once. A wrong name, a wrong password, a wrong code, no membership and too
many tries are one answer, after the same work.
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from northwatch.workstreams.guard import Reader
from northwatch.workstreams.record import Record
from northwatch.workstreams.signin import throttle
from northwatch.workstreams.signin.membership import is_member, membership
from northwatch.workstreams.signin.passwords import is_password, rehashed
from northwatch.workstreams.signin.second_factor import takes_code
from northwatch.workstreams.tables import login, member

LONGEST_MS: Final = 12 * 3_600_000
IDLE_MS: Final = 30 * 60_000
_NOTED_MS: Final = 60_000
_ID_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Login:
    """A browser signed in.

    Attributes:
        hash: SHA-256 of what the browser holds; names the row.
        reader: who reads.
        name, person: what they sign in with, what others call them.
    """

    hash: str
    reader: Reader
    name: str
    person: str


def digest(secret: str) -> str:
    """Return how a login or token is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def sign_in(record: Record, name: str, password: str, code: str, address: str) -> str | None:
    """Return what the browser is to hold; None if this does not sign anybody in."""
    with record.reading() as connection:
        row = connection.execute(select(member).where(member.c.name == name)).first()
    # Slow on purpose, and so not while all other writers wait.
    known = is_password(row.password_hash if row else "", password)
    with record.writing(even_closed=True) as connection:
        heard, now = throttle.is_heard(connection, record, name, address), record.now_ms()
        is_known = heard and known and row is not None and is_member(record, row, now)
        if (
            row is None
            or not is_known
            or not takes_code(connection, row.id, row.totp_secret, code, now)
        ):
            throttle.note_failure(connection, record, name, address)
            return None
        stronger = rehashed(row.password_hash, password)
        if stronger:
            changed = update(member).where(member.c.id == row.id)
            connection.execute(changed.values(password_hash=stronger))
        return start_login(connection, record, row.id)


def start_login(connection: Connection, record: Record, member_id: str) -> str:
    """Make a login row for a member who has just given both factors."""
    held, now = secrets.token_urlsafe(_ID_BYTES), record.now_ms()
    connection.execute(
        insert(login).values(
            hash=digest(held), member_id=member_id, made_ms=now, used_ms=now,
            until_ms=now + LONGEST_MS, factor_ms=now,
        )
    )  # fmt: skip
    record.enter(connection, member_id, "sign in")
    return held


def start_half(
    connection: Connection, record: Record, member_id: str, held: str, holds_ms: int
) -> None:
    """Make a login row that opens nothing: its member still owes the second factor."""
    now = record.now_ms()
    connection.execute(delete(login).where(login.c.hash == digest(held)))
    connection.execute(
        insert(login).values(
            hash=digest(held), member_id=member_id, made_ms=now, used_ms=now,
            until_ms=now + holds_ms,
        )
    )  # fmt: skip


def finish_half(record: Record, held: str, code: str, address: str) -> str | None:
    """Take the second factor of a half made login; None if this does not sign anybody in."""
    query = (
        select(member, login.c.until_ms)
        .join(login, login.c.member_id == member.c.id)
        .where(login.c.hash == digest(held), login.c.factor_ms.is_(None))
    )
    with record.writing(even_closed=True) as connection:
        row, now = connection.execute(query).first(), record.now_ms()
        name = row.name if row else None
        heard = throttle.is_heard(connection, record, name, address)
        is_half = heard and row is not None and now < row.until_ms and is_member(record, row, now)
        if (
            row is None
            or not is_half
            or not takes_code(connection, row.id, row.totp_secret, code, now)
        ):
            throttle.note_failure(connection, record, name, address)
            return None
        connection.execute(delete(login).where(login.c.hash == digest(held)))
        return start_login(connection, record, row.id)


def login_of(record: Record, held: str) -> Login | None:
    """Return who holds a login now; None if it is not one, ended, or is too old."""
    query = select(login, member).join(member, member.c.id == login.c.member_id)
    with record.reading() as connection:
        row = connection.execute(query.where(login.c.hash == digest(held))).first()
    now = record.now_ms()
    if row is None or row.ended_ms is not None or not is_member(record, row, now):
        return None
    if row.factor_ms is None:
        return None
    until = min(row.until_ms, row.used_ms + IDLE_MS)
    if now >= until:
        return None
    if now - row.used_ms >= _NOTED_MS:
        with record.writing(durable=False, even_closed=True) as connection:
            used = update(login).where(login.c.hash == row.hash)
            connection.execute(used.values(used_ms=now))
    reader = _reader(record, row, until_ms=until, factor_ms=row.factor_ms)
    return Login(row.hash, reader, row.name, row.person)


def renew(record: Record, held: Login, code: str, address: str) -> str | None:
    """Take a fresh second factor: a new login in the old one's place; None if the code is wrong."""
    with record.writing(even_closed=True) as connection:
        row = connection.execute(select(member).where(member.c.name == held.name)).one()
        now = record.now_ms()
        heard = throttle.is_heard(connection, record, held.name, address)
        if not heard or not takes_code(connection, row.id, row.totp_secret, code, now):
            throttle.note_failure(connection, record, held.name, address)
            return None
        _end(connection, held.hash, now)
        return start_login(connection, record, row.id)


def end_login(record: Record, held: Login) -> None:
    """Sign a browser out."""
    with record.writing(even_closed=True) as connection:
        _end(connection, held.hash, record.now_ms())
        record.enter(connection, held.reader.member, "sign out")


def _end(connection: Connection, hashed: str, now: int) -> None:
    connection.execute(update(login).where(login.c.hash == hashed).values(ended_ms=now))


def _reader(record: Record, row: Row[Any], *, until_ms: int, factor_ms: int | None) -> Reader:
    t_from_ms, t_to_ms = membership(record, row)
    return Reader(
        member=row.member_id, party=row.party, roles=frozenset(row.roles.split()),
        level=row.level, t_from_ms=t_from_ms, t_to_ms=t_to_ms, until_ms=until_ms,
        factor_ms=factor_ms,
    )  # fmt: skip
