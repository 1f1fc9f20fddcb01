"""A reader and a question, in; items this reader may read, out. Every query carries the guard.

Lists, counts, search, history and single looks ask by the same condition (`guard.readable`), so
that what is listed opens, and what is counted is listed. Each leaves an entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from itsdangerous import BadSignature
from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from northwatch.errors import DeniedError, MissingError, ParameterError
from northwatch.workstreams import guard, log
from northwatch.workstreams.guard import Act, Answer, Facts, Reader, State, may, readable
from northwatch.workstreams.items import Item, Label, fold, items_of
from northwatch.workstreams.kinds import KINDS, Kind
from northwatch.workstreams.tables import blob, item, link, tag, word

if TYPE_CHECKING:
    from northwatch.workstreams.record import Record

MOST: Final = 1_000
_NOT_HERE: Final = "what was asked for"


@dataclass(frozen=True, slots=True)
class Page:
    """Some items of a list, and where the next ones begin (None: these are the last)."""

    items: list[Item]
    after: str | None


@dataclass(frozen=True, slots=True)
class Bytes:
    """The bytes that belong to an item."""

    sha256: str
    media_type: str
    content: bytes


class Looking:
    """The reading half of a desk.

    Attributes:
        record, reader: whose record, who reads.
        levels: the charter's levels, lowest first.
    """

    def __init__(self, record: "Record", reader: Reader) -> None:
        """Bind a reader to a record; use `Record.for_reader`."""
        self.record = record
        self.reader = reader
        self.levels = tuple(record.charter.levels)
        self._held: list[tuple[str, str, str]] | None = None

    def hold_notes(self) -> None:
        """Keep the notes of reads until `enter_notes`: a page is one transaction, not fourteen."""
        self._held = []

    def enter_notes(self) -> None:
        """Enter the notes held back; whoever held them calls this before the answer leaves."""
        held, self._held = self._held or [], None
        if held:
            self._enter(held)

    def get(self, item_id: str) -> Item:
        """Return an item.

        Raises:
            MissingError: it is absent, removed, or not for this reader: the three are one.
        """
        with self.record.reading() as connection:
            found = self._get(connection, item_id)
        self._note(log.READ, about=found.id)
        return found

    def find(self, root: str) -> Item | None:
        """Return the newest version that this reader may read; None if there is none."""
        with self.record.reading() as connection:
            return self._newest(connection, root)

    def listing(
        self, kind: str, *, tags: Mapping[str, str] | None = None, review: str | None = None,
        after: str | None = None, limit: int = 100,
    ) -> Page:  # fmt: skip
        """Return current items of a kind, the newest first.

        Args:
            kind: a name in `kinds.KINDS`.
            tags: values that must all be among the item's tags.
            review: proposed, confirmed or rejected; None for any.
            after: `Page.after` of the page before.
            limit: most items, at most 1,000.

        Raises:
            ParameterError: an unknown kind or a cursor that is not ours.
        """
        query = self._current(self._kind(kind).name, tags or {})
        if review is not None:
            query = query.where(item.c.review == review)
        with self.record.reading() as connection:
            page = self._page(connection, query, after, limit)
        self._note("list", purpose=kind)
        return page

    def count(self, kind: str, *, tags: Mapping[str, str] | None = None) -> int:
        """Return how many items `listing` gives in all."""
        query = self._current(self._kind(kind).name, tags or {})
        with self.record.reading() as connection:
            counted = connection.execute(select(func.count()).select_from(query.subquery()))
            return int(counted.scalar_one())

    def counts(self) -> dict[str, int]:
        """Return `count` of every kind."""
        current = and_(self.condition(), item.c.state == State.CURRENT.value)
        query = select(item.c.kind, func.count()).where(current).group_by(item.c.kind)
        with self.record.reading() as connection:
            counted = {row[0]: int(row[1]) for row in connection.execute(query)}
        return {kind: counted.get(kind, 0) for kind in KINDS}

    def search(self, text: str, *, after: str | None = None, limit: int = 100) -> Page:
        """Return current items that hold all words, the last as a beginning; the newest first."""
        words = fold(text)
        query = select(item).where(self.condition(), item.c.state == State.CURRENT.value)
        for place, each in enumerate(words):
            query = query.where(_holds(each, is_beginning=place == len(words) - 1))
        if not words:
            return Page([], None)
        with self.record.reading() as connection:
            page = self._page(connection, query, after, limit)
        self._note("search")
        return page

    def history(self, item_id: str) -> list[Item]:
        """Return the versions of an item that this reader may read, the oldest first."""
        with self.record.reading() as connection:
            root = self._get(connection, item_id).root
            query = select(item).where(self.condition(), item.c.root == root)
            rows = connection.execute(query.order_by(item.c.made_ms, item.c.id))
            return items_of(connection, rows, self.levels)

    def links_to(self, item_id: str) -> list[Item]:
        """Return the current items that rest on this one, the newest first."""
        with self.record.reading() as connection:
            root = self._get(connection, item_id).root
            resting = select(link.c.item_id).where(link.c.target == root)
            query = select(item).where(
                self.condition(), item.c.state == State.CURRENT.value, item.c.id.in_(resting)
            )
            rows = connection.execute(query.order_by(item.c.made_ms.desc(), item.c.id.desc()))
            return items_of(connection, rows, self.levels)

    def bytes_of(self, item_id: str) -> Bytes:
        """Return the bytes that belong to an item.

        Raises:
            MissingError: as `get`, or it has none.
        """
        found = self.get(item_id)
        with self.record.reading() as connection:
            row = connection.execute(select(blob).where(blob.c.item_id == found.id)).first()
        if row is None:
            raise MissingError(what=_NOT_HERE)
        return Bytes(row.sha256, row.media_type, bytes(row.bytes))

    def with_bytes(self, sha256: str) -> Item | None:
        """Return a readable current item that has these bytes; None if there is none."""
        holding = select(blob.c.item_id).where(blob.c.sha256 == sha256)
        query = select(item).where(
            self.condition(), item.c.state == State.CURRENT.value, item.c.id.in_(holding)
        )
        with self.record.reading() as connection:
            rows = connection.execute(query.order_by(item.c.made_ms, item.c.id).limit(1))
            return next(iter(items_of(connection, rows, self.levels)), None)

    def why(self, item_id: str) -> str:
        """Return who can read an item and why, in one sentence."""
        return self.why_label(self.get(item_id).facts)

    def why_label(self, facts: Facts) -> str:
        """Return who could read an item with these facts."""
        names = self.record.charter.party_names
        return guard.who_can_read(facts, parties=names, levels=self.levels, knowable=names)

    def facts_of(self, label: Label) -> Facts:
        """Return the facts of an item this reader would make with a marking."""
        return Facts(
            level=self.record.charter.level_number(label.level),
            rel_to=label.rel_to,
            made_by=self.reader.member,
        )

    def may(self, act: Act, of: Item | None = None) -> Answer:
        """Say whether the reader may do this, to an item or at all."""
        return may(self.reader, act, of.facts if of else None, self.record.now_ms())

    # --- inside ----------------------------------------------------------------------------------

    def condition(self) -> ColumnElement[bool]:
        """Return what this reader may read, as a condition over `tables.item`."""
        return readable(self.reader, self.record.now_ms())

    def _current(self, kind: str, tags: Mapping[str, str]) -> Select[Any]:
        query = select(item).where(
            self.condition(), item.c.kind == kind, item.c.state == State.CURRENT.value
        )
        for name, value in tags.items():
            tagged = select(tag.c.item_id).where(tag.c.name == name, tag.c.value == value)
            query = query.where(item.c.id.in_(tagged))
        return query

    def _page(
        self, connection: Connection, query: Select[Any], after: str | None, limit: int
    ) -> Page:
        if after is not None:
            query = query.where(_older_than(*self._place(after)))
        most = max(1, min(limit, MOST))
        ordered = query.order_by(item.c.made_ms.desc(), item.c.id.desc()).limit(most + 1)
        rows = connection.execute(ordered).all()
        found = items_of(connection, islice(rows, most), self.levels)
        if len(rows) <= most:
            return Page(found, None)
        last = found[-1]
        return Page(found, str(self.record.cursors.dumps([last.made_ms, last.id])))

    def _place(self, after: str) -> tuple[int, str]:
        try:
            made_ms, item_id = self.record.cursors.loads(after)
        except (BadSignature, ValueError, TypeError) as error:
            allowed = "the cursor of the page before, as it was given"
            raise ParameterError(name="after", value="...", allowed=allowed) from error
        return int(made_ms), str(item_id)

    def _get(self, connection: Connection, item_id: str) -> Item:
        query = select(item).where(self.condition(), item.c.id == item_id)
        found = items_of(connection, connection.execute(query), self.levels)
        if not found:
            raise MissingError(what=_NOT_HERE)
        return found[0]

    def _newest(self, connection: Connection, root: str) -> Item | None:
        order = (item.c.state == State.CURRENT.value).desc(), item.c.made_ms.desc()
        query = select(item).where(self.condition(), item.c.root == root).order_by(*order).limit(1)
        return next(iter(items_of(connection, connection.execute(query), self.levels)), None)

    def _kind(self, name: str) -> Kind:
        if name not in KINDS:
            raise ParameterError(name="kind", value=name, allowed=", ".join(KINDS))
        return KINDS[name]

    def _must(self, act: Act, of: Item | None) -> None:
        answer = self.may(act, of)
        if not answer:
            raise DeniedError(answer.code)

    def _note(self, act: str, *, about: str = "", purpose: str = "") -> None:
        """Enter a read: before its answer leaves, and whether the record is closed or not."""
        if self._held is None:
            self._enter([(act, about, purpose)])
        else:
            self._held.append((act, about, purpose))

    def _enter(self, notes: list[tuple[str, str, str]]) -> None:
        with self.record.writing(durable=False, even_closed=True) as connection:
            for act, about, purpose in notes:
                self.record.enter(
                    connection, self.reader.member, act, about=(about, ""), purpose=purpose
                )


def _holds(sought: str, *, is_beginning: bool) -> ColumnElement[bool]:
    same = (
        word.c.word.startswith(sought, autoescape=True) if is_beginning else word.c.word == sought
    )
    return item.c.id.in_(select(word.c.item_id).where(same))


def _older_than(made_ms: int, item_id: str) -> ColumnElement[bool]:
    same = and_(item.c.made_ms == made_ms, item.c.id < item_id)
    return or_(item.c.made_ms < made_ms, same)
