"""Negotiating texts: words and brackets, in; counts, views, differences and the plain form, out.

A bracket is one disagreement: alternatives with the parties that propose and oppose each. Pure: a
text is a value, and what changes it are acts of a record.
"""

from northwatch.texts.compare import Change, compare
from northwatch.texts.counts import Counts, alone, as_party, count, divides
from northwatch.texts.model import (
    Alternative,
    Bracket,
    Content,
    Paragraph,
    Run,
    Text,
    normal,
)
from northwatch.texts.plain import parse, parse_text, render, render_text
from northwatch.texts.status import Status, join, meet, status_of

__all__ = [
    "Alternative",
    "Bracket",
    "Change",
    "Content",
    "Counts",
    "Paragraph",
    "Run",
    "Status",
    "Text",
    "alone",
    "as_party",
    "compare",
    "count",
    "divides",
    "join",
    "meet",
    "normal",
    "parse",
    "parse_text",
    "render",
    "render_text",
    "status_of",
]
