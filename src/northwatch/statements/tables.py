"""A table of people, bodies and cues (TOML), in; looked up by the words of a text, out."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

from northwatch.statements.mentions import Offices
from northwatch.statements.proposals import ClaimKind
from northwatch.statements.speakers import Cues

_OFFICES: Final = ("heads", "unnamed", "titles")
_FAR_PAST: Final = date(1, 1, 1)
_FAR_FUTURE: Final = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Capacity:
    """An office that a person held from a day on, until a day.

    Attributes:
        title: as it is called.
        words: words of a text that give it ("Secretary General"), each a capacity's own.
        t_from, t_to: first day, and the day after the last.
    """

    title: str
    words: tuple[str, ...]
    t_from: date = _FAR_PAST
    t_to: date = _FAR_FUTURE


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who speaks.

    Attributes:
        name: full name, as others find it.
        aliases: other ways to write the full name.
        pronouns: he, she, they: what a text may call them.
        capacities: offices, dated.
    """

    name: str
    aliases: tuple[str, ...] = ()
    pronouns: tuple[str, ...] = ()
    capacities: tuple[Capacity, ...] = ()

    @property
    def surname(self) -> str:
        """The last word of the name."""
        return self.name.rpartition(" ")[2]


@dataclass(frozen=True)
class Tables:
    """What the record, or the shipped data, knows of those who speak and of how they are quoted.

    Attributes:
        people: persons with dated capacities.
        bodies: names of parties and bodies as texts write them, to their codes.
        strong, weak: cues, every form of them.
        issues: words of each issue, by slug.
        claims: patterns of what is claimed, by kind.
        offices: words for offices and titles.
    """

    people: tuple[Person, ...] = ()
    bodies: Mapping[str, str] = field(default_factory=dict)
    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    issues: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    claims: Mapping[ClaimKind, tuple[str, ...]] = field(default_factory=dict)
    offices: Offices = field(default_factory=Offices)

    @cached_property
    def cues(self) -> Cues:
        """The cues with their patterns."""
        return Cues(frozenset(self.strong), frozenset(self.weak), self.offices)

    @cached_property
    def claim_patterns(self) -> tuple[tuple[ClaimKind, re.Pattern[str]], ...]:
        """One pattern for each kind of claim."""
        return tuple(
            (kind, re.compile("|".join(f"(?:{one})" for one in told)))
            for kind, told in self.claims.items()
        )

    @cached_property
    def by_name(self) -> Mapping[str, Person]:
        """Persons by their full names and aliases."""
        return {name: one for one in self.people for name in (one.name, *one.aliases)}

    @cached_property
    def by_surname(self) -> Mapping[str, tuple[Person, ...]]:
        """Persons by surname: more than one where it is shared."""
        found: dict[str, tuple[Person, ...]] = {}
        for one in self.people:
            found[one.surname] = (*found.get(one.surname, ()), one)
        return found

    @cached_property
    def issue_words(self) -> re.Pattern[str] | None:
        """One pattern for the words of all issues; None if there are none."""
        words = sorted({w for told in self.issues.values() for w in told}, key=len, reverse=True)
        return (
            re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)
            if words
            else None
        )


def read_tables(*texts: str) -> Tables:
    """Return the tables that TOML texts make together.

    Args:
        texts: each may have `[[people]]` (name, aliases, pronouns, `[[people.capacities]]` with
            title, words, from, to), `[bodies]` (name to code), `[cues]` (strong, weak), `[issues]`
            (slug to words). What is not there is left empty.

    Raises:
        ValueError: a text is not TOML, or lacks a name.
    """
    read = [tomllib.loads(text) for text in texts]
    return Tables(
        people=tuple(_person(one) for told in read for one in told.get("people", [])),
        bodies={name: code for told in read for name, code in told.get("bodies", {}).items()},
        strong=_words(read, "strong"),
        weak=_words(read, "weak"),
        issues={slug: tuple(w) for told in read for slug, w in told.get("issues", {}).items()},
        claims={kind: tuple(w) for told in read for kind, w in told.get("claims", {}).items()},
        offices=Offices(*(frozenset(_words(read, name, "offices")) for name in _OFFICES)),
    )


def _words(read: Sequence[Mapping[str, Any]], name: str, table: str = "cues") -> tuple[str, ...]:
    return tuple(word for told in read for word in told.get(table, {}).get(name, []))


def _person(told: Mapping[str, Any]) -> Person:
    if "name" not in told:
        problem = "each of [[people]] needs a name"
        raise ValueError(problem)
    return Person(
        name=told["name"],
        aliases=tuple(told.get("aliases", [])),
        pronouns=tuple(told.get("pronouns", [])),
        capacities=tuple(
            Capacity(
                title=one["title"],
                words=tuple(one.get("words", [one["title"]])),
                t_from=one.get("from", _FAR_PAST),
                t_to=one.get("to", _FAR_FUTURE),
            )
            for one in told.get("capacities", [])
        ),
    )
