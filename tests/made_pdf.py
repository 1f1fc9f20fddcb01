"""Lines, in; a small PDF with them, out: written by hand, so that no library reads its own."""

from collections.abc import Sequence
from textwrap import wrap

WIDTH = 92
_PER_PAGE = 50


def made_pdf(text: str, *, title: str = "", day: str = "") -> bytes:
    """Return a PDF of a text, folded as a page folds it."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += wrap(paragraph, WIDTH) or [""]
    pages = [lines[at : at + _PER_PAGE] for at in range(0, len(lines), _PER_PAGE)]
    about = f"<< /Title ({title}) /CreationDate (D:{day.replace('-', '')}) >>"
    numbers = [4 + 2 * place for place in range(len(pages))]
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in zip(numbers, pages, strict=True):
        objects += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {number + 1} 0 R >>",
            _stream(page),
        ]
    return _file([*objects, about])


def _stream(lines: Sequence[str]) -> str:
    shown = []
    for line in lines:
        for found, meant in (("\\", "\\\\"), ("(", "\\("), (")", "\\)")):
            line = line.replace(found, meant)  # noqa: PLW2901 - three in turn
        shown.append(f"({line}) Tj T*")
    words = "BT /F1 10 Tf 50 800 Td 14 TL\n" + "\n".join(shown) + "\nET"
    return f"<< /Length {len(words.encode('cp1252', 'replace'))} >>\nstream\n{words}\nendstream"


def _file(objects: Sequence[str]) -> bytes:
    told, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(told))
        told += f"{number} 0 obj\n{each}\nendobj\n".encode("cp1252", "replace")
    start = len(told)
    told += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    told += b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>"
    return told + f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode()
