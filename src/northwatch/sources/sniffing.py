"""The first bytes of a source, in; its dialect, out. Deterministic; the name plays no part."""

import csv
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from northwatch.dialect import Dialect, find_columns
from northwatch.errors import EmptyError, SchemaError, UnreadableError
from northwatch.sources.dialects import shipped_dialects

HEAD: Final = 1 << 16  # bytes looked at
_SEPARATORS: Final = (",", ";", "\t", "|")
_SENTENCE: Final = re.compile(
    rb"[!$][A-Z0-9-]{2}VD[MO],|\$PGHP,|^(\\[^\\\n]+\\)*[!$][A-Z]{5},", re.MULTILINE
)
_LINES_LOOKED_AT: Final = 20
_SHOWN: Final = 300  # characters of a line shown in an error
_TIME: Final = {
    "dmy": re.compile(r"\d\d.\d\d.\d{4} \d\d:\d\d"),
    "iso": re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d"),
    "compact": re.compile(r"\d{8}.\d{6}$"),
    "epoch_s": re.compile(r"\d{9,10}(\.\d+)?$"),
    "epoch_ms": re.compile(r"\d{12,13}$"),
}
_FORCE: Final = "Name a dialect with --dialect ({}) or give a mapping file with --dialect FILE.toml"
_WIDE_TEXT: Final = (b"\xff\xfe", b"\xfe\xff")


def tell_dialect(head: bytes, file: str) -> Dialect:
    """Return the dialect whose form the first bytes have.

    Args:
        head: the first `HEAD` bytes, unpacked, or fewer if there are no more.
        file: name to show in errors.

    Raises:
        EmptyError: there is nothing but blanks.
        UnreadableError: no dialect fits; shows the first line.
    """
    refuse_unreadable(head, file)
    if head.lstrip()[:1] in {b"{", b"["}:
        found = _by_signs(head, "json")
    elif _is_nmea(head):
        found = _by_signs(head, "nmea")
    else:
        found = _by_header(head)
    if found is None:
        raise UnreadableError(
            file=file, line=1, problem=f"no dialect fits; the first line is: {_first_line(head)}",
            remedy=_FORCE.format(", ".join(shipped_dialects())),
        )  # fmt: skip
    return found


def fitted(dialect: Dialect, head: bytes, file: str) -> Dialect:
    """Return a dialect that a user chose, with the separator that the file has.

    Raises:
        EmptyError: there is nothing but blanks.
        UnreadableError: the file is not of that dialect; shows the first line.
    """
    refuse_unreadable(head, file)
    if dialect.form == "delimited":
        return _fitted_header(dialect, head, file)
    is_json = head.lstrip()[:1] in {b"{", b"["}
    if (dialect.form == "json") != is_json or (dialect.form == "nmea" and not _is_nmea(head)):
        raise UnreadableError(
            file=file, line=1,
            problem=f"it is not {dialect.form}, as {dialect.id} needs; the first line is: "
            f"{_first_line(head)}",
            remedy="Leave --dialect out, or name another",
        )  # fmt: skip
    return dialect


def refuse_unreadable(head: bytes, file: str) -> None:
    """Refuse what holds nothing, and text of two bytes a character.

    Raises:
        EmptyError: there is nothing but blanks.
        UnreadableError: it is UTF-16.
    """
    if head.startswith(_WIDE_TEXT):
        raise UnreadableError(
            file=file, line=1, problem="it is UTF-16 text", remedy="Save it as UTF-8"
        )
    if not head.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise EmptyError(file=file, counters={}, remedy="The file is empty: fetch it again")


def _fitted_header(dialect: Dialect, head: bytes, file: str) -> Dialect:
    line = _first_line(head, shown=len(head))
    if dialect.headless:
        cells = _cells(line, dialect.separator)
        if _is_row(dialect, cells):
            return dialect
        problem = f"the first line is not a row of {dialect.id}"
    else:
        separators = [dialect.separator, *(s for s in _SEPARATORS if s != dialect.separator)]
        for separator in separators:
            if _missing(dialect, _cells(line, separator)) is None:
                return _separated(dialect, head, separator)
        missing = _missing(dialect, _cells(line, _likely_separator(line))) or []
        problem = f"it lacks what {dialect.id} needs: {', '.join(missing)}"
    raise UnreadableError(
        file=file, line=1, problem=f"{problem}; the first line is: {line[:_SHOWN]}",
        remedy="Name the dialect that it is, or give a mapping file with its columns",
    )  # fmt: skip


def _by_header(head: bytes) -> Dialect | None:
    """Return the delimited dialect that finds most of its columns; of these, misses fewest."""
    line = _first_line(head, shown=len(head))
    cells = _cells(line, _likely_separator(line))
    best: tuple[int, int] = (0, 0)
    found = None
    for dialect in shipped_dialects().values():
        if dialect.form != "delimited":
            continue
        if dialect.headless:
            if _is_row(dialect, _cells(line, dialect.separator)):
                return dialect
        elif _missing(dialect, cells) is None:
            n_found = len(find_columns(dialect, cells))
            score = (n_found, n_found - len(dialect.fields))
            if score > best:
                best, found = score, dialect
    return found and _separated(found, head, _likely_separator(line))


def _separated(dialect: Dialect, head: bytes, separator: str) -> Dialect:
    """Return a dialect with this separator; where a comma is free, it may mark decimals."""
    if separator == dialect.separator:
        return dialect
    cells = find_columns(dialect, _cells(_first_line(head), separator))
    lines = head.decode("latin-1").splitlines()[1:_LINES_LOOKED_AT]
    rows = [_cells(line, separator) for line in lines]
    places = [row[cells["lat_i"]] for row in rows if "lat_i" in cells and len(row) > cells["lat_i"]]
    comma = separator != "," and any("," in place for place in places)
    return replace(dialect, separator=separator, decimal="," if comma else ".")


def _by_signs(head: bytes, form: str) -> Dialect | None:
    """Return the dialect all of whose signs stand in the head; the one with most signs."""
    fitting = [
        dialect
        for dialect in shipped_dialects().values()
        if dialect.form == form
        and (dialect.signs or form == "nmea")
        and dialect.tag_checksum == "use"
        and all(sign.encode() in head for sign in dialect.signs)
    ]
    return max(fitting, key=lambda dialect: len(dialect.signs), default=None)


def by_column_names(names: Iterable[str], file: str) -> Dialect:
    """Return the Parquet dialect whose needed columns are all there.

    Raises:
        UnreadableError: no dialect fits; shows the columns.
    """
    there = list(names)
    for dialect in shipped_dialects().values():
        if (
            dialect.form == "parquet"
            and _missing(replace(dialect, form="delimited"), there) is None
        ):
            return dialect
    raise UnreadableError(
        file=file, problem=f"no dialect fits; its columns are: {', '.join(there)[:_SHOWN]}",
        remedy='Give a mapping file with form = "parquet" with --dialect FILE.toml',
    )  # fmt: skip


def _missing(dialect: Dialect, cells: list[str]) -> list[str] | None:
    """Return the needed columns that a header lacks; None if it has all."""
    try:
        find_columns(dialect, cells)
    except SchemaError as error:
        return list(error.missing)
    return None


def _is_row(dialect: Dialect, cells: list[str]) -> bool:
    """Return whether the first line of a headless file has the right width and a time and MMSI."""
    if dialect.columns and len(cells) not in dialect.columns:
        return False
    places = {name: theirs.column for name, theirs in dialect.fields.items()}
    t_ms, mmsi = places.get("t_ms"), places["mmsi"]
    if not isinstance(t_ms, int) or not isinstance(mmsi, int) or max(t_ms, mmsi) >= len(cells):
        return False
    is_time = _TIME[dialect.time_format].match(cells[t_ms].strip(' "'))
    return bool(is_time) and cells[mmsi].strip(' "').isdigit()


def _is_nmea(head: bytes) -> bool:
    lines = [line for line in head.splitlines() if line.strip()][:_LINES_LOOKED_AT]
    return any(_SENTENCE.search(line) for line in lines)


def _likely_separator(line: str) -> str:
    """Return the separator that the line has most of; of equals, the first."""
    return max(_SEPARATORS, key=line.count)


def _first_line(head: bytes, shown: int = _SHOWN) -> str:
    line = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").split(b"\n", 1)[0].rstrip(b"\r")
    try:
        return line.decode()[:shown]
    except UnicodeDecodeError:
        return line.decode("latin-1")[:shown]


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line.replace("\0", " ")], delimiter=separator), [])
    except csv.Error:  # a cell longer than any header's
        return []
