"""Documents as they come: their text and where it stands; hostile ones do no harm."""

import contextlib
import html
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from northwatch.errors import EmptyError, UnreadableError
from northwatch.pipeline.proposing import shipped_tables
from northwatch.sources.documents import Document, read_document
from northwatch.statements import propose
from tests.made_pdf import made_pdf
from tests.unit.statements.test_propose import ARTICLE


def page(text: str = ARTICLE) -> str:
    paragraphs = "\n".join(f"<p>{html.escape(each)}</p>" for each in text.split("\n") if each)
    return (
        '<!doctype html><html><head><meta charset="utf-8"><title>Two  tracks</title>'
        '<meta property="article:published_time" content="2026-02-04T08:00:00Z">'
        '<script>document.write("<p>He said: \\"Not a word of this was said.\\"</p>")</script>'
        f"</head><body><nav>Home</nav><article><h1>Two tracks</h1>{paragraphs}</article>"
        "<footer>He said: &quot;This is the foot of the page.&quot;</footer></body></html>"
    )


def read(folder: Path, name: str, content: bytes | str) -> Document:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_document(path)


def told(document: Document) -> list[tuple[str, str | None]]:
    made = propose(
        document.text, shipped_tables(), published=document.published or date(2026, 2, 4)
    )
    return [
        (" ".join(one.words.split()), one.speaker.person if one.speaker else None) for one in made
    ]


def test_text_html_and_pdf_of_one_article_give_the_same_statements(tmp_path: Path) -> None:
    plain = read(tmp_path, "a.txt", ARTICLE)
    web = read(tmp_path, "a.html", page())
    paper = read(tmp_path, "a.pdf", made_pdf(ARTICLE, title="Two tracks", day="2026-02-04"))
    assert [each.kind for each in (plain, web, paper)] == ["text", "html", "pdf"]
    assert len(told(plain)) == 6
    assert told(plain) == told(web) == told(paper)
    assert web.title == paper.title == "Two tracks"
    assert web.published == paper.published == date(2026, 2, 4)


def test_each_character_has_its_place_in_the_original(tmp_path: Path) -> None:
    web = read(tmp_path, "a.html", page())
    assert web.place(web.text.index("He spoke")) == "/html/body/article/p[2]"
    assert web.place(web.text.index("A senior official")) == "/html/body/article/p[3]"
    plain = read(tmp_path, "a.txt", ARTICLE)
    assert plain.place(plain.text.index("A senior official")) == "line 3"
    long = made_pdf("\n".join(f"Line {number} of many lines." for number in range(120)))
    paper = read(tmp_path, "a.pdf", long)
    assert paper.place(paper.text.index("Line 119")) == "page 3"
    for one in (web, plain, paper):
        assert one.parts[0].start == 0
        assert one.parts[-1].end == len(one.text)
        assert all(a.end == b.start for a, b in zip(one.parts, one.parts[1:], strict=False))


def test_what_no_reader_sees_is_no_text(tmp_path: Path) -> None:
    text = read(tmp_path, "a.html", page()).text
    for words in ("Not a word", "Home", "foot of the page"):
        assert words not in text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_are_read_in_the_encodings_people_send(tmp_path: Path, encoding: str) -> None:
    words = "Løkke said: “The fjord is open.”\r\nÅse agreed."
    made = read(tmp_path, "a.txt", words.encode(encoding))
    assert made.text == words.replace("\r\n", "\n")


def test_letters_of_html_are_read_as_it_declares(tmp_path: Path) -> None:
    words = '<html><head><meta charset="iso-8859-1"></head><body><p>Åse kom</p></body></html>'
    assert read(tmp_path, "a.html", words.encode("latin-1")).text.strip() == "Åse kom"


def test_text_that_is_composed_otherwise_becomes_one_form(tmp_path: Path) -> None:
    assert read(tmp_path, "a.txt", "A\u030ase spoke.").text == "Åse spoke."


def bomb() -> bytes:
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(b"(" + b"A" * 1_000_000 + b") Tj\n") for _ in range(1_200))
    packed += packer.flush()
    body = b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed)
    plain = made_pdf("x")
    start = plain.index(b"<< /Length")
    end = plain.index(b"endstream")
    return plain[:start] + body + packed + b"\n" + plain[end:]


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "no PDF behind its first words": ("a.pdf", lambda: b"%PDF-1.7\n" + b"\xff" * 5_000),
    "a PDF cut in half": ("a.pdf", lambda: made_pdf(ARTICLE)[:900]),
    "a PDF whose pages are each other's parents": (
        "a.pdf", lambda: made_pdf("x").replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"),
    ),
    "a PDF that unfolds to gigabytes": ("a.pdf", bomb),
    "a program": ("a.txt", lambda: b"\x7fELF\0\0\0" + b"\0" * 500),
    "an archive": ("a.txt", lambda: b"PK\x03\x04" + b"\0" * 500),
    "an archive that says it is HTML's": ("a.docx", lambda: b"PK\x03\x04\0\0" + b"x" * 500),
    "a picture": ("a.html.png", lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0"),
    "nothing": ("a.txt", lambda: b""),
    "spaces": ("a.txt", lambda: b" \n" * 1_000),
    "HTML without words": ("a.html", lambda: b"<html><body><script>x</script></body></html>"),
    "HTML that is empty": ("a.html", lambda: b""),
    "HTML that is a comment": ("a.html", lambda: b"<!-- -->"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_documents_are_refused_by_name_and_remedy(tmp_path: Path, what: str) -> None:
    name, content = HOSTILE[what]
    with pytest.raises((UnreadableError, EmptyError)) as refused:
        read(tmp_path, name, content())
    assert name in str(refused.value)
    assert str(tmp_path) not in str(refused.value)


def test_html_nested_without_end_is_read_or_refused(tmp_path: Path) -> None:
    deep = "<div>" * 100_000 + "deep down" + "</div>" * 100_000
    with contextlib.suppress(UnreadableError, EmptyError):
        assert "deep down" in read(tmp_path, "a.html", f"<html>{deep}</html>").text


def test_entities_that_multiply_stay_as_they_are(tmp_path: Path) -> None:
    told = '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><html><p>&b; Ice.</p></html>'
    assert len(read(tmp_path, "a.html", told).text) < 60


def test_a_document_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="No such file"):
        read_document(tmp_path / "gone.txt")


def test_a_document_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("northwatch.sources.documents.reading.MOST_BYTES", 100)
    with pytest.raises(UnreadableError, match="too large"):
        read(tmp_path, "a.txt", "word " * 100)
