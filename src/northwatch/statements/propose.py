"""A document's text and tables of who speaks, in; proposed statements, in order of place, out."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from northwatch.statements.dates import find_dates
from northwatch.statements.mentions import mention_before, mention_behind
from northwatch.statements.proposals import BANDS, Claim, Mode, Proposal, Said, Span
from northwatch.statements.quotes import Quote, find_quotes
from northwatch.statements.resolve import Speakers
from northwatch.statements.scene import Scene, find_scenes
from northwatch.statements.shadow import paragraphs_of, shadow_of
from northwatch.statements.speakers import (
    SHORT_WORDS,
    Attribution,
    Cues,
    attribute,
    sentence_end,
    sentence_start,
)
from northwatch.statements.tables import Tables

VERSION: Final = "adjacency 1"
"""Name and version of these rules: every proposal is kept with it."""

_THAT: Final = re.compile(r" that ")
_SAYING: Final = re.compile(r"\b(?:adding|saying|noting|stressing|clarifying|warning|stating)$")
_ACCORDING: Final = re.compile(r"(?<=[Aa])ccording to ")
# In characters, and drafts.
_REPORT_REACH: Final = 70
_NEAR: Final = 200
_FEW: Final = 3


@dataclass(frozen=True, slots=True)
class _Draft:
    """A statement found, before anybody is looked up."""

    span: Span
    mode: Mode
    by: Attribution | None
    band: str


@dataclass(frozen=True, slots=True)
class _Text:
    """A text being read: stored, shadow, and where its paragraphs and quotes are."""

    text: str
    shadow: str
    paragraphs: Sequence[Span]
    quotes: Sequence[Quote]
    cues: Cues

    def is_quoted(self, at: int) -> bool:
        """Say whether a place is within a quote."""
        place = bisect_right(self.quotes, at, key=lambda quote: quote.span.start) - 1
        return place >= 0 and at < self.quotes[place].span.end

    def paragraph(self, at: int) -> Span | None:
        """Return the paragraph of a place; None if it is in none that counts."""
        place = bisect_right(self.paragraphs, at, key=lambda p: p.start) - 1
        held = self.paragraphs[place] if place >= 0 else None
        return held if held and at < held.end else None


def propose(text: str, tables: Tables, *, published: date | None = None) -> list[Proposal]:
    """Return the statements that a text may hold, in order of place.

    Args:
        text: as stored: NFC, lines ended by a line feed.
        tables: people, bodies, cues and issues.
        published: the day from which incomplete dates are read; None leaves those out.

    Cost: linear in the length of the text.

    Source: the reference "From documents to attributed statements", §4; regex path alone.
    """
    shadow = shadow_of(text)
    paragraphs = paragraphs_of(shadow)
    read = _Text(text, shadow, paragraphs, find_quotes(shadow, paragraphs), tables.cues)
    direct = list(_direct(read))
    drafts = sorted([*direct, *_reported(read, direct)], key=lambda draft: draft.span)
    speakers = Speakers(text, shadow, paragraphs, tables)
    scenes = find_scenes(shadow, paragraphs, published)
    return [_proposal(read, draft, speakers, scenes, tables, published) for draft in drafts]


# --- what is between marks -----------------------------------------------------------------------


def _direct(read: _Text) -> Iterator[_Draft]:
    """Give the quotes that somebody speaks, and long ones that nobody is named for."""
    last: tuple[Quote, Attribution] | None = None
    for place, quote in enumerate(read.quotes):
        words = quote.span.of(read.shadow)
        is_short = len(words.split()) < SHORT_WORDS
        by = attribute(read.shadow, read.quotes, place, read.paragraphs, read.cues)
        if last and _is_second_half(read, last, quote):
            by = Attribution(last[1].mention, last[1].cue, last[1].strength, "second half")
        if by is not None:
            is_weak = is_short or by.strength == "weak"
            yield _Draft(quote.span, "direct", by, "weak" if is_weak else "strong")
            last = (quote, by)
        elif is_short:
            continue
        elif last and last[0].last == quote.paragraph and _is_near(read, last, quote):
            by = Attribution(last[1].mention, last[1].cue, "none", "follows a quote of theirs")
            yield _Draft(quote.span, "direct", by, "near")
            last = (quote, by)
        else:
            yield _Draft(quote.span, "unattributed", None, "nobody")


def _is_second_half(read: _Text, last: tuple[Quote, Attribution], quote: Quote) -> bool:
    """Say whether a sentence that a cue has broken goes on: `"…," said X, "…"`."""
    between = read.shadow[last[0].span.end + 1 : quote.span.start - 1]
    is_inside = last[0].span.end < last[1].cue.start < quote.span.start
    return is_inside and between.endswith(", ") and last[1].mention.end >= quote.span.start - 4


def _is_near(read: _Text, last: tuple[Quote, Attribution], quote: Quote) -> bool:
    """Say whether little stands between two quotes, and no other cue."""
    start = max(last[0].span.end + 1, last[1].cue.end)
    end = quote.span.start - 1
    return end - start <= _NEAR and not read.cues.pattern.search(read.shadow, start, end)


# --- what is reported without marks --------------------------------------------------------------


def _reported(read: _Text, direct: Sequence[_Draft]) -> Iterator[_Draft]:
    """Give the clauses behind "said that", and the sentences with "according to"."""
    # Each begins with letters to look for, which is quick; what stands before is looked at there.
    for found in _THAT.finditer(read.shadow):
        paragraph = read.paragraph(found.start())
        if paragraph is None or read.is_quoted(found.start()):
            continue
        start = max(paragraph.start, found.start() - _REPORT_REACH)
        cue = read.cues.reporting.search(read.shadow, start, found.start())
        saying = _SAYING.search(read.shadow, start, found.start())
        if cue:
            yield from _clause(read, paragraph, Span(*cue.span(1)), found.end())
        elif saying:
            yield from _aside(read, paragraph, Span(*saying.span()), found.end(), direct)
    for found in _ACCORDING.finditer(read.shadow):
        paragraph = read.paragraph(found.start())
        if paragraph is not None:
            yield from _according(read, paragraph, Span(found.start() - 1, found.end()))


def _clause(read: _Text, paragraph: Span, cue: Span, start: int) -> Iterator[_Draft]:
    floor = sentence_start(read.shadow, paragraph.start, cue.start)
    mention = mention_before(read.shadow, floor, cue.start, read.cues.offices)
    if mention is not None:
        strength = read.cues.strength(cue.of(read.shadow))
        by = Attribution(mention, cue, strength, "cue with that and a clause")
        yield _Draft(_to_end(read, paragraph, start), "indirect", by, "indirect")


def _aside(
    read: _Text, paragraph: Span, cue: Span, start: int, direct: Sequence[_Draft]
) -> Iterator[_Draft]:
    """Give what a speaker adds in the same sentence: `he noted, adding that …`."""
    floor = sentence_start(read.shadow, paragraph.start, cue.start)
    place = bisect_right(direct, cue.start, key=lambda draft: draft.span.start)
    for draft in reversed(direct[max(place - _FEW, 0) : place]):
        if draft.by and floor <= draft.by.cue.start < cue.start:
            by = Attribution(draft.by.mention, cue, "weak", "adds to what was quoted")
            yield _Draft(_to_end(read, paragraph, start), "indirect", by, "indirect")
            return


def _according(read: _Text, paragraph: Span, found: Span) -> Iterator[_Draft]:
    start = sentence_start(read.shadow, paragraph.start, found.start)
    stop = sentence_end(read.shadow, found.end, paragraph.end)
    mention = mention_behind(read.shadow, found.end, stop, read.cues.offices)
    if mention is not None and '"' not in read.shadow[start:stop]:
        cue = Span(found.start, found.end - 1)
        by = Attribution(mention, cue, "prepositional", "a sentence with according to")
        yield _Draft(_trimmed(read.shadow, Span(start, stop)), "indirect", by, "indirect")


def _to_end(read: _Text, paragraph: Span, start: int) -> Span:
    stop = sentence_end(read.shadow, start, paragraph.end)
    return _trimmed(read.shadow, Span(start, stop))


def _trimmed(shadow: str, span: Span) -> Span:
    """Return a clause without the marks and spaces at its end."""
    words = span.of(shadow).rstrip(" .,")
    return Span(span.start, span.start + max(len(words), 1))


# --- all together --------------------------------------------------------------------------------


def _proposal(
    read: _Text,
    draft: _Draft,
    speakers: Speakers,
    scenes: Sequence[Scene],
    tables: Tables,
    published: date | None,
) -> Proposal:
    by = draft.by
    speaker = speakers.of(by.mention) if by else None
    is_unnamed = speaker is not None and speaker.kind == "unnamed"
    scene = _scene_of(draft, scenes)
    said = _said(read, draft, published) or (scene.said if scene else None)
    day = said.t_from if said else published
    return Proposal(
        span=draft.span,
        words=draft.span.of(read.text),
        mode="unattributed" if is_unnamed else draft.mode,
        speaker=speaker,
        capacity=speakers.capacity(speaker, day) if speaker else None,
        cue=by.cue if by else None,
        cue_words=by.cue.of(read.text) if by else "",
        strength=by.strength if by else "none",
        said=said,
        occasion=scene.occasion if scene else None,
        claims=tuple(_claims(read, draft.span, tables)),
        issues=tuple(_issues(read, draft.span, tables)),
        band=draft.band,
        confidence=BANDS[draft.band],
        reasons=(by.rule,) if by else ("nobody is named near it",),
    )


def _scene_of(draft: _Draft, scenes: Sequence[Scene]) -> Scene | None:
    """Return the scene of a statement: its own sentence's, else the only one of the text."""
    place = bisect_right(scenes, draft.span.start, key=lambda scene: scene.sentence.start) - 1
    if place >= 0 and scenes[place].sentence.holds(draft.span):
        return scenes[place]
    return scenes[0] if len(scenes) == 1 else None


def _said(read: _Text, draft: _Draft, published: date | None) -> Said | None:
    """Return the day that the words around a statement name, in its own sentence."""
    if draft.by is None:
        return None
    near = draft.by.mention.start
    paragraph = read.paragraph(near)
    if paragraph is None:
        return None
    start = sentence_start(read.shadow, paragraph.start, min(near, draft.span.start))
    stop = sentence_end(read.shadow, max(near, draft.span.end), paragraph.end)
    around = (Span(start, draft.span.start), Span(draft.span.end, stop))
    days = [day for stretch in around for day in find_dates(read.shadow, stretch, published)]
    # What a quote says of days is about what it says, not about when it was said.
    return next((day for day in days if not read.is_quoted(day.span.start)), None)


def _claims(read: _Text, span: Span, tables: Tables) -> Iterator[Claim]:
    for kind, pattern in tables.claim_patterns:
        for found in pattern.finditer(read.shadow, span.start, span.end):
            claimed = _trimmed(read.shadow, Span(found.start(), found.end()))
            yield Claim(kind, claimed, claimed.of(read.text))


def _issues(read: _Text, span: Span, tables: Tables) -> Iterator[tuple[str, str]]:
    if tables.issue_words is not None:
        for found in tables.issue_words.finditer(read.shadow, span.start, span.end):
            for slug, words in tables.issues.items():
                if found[0].lower() in {word.lower() for word in words}:
                    yield slug, found[0]
