"""A text, in; where and when its statements were made, as far as one sentence says both, out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from northwatch.statements.dates import find_dates
from northwatch.statements.proposals import Occasion, Said, Span
from northwatch.statements.speakers import sentence_end, sentence_start

_EVENT: Final = re.compile(
    r"\b(?:session|meeting|press conference|news conference|briefing|summit|interview|hearing"
    r"|speech|forum|reception|debate)\b"
)
_BEGINS: Final = re.compile(r"(?:an?|the|his|her|their|its)(?: [\w'-]+){0,4}? $")
_WITH: Final = re.compile(
    r"(?: (?:with|of|at|to|before) (?:the |a )?[A-Z][\w'-]*"
    r"(?: (?:of |for |the |and )?[A-Z][\w'-]*){0,8})?"
)
_PLACE: Final = re.compile(
    r"\bin (?P<place>[A-Z][\w'-]+(?: [A-Z][\w'-]+){0,2}(?:, [A-Z][\w'-]+(?: [A-Z][\w'-]+){0,2}"
    r"(?=[,.]))?)"
)
_NO_PLACE: Final = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Instead|Addition|Turn)\b"
)


@dataclass(frozen=True, slots=True)
class Scene:
    """One sentence that says where and when.

    Attributes:
        sentence: where it stands.
        occasion: the meeting or place it names.
        said: the day it names; None if it names none.
    """

    sentence: Span
    occasion: Occasion
    said: Said | None


def find_scenes(shadow: str, paragraphs: Sequence[Span], base: date | None) -> list[Scene]:
    """Return the sentences that name a meeting, in order."""
    found: list[Scene] = []
    for paragraph in paragraphs:
        for event in _EVENT.finditer(shadow, paragraph.start, paragraph.end):
            if found and event.start() < found[-1].sentence.end:
                continue
            sentence = Span(
                sentence_start(shadow, paragraph.start, event.start()),
                sentence_end(shadow, event.end(), paragraph.end),
            )
            begins = _BEGINS.search(shadow, sentence.start, event.start())
            if begins and shadow.count('"', sentence.start, event.start()) % 2 == 0:
                whole = Span(begins.start(), event.end())
                found.append(_scene(shadow, sentence, whole, base))
    return found


def _scene(shadow: str, sentence: Span, event: Span, base: date | None) -> Scene:
    start, end = event.start, event.end
    behind = _WITH.match(shadow, end, sentence.end)
    end = behind.end() if behind else end
    named = shadow[start:end]
    place, stop = "", end
    for match in _PLACE.finditer(shadow, end, sentence.end):
        if not _NO_PLACE.match(match["place"]):
            place, stop = match["place"], match.end("place")
            break
    days = find_dates(shadow, sentence, base)
    whole = Span(start, stop)
    return Scene(
        sentence, Occasion(whole, whole.of(shadow), named, place), days[0] if days else None
    )
