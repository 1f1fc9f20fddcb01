"""Bytes of a document, in; its kind, title, day, text and parts, out."""

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final

_FIRST: Final = 2_048
_BLOCKS: Final = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "td", "th", "dd", "dt"}
    | {"figcaption", "pre", "div", "section", "article", "main", "body", "tr", "ul", "ol", "table"}
)
_LEFT_OUT: Final = frozenset(
    {"script", "style", "noscript", "template", "nav", "aside", "footer", "form", "iframe", "svg"}
    | {"button", "head", "object", "embed"}
)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_PDF_DAY: Final = re.compile(r"D?:?(\d{4})(\d\d)(\d\d)")
_MOST_PAGES: Final = 2_000
_MOST_CHARACTERS: Final = 20_000_000

Pieces = Iterable[tuple[str, str]]
"""Text and place, paragraph by paragraph."""


class UnfitError(Exception):
    """The document cannot be read, and why; the sentence goes on to whoever gave it."""


def read(content: bytes, suffix: str) -> dict[str, Any]:
    """Return what a document holds.

    Args:
        content: its bytes.
        suffix: end of its name, for text that could be anything.

    Raises:
        UnfitError: it is of no kind that is read, or too large.
    """
    start = content[:_FIRST].lstrip()
    if start.startswith(b"%PDF-"):
        return _pdf(content)
    is_html = re.match(
        rb"(?:\xef\xbb\xbf)?<(?:!doctype html|html|\?xml[^>]*>\s*<html)", start, re.IGNORECASE
    )
    if is_html or suffix.lower() in {".html", ".htm", ".xhtml"}:
        return _html(content)
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        problem = "it is neither text, HTML nor PDF"
        raise UnfitError(problem)
    return _document("text", "", "", _lines(decoded(content)))


def _document(kind: str, title: str, published: str, pieces: Pieces) -> dict[str, Any]:
    text: list[str] = []
    parts: list[tuple[int, int, str]] = []
    at = 0
    for words, place in pieces:
        told = unicodedata.normalize("NFC", words.replace("\r\n", "\n").replace("\r", "\n"))
        text.append(told)
        parts.append((at, at + len(told), place))
        at += len(told)
        if at > _MOST_CHARACTERS:
            problem = f"it has more than {_MOST_CHARACTERS:,} characters"
            raise UnfitError(problem)
    return {
        "kind": kind, "title": " ".join(title.split())[:300], "published": published,
        "text": "".join(text), "parts": parts,
    }  # fmt: skip


def decoded(content: bytes) -> str:
    """Return bytes as text: by their mark, as UTF-8, else as Windows' western letters."""
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(name, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(re.split(r"(?<=\n)", text), start=1):
        if line:
            yield line, f"line {number}"


def _pdf(content: bytes) -> dict[str, Any]:
    from pypdf import PdfReader  # noqa: PLC0415 - only what a document needs is loaded
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    try:
        file = PdfReader(io.BytesIO(content))
        if file.is_encrypted:
            problem = "it is encrypted"
            raise UnfitError(problem)
        if len(file.pages) > _MOST_PAGES:
            problem = f"it has {len(file.pages):,} pages, more than {_MOST_PAGES:,}"
            raise UnfitError(problem)
        pieces = [
            (f"{_unfolded(page.extract_text())}\n\n", f"page {number}")
            for number, page in enumerate(file.pages, start=1)
        ]
        about: Any = file.metadata or {}
    except (PyPdfError, ValueError, KeyError, TypeError) as error:
        problem = "the PDF is damaged"
        raise UnfitError(problem) from error
    made = _PDF_DAY.match(str(about.get("/CreationDate", "")))
    day = "-".join(made.groups()) if made else ""
    return _document("pdf", str(about.get("/Title", "")), _real_day(day), pieces)


def _unfolded(page: str) -> str:
    """Return a page's lines joined to paragraphs: a line that ends full of words goes on."""
    lines = [line.rstrip() for line in page.splitlines()]
    longest = max(map(len, lines), default=0)
    told = ""
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        # The first word of the next line would have fitted: so the break was meant.
        fits = len(line) + 1 + len(following.split(" ")[0]) <= longest
        is_end = not line or not following or (fits and line[-1:] in '.!?:"”')
        is_short = len(line) < longest * 0.7
        told += line + ("\n\n" if is_end or is_short else " ")
    return told.strip()


def _html(content: bytes) -> dict[str, Any]:
    from lxml import etree, html  # noqa: PLC0415 - as above

    try:
        declared = re.search(rb"charset=[\"']?([\w-]+)", content[:_FIRST], re.IGNORECASE)
        is_utf8 = declared is None or declared[1].lower() in {b"utf-8", b"utf8"}
        source: str | bytes = decoded(content) if is_utf8 else content
        if isinstance(source, str):
            source = re.sub(r"^\s*<\?xml[^>]*\?>", "", source)
        root = html.document_fromstring(source, parser=html.HTMLParser(huge_tree=False))
    except (etree.LxmlError, ValueError) as error:
        problem = "the HTML is damaged or empty"
        raise UnfitError(problem) from error
    title = root.findtext(".//title") or ""
    body = next(iter(root.xpath("//article | //main")), root)
    return _document("html", title, _html_day(root), _blocks(body))


def _html_day(root: Any) -> str:  # noqa: ANN401 - an element of lxml
    found = root.xpath(
        "//meta[@property='article:published_time' or @name='date' or @itemprop='datePublished'"
        " or @name='DC.date.issued']/@content | //time/@datetime"
    )
    days = [match[0] for told in found if (match := _DAY.match(str(told).strip()))]
    return _real_day(days[0]) if days else ""


def _real_day(day: str) -> str:
    try:
        return str(date.fromisoformat(day)) if day else ""
    except ValueError:
        return ""


def _blocks(body: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - an element of lxml
    """Give the words of each block with the path of its element; nested blocks on their own."""
    from lxml import etree  # noqa: PLC0415 - as above

    tree, owner = body.getroottree(), body
    held: list[str] = []
    walk = etree.iterwalk(body, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if element.tag in _BLOCKS:
            words = " ".join("".join(held).split())
            if words:
                yield f"{words}\n\n", tree.getpath(owner)
            held, owner = [], element if event == "start" else element.getparent()
        if event != "start":
            held.append(element.tail or "")
        elif element.tag in _LEFT_OUT:
            walk.skip_subtree()
        else:
            held.append(" " if element.tag == "br" else element.text or "")
    words = " ".join("".join(held).split())
    if words:
        yield f"{words}\n\n", tree.getpath(body)
