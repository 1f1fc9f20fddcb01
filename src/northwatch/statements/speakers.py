"""The words around a quote, in; the mention of its speaker and the cue between them, out.

Adjacency, in order, the surest first: "…," said X · "…," X said · X said: "…" · according to X, "…"
· "…," X said, "…" (the second half) · a further quote of the same paragraph. Only words near the
quote are looked at, so that the work grows with the number of quotes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from northwatch.statements.mentions import Offices, mention_before, mention_behind
from northwatch.statements.proposals import CueStrength, Span
from northwatch.statements.quotes import Quote

SHORT_WORDS: Final = 4
"""Quotes of fewer words are as often no speech: names, titles, a word at arm's length."""

# All in characters.
_SHORT_REACH: Final = 24
_REACH: Final = 240
_LONGEST_SENTENCE: Final = 2_000
_ACCORDING: Final = re.compile(r"[Aa]ccording to ")
_BREAK: Final = re.compile(r"[.!?][\"')]* +(?=[\"'A-Z(])")
_ABBREVIATED: Final = re.compile(r"(?:\b[A-Z]|\b(?:Mrs?|Ms|Dr|Prof|Gen|Adm|Sen|Rep|St|No))\.$")
# What may stand between a cue and the quote that follows it: no clause of its own.
_LEADS_IN: Final = re.compile(r"[^\".;]{0,110}?(?:[,:]| that| as| in| of|) ?\"$")


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who is said to speak, and by which words.

    Attributes:
        mention: where the speaker is named.
        cue: where the word is that attributes.
        strength: of the cue.
        rule: which rule found it, in words.
    """

    mention: Span
    cue: Span
    strength: CueStrength
    rule: str


@dataclass(frozen=True)
class Cues:
    """The words that attribute.

    Attributes:
        strong, weak: every form of them.
        offices: heads of phrases that name a speaker.
    """

    strong: frozenset[str]
    weak: frozenset[str]
    offices: Offices

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Any cue, as a word."""
        words = sorted(self.strong | self.weak, key=lambda word: (-len(word), word))
        return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b")

    @cached_property
    def reporting(self) -> re.Pattern[str]:
        """A cue, and up to five words, to the end of the stretch: `told reporters in Nuuk`."""
        return re.compile(rf"({self.pattern.pattern})(?: [\w'.-]+){{0,5}}$")

    def strength(self, word: str) -> CueStrength:
        """Return how surely a cue attributes."""
        return "strong" if word in self.strong else "weak"


def attribute(
    shadow: str, quotes: Sequence[Quote], place: int, paragraphs: Sequence[Span], cues: Cues
) -> Attribution | None:
    """Return who speaks one of the quotes of a text; None if nobody is named near it."""
    quote = quotes[place]
    within = paragraphs[quote.last]
    ceiling = quotes[place + 1].span.start - 1 if place + 1 < len(quotes) else within.end
    found = _behind(shadow, quote, min(ceiling, within.end), cues)
    if found is None:
        floor = quotes[place - 1].span.end + 1 if place else 0
        found = _before(shadow, quote, max(floor, paragraphs[quote.paragraph].start), cues)
    return found


def _behind(shadow: str, quote: Quote, ceiling: int, cues: Cues) -> Attribution | None:
    """Look behind a quote, to the end of its sentence."""
    start = quote.span.end + 1
    if not quote.is_whole or (shadow[quote.span.end - 1] == "." and not _goes_on(shadow, start)):
        # A sentence that ends within the marks is not attributed by the next one.
        return None
    stop = sentence_end(shadow, start, min(ceiling, start + _REACH))
    according = _ACCORDING.search(shadow, start, min(stop, start + _SHORT_REACH))
    if according:
        return _according(shadow, according, stop, cues)
    for found in cues.pattern.finditer(shadow, start, stop):
        between = shadow[start : found.start()]
        word, cue = found[0], Span(found.start(), found.end())
        if not between.strip(" ,-"):
            mention = mention_behind(shadow, found.end(), stop, cues.offices)
            rule = "cue behind the quote, speaker behind it"
        else:
            mention = mention_before(shadow, start, found.start(), cues.offices)
            rule = "speaker and cue behind the quote"
            if mention and shadow[start : mention.start].strip(" ,-"):
                mention = None  # other words come first: the clause is not the quote's own
        if mention:
            return Attribution(mention, cue, cues.strength(word), rule)
    return None


def _goes_on(shadow: str, start: int) -> bool:
    """Say whether the sentence goes on behind a quote that ends like one."""
    rest = shadow[start : start + 12].lstrip(" ")
    return rest[:1].islower() or rest[:1] in ",-"


def _according(shadow: str, found: re.Match[str], ceiling: int, cues: Cues) -> Attribution | None:
    mention = mention_behind(shadow, found.end(), ceiling, cues.offices)
    cue = Span(found.start(), found.end() - 1)
    return Attribution(mention, cue, "prepositional", "according to") if mention else None


def _before(shadow: str, quote: Quote, floor: int, cues: Cues) -> Attribution | None:
    """Look before a quote, from the beginning of its sentence or the end of the quote before."""
    end = quote.span.start - 1
    start = sentence_start(shadow, max(floor, end - _REACH), end)
    according = _ACCORDING.search(shadow, start, end)
    if according:
        return _according(shadow, according, end, cues)
    is_short = len(quote.span.of(shadow).split()) < SHORT_WORDS
    for found in reversed(list(cues.pattern.finditer(shadow, start, end))):
        if not _LEADS_IN.fullmatch(shadow, found.end(), end + 1):
            continue
        is_scattered = is_short and end - found.end() > _SHORT_REACH
        mention = mention_before(shadow, start, found.start(), cues.offices)
        if mention and not is_scattered:
            cue = Span(found.start(), found.end())
            return Attribution(mention, cue, cues.strength(found[0]), "cue before the quote")
    return None


def sentence_start(shadow: str, floor: int, at: int) -> int:
    """Return where the sentence around a place begins, not before `floor`; looks nearby only."""
    start = floor = max(floor, at - _LONGEST_SENTENCE)
    for found in _BREAK.finditer(shadow, floor, at):
        if not _ABBREVIATED.search(shadow, max(floor, found.start() - 6), found.start() + 1):
            start = found.end()
    return start


def sentence_end(shadow: str, at: int, ceiling: int) -> int:
    """Return where the sentence around a place ends, its mark included; looks nearby only."""
    ceiling = min(ceiling, at + _LONGEST_SENTENCE)
    for found in _BREAK.finditer(shadow, at, ceiling):
        if not _ABBREVIATED.search(shadow, max(at, found.start() - 6), found.start() + 1):
            return found.start() + 1
    return ceiling
