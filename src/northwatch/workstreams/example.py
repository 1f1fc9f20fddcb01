"""A founded workstream and a shipped example, in; the same with made people and made items, out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from northwatch.workstreams.guard import Reader
from northwatch.workstreams.items import Item, Label
from northwatch.workstreams.kinds import KINDS, DocumentText
from northwatch.workstreams.people import NewMember, add_member
from northwatch.workstreams.record import Record
from northwatch.workstreams.signin import set_password, set_totp

NAMES: Final = ("arctic-defence", "greenland-talks")
_DATA: Final = files("northwatch.data")
_HOUR_MS: Final = 3_600_000


def charter_text(name: str) -> str:
    """Return the text of a shipped charter."""
    return _DATA.joinpath(f"charters/{name}.toml").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class MadePerson:
    """Somebody who can sign in to a demonstration."""

    name: str
    person: str
    party: str
    roles: tuple[str, ...]


def fill(record: Record, name: str, *, password: str, totp_secret: str) -> list[MadePerson]:
    """Put an example's people and items on a record; return who can sign in.

    Every item goes by its maker's own desk, under the same rules as any other.
    """
    told = json.loads(_DATA.joinpath(f"examples/{name}.json").read_text(encoding="utf-8"))
    readers: dict[str, Reader] = {}
    with record.writing() as connection:
        for one in told["members"]:
            new = NewMember(**{**one, "roles": frozenset(one["roles"])}, is_example=True)
            made = add_member(connection, record, new, by="")
            set_password(connection, made, password)
            set_totp(connection, made, totp_secret)
            readers[new.name] = _reader(record, made, new)
    known: dict[str, Item] = {}
    for one in told["items"]:
        item = _add(record, readers[one["by"]], one, known)
        if "as" in one:
            known[one["as"]] = item
    return [
        MadePerson(m["name"], m["person"], m["party"], tuple(m["roles"])) for m in told["members"]
    ]


def _reader(record: Record, member: str, new: NewMember) -> Reader:
    now = record.now_ms()
    return Reader(
        member=member, party=new.party, roles=new.roles, t_from_ms=now,
        level=record.charter.level_number(new.level), until_ms=now + _HOUR_MS, factor_ms=now,
    )  # fmt: skip


def _add(record: Record, reader: Reader, one: Mapping[str, Any], known: Mapping[str, Item]) -> Item:
    desk = record.for_reader(reader)
    default = record.charter.default_marking
    label = Label(default.level, frozenset(default.rel_to))
    fields = _resolved(one["fields"], known)
    made = desk.add(one["kind"], KINDS[one["kind"]].body.model_validate(fields), label)
    return desk.confirm(made.id) if one.get("confirm") else made


def _resolved(value: Any, known: Mapping[str, Item]) -> Any:  # noqa: ANN401 - any JSON
    """Put roots in the place of names, and offsets to spans that have only their words."""
    if isinstance(value, str) and value.startswith("@"):
        return known[value[1:]].root
    if isinstance(value, list):
        return tuple(_resolved(each, known) for each in value)
    if isinstance(value, dict):
        if set(value) == {"text", "quote"}:
            text = known[value["text"][1:]].body
            start = text.text.index(value["quote"]) if isinstance(text, DocumentText) else 0
            end = start + len(value["quote"])
            return {"text": known[value["text"][1:]].root, "start": start, "end": end,
                    "quote": value["quote"]}  # fmt: skip
        return {name: _resolved(each, known) for name, each in value.items()}
    return value
