"""A kind of item, in; the fields of its form, and a sent form back as a body, out.

Forms are made from the kinds themselves: a field that a kind gains, its form has.
"""

import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, ValidationError

from northwatch.errors import InputError
from northwatch.web.record.frame import Form
from northwatch.workstreams.desk import Desk
from northwatch.workstreams.kinds import (
    Body,
    Code,
    DocumentText,
    Kind,
    Prose,
    Ref,
    Slug,
    Span,
    When,
)

Choice = tuple[str, str]

# Which kinds a field that names an item may name.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "person": ("person",),
    "head": ("person",),
    "members": ("person",),
    "round": ("round",),
    "meeting": ("meeting",),
    "occasion": ("meeting",),
    "document": ("document",),
    "credentials": ("document",),
    "agreed_point": ("agreed_point",),
    "commitment": ("commitment",),
    "basis": ("statement",),
    "source": ("statement", "document"),
    "evidence": ("document", "finding", "received"),
}
_LABELS: Final[Mapping[str, str]] = {
    "when": "When", "t_from": "From", "said_on": "Said on", "occasion": "Said at the meeting",
    "on_behalf_of": "On behalf of", "basis": "Rests on these confirmed statements",
    "source": "Created by", "as_of": "As of", "format": "Form of meeting",
    "record_kind": "What record was kept", "lang": "Language code", "since": "From",
    "address": "Address where it was published", "extractor": "Read by",
}  # fmt: skip
_HELP: Final[Mapping[str, str]] = {
    "words": "As said or printed, in the original language.",
    "speaker": "Leave empty if nobody is named.",
    "capacity": "The office in which they spoke.",
    "claims": "What the speaker claims of the talks. It is theirs, not a fact of the record.",
    "summary": "In neutral words.",
    "direction": "As the statements show it; silence is no stance.",
    "label": "In the fewest words that all accounts share.",
    "conditions": "In words, if any.",
    "languages": "Codes such as kl, da, en, with spaces between.",
    "variants": "Other spellings, one a line.",
    "reliability": "In words: on the supplier and on this document, who judged it, and when.",
    "text": "The text of the document, pasted. Spans are marked on it.",
}
# Made by programs only; a person leaves them empty.
_NOT_TYPED: Final = frozenset({"confidence", "retrieved"})
_DAY: Final = "%Y-%m-%d"
_LONGEST_LINE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form.

    Attributes:
        name, label, help: its name in the body; what people read.
        widget: line, prose, lines, choice, choices, when, instant, spans, check.
        choices: (value, words) for widgets of choice.
        required: it cannot be left empty.
    """

    name: str
    label: str
    help: str
    widget: str
    choices: tuple[Choice, ...]
    required: bool


def fields_of(kind: Kind, desk: Desk) -> list[Field]:
    """Return the fields of a kind's form; choices are of what the reader may read."""
    return [
        _field(name, info.annotation, desk, required=info.is_required(), of=info.metadata)
        for name, info in kind.body.model_fields.items()
        if name not in _NOT_TYPED
    ]


def _field(name: str, annotation: Any, desk: Desk, *, required: bool, of: list[Any]) -> Field:  # noqa: ANN401 - a type
    widget, choices = _widget(name, annotation, of, desk)
    label = _LABELS.get(name, name.replace("_", " ").capitalize())
    return Field(name, label, _HELP.get(name, ""), widget, tuple(choices), required)


def _widget(name: str, annotation: Any, of: list[Any], desk: Desk) -> tuple[str, list[Choice]]:  # noqa: ANN401 - a type
    inner = _inner(annotation)
    if get_origin(inner) is tuple:
        return _of_many(name, get_args(inner)[0], desk)
    if get_origin(inner) is Literal:
        return "choice", [(value, value) for value in get_args(inner)]
    simple = {When: "when", AwareDatetime: "instant", datetime: "instant", bool: "check"}
    for kind, widget in simple.items():
        if inner is kind:
            return widget, []
    alias = _alias(inner, of)
    if alias is None:
        return "line", []
    if alias is Prose:
        return "prose", []
    return "choice", _choices(name, alias, desk)


def _of_many(name: str, each: Any, desk: Desk) -> tuple[str, list[Choice]]:  # noqa: ANN401 - a type
    if each is Span:
        return "spans", _items(desk, ("document_text",))
    if get_origin(each) is Literal:
        return "choices", [(value, value) for value in get_args(each)]
    alias = _alias(each, [])
    return ("lines", []) if alias in {None, Prose} else ("choices", _choices(name, alias, desk))


def _inner(annotation: Any) -> Any:  # noqa: ANN401 - a type
    """Return what is left of `X | None`."""
    if get_origin(annotation) in {Union, types.UnionType}:
        return next(each for each in get_args(annotation) if each is not type(None))
    return annotation


def _facts(told: Iterable[Any], name: str) -> list[Any]:
    """Return what pydantic's metadata says of a text: its patterns, its greatest lengths."""
    flat = [each for m in told for each in (m, *getattr(m, "metadata", ()))]
    return [found for each in flat if (found := getattr(each, name, None)) is not None]


_ALIASES: Final[Mapping[str, Any]] = {
    _facts(alias.__metadata__, "pattern")[0]: alias  # type: ignore[attr-defined]
    for alias in (Ref, Code, Slug)
}


def _alias(inner: Any, of: list[Any]) -> Any:  # noqa: ANN401 - a type
    """Return which of our named kinds of text a field is; None for a line."""
    told = [*getattr(inner, "__metadata__", ()), *of]
    for pattern in _facts(told, "pattern"):
        if pattern in _ALIASES:
            return _ALIASES[pattern]
    return Prose if max(_facts(told, "max_length"), default=0) > _LONGEST_LINE else None


def _choices(name: str, alias: Any, desk: Desk) -> list[Choice]:  # noqa: ANN401 - a type
    charter = desk.record.charter
    if alias is Code:
        return list(charter.party_names.items())
    if alias is Slug:
        return list(charter.issue_titles.items())
    return _items(desk, _NAMES.get(name, ()))


def _items(desk: Desk, kinds: Iterable[str]) -> list[Choice]:
    found = [item for kind in kinds for item in desk.listing(kind, limit=500).items]
    return [(item.root, item.title) for item in found if item.review in {"", "confirmed"}]


# --- back from the form --------------------------------------------------------------------------


def body_of(kind: Kind, form: Form, fields: list[Field], desk: Desk) -> Body:
    """Return the body that a sent form describes.

    Raises:
        InputError: fields are missing or wrong; names each.
    """
    values: dict[str, Any] = {}
    for field in fields:
        value = _value(field, form, desk)
        if value not in (None, "", ()) or field.widget == "check":
            values[field.name] = value
    try:
        return kind.body.model_validate(values)
    except ValidationError as error:
        problem = f"Not yet complete. {told_of(error)}"
        raise InputError(problem) from error


def told_of(error: ValidationError) -> str:
    """Return what is wrong with each field, in words; no value is repeated."""
    told = {
        _LABELS.get(str(e["loc"][0]), str(e["loc"][0]).replace("_", " ").capitalize())
        if e["loc"] else "All together": e["msg"].removeprefix("Value error, ")
        for e in error.errors(include_url=False, include_input=False, include_context=False)
    }  # fmt: skip
    return " ".join(f"{name}: {words}." for name, words in told.items())


def _value(field: Field, form: Form, desk: Desk) -> Any:  # noqa: ANN401 - as the body has it
    text = form.get(field.name)
    if field.widget == "when":
        return _when(field, form)
    if field.widget == "spans":
        return _spans(field, form, desk)
    if field.widget == "check":
        return text == "yes"
    if field.widget in {"choices", "lines"}:
        lines = form.all(field.name) if field.widget == "choices" else text.splitlines()
        return tuple(line.strip() for line in lines if line.strip())
    return _day(field, text) if field.widget == "instant" and text else text or None


def _day(field: Field, text: str) -> datetime:
    try:
        return datetime.strptime(text, _DAY).replace(tzinfo=UTC)
    except ValueError as error:
        problem = f"{field.label}: write a day such as 2026-01-26"
        raise InputError(problem) from error


def _when(field: Field, form: Form) -> dict[str, Any] | None:
    first, last = form.get(f"{field.name}.from"), form.get(f"{field.name}.to")
    if not first:
        return None
    t_from = _day(field, first)
    t_to = (_day(field, last) if last else t_from) + timedelta(days=1)
    precision = form.get(f"{field.name}.precision") or "day"
    return {"t_from": t_from, "t_to": t_to, "precision": precision, "basis": "typed"}


def _spans(field: Field, form: Form, desk: Desk) -> tuple[dict[str, Any], ...]:
    """Find the quoted words in the chosen text: they must stand there, and once."""
    root, quote = form.get(f"{field.name}.text"), form.get(f"{field.name}.quote")
    if not root or not quote:
        return ()
    held = desk.find(root)
    text = held.body.text if held and isinstance(held.body, DocumentText) else ""
    start = text.find(quote)
    if start < 0 or text.find(quote, start + 1) >= 0:
        problem = f"{field.label}: mark words that stand in the text, and stand there once"
        raise InputError(problem)
    return ({"text": root, "start": start, "end": start + len(quote), "quote": quote},)


def shown(field: Field, body: Body | None) -> Any:  # noqa: ANN401 - as the template takes it
    """Return what a field's control shows of a body; empty for a new item."""
    value = getattr(body, field.name, None) if body else None
    if field.widget == "when":
        return _shown_when(value)
    if field.widget == "spans":
        first = value[0] if value else None
        return {"text": first.text, "quote": first.quote} if first else {"text": "", "quote": ""}
    if field.widget == "choices":
        return set(value or ())
    if field.widget == "lines":
        return "\n".join(value or ())
    if field.widget == "instant":
        return f"{value:%Y-%m-%d}" if value else ""
    return "" if value is None else value


def _shown_when(value: When | None) -> dict[str, str]:
    if value is None:
        return {"from": "", "to": "", "precision": "day"}
    last = value.t_to.astimezone(UTC) - timedelta(seconds=1)
    return {
        "from": f"{value.t_from.astimezone(UTC):%Y-%m-%d}",
        "to": f"{last:%Y-%m-%d}",
        "precision": value.precision,
    }
