"""A mention, in; the person, party or body it leads to, and by which further mentions, out.

A full name is itself; a surname is who is called so in the table or earlier in the text; a pronoun
is the nearest person before it who is the subject of a sentence and fits. Nobody unnamed is ever
resolved.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Final

from northwatch.statements.mentions import (
    kind_of,
    mention_behind,
    name_in,
    without_article,
)
from northwatch.statements.proposals import Mention, Span
from northwatch.statements.speakers import sentence_start
from northwatch.statements.tables import Capacity, Person, Tables

_NAMES: Final = re.compile(r"(?:[A-Z][\w'.-]*(?: (?:de|von|van|der|al|bin|el))? ){1,5}[A-Z][\w'-]+")
_SENTENCES_BACK: Final = 5
_FAR: Final = 1_500


class Speakers:
    """Who speaks in one text; mentions are given in the order in which they stand."""

    def __init__(self, text: str, shadow: str, paragraphs: Sequence[Span], tables: Tables) -> None:
        """Read a text, its paragraphs and the tables."""
        self._text = text
        self._shadow = shadow
        self._paragraphs = paragraphs
        self._starts = [paragraph.start for paragraph in paragraphs]
        self._tables = tables
        self._offices = tables.offices
        self._seen: list[Mention] = []
        self._given: dict[tuple[str, str], bool] = {}  # is an office in the text with a name?

    def of(self, span: Span) -> Mention:
        """Return whom the words of a span name."""
        words = span.of(self._text)
        shown = span.of(self._shadow)
        kind = kind_of(shown, self._tables.bodies, self._offices)
        made = Mention(span, words, kind, chain=(words,))
        if kind == "body":
            made = replace(made, party=self._tables.bodies[without_article(shown)])
        elif kind in {"full name", "surname"}:
            made = self._named(made, name_in(shown, self._offices) or shown)
        elif kind == "pronoun":
            made = self._meant(made, shown.lower())
        self._seen.append(made)
        return made

    def _named(self, made: Mention, name: str) -> Mention:
        """Return a mention by name, with the full name if one is known."""
        name = name.removesuffix("'s")
        known = self._tables.by_name.get(name)
        if known is None and made.kind == "surname":
            shared = self._tables.by_surname.get(name, ())
            known = shared[0] if len(shared) == 1 else None
        full = known.name if known else self._full_names.get(name, name)
        chain = (made.words,) if full == made.words else (made.words, full)
        return replace(made, chain=chain, person=known.name if known else None)

    @cached_property
    def _full_names(self) -> dict[str, str]:
        """The first full name that the text gives for each surname."""
        found: dict[str, str] = {}
        for match in _NAMES.finditer(self._shadow):
            name = name_in(match[0], self._offices)
            if " " in name:
                found.setdefault(name.rpartition(" ")[2], name)
        return found

    def _meant(self, made: Mention, pronoun: str) -> Mention:
        """Return a pronoun with the nearest person before it who is a subject and fits."""
        if pronoun not in {"he", "she"}:
            return made
        for subject in self._subjects(made.span.start):
            person = self._person(subject)
            fits = person is None or not person.pronouns or pronoun in person.pronouns
            if subject.kind in {"full name", "surname"} and fits:
                return replace(made, chain=(made.words, *subject.chain), person=subject.person)
        return made

    def _subjects(self, at: int) -> Iterator[Mention]:
        """Give those who speak, or begin a sentence, before a place; the nearest first."""
        floor = max(0, at - _FAR)
        for _ in range(_SENTENCES_BACK):
            paragraph = self._paragraph(at - 1)
            if paragraph is None or paragraph.start < floor:
                return
            start = sentence_start(self._shadow, paragraph.start, at - 1)
            for seen in reversed(self._seen):
                if start <= seen.span.start < at and seen.kind != "pronoun":
                    yield seen
                elif seen.span.start < start:
                    break
            first = mention_behind(self._shadow, start, at, self._offices)
            if first is not None and first.start == start:
                kind = kind_of(first.of(self._shadow), self._tables.bodies, self._offices)
                named = Mention(first, first.of(self._text), kind, (first.of(self._text),))
                is_known = named.words in self._tables.by_surname or named.words in self._full_names
                if kind == "full name" or (kind == "surname" and is_known):
                    yield self._named(named, name_in(named.words, self._offices) or named.words)
            at = start if start > paragraph.start else self._end_before(paragraph)

    def _paragraph(self, at: int) -> Span | None:
        place = bisect_right(self._starts, at) - 1
        return self._paragraphs[place] if place >= 0 else None

    def _end_before(self, paragraph: Span) -> int:
        """Return the end of the paragraph before, or 0."""
        place = bisect_right(self._starts, paragraph.start) - 2
        return self._paragraphs[place].end if place >= 0 else 0

    def _person(self, made: Mention) -> Person | None:
        return self._tables.by_name.get(made.person or "")

    def capacity(self, made: Mention, day: date | None) -> str | None:
        """Return the office a speaker held on a day, if the text gives it and the table has it."""
        person = self._person(made)
        if person is None or day is None:
            return None
        for held in person.capacities:
            if held.t_from <= day < held.t_to:
                key = person.name, held.title
                if key not in self._given:
                    self._given[key] = self._gives(person, held)
                if self._given[key]:
                    return held.title
        return None

    def _gives(self, person: Person, held: Capacity) -> bool:
        """Say whether the text, headings apart, gives an office together with the name."""
        for words in held.words:
            for told in (f"{words} {person.name}", f"{words} {person.surname}",
                         f"{person.name}, {words}", f"{person.name}, the {words}"):  # fmt: skip
                at = self._shadow.find(told)
                while at >= 0:
                    paragraph = self._paragraph(at)
                    if paragraph is not None and at < paragraph.end:
                        return True
                    at = self._shadow.find(told, at + 1)
        return False
