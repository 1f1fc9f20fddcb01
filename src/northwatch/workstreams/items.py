"""Rows of the table `item`, in; items as a reader sees them, out; and the words of search."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from northwatch.workstreams.guard import Facts, State
from northwatch.workstreams.kinds import KINDS, Body
from northwatch.workstreams.tables import audience, member

MOST_WORD: Final = 64
_WORD: Final = re.compile(r"\w+")
# Letters of the Arctic's languages that Unicode does not take apart.
_PLAIN: Final = str.maketrans({"ø": "o", "æ": "ae", "ð": "d", "þ": "th", "đ": "d", "ŋ": "n"})


@dataclass(frozen=True, slots=True)
class Label:
    """A marking: level, parties it may be released to, caveats in words.

    Attributes:
        level: name of one of the charter's levels.
        rel_to: codes of parties; empty: only the maker.
        caveats: further words; they grant and refuse nothing.
    """

    level: str
    rel_to: frozenset[str]
    caveats: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One version of one thing on the record.

    Attributes:
        id, root: of this version and of the first; random.
        kind, body: what it is (`kinds.KINDS`).
        label: its marking.
        made_ms, made_by, made_by_name: when and by whom this version was made.
        party: the party it first came from.
        origin: `here` or `import`.
        state: what became of it.
        review: empty, or proposed, confirmed, rejected; for releases their step.
        superseded_by: id of the next version.
        facts: what the guard needs.
    """

    id: str
    root: str
    kind: str
    body: Body
    label: Label
    made_ms: int
    made_by: str
    made_by_name: str
    party: str
    origin: str
    state: State
    review: str
    superseded_by: str | None
    facts: Facts

    @property
    def title(self) -> str:
        """What people call it."""
        return KINDS[self.kind].title_of(self.body)


def fold(text: str) -> list[str]:
    """Return the words of a text as search compares them: no case, no accents."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return [found[:MOST_WORD] for found in _WORD.findall(kept)]


def items_of(
    connection: Connection, rows: Iterable[Row[Any]], levels: tuple[str, ...]
) -> list[Item]:
    """Return rows of `item` as items, with their audiences and the names of their makers."""
    rows = list(rows)
    rel_to: dict[str, set[str]] = {row.id: set() for row in rows}
    found = select(audience).where(audience.c.item_id.in_(list(rel_to)))
    for item_id, party in connection.execute(found):
        rel_to[item_id].add(party)
    makers = {row.made_by for row in rows}
    known = select(member.c.id, member.c.person).where(member.c.id.in_(makers))
    names = {row.id: row.person for row in connection.execute(known)}
    return [_item(row, frozenset(rel_to[row.id]), names, levels) for row in rows]


def _item(
    row: Row[Any], rel_to: frozenset[str], names: dict[str, str], levels: tuple[str, ...]
) -> Item:
    return Item(
        id=row.id,
        root=row.root,
        kind=row.kind,
        body=KINDS[row.kind].body.model_validate_json(row.body),
        label=Label(levels[row.level], rel_to, row.caveats),
        made_ms=row.made_ms,
        made_by=row.made_by,
        made_by_name=names.get(row.made_by, row.made_by),
        party=row.party,
        origin=row.origin,
        state=State(row.state),
        review=row.review,
        superseded_by=row.superseded_by,
        facts=Facts(
            level=row.level,
            rel_to=rel_to,
            made_by=row.made_by,
            state=State(row.state),
            origin=row.origin,
            has_steps=row.kind == "release",
            review=row.review if row.kind != "release" else "",
        ),
    )
