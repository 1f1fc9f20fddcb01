"""Members of one workstream, in and out: who may sign in, in which roles, and until when.

A member belongs to one record. The same person in two workstreams is two members, and nothing says
that they are one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Row, insert, or_, select, update

from northwatch.errors import DeniedError, InputError, ParameterError
from northwatch.workstreams.guard import ROLES, Act, No
from northwatch.workstreams.looking import Looking
from northwatch.workstreams.record import Record
from northwatch.workstreams.tables import item, login, member, token


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """Who is to be a member.

    Attributes:
        name: what they type to sign in.
        person: what others call them.
        party: code of their party.
        roles: names of roles (`guard.ROLES`).
        level: name of the highest level they read.
        is_head: of their delegation.
        is_example: a made person of a demonstration.
    """

    name: str
    person: str
    party: str
    roles: frozenset[str]
    level: str
    is_head: bool = False
    is_example: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member as others see them."""

    id: str
    name: str
    person: str
    party: str
    roles: tuple[str, ...]
    level: str
    is_head: bool
    t_from_ms: int
    t_to_ms: int | None


def add_member(connection: Connection, record: Record, new: NewMember, *, by: str) -> str:
    """Make a member; return their id. They cannot sign in before they have set a password.

    Raises:
        ParameterError: a party, role or level that the charter or the program does not know.
        InputError: the name is taken.
    """
    if new.party not in record.charter.party_names:
        allowed = ", ".join(record.charter.party_names)
        raise ParameterError(name="party", value=new.party, allowed=allowed)
    for role in new.roles - set(ROLES):
        raise ParameterError(name="role", value=role, allowed=", ".join(ROLES))
    taken = select(member.c.id).where(member.c.name == new.name)
    if connection.execute(taken).first():
        problem = f"a member named {new.name} is here already; choose another name to sign in with"
        raise InputError(problem)
    made = record.mint()
    connection.execute(
        insert(member).values(
            id=made, name=new.name, person=new.person, party=new.party,
            roles=" ".join(sorted(new.roles)), level=record.charter.level_number(new.level),
            is_head=new.is_head, is_example=new.is_example, made_by=by,
            t_from_ms=record.now_ms(),
        )
    )  # fmt: skip
    # No name: an entry stays when a person is to be forgotten.
    record.enter(connection, by, "grant", purpose=made)
    return made


def end_member(connection: Connection, record: Record, member_id: str, *, by: str) -> None:
    """End a membership now, and every login and token with it."""
    now = record.now_ms()
    connection.execute(update(member).where(member.c.id == member_id).values(t_to_ms=now))
    for table in (login, token):
        ended = update(table).where(table.c.member_id == member_id, table.c.ended_ms.is_(None))
        connection.execute(ended.values(ended_ms=now))
    record.enter(connection, by, "end membership", purpose=member_id)


def grant(desk: Looking, new: NewMember) -> str:
    """Make a member of the reader's own party.

    Raises:
        DeniedError: the reader may not grant, or not to that party, or more than they hold.
    """
    answer = desk.may(Act.GRANT)
    if not answer:
        raise DeniedError(answer.code)
    higher = desk.record.charter.level_number(new.level) > desk.reader.level
    if new.party != desk.reader.party or higher:
        raise DeniedError(No("audience").code)
    with desk.record.writing() as connection:
        return add_member(connection, desk.record, new, by=desk.reader.member)


def members_seen_by(desk: Looking) -> list[Member]:
    """Return the members a reader knows of, by party and name.

    Their own delegation, the heads of the others, and who made items that the reader may read.
    """
    makers = select(item.c.made_by).where(desk.condition())
    query = select(member).where(
        or_(
            member.c.party == desk.reader.party,
            member.c.is_head,
            member.c.id.in_(makers),
        )
    )
    with desk.record.reading() as connection:
        rows = connection.execute(query.order_by(member.c.party, member.c.person)).all()
    return _members(rows, desk.levels)


def all_members(record: Record) -> list[Member]:
    """Return every member: for the keeper of the folder, at the command line."""
    with record.reading() as connection:
        rows = connection.execute(select(member).order_by(member.c.party, member.c.person)).all()
    return _members(rows, tuple(record.charter.levels))


def member_id(connection: Connection, name: str) -> str:
    """Return the id of the member who signs in by a name.

    Raises:
        InputError: there is none.
    """
    found = connection.execute(select(member.c.id).where(member.c.name == name)).scalar()
    if found is None:
        problem = f"no member signs in as {name}; `northwatch workstream show` lists them"
        raise InputError(problem)
    return str(found)


def has_examples(record: Record) -> bool:
    """Say whether made people of a demonstration can sign in."""
    with record.reading() as connection:
        return (
            connection.execute(select(member.c.id).where(member.c.is_example)).first() is not None
        )


def _members(rows: Iterable[Row[tuple[object, ...]]], levels: tuple[str, ...]) -> list[Member]:
    return [
        Member(
            id=row.id, name=row.name, person=row.person, party=row.party,
            roles=tuple(row.roles.split()), level=levels[row.level], is_head=row.is_head,
            t_from_ms=row.t_from_ms, t_to_ms=row.t_to_ms,
        )
        for row in rows
    ]  # fmt: skip
