"""A reader, an act and the facts of an item, in; yes or no with its reason, out. Pure: six rules.

The same rules 1 to 3 stand once more as one SQL condition (`readable`), which every query of the
record carries; a test holds the two together over all combinations. Unknown is no, and a grant
never outweighs a condition that does not hold. Source: wall.md §5 of the project's reference.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_

from northwatch.workstreams import tables

FRESH_MS: Final = 5 * 60 * 1000
"""How long a second factor counts as fresh."""


class Act(StrEnum):
    """What a reader may want to do."""

    READ = "read"
    WRITE = "write"
    CONFIRM = "confirm"  # a proposed item
    CONSENT = "consent"  # to a release, for one's party; and its confirmation as second person
    RELEASE = "release"  # propose and sign one
    LOWER = "lower"  # a marking, as second person
    GRANT = "grant"  # membership to one's own delegation
    KEEP = "keep"  # back up, verify, rotate keys, close


ROLES: Final[Mapping[str, frozenset[Act]]] = {
    "reader": frozenset({Act.READ}),
    "note-taker": frozenset({Act.READ, Act.WRITE}),
    "delegate": frozenset({Act.READ, Act.WRITE, Act.CONFIRM, Act.CONSENT, Act.RELEASE, Act.LOWER}),
    "lead": frozenset(set(Act) - {Act.KEEP}),
    "custodian": frozenset({Act.READ, Act.KEEP}),
}

_OF_TWO: Final = frozenset({Act.LOWER})
_FRESH: Final = frozenset({Act.CONSENT, Act.RELEASE, Act.LOWER, Act.GRANT, Act.KEEP})
_CHANGING: Final = frozenset(set(Act) - {Act.READ, Act.KEEP, Act.RELEASE, Act.CONSENT})


class State(StrEnum):
    """What became of a row."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"  # what it rested on was rejected
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Yes:
    """It is allowed."""

    code: str = "yes"

    def __bool__(self) -> bool:
        """Return True."""
        return True


@dataclass(frozen=True, slots=True)
class No:
    """It is not; `code` says by which rule, for those who may know."""

    code: str

    def __bool__(self) -> bool:
        """Return False."""
        return False


Answer = Yes | No
NO_CODES: Final = ("not-a-member", "level", "audience", "role", "factor", "second-person", "state")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A member as seen through a login or a token.

    Attributes:
        member: id of the member.
        party: code of the party, one of the charter's.
        roles: names of roles, those of the token if it holds fewer.
        level: highest level readable, a place in the charter's levels.
        t_from_ms, t_to_ms: when the membership holds; None: without end.
        until_ms: when the login or token ends.
        factor_ms: when a second factor was last given; None: never (tokens).
    """

    member: str
    party: str
    roles: frozenset[str]
    level: int
    t_from_ms: int
    t_to_ms: int | None = None
    until_ms: int
    factor_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the rules need to know of an item.

    Attributes:
        level: its level, a place in the charter's levels.
        rel_to: codes of the parties it may be released to; empty: only its maker.
        made_by: member who made it.
        state: what became of it.
        origin: `here`, or `import` for what came in by a release.
        has_steps: only steps of its own change it (a release).
        review: empty, proposed, confirmed or rejected.
    """

    level: int
    rel_to: frozenset[str]
    made_by: str
    state: State = State.CURRENT
    origin: str = "here"
    has_steps: bool = False
    review: str = ""


def may(reader: Reader, act: Act, facts: Facts | None, t_ms: int) -> Answer:
    """Say whether a reader may do this to an item (None: to no item yet) at an instant."""
    refusals = (
        _is_member(reader, t_ms),
        _has_level(reader, facts),
        _is_audience(reader, facts),
        _has_role(reader, act, t_ms),
        _is_second(reader, act, facts),
        _state_allows(act, facts),
    )
    # A refusal is false, so `or` would pass it by.
    return next((no for no in refusals if no is not None), Yes())


def _is_member(reader: Reader, t_ms: int) -> No | None:
    """Rule 1: a member at t, through a login or token that holds at t."""
    ends = min(reader.until_ms, reader.until_ms if reader.t_to_ms is None else reader.t_to_ms)
    return None if reader.t_from_ms <= t_ms < ends else No("not-a-member")


def _has_level(reader: Reader, facts: Facts | None) -> No | None:
    """Rule 2: the item's level is no higher than the member's."""
    return No("level") if facts is not None and facts.level > reader.level else None


def _is_audience(reader: Reader, facts: Facts | None) -> No | None:
    """Rule 3: the member's party is in REL TO; where nobody is, only the maker."""
    if facts is None:
        return None
    if facts.rel_to:
        return None if reader.party in facts.rel_to else No("audience")
    return None if facts.made_by == reader.member else No("audience")


def _has_role(reader: Reader, act: Act, t_ms: int) -> No | None:
    """Rule 4: one of the roles allows the act, and the factor is fresh where it must be."""
    if not any(act in ROLES.get(role, frozenset()) for role in reader.roles):
        return No("role")
    if act in _FRESH and not is_fresh(reader, t_ms):
        return No("factor")
    return None


def is_fresh(reader: Reader, t_ms: int) -> bool:
    """Say whether the last second factor was given a short while ago."""
    return reader.factor_ms is not None and 0 <= t_ms - reader.factor_ms < FRESH_MS


def _is_second(reader: Reader, act: Act, facts: Facts | None) -> No | None:
    """Rule 5: acts of two are not for the maker alone."""
    alone = act in _OF_TWO and facts is not None and facts.made_by == reader.member
    return No("second-person") if alone else None


def _state_allows(act: Act, facts: Facts | None) -> No | None:
    """Rule 6: removed items are gone; releases, imports, old and rejected ones stay as is."""
    if facts is None:
        return None
    if facts.state is State.REMOVED:
        return No("state")
    if act not in _CHANGING:
        return None
    frozen = facts.has_steps or facts.origin == "import" or facts.review == "rejected"
    if act is Act.CONFIRM and facts.review != "proposed":
        return No("state")
    return No("state") if frozen or facts.state is not State.CURRENT else None


def readable(reader: Reader, t_ms: int) -> ColumnElement[bool]:
    """Return rules 1 to 3, and that removed items are gone, as a condition over `tables.item`."""
    if not may(reader, Act.READ, None, t_ms):
        return false()
    item, audience = tables.item.c, tables.audience.c
    named = exists().where(audience.item_id == item.id).correlate(tables.item)
    theirs = (
        exists()
        .where(audience.item_id == item.id, audience.party == reader.party)
        .correlate(tables.item)
    )
    return and_(
        item.level <= reader.level,
        or_(theirs, and_(not_(named), item.made_by == reader.member)),
        item.state != State.REMOVED.value,
    )


def who_can_read(
    facts: Facts, *, parties: Mapping[str, str], levels: Iterable[str], knowable: Iterable[str]
) -> str:
    """Return who can read an item and why, in one sentence.

    Args:
        facts: the item.
        parties: name of each of the charter's parties, by code.
        levels: the charter's levels, lowest first.
        knowable: codes of the parties the reader may know of; others are never named.
    """
    level = list(levels)[facts.level]
    if not facts.rel_to:
        return f"Only the person who made this can read it: it is marked {level} and REL TO nobody."
    if facts.rel_to == frozenset(parties):
        return (
            f"Members of every party who are cleared for {level} can read this, "
            f"because it is marked {level}, REL TO every party."
        )
    known = [code for code in parties if code in facts.rel_to and code in set(knowable)]
    names = _listed([parties[code] for code in known])
    delegations = "delegations" if len(known) > 1 else "delegation"
    return (
        f"Members of the {delegations} of {names} who are cleared for {level} can read this, "
        f"because it is marked {level}, REL TO {', '.join(known)}."
    )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
