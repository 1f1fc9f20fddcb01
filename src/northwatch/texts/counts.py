"""A content, in; how much of it is disputed and by whom, and how a party would have it, out."""

import re
from collections import Counter
from dataclasses import dataclass, field

from northwatch.texts.model import Alternative, Bracket, Content, Run, brackets_of, normal


@dataclass(frozen=True, slots=True)
class Counts:
    """What is left to agree.

    Attributes:
        brackets: places of disagreement.
        alternatives: pairs of square brackets in the plain form.
        depth: deepest nesting; 0 without brackets.
        words, disputed: words in all, and those within brackets.
        proposed, opposed: alternatives by party.
    """

    brackets: int = 0
    alternatives: int = 0
    depth: int = 0
    words: int = 0
    disputed: int = 0
    proposed: Counter[str] = field(default_factory=Counter)
    opposed: Counter[str] = field(default_factory=Counter)


def count(content: Content) -> Counts:
    """Return the counts of a content."""
    brackets = list(brackets_of(content))
    alternatives = [one for bracket in brackets for one in bracket.alternatives]
    free = sum(_words(part.words) for part in content if isinstance(part, Run))
    disputed = sum(_words_within(one) for one in alternatives)
    return Counts(
        brackets=len(brackets),
        alternatives=len(alternatives),
        depth=_depth(content),
        words=free + disputed,
        disputed=disputed,
        proposed=Counter(code for one in alternatives for code in one.proponents),
        opposed=Counter(code for one in alternatives for code in one.opposed_by),
    )


def _words(text: str) -> int:
    return len(re.findall(r"\w+", text))


def _words_within(one: Alternative) -> int:
    """Return an alternative's own words; those of brackets within it are counted there."""
    return sum(_words(part.words) for part in one.content if isinstance(part, Run))


def _depth(content: Content) -> int:
    inner = [
        1 + _depth(one.content)
        for part in content
        if isinstance(part, Bracket)
        for one in part.alternatives
    ]
    return max(inner, default=0)


def as_party(content: Content, party: str) -> Content:
    """Return the content as a party would have it: where it proposes nothing, the bracket stays."""
    made: list[Run | Bracket] = []
    for part in content:
        if isinstance(part, Run):
            made.append(part)
            continue
        own = next((one for one in part.alternatives if party in one.proponents), None)
        made += [part] if own is None else as_party(own.content, party)
    return normal(made)


def divides(content: Content, one: str, other: str) -> list[Bracket]:
    """Return the brackets in which two parties want different words, or one opposes the other's."""
    return [bracket for bracket in brackets_of(content) if _divides(bracket, one, other)]


def _divides(bracket: Bracket, one: str, other: str) -> bool:
    wants = [
        {n for n, a in enumerate(bracket.alternatives) if p in a.proponents} for p in (one, other)
    ]
    opposes = [
        {n for n, a in enumerate(bracket.alternatives) if p in a.opposed_by} for p in (one, other)
    ]
    is_split = bool(wants[0] and wants[1] and not wants[0] & wants[1])
    return is_split or bool(wants[0] & opposes[1] or wants[1] & opposes[0])


def alone(content: Content) -> list[Alternative]:
    """Return the alternatives that a single party proposes."""
    return [
        one
        for bracket in brackets_of(content)
        for one in bracket.alternatives
        if len(one.proponents) == 1
    ]
