"""A reader, in; all that this reader can do on the record, out: there is no other way in.

Every change asks `guard.may`, is one transaction with its entry, and overwrites nothing: a change
is a new version, and the old one says by which it was superseded.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from northwatch.errors import ConflictError, DeniedError, InputError, ParameterError
from northwatch.workstreams import log
from northwatch.workstreams.guard import Act, No, State
from northwatch.workstreams.items import Item, Label, fold
from northwatch.workstreams.kinds import KINDS, Body, Kind
from northwatch.workstreams.looking import Looking
from northwatch.workstreams.tables import audience, blob, item, link, tag, word


class Desk(Looking):
    """The record as one reader sees it and changes it."""

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

    def put(  # noqa: PLR0913 - as `add`
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
            if not KINDS[old.kind].is_reviewed:
                raise DeniedError(No("state").code)
            self._must(Act.CONFIRM, _as_proposed(old))
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
        if not isinstance(body, kind.body):
            raise ParameterError(name="fields", value="...", allowed=f"those of {kind.title}")
        links = kind.links(body)
        bases = {root: self._basis(connection, root) for _, root in links}
        kind.check(body, bases)
        strict = self._strictest(label, bases.values())
        told, salt = body.model_dump_json(), self.record.mint().encode()
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


def _as_proposed(old: Item) -> Item:
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


def _insert_all(
    connection: Connection, table: Table, item_id: str, rows: list[dict[str, str]]
) -> None:
    if rows:
        connection.execute(insert(table), [{"item_id": item_id, **row} for row in rows])
