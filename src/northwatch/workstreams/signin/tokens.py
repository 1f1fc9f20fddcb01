"""A member's wish, in; a token for a program, good for this record alone, out."""

import secrets
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import insert, select, update

from northwatch.errors import MissingError, ParameterError
from northwatch.workstreams.guard import Reader
from northwatch.workstreams.record import Record
from northwatch.workstreams.signin.logins import digest
from northwatch.workstreams.signin.membership import is_member, membership
from northwatch.workstreams.tables import member, token

PREFIX: Final = "northwatch_"
_BYTES: Final = 32
_DAY_MS: Final = 86_400_000
_MOST_DAYS: Final = 366
_NOTED_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class ShownToken:
    """A token as its maker sees it in the list: not the token itself."""

    id: str
    label: str
    roles: tuple[str, ...]
    made_ms: int
    until_ms: int
    used_ms: int | None


def make_token(record: Record, reader: Reader, label: str, roles: frozenset[str], days: int) -> str:
    """Make a token with no more roles than its maker's; return it, to be shown once.

    Raises:
        ParameterError: a role the maker does not hold, or too many days.
    """
    if not roles or roles - reader.roles:
        allowed = ", ".join(sorted(reader.roles))
        raise ParameterError(name="roles", value=", ".join(sorted(roles)), allowed=allowed)
    if not 1 <= days <= _MOST_DAYS:
        raise ParameterError(name="days", value=days, allowed=f"1 to {_MOST_DAYS}")
    made, now = PREFIX + secrets.token_urlsafe(_BYTES), record.now_ms()
    with record.writing() as connection:
        connection.execute(
            insert(token).values(
                hash=digest(made), id=record.mint(), member_id=reader.member, label=label[:255],
                roles=" ".join(sorted(roles)), made_ms=now, until_ms=now + days * _DAY_MS,
            )
        )  # fmt: skip
        record.enter(connection, reader.member, "make token")
    return made


def reader_of_token(record: Record, held: str) -> Reader | None:
    """Return whom a token stands for now; None if it is not one or has ended."""
    query = (
        select(member, token.c.roles.label("its_roles"), token.c.until_ms, token.c.used_ms,
               token.c.ended_ms, token.c.hash)
        .join(member, member.c.id == token.c.member_id)
        .where(token.c.hash == digest(held))
    )  # fmt: skip
    with record.reading() as connection:
        row = connection.execute(query).first()
    now = record.now_ms()
    if row is None or row.ended_ms is not None or now >= row.until_ms:
        return None
    if not is_member(record, row, now):
        return None
    if row.used_ms is None or now - row.used_ms >= _NOTED_MS:
        with record.writing(durable=False, even_closed=True) as connection:
            connection.execute(update(token).where(token.c.hash == row.hash).values(used_ms=now))
    t_from_ms, t_to_ms = membership(record, row)
    roles = frozenset(row.its_roles.split()) & frozenset(row.roles.split())
    return Reader(
        member=row.id, party=row.party, roles=roles, level=row.level, t_from_ms=t_from_ms,
        t_to_ms=t_to_ms, until_ms=row.until_ms, factor_ms=None,
    )  # fmt: skip


def tokens_of(record: Record, reader: Reader) -> list[ShownToken]:
    """Return a member's own tokens that have not ended, the newest first."""
    query = select(token).where(token.c.member_id == reader.member, token.c.ended_ms.is_(None))
    with record.reading() as connection:
        rows = connection.execute(query.order_by(token.c.made_ms.desc(), token.c.id)).all()
    return [
        ShownToken(r.id, r.label, tuple(r.roles.split()), r.made_ms, r.until_ms, r.used_ms)
        for r in rows
    ]


def end_token(record: Record, reader: Reader, token_id: str) -> None:
    """End one of the reader's own tokens, now.

    Raises:
        MissingError: it is not there or somebody else's: the two are one.
    """
    with record.writing(even_closed=True) as connection:
        ended = update(token).where(token.c.id == token_id, token.c.member_id == reader.member)
        done: Any = connection.execute(ended.values(ended_ms=record.now_ms()))
        if done.rowcount != 1:
            raise MissingError(what="what was asked for")
        record.enter(connection, reader.member, "end token")
