"""A reader, in; all that this reader can do on the record of one workstream, out.

`Record` is the open record; `Desk` is it as one reader sees it. Every query of a desk carries
`guard.readable`, every change asks `guard.may`, and both leave an entry: there is no other way in.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import ColumnElement, Connection, Select, and_, func, insert, or_, select, update

from northwatch.errors import (
    ClosedError,
    ConflictError,
    DeniedError,
    InputError,
    MissingError,
    ParameterError,
)
from northwatch.workstreams import guard, log, store
from northwatch.workstreams.charter import Charter, read_charter
from northwatch.workstreams.folder import Folder
from northwatch.workstreams.guard import Act, Answer, Facts, Reader, State, may, readable
from northwatch.workstreams.items import Item, Label, fold, items_of
from northwatch.workstreams.keys import read_login_secret
from northwatch.workstreams.kinds import KINDS, Body, Kind
from northwatch.workstreams.tables import audience, blob, item, link, tag, word

MOST: Final = 1_000
_SALT_BYTES: Final = 16
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


class Record:
    """The record of one workstream, open.

    Attributes:
        folder, charter: the place, and who takes part.
        database: transactions to read and to write in.
        clock, mint: the time of day, and fresh random ids.
        secret: key of signatures that only this server checks (cursors, forms).
    """

    def __init__(
        self, folder: Folder, database: store.Database, *, clock: store.Clock, mint: store.Mint
    ) -> None:
        """Hold an open database; use `open_record`."""
        self.folder = folder
        self.charter: Charter = read_charter(folder.charter)
        self.database = database
        self.clock = clock
        self.mint = mint
        self.secret = read_login_secret(folder)
        with database.reading() as connection:
            self.id = store.read_fact(connection, "record_id") or ""
        self.cursors = URLSafeSerializer(self.secret, salt="cursor")

    def now_ms(self) -> int:
        """Return the time of day, milliseconds since 1970."""
        return round(self.clock().timestamp() * 1000)

    def for_reader(self, reader: Reader) -> "Desk":
        """Return the record as a reader sees it."""
        return Desk(self, reader)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for tables that hold no items (members, logins, entries)."""
        with self.database.reading() as connection:
            yield connection

    @contextmanager
    def writing(self, *, durable: bool = True, even_closed: bool = False) -> Iterator[Connection]:
        """Give a write transaction; all of it or nothing is kept.

        Raises:
            ClosedError: the record is closed, and this is not one of the acts that go on.
        """
        with self.database.writing(durable=durable) as connection:
            if not even_closed and store.read_fact(connection, "closed_ms"):
                raise ClosedError
            yield connection

    def enter(
        self, connection: Connection, by: str, act: str, *, about: tuple[str, str] = ("", ""),
        purpose: str = "",
    ) -> None:  # fmt: skip
        """Add an entry to the log in the transaction of its act."""
        log.append(connection, by=by, act=act, t_ms=self.now_ms(), item=about, purpose=purpose)

    def close(self) -> None:
        """Let go of the database; the process may open a record again."""
        self.database.close()
        store.free_process(str(self.folder.path))


def open_record(
    folder: Folder,
    *,
    clock: store.Clock = store.utc_now,
    mint: store.Mint = store.new_id,
    alone: bool = True,
) -> Record:
    """Open the record of a folder; a process opens one and no second one.

    Args:
        folder: the workstream's folder.
        clock: what time it is.
        mint: makes random ids.
        alone: refuse if this process has a record open; only tests of two worlds say False.

    Raises:
        SecondRecordError: this process has a record open.
        MissingError: the folder has no record.
    """
    if alone:
        store.claim_process(str(folder.path))
    try:
        return Record(folder, store.open_database(folder), clock=clock, mint=mint)
    except BaseException:
        if alone:
            store.free_process(str(folder.path))
        raise


class Desk:
    """The record as one reader sees it.

    Attributes:
        record, reader: whose record, who reads.
    """

    def __init__(self, record: Record, reader: Reader) -> None:
        """Bind a reader to a record; use `Record.for_reader`."""
        self.record = record
        self.reader = reader
        self.levels = tuple(record.charter.levels)

    # --- reading ---------------------------------------------------------------------------------

    def get(self, item_id: str) -> Item:
        """Return an item.

        Raises:
            MissingError: it is absent, removed, or not for this reader: the three are one.
        """
        with self.record.reading() as connection:
            found = self._get(connection, item_id)
        self._note("read", about=found.id)
        return found

    def find(self, root: str) -> Item | None:
        """Return the newest version that this reader may read; None if there is none."""
        with self.record.reading() as connection:
            return self._newest(connection, root)

    def listing(
        self, kind: str, *, tags: Mapping[str, str] | None = None, after: str | None = None,
        limit: int = 100,
    ) -> Page:  # fmt: skip
        """Return current items of a kind, the newest first.

        Args:
            kind: a name in `kinds.KINDS`.
            tags: values that must all be among the item's tags.
            after: `Page.after` of the page before.
            limit: most items, at most 1,000.

        Raises:
            ParameterError: an unknown kind or a cursor that is not ours.
        """
        query = self._current(self._kind(kind).name, tags or {})
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

    def search(self, text: str, *, after: str | None = None, limit: int = 100) -> Page:
        """Return current items that hold all words, the last as a beginning; the newest first."""
        words = fold(text)
        query = select(item).where(self._readable(), item.c.state == State.CURRENT.value)
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
            query = select(item).where(self._readable(), item.c.root == root)
            rows = connection.execute(query.order_by(item.c.made_ms, item.c.id))
            return items_of(connection, rows, self.levels)

    def links_to(self, item_id: str) -> list[Item]:
        """Return the current items that rest on this one, the newest first."""
        with self.record.reading() as connection:
            root = self._get(connection, item_id).root
            resting = select(link.c.item_id).where(link.c.target == root)
            query = select(item).where(
                self._readable(), item.c.state == State.CURRENT.value, item.c.id.in_(resting)
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
            self._readable(), item.c.state == State.CURRENT.value, item.c.id.in_(holding)
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

    def markings(self) -> list[Label]:
        """Return the markings of items the reader may read, and the charter's default."""
        query = select(item.c.id, item.c.level).where(self._readable())
        with self.record.reading() as connection:
            rows = connection.execute(query).all()
            held: dict[str, set[str]] = {row.id: set() for row in rows}
            pairs = select(audience).where(
                audience.c.item_id.in_(query.with_only_columns(item.c.id))
            )
            for item_id, party in connection.execute(pairs):
                held[item_id].add(party)
        default = self.record.charter.default_marking
        first = Label(default.level, frozenset(default.rel_to))
        seen = {Label(self.levels[row.level], frozenset(held[row.id])) for row in rows}
        return [first, *sorted(seen - {first}, key=lambda m: (m.level, sorted(m.rel_to)))]

    # --- changing --------------------------------------------------------------------------------

    def add(
        self, kind: str, body: Body, label: Label, *, content: tuple[str, bytes] | None = None,
        review: str | None = None, origin: str = "here",
    ) -> Item:  # fmt: skip
        """Put a new item on the record.

        Args:
            kind: a name in `kinds.KINDS`.
            body: its fields.
            label: its marking; made stricter where an item it rests on is stricter.
            content: media type and bytes, for items that have bytes.
            review: for kinds that steps of their own lead on (releases); else as the kind says.
            origin: `import` for what came in by a release.

        Raises:
            DeniedError: the reader may not write.
            InputError: a field names an item that is not there, or breaks a rule of its kind.
        """
        self._must(Act.WRITE, None)
        with self.record.writing() as connection:
            return self.put(
                connection, kind, body, label, content=content, review=review, origin=origin
            )

    def put(
        self, connection: Connection, kind: str, body: Body, label: Label, *,
        content: tuple[str, bytes] | None = None, review: str | None = None, origin: str = "here",
    ) -> Item:  # fmt: skip
        """Do as `add`, in a transaction already begun; the caller has asked `may`."""
        described = self._kind(kind)
        new = self.record.mint()
        if review is None:
            review = "proposed" if described.is_reviewed else ""
        row = {
            "id": new, "root": new, "kind": kind, "party": self.reader.party,
            "origin": origin, "review": review,
        }  # fmt: skip
        made = self._insert(connection, described, row, body, label)
        if content is not None:
            self._attach(connection, new, content)
        return made

    def supersede(
        self, item_id: str, body: Body, label: Label | None = None, *, reason: str = ""
    ) -> Item:
        """Put a new version in the place of an item.

        Raises:
            MissingError: as `get`.
            DeniedError: the reader may not change it, or lowers its marking without being second.
            ConflictError: there is a newer version already.
        """
        with self.record.writing() as connection:
            old = self._changeable(connection, item_id, Act.WRITE)
            wanted = label or old.label
            if self._is_lower(wanted, old):
                self._must(Act.LOWER, old)
                if not reason:
                    raise InputError("a marking is lowered with a reason: type one")  # noqa: EM101, TRY003 - one sentence
            review = "proposed" if KINDS[old.kind].is_reviewed else old.review
            return self._next(connection, old, body, wanted, review, reason)

    def confirm(self, item_id: str, *, body: Body | None = None) -> Item:
        """Confirm a proposed item, corrected if a body is given: a new version names the reader."""
        with self.record.writing() as connection:
            old = self._changeable(connection, item_id, Act.CONFIRM)
            return self._next(connection, old, body or old.body, old.label, "confirmed", "")

    def reject(self, item_id: str, *, reason: str) -> Item:
        """Reject a proposed or confirmed item; what rests on it alone is withdrawn."""
        with self.record.writing() as connection:
            old = self._get(connection, item_id)
            self._must(Act.CONFIRM, replace_review(old))
            self._must_be_current(old)
            new = self._next(connection, old, old.body, old.label, "rejected", reason)
            self._withdraw_resting(connection, new.root)
            return new

    def remove(self, item_id: str, *, reason: str) -> None:
        """Remove an item: content and salt are erased, a row without words stays."""
        with self.record.writing() as connection:
            old = self._changeable(connection, item_id, Act.WRITE)
            self._withdraw_resting(connection, old.root)
            versions = select(item.c.id).where(item.c.root == old.root)
            for table in (word, tag, link, blob):
                connection.execute(table.delete().where(table.c.item_id.in_(versions)))
            connection.execute(
                update(item)
                .where(item.c.root == old.root)
                .values(state=State.REMOVED.value, body="{}", caveats="", salt=b"")
            )
            self.record.enter(
                connection, self.reader.member, "remove", about=(old.id, ""), purpose=reason
            )

    # --- inside ----------------------------------------------------------------------------------

    def _readable(self) -> ColumnElement[bool]:
        return readable(self.reader, self.record.now_ms())

    def _current(self, kind: str, tags: Mapping[str, str]) -> Select[Any]:
        query = select(item).where(
            self._readable(), item.c.kind == kind, item.c.state == State.CURRENT.value
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
        query = select(item).where(self._readable(), item.c.id == item_id)
        found = items_of(connection, connection.execute(query), self.levels)
        if not found:
            raise MissingError(what=_NOT_HERE)
        return found[0]

    def _newest(self, connection: Connection, root: str) -> Item | None:
        order = (item.c.state == State.CURRENT.value).desc(), item.c.made_ms.desc()
        query = select(item).where(self._readable(), item.c.root == root).order_by(*order).limit(1)
        return next(iter(items_of(connection, connection.execute(query), self.levels)), None)

    def _kind(self, name: str) -> Kind:
        if name not in KINDS:
            raise ParameterError(name="kind", value=name, allowed=", ".join(KINDS))
        return KINDS[name]

    def _must(self, act: Act, of: Item | None) -> None:
        answer = self.may(act, of)
        if not answer:
            raise DeniedError(answer.code)

    def _changeable(self, connection: Connection, item_id: str, act: Act) -> Item:
        old = self._get(connection, item_id)
        self._must_be_current(old)
        self._must(act, old)
        return old

    @staticmethod
    def _must_be_current(old: Item) -> None:
        if old.state is not State.CURRENT:
            raise ConflictError

    def _is_lower(self, wanted: Label, old: Item) -> bool:
        level = self.record.charter.level_number(wanted.level)
        return level < old.facts.level or not wanted.rel_to <= old.label.rel_to

    def _next(
        self, connection: Connection, old: Item, body: Body, label: Label, review: str, reason: str
    ) -> Item:
        """Insert the version that follows `old`, and note it there."""
        new = self.record.mint()
        taken: Any = connection.execute(
            update(item)
            .where(item.c.id == old.id, item.c.state == State.CURRENT.value)
            .values(
                state=State.SUPERSEDED.value,
                superseded_by=new,
                superseded_ms=self.record.now_ms(),
            )
        )
        if taken.rowcount != 1:
            raise ConflictError
        row = {
            "id": new, "root": old.root, "kind": old.kind, "party": old.party,
            "origin": old.origin, "review": review,
        }  # fmt: skip
        made = self._insert(connection, KINDS[old.kind], row, body, label, reason)
        held = connection.execute(select(blob).where(blob.c.item_id == old.id)).first()
        if held is not None:
            self._attach(connection, new, (held.media_type, bytes(held.bytes)))
        return made

    def _insert(
        self, connection: Connection, kind: Kind, row: dict[str, str], body: Body, label: Label,
        reason: str = "",
    ) -> Item:  # fmt: skip
        links = kind.links(body)
        bases = {root: self._basis(connection, root) for _, root in links}
        kind.check(body, bases)
        strict = self._strictest(label, bases.values())
        told, salt = body.model_dump_json(), secrets.token_bytes(_SALT_BYTES)
        t_ms = self.record.now_ms()
        connection.execute(
            insert(item).values(
                **row, level=self.record.charter.level_number(strict.level),
                caveats=strict.caveats, state=State.CURRENT.value, made_ms=t_ms,
                made_by=self.reader.member, body=told, salt=salt,
            )
        )  # fmt: skip
        new = row["id"]
        _insert_all(connection, audience, new, [{"party": p} for p in sorted(strict.rel_to)])
        _insert_all(connection, tag, new, [{"name": n, "value": v} for n, v in kind.tags(body)])
        _insert_all(connection, link, new, [{"role": r, "target": t} for r, t in links])
        words = sorted(set(fold(f"{kind.title_of(body)} {kind.words(body)}")))
        _insert_all(connection, word, new, [{"word": w} for w in words])
        act = row["review"] or "add"
        about = (new, log.content_digest(salt, told))
        self.record.enter(connection, self.reader.member, act, about=about, purpose=reason)
        return self._get(connection, new)

    def _basis(self, connection: Connection, root: str) -> Item:
        """Return what an item would rest on; one's ignorance and its absence are one answer."""
        found = self._newest(connection, root)
        if found is None:
            raise InputError("a field names an item that is not there: choose it anew")  # noqa: EM101, TRY003 - one sentence
        return found

    def _strictest(self, label: Label, bases: Iterable[Item]) -> Label:
        """Return the marking made at least as strict as each basis; unknown parties are refused."""
        level = self.record.charter.level_number(label.level)
        unknown = label.rel_to - set(self.record.charter.party_names)
        if unknown or level > self.reader.level:
            raise ParameterError(
                name="marking", value=f"{label.level}, REL TO {', '.join(sorted(label.rel_to))}",
                allowed="levels up to your own and parties of the charter",
            )  # fmt: skip
        rel_to = label.rel_to
        for basis in bases:
            level = max(level, basis.facts.level)
            rel_to &= basis.label.rel_to
        return replace(label, level=self.levels[level], rel_to=rel_to)

    def _attach(self, connection: Connection, item_id: str, content: tuple[str, bytes]) -> None:
        media_type, held = content
        digest = hashlib.sha256(held).hexdigest()
        connection.execute(
            insert(blob).values(
                item_id=item_id, sha256=digest, media_type=media_type, bytes=held
            )
        )  # fmt: skip

    def _withdraw_resting(self, connection: Connection, root: str) -> None:
        """Withdraw what needs a confirmed basis and has none left; whoever may read it or not."""
        resting = select(link.c.item_id).where(link.c.target == root)
        rows = connection.execute(
            select(item.c.id, item.c.kind).where(
                item.c.id.in_(resting), item.c.state == State.CURRENT.value
            )
        ).all()
        for row in rows:
            if KINDS[row.kind].needs_basis and not _has_basis(connection, row.id, root):
                withdrawn = update(item).where(item.c.id == row.id)
                connection.execute(withdrawn.values(state=State.WITHDRAWN.value))
                self.record.enter(
                    connection, log.SERVER, "withdraw", about=(row.id, ""),
                    purpose="what it rests on was rejected",
                )  # fmt: skip

    def _note(self, act: str, *, about: str = "", purpose: str = "") -> None:
        """Enter a read: before its answer leaves, and whether the record is closed or not."""
        with self.record.writing(durable=False, even_closed=True) as connection:
            self.record.enter(
                connection, self.reader.member, act, about=(about, ""), purpose=purpose
            )


def replace_review(old: Item) -> Item:
    """Return an item as if it waited for review: what was confirmed can be rejected later."""
    return replace(old, facts=replace(old.facts, review="proposed"))


def _has_basis(connection: Connection, item_id: str, without: str) -> bool:
    """Say whether an item rests on a confirmed one other than `without`."""
    roots = select(link.c.target).where(
        link.c.item_id == item_id, link.c.role == "basis", link.c.target != without
    )
    good = select(item.c.id).where(
        item.c.root.in_(roots),
        item.c.state == State.CURRENT.value,
        item.c.review.in_(["confirmed", ""]),
    )
    return connection.execute(good.limit(1)).first() is not None


def _holds(sought: str, *, is_beginning: bool) -> ColumnElement[bool]:
    same = (
        word.c.word.startswith(sought, autoescape=True) if is_beginning else word.c.word == sought
    )
    return item.c.id.in_(select(word.c.item_id).where(same))


def _older_than(made_ms: int, item_id: str) -> ColumnElement[bool]:
    same = and_(item.c.made_ms == made_ms, item.c.id < item_id)
    return or_(item.c.made_ms < made_ms, same)


def _insert_all(
    connection: Connection, table: Any, item_id: str, rows: list[dict[str, str]]
) -> None:
    if rows:
        connection.execute(insert(table), [{"item_id": item_id, **row} for row in rows])
