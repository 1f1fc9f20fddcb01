"""A document's file, in; its text with a map to the original, out, read in a process of its own.

Documents come from anywhere. What parses them runs apart, with a limit on memory and time, knows no
record and no network, and sends text back and nothing else.
"""

import hashlib
import json
import subprocess
import sys
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath
from typing import Any, Final

from northwatch.errors import EmptyError, UnreadableError

KINDS: Final = ("html", "pdf", "text")
MOST_BYTES: Final = 50 << 20
_READ: Final = f"Documents of up to {MOST_BYTES >> 20} MB are read: {', '.join(KINDS)}"
_TIMEOUT_S: Final = 60
_READER: Final = [sys.executable, "-I", "-m", "northwatch.sources.documents.worker"]


@dataclass(frozen=True, slots=True)
class Part:
    """Characters of the text, and where they stand in the original.

    Attributes:
        start, end: of the text, half-open, code points.
        place: `page 3` of a PDF, the path of an element of HTML, `line 12` of plain text.
    """

    start: int
    end: int
    place: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read.

    Attributes:
        file: name of its file.
        sha256: of its bytes, hexadecimal.
        kind: one of `KINDS`.
        text: NFC, lines ended by a line feed, paragraphs by an empty line.
        parts: the whole text, in order.
        title: as the document gives it; empty if it does not.
        published: the day that the document gives as its publication; None if it does not.
    """

    file: str
    sha256: str
    kind: str
    text: str
    parts: tuple[Part, ...]
    title: str
    published: date | None

    def place(self, at: int) -> str:
        """Return where a character of the text stands in the original."""
        found = bisect_right(self.parts, at, key=lambda part: part.start) - 1
        return self.parts[found].place if found >= 0 and at < self.parts[found].end else ""


def read_document(path: Path) -> Document:
    """Return the text of a document's file.

    Raises:
        UnreadableError: it is no such file, or as `read_bytes`.
        EmptyError: there is no text in it.
    """
    try:
        # What is too large is not read to the end to be refused.
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        problem = error.strerror or "it cannot be read"
        raise UnreadableError(file=path.name, problem=problem, remedy=_READ) from error
    return read_bytes(content, path.name)


def read_bytes(content: bytes, name: str) -> Document:
    """Return the text of a document's bytes; its name tells what they could be.

    Raises:
        UnreadableError: too large, of a kind that is not read, damaged, or hostile.
        EmptyError: there is no text in it.
    """
    if len(content) > MOST_BYTES:
        raise UnreadableError(file=name, problem="it is too large", remedy=_READ)
    told = _told(content, name)
    if not told["text"].strip():
        remedy = "If it is a scan, give a version with text"
        raise EmptyError(file=name, counters={"characters": len(told["text"])}, remedy=remedy)
    day = told["published"]
    return Document(
        file=name,
        sha256=hashlib.sha256(content).hexdigest(),
        kind=told["kind"],
        text=told["text"],
        parts=tuple(Part(*part) for part in told["parts"]),
        title=told["title"],
        published=date.fromisoformat(day) if day else None,
    )


def _told(content: bytes, name: str) -> dict[str, Any]:
    """Have the bytes read by another process; return what it says."""
    try:
        done = subprocess.run(  # noqa: S603 - ourselves
            [*_READER, PurePath(name).suffix], input=content, capture_output=True,
            timeout=_TIMEOUT_S, check=False, cwd="/", env={"PATH": ""},
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        remedy = "Give the document in another form"
        raise UnreadableError(file=name, problem="it takes too long", remedy=remedy) from error
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        told = {"problem": "it takes too much memory or time to read"}
    if "problem" in told:
        raise UnreadableError(file=name, problem=told["problem"], remedy=_READ)
    return told
