"""A shadow and its paragraphs, in; what stands between quotation marks, out.

A mark opens if words begin behind it and none end before it, and closes the other way round; where
both may be, marks take turns. A quote that a paragraph opens and does not close goes on in the next
one that begins with a mark; else it ends with its paragraph, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from northwatch.statements.proposals import Span

_MARK: Final = '"'


@dataclass(frozen=True, slots=True)
class Quote:
    """What stands between two marks.

    Attributes:
        span: the words, without the marks.
        paragraph: number of the paragraph in which it begins.
        last: number of the paragraph in which it ends.
        is_whole: both marks are there.
    """

    span: Span
    paragraph: int
    last: int
    is_whole: bool = True


def find_quotes(shadow: str, paragraphs: Sequence[Span]) -> list[Quote]:
    """Return all quotes, in order."""
    found: list[Quote] = []
    opened: tuple[int, int] | None = None  # where the open quote begins, in which paragraph
    for number, paragraph in enumerate(paragraphs):
        at = paragraph.start
        if opened is not None:
            first = _first(shadow, paragraph)
            if shadow[first : first + 1] == _MARK:
                at = first + 1
            else:
                found += _unclosed(paragraphs, *opened)
                opened = None
        opened = _walk(shadow, Span(at, paragraph.end), number, opened, found)
    if opened is not None:
        found += _unclosed(paragraphs, *opened)
    return found


def _walk(
    shadow: str, within: Span, number: int, opened: tuple[int, int] | None, found: list[Quote]
) -> tuple[int, int] | None:
    """Take the marks of a paragraph one after the other; return the quote left open."""
    at = shadow.find(_MARK, within.start, within.end)
    while at >= 0:
        if opened is None:
            if not _only_closes(shadow, at, within):
                opened = (at + 1, number)
        elif not _only_opens(shadow, at, within):
            start, first = opened
            if at > start:
                found.append(Quote(Span(start, at), first, number))
            opened = None
        at = shadow.find(_MARK, at + 1, within.end)
    return opened


def _only_closes(shadow: str, at: int, within: Span) -> bool:
    before, behind = shadow[at - 1 : at], shadow[at + 1 : at + 2]
    is_start = at == within.start or not before.strip()
    return not is_start and (not behind.strip() or behind in ".,;:!?)")


def _only_opens(shadow: str, at: int, within: Span) -> bool:
    before, behind = shadow[at - 1 : at], shadow[at + 1 : at + 2]
    return at > within.start and not before.strip() and bool(behind.strip())


def _first(shadow: str, paragraph: Span) -> int:
    """Return where the words of a paragraph begin."""
    words = shadow[paragraph.start : paragraph.end]
    return paragraph.start + len(words) - len(words.lstrip())


def _unclosed(paragraphs: Sequence[Span], start: int, number: int) -> list[Quote]:
    """Return the quote that nobody closed, to the end of its paragraph; none if nothing is left."""
    end = paragraphs[number].end
    return [Quote(Span(start, end), number, number, is_whole=False)] if start < end else []
