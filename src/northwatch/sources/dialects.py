"""Dialect files (TOML), in; checked dialects, out: those shipped and those a user writes."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from northwatch import data
from northwatch.dialect import FIELD_SCALES, Dialect, Field
from northwatch.errors import ParameterError, UnreadableError

FOLDER: Final = "dialects"
_CODES: Final = "codes.toml"
_SUFFIX: Final = ".toml"
_FORMS: Final = ("nmea", "delimited", "json", "parquet")
_TIME_FORMATS: Final = ("dmy", "iso", "epoch_s", "epoch_ms", "compact")
_RECEIVERS: Final = {"unknown": 0, "shore": 1, "satellite": 2}
_TEXTS: Final = ("id", "title", "licence", "note", "rows", "success")
_CHOICES: Final = {
    "form": _FORMS,
    "decimal": (".", ","),
    "time_format": _TIME_FORMATS,
    "tag_checksum": ("use", "ignore"),
    "receiver": tuple(_RECEIVERS),
}
_KEYS: Final = (
    *_TEXTS, *_CHOICES, "separator", "headless", "columns", "signs", "pos_res_i", "fields",
)  # fmt: skip
_FIELD_KEYS: Final = ("column", "scale", "nulls", "codes", "prefix")
_GREATEST_CODE: Final = 255
_MOST_COLUMNS: Final = 10_000
_MOST_RESOLUTION: Final = 65_535


class _KeyError(Exception):
    """One key of a dialect file is wrong."""

    def __init__(self, *, key: str, problem: str, remedy: str) -> None:
        super().__init__(key)
        self.key, self.problem, self.remedy = key, problem, remedy


@cache
def shipped_dialects() -> Mapping[str, Dialect]:
    """Return the dialects that come with the product, by id, in alphabetical order."""
    names = [n for n in data.names(FOLDER) if n.endswith(_SUFFIX) and n != _CODES]
    dialects = [_parse(data.read_text(f"{FOLDER}/{name}"), name) for name in names]
    return {dialect.id: dialect for dialect in sorted(dialects, key=lambda d: d.id)}


def read_dialect(path: Path) -> Dialect:
    """Return the dialect that a mapping file describes; it has the form of the shipped ones.

    Raises:
        UnreadableError: the file cannot be read, or a key of it is missing, unknown or wrong.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError(
            file=str(path), problem=f"the mapping file cannot be read ({error})",
            remedy="Give a TOML file in UTF-8",
        ) from error  # fmt: skip
    return _parse(text, path.name)


def find_dialect(name: str) -> Dialect:
    """Return the dialect that a user named: by the id of a shipped one, or by a mapping file.

    Raises:
        ParameterError: there is no such id and no such file.
        UnreadableError: the mapping file is wrong; names the key.
    """
    shipped = shipped_dialects()
    if name in shipped:
        return shipped[name]
    if name.endswith(_SUFFIX) or Path(name).is_file():
        return read_dialect(Path(name))
    raise ParameterError(
        name="dialect", value=name, allowed=f"a mapping file (.toml) or {', '.join(shipped)}"
    )


def _parse(text: str, file: str) -> Dialect:
    try:
        return _dialect(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UnreadableError(
            file=file, problem=f"it is not TOML: {error}", remedy="Mend the mapping file"
        ) from error
    except _KeyError as error:
        raise UnreadableError(
            file=file, problem=f"key {error.key}: {error.problem}", remedy=error.remedy
        ) from error


def _dialect(table: dict[str, Any]) -> Dialect:
    _known_keys(table, _KEYS, "")
    for key in ("id", "form", "title"):
        if key not in table:
            raise _KeyError(key=key, problem="is missing", remedy="Add it")
    for key in _TEXTS:
        _of_type(key, table.get(key, ""), str, "a text")
    for key, allowed in _CHOICES.items():
        _one_of(key, table.get(key, allowed[0]), allowed)
    form = table["form"]
    headless = _of_type("headless", table.get("headless", False), bool, "true or false")
    fields = _of_type("fields", table.get("fields", {}), dict, "a table")
    _known_keys(fields, tuple(FIELD_SCALES), "fields.")
    dialect = Dialect(
        **{key: table[key] for key in _TEXTS if key in table},
        **{key: table[key] for key in _CHOICES if key in table and key != "receiver"},
        receiver=_RECEIVERS[table.get("receiver", "unknown")],
        separator=_separator(table.get("separator", ",")),
        headless=headless,
        columns=_whole_numbers("columns", table.get("columns", []), _MOST_COLUMNS),
        signs=_texts("signs", table.get("signs", [])),
        pos_res_i=_whole_numbers("pos_res_i", [table.get("pos_res_i", 1)], _MOST_RESOLUTION)[0],
        fields={
            name: _field(name, value, form, headless=headless) for name, value in fields.items()
        },
    )
    if form != "nmea":
        _check_fields(dialect)
    return dialect


def _check_fields(dialect: Dialect) -> None:
    fields = dialect.fields
    if "mmsi" not in fields:
        raise _KeyError(
            key="fields.mmsi", problem="is missing", remedy="Name the column that holds the MMSI"
        )
    if "t_ms" not in fields and not dialect.note:
        raise _KeyError(
            key="fields.t_ms",
            problem="is missing, and without a time no row is kept",
            remedy="Name the column that holds the time, or say in `note` why there is none",
        )
    if ("lat_i" in fields) != ("lon_i" in fields):
        missing = "lon_i" if "lat_i" in fields else "lat_i"
        raise _KeyError(
            key=f"fields.{missing}", problem="is missing", remedy="Name both latitude and longitude"
        )
    if dialect.separator == dialect.decimal:
        raise _KeyError(
            key="decimal", problem="is the separator too", remedy="Choose another separator"
        )


def _field(name: str, value: object, form: str, *, headless: bool) -> Field:
    key = f"fields.{name}"
    table = value if isinstance(value, dict) else {"column": value}
    _known_keys(table, _FIELD_KEYS, f"{key}.")
    scale = _of_type(
        f"{key}.scale", table.get("scale", FIELD_SCALES[name]), (int, float), "a number"
    )
    if isinstance(scale, bool) or not scale > 0:
        raise _KeyError(
            key=f"{key}.scale",
            problem="is not a number above 0",
            remedy="Give the factor to our unit",
        )
    return Field(
        column=_column(key, table.get("column"), form, headless=headless),
        scale=float(scale),
        nulls=_texts(f"{key}.nulls", table.get("nulls", [])),
        codes=_codes(f"{key}.codes", table.get("codes", {})),
        prefix=_of_type(f"{key}.prefix", table.get("prefix", ""), str, "a text"),
    )


def _column(key: str, value: object, form: str, *, headless: bool) -> tuple[str, ...] | int:
    if form == "json" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if headless:
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise _KeyError(
                key=key, problem="is not a place", remedy="Give the column's place, counted from 0"
            )
        return value
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or not all(isinstance(n, str) and n for n in names):
        raise _KeyError(
            key=key, problem="names no column", remedy="Give the header's word, or a list of words"
        )
    return tuple(names)


def _codes(key: str, value: object) -> dict[str, int]:
    if isinstance(value, str):
        shared = tomllib.loads(data.read_text(f"{FOLDER}/{_CODES}"))
        _one_of(key, value, tuple(shared))
        value = shared[value]
    codes: dict[str, int] = _of_type(
        key, value, dict, "a table of words and codes, or the name of one"
    )
    _whole_numbers(key, list(codes.values()), _GREATEST_CODE)
    return codes


def _known_keys(table: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            raise _KeyError(
                key=f"{where}{key}",
                problem="is not known",
                remedy=f"Known here: {', '.join(known)}",
            )


def _one_of(key: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise _KeyError(
            key=key, problem=f"{value!r} is not allowed", remedy=f"Allowed: {', '.join(allowed)}"
        )


def _of_type(key: str, value: Any, kind: Any, words: str) -> Any:  # noqa: ANN401 - of the kind asked
    if not isinstance(value, kind):
        raise _KeyError(key=key, problem=f"{value!r} is not {words}", remedy=f"Write {words}")
    return value


def _texts(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise _KeyError(
            key=key, problem=f"{value!r} is not a list of texts", remedy="Write a list of texts"
        )
    return tuple(value)


def _whole_numbers(key: str, value: object, most: int) -> tuple[int, ...]:
    numbers = value if isinstance(value, list) else [None]
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= most:
            raise _KeyError(
                key=key, problem=f"{number!r} is not a whole number", remedy=f"Write 0 to {most}"
            )
    return tuple(numbers)


def _separator(value: object) -> str:
    if not isinstance(value, str) or len(value) != 1 or not value.isascii() or value in '"\n\r':
        raise _KeyError(
            key="separator",
            problem=f"{value!r} is not one character",
            remedy='Write "," or ";" or "\\t"',
        )
    return value
