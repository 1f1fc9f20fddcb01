"""Stored text, in; a shadow to match rules on, out: every offset is the stored text's own.

Marks of all kinds become one, spaces of all kinds a plain one, each character for one character, so
that no map of offsets is needed; soft hyphens stay and are passed over by the rules.
"""

import re
from collections.abc import Iterator
from typing import Final

from northwatch.statements.proposals import Span

_UNIFIED: Final = (
    *((mark, '"') for mark in "\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02"),
    *((mark, "'") for mark in "\u2018\u2019\u201a\u201b"),
    *((dash, "-") for dash in "\u2013\u2014\u2012\u2011"),
    *((space, " ") for space in "\u00a0\u202f\u2009\u2007\t"),
)
_DATELINE: Final = re.compile(
    r"[A-Z][A-Z ,.'/-]{2,40}"
    r"(?:,? [A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?)?(?: ?\([A-Za-z .]{2,30}\))? ?-{1,2} "
)
_BOILERPLATE: Final = re.compile(
    r"(?:read (?:the )?(?:entire|full|more)|related(?: stories| articles)?:?$|subscribe\b"
    r"|advertisement$|share this|©|copyright\b|photo:|image:|by [A-Z][\w'-]+ [A-Z][\w'-]+$)",
    re.IGNORECASE,
)
_LONGEST_HEADING: Final = 120
_ENDS: Final = (".", "!", "?", '"', ":", ";", ",", "…", ")")


def shadow_of(text: str) -> str:
    """Return the text with unified marks and spaces, character for character."""
    for found, unified in _UNIFIED:
        if found in text:
            text = text.replace(found, unified)
    return text


def paragraphs_of(shadow: str) -> list[Span]:
    """Return the paragraphs that may hold statements: no headings, datelines or boilerplate.

    Where blank lines divide the text, a single line break is a fold; else each line stands alone.
    """
    is_folded = "\n\n" in shadow and _is_folded(shadow)
    found = []
    for start, end in _pieces(shadow, "\n\n" if is_folded else "\n"):
        words = shadow[start:end]
        if not words.strip() or _is_frame(words.strip()):
            continue
        dateline = _DATELINE.match(words)
        found.append(Span(start + (dateline.end() if dateline else 0), end))
    return found


def _is_folded(shadow: str) -> bool:
    """Say whether most lines that another follows break in the middle of a sentence."""
    folds = [at for at in _lines(shadow) if shadow[at + 1 : at + 2] not in ("\n", "")]
    inner = sum(shadow[at - 1 : at] not in _ENDS for at in folds)
    return bool(folds) and 2 * inner > len(folds)


def _lines(shadow: str) -> Iterator[int]:
    at = shadow.find("\n")
    while at >= 0:
        if at and shadow[at - 1] != "\n":
            yield at
        at = shadow.find("\n", at + 1)


def _pieces(shadow: str, between: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start <= len(shadow):
        end = shadow.find(between, start)
        end = len(shadow) if end < 0 else end
        yield start, end
        start = end + len(between)


def _is_frame(words: str) -> bool:
    is_heading = len(words) <= _LONGEST_HEADING and not words.endswith(_ENDS)
    return is_heading or bool(_BOILERPLATE.match(words))
