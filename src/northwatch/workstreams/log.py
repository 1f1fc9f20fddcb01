"""Acts, in; one hash-linked chain of entries inside the record they describe, out.

An entry is written in the transaction of its act: no act without an entry, no entry without the
act. Content stays in the item; the chain holds HMAC(salt of the item, content), so that an item's
content and salt can be erased and the chain stays whole.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, and_, insert, or_, select

from northwatch.workstreams.guard import Reader, readable
from northwatch.workstreams.tables import entry, fact, item, member

if TYPE_CHECKING:
    from northwatch.workstreams.record import Record

_FIRST: Final = b"northwatch record, first link\n"
READ: Final = "read"
SERVER: Final = ""
"""Who acts where no member does: the server on its clock."""


def canonical(value: Mapping[str, Any]) -> bytes:
    """Return the one form of a JSON object (RFC 8785; no floats occur in entries)."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def first_link(charter_digest: str) -> str:
    """Return what stands before the first entry: the charter's digest under a fixed prefix."""
    return hashlib.sha256(_FIRST + charter_digest.encode()).hexdigest()


def link_hash(prev: str, told: Mapping[str, Any]) -> str:
    """Return the hash of an entry that follows the entry with hash `prev`."""
    return hashlib.sha256(bytes.fromhex(prev) + canonical(told)).hexdigest()


def content_digest(salt: bytes, body: str) -> str:
    """Return what the chain holds of an item's content."""
    return hmac.new(salt, body.encode(), hashlib.sha256).hexdigest()


def append(
    connection: Connection,
    *,
    by: str,
    act: str,
    t_ms: int,
    about: tuple[str, str] = ("", ""),
    purpose: str = "",
) -> None:
    """Add an entry in the transaction that does the act.

    Args:
        connection: a transaction that no other writer shares (see `store`).
        by: id of the member, `SERVER` for the server itself.
        act: what was done, a word.
        t_ms: when.
        about: id and salted digest of the item, if one is concerned.
        purpose: words on why, if given.
    """
    # PostgreSQL lets two writers in; this row's lock puts them in line. SQLite has one writer.
    connection.execute(select(fact.c.value).where(fact.c.name == "record_id").with_for_update())
    newest = select(entry.c.seq, entry.c.hash).order_by(entry.c.seq.desc()).limit(1)
    head = connection.execute(newest).first()
    seq, prev = (head.seq + 1, head.hash) if head else (1, _begin(connection))
    told = {
        "seq": seq, "by": by, "act": act, "item": about[0], "digest": about[1],
        "purpose": purpose, "t": t_ms,
    }  # fmt: skip
    connection.execute(
        insert(entry).values(
            seq=seq, prev=prev, hash=link_hash(prev, told), by=by, act=act,
            item_id=about[0], item_digest=about[1], purpose=purpose, t_ms=t_ms,
        )
    )  # fmt: skip


def _begin(connection: Connection) -> str:
    digest = connection.execute(select(fact.c.value).where(fact.c.name == "charter")).scalar_one()
    return first_link(digest)


@dataclass(frozen=True, slots=True)
class SeenEntry:
    """An entry as a reader sees it: no number, no hash."""

    t_ms: int
    person: str
    act: str
    item_id: str
    purpose: str


def entries_seen_by(record: "Record", reader: Reader, *, limit: int = 200) -> list[SeenEntry]:
    """Return acts on items the reader may read, and the reader's own entries; the newest first.

    What others read, and when, is theirs: it is in the log, and shown to nobody else.
    """
    readable_items = select(item.c.id).where(readable(reader, record.now_ms()))
    query = (
        select(entry.c.t_ms, entry.c.act, entry.c.item_id, entry.c.purpose, member.c.person)
        .outerjoin(member, member.c.id == entry.c.by)
        .where(
            or_(
                and_(entry.c.item_id.in_(readable_items), entry.c.act != READ),
                and_(or_(entry.c.item_id == "", entry.c.act == READ), entry.c.by == reader.member),
            )
        )
        .order_by(entry.c.seq.desc())
        .limit(limit)
    )
    with record.reading() as connection:
        rows = connection.execute(query).all()
    return [SeenEntry(r.t_ms, r.person or "the server", r.act, r.item_id, r.purpose) for r in rows]


def last_checkpoint_ms(record: "Record") -> int | None:
    """Return when the newest checkpoint was due; None if there is none yet."""
    names = sorted(path.stem for path in record.folder.checkpoints.glob("*.json"))
    return int(names[-1]) if names else None
