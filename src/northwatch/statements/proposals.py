"""What a proposal holds: spans of the text, and what the rules make of them."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Mode = Literal["direct", "indirect", "unattributed"]
MentionKind = Literal["full name", "surname", "pronoun", "office", "body", "joint", "unnamed"]
CueStrength = Literal["strong", "weak", "prepositional", "none"]
ClaimKind = Literal["agreed point", "role", "no role", "commitment"]
Precision = Literal["day", "week", "part of month", "month", "year"]

BANDS: Final = {"strong": 0.89, "weak": 0.62, "indirect": 0.6, "near": 0.52, "nobody": 0.0}
"""Confidence by band: the share right that was measured for rules of its kind, and never so high
that one click confirms it: that needs a second, independent reading of the sentence."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters of the text: `text[start:end]`, offsets in code points, half-open."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the characters."""
        return text[self.start : self.end]

    def holds(self, other: "Span") -> bool:
        """Say whether another span lies within this one."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Mention:
    """The words that name a speaker.

    Attributes:
        span, words: where and what.
        kind: how the speaker is named.
        chain: what the words lead to, mention by mention: ("He", "Rutte", "Mark Rutte").
        person: name in the table of people; None if nobody there fits, or more than one does.
        party: code of the party or body that speaks; None for people.
    """

    span: Span
    words: str
    kind: MentionKind
    chain: tuple[str, ...] = ()
    person: str | None = None
    party: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """When, as far as the words tell: half-open [t_from, t_to) in days.

    Attributes:
        t_from, t_to: first day, and the day after the last.
        precision: how exactly.
        is_stated: the words alone give the day; else it is inferred from the day of publication.
        span, words: the words it came from.
        doubt: what does not fit, in words ("2026-01-15 is a Thursday"); empty if all does.
    """

    t_from: date
    t_to: date
    precision: Precision
    is_stated: bool
    span: Span
    words: str
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Where something was said: a suggestion for a meeting.

    Attributes:
        span, words: all the words.
        event: what kind of meeting, with whom, as written; empty if only a place is named.
        place: as written; empty if none is named.
    """

    span: Span
    words: str
    event: str
    place: str


@dataclass(frozen=True, slots=True)
class Claim:
    """That something was agreed, or that somebody has a role, none, or will do something.

    It is the claim of whoever makes the statement it stands in, and no finding of fact.
    """

    kind: ClaimKind
    span: Span
    words: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A statement as the rules read it.

    Attributes:
        span, words: what is said; `text[span] == words`.
        mode: with quotation marks, without, or by nobody who is named.
        speaker: who; None if nobody is named near it.
        capacity: office the speaker held on the day, if the text gives it and the table knows it.
        cue, cue_words, strength: the word that attributes.
        said: when it was said; None if the text does not tell.
        occasion: where; None if the text does not tell.
        claims: what is claimed in it, or in its own words about it.
        issues: slugs with the words that matched.
        band, confidence: which rule, and the share right of rules of its kind.
        reasons: what the rule saw, in words.
    """

    span: Span
    words: str
    mode: Mode
    speaker: Mention | None
    capacity: str | None
    cue: Span | None
    cue_words: str
    strength: CueStrength
    said: Said | None
    occasion: Occasion | None
    claims: tuple[Claim, ...]
    issues: tuple[tuple[str, str], ...]
    band: str
    confidence: float
    reasons: tuple[str, ...]
