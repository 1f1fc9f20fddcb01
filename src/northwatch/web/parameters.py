"""A query string, in; the state of a view, out: every parameter known and allowed, or an error.

State is in the URL: the same names everywhere, half-open periods, UTC. The canonical form sorts the
names and leaves defaults out; the cited form spells every default out.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from northwatch.errors import ParameterError

_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|\+00:00)?)?")
_PLAIN: Final = "-_.,:/@"  # left as they are, so that a URL can be read aloud


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a view.

    Attributes:
        name: as in the URL.
        parse: text to value; ValueError if not allowed.
        allowed: what is allowed, in words.
        default: text that stands when the parameter is absent; empty for none.
        meaning: for the person who reads the list of parameters.
    """

    name: str
    parse: Callable[[str], Any]
    allowed: str
    default: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """The parameters of one view: as text (only what differs from the default) and as values."""

    texts: Mapping[str, str]
    defaults: Mapping[str, str]
    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - each parameter has its own type
        """Return the value of a parameter; None where absent and without a default."""
        return self.values[name]

    def query(self, **changes: object) -> str:
        """Return the canonical query string, with `?` before it; empty if all is default.

        A change of None takes the parameter out.
        """
        merged = {**self.texts, **{k: None if v is None else str(v) for k, v in changes.items()}}
        kept = sorted(
            (k, v) for k, v in merged.items() if v not in (None, "", self.defaults.get(k))
        )
        return "?" + urlencode(kept, safe=_PLAIN) if kept else ""

    def cited_query(self, **fixed: str) -> str:
        """Return the query string with every default spelled out and `fixed` added."""
        spelled = {**{k: v for k, v in self.defaults.items() if v}, **self.texts, **fixed}
        return "?" + urlencode(sorted(spelled.items()), safe=_PLAIN)


def read_state(pairs: Iterable[tuple[str, str]], parameters: Sequence[Parameter]) -> State:
    """Return the state that a query string stands for.

    A parameter given twice (as forms do with boxes) is one list. An empty value is no value.

    Raises:
        ParameterError: a name is unknown or a value is not allowed; it lists what is.
    """
    known = {parameter.name: parameter for parameter in parameters}
    texts: dict[str, str] = {}
    for name, value in pairs:
        if name not in known:
            raise ParameterError(name=name, value=value, allowed=_names(parameters))
        if value.strip():
            texts[name] = f"{texts[name]},{value.strip()}" if name in texts else value.strip()
    values = {p.name: _value(p, texts.get(p.name, p.default)) for p in parameters}
    defaults = {p.name: p.default for p in parameters}
    return State({k: v for k, v in texts.items() if v != defaults[k]}, defaults, values)


def _value(parameter: Parameter, text: str) -> Any:  # noqa: ANN401 - each parameter has its own type
    if not text:
        return None
    try:
        return parameter.parse(text)
    except (ValueError, OverflowError) as refused:
        raise ParameterError(
            name=parameter.name, value=text, allowed=parameter.allowed
        ) from refused


def _names(parameters: Sequence[Parameter]) -> str:
    names = sorted(parameter.name for parameter in parameters)
    return f"the parameters {', '.join(names)}" if names else "no parameters on this page"


def one_of(choices: Iterable[str]) -> Callable[[str], str]:
    """Return a parser that takes one of the choices."""
    allowed = frozenset(choices)

    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(text)
        return text

    return parse


def some_of(choices: Iterable[str]) -> Callable[[str], tuple[str, ...]]:
    """Return a parser that takes a comma-separated list of choices; sorted, each once."""
    parse_one = one_of(choices)

    def parse(text: str) -> tuple[str, ...]:
        return tuple(sorted({parse_one(part.strip()) for part in text.split(",") if part.strip()}))

    return parse


def number(lo: float, hi: float) -> Callable[[str], float]:
    """Return a parser that takes a number from `lo` to `hi`."""

    def parse(text: str) -> float:
        value = float(text)
        if not lo <= value <= hi:
            raise ValueError(text)
        return value

    return parse


def whole(lo: int, hi: int) -> Callable[[str], int]:
    """Return a parser that takes a whole number from `lo` to `hi`."""

    def parse(text: str) -> int:
        value = int(text)
        if not lo <= value <= hi:
            raise ValueError(text)
        return value

    return parse


def day(text: str) -> date:
    """Return a UTC day written `2024-08-31`."""
    return date.fromisoformat(text)


def instant(text: str) -> datetime:
    """Return an instant in UTC, written `2024-08-31`, `2024-08-31T06:00` or `…T06:00:00Z`."""
    if not _INSTANT.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)


def words(text: str) -> str:
    """Return search words of 1 to 80 characters."""
    if len(text) > 80:  # noqa: PLR2004 - no ship's name is a quarter as long
        raise ValueError(text)
    return text
