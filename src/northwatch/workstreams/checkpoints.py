"""The log of a record, in; signed heads on a fixed clock, and whether the chain holds, out.

A checkpoint holds a key's name, the stroke it was due at and a hash: no number, so it does not tell
how much went on. At every stroke a tick is entered first, so that the head changes on quiet days
too. Cutting off the tail is found only by a checkpoint kept elsewhere: parties take copies away.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, select

from northwatch.errors import ChainError
from northwatch.workstreams import log
from northwatch.workstreams.keys import is_signed, read_public_keys, read_signing_key, write_private
from northwatch.workstreams.record import Record
from northwatch.workstreams.store import read_fact, write_fact
from northwatch.workstreams.tables import charter, entry

_LAST_STROKE: Final = "last_stroke_ms"
_MOST_STROKES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed head.

    Attributes:
        key: short name of the key.
        due_ms: the stroke.
        head: hash of the newest entry then.
        signature: over the three, hexadecimal.
    """

    key: str
    due_ms: int
    head: str
    signature: str

    def message(self) -> bytes:
        """Return what is signed."""
        return log.canonical({"key": self.key, "due": self.due_ms, "head": self.head})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found: how far the chain holds.

    Attributes:
        entries: entries whose hashes are right, from the first on.
        checkpoints: checkpoints that are signed and lie on the chain.
    """

    entries: int
    checkpoints: int


def strokes(clock: Iterable[str], after: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the strokes of a clock (`HH:MM`, UTC) in (after, until], the earliest first."""
    day = after.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    while day <= until:
        for told in sorted(clock):
            hour, minute = map(int, told.split(":"))
            stroke = day.replace(hour=hour, minute=minute)
            if after < stroke <= until:
                yield stroke
        day += timedelta(days=1)


def write_due(record: Record) -> list[Checkpoint]:
    """Write a tick and a checkpoint for every stroke since the last one; return them."""
    now = record.clock()
    with record.reading() as connection:
        last = read_fact(connection, _LAST_STROKE)
        founded = connection.execute(select(charter.c.t_ms).order_by(charter.c.t_ms)).scalar()
    since = datetime.fromtimestamp(int(last or founded or 0) / 1000, UTC)
    due = list(strokes(record.charter.checkpoint_clock, since, now))[-_MOST_STROKES:]
    return [write_checkpoint(record, round(stroke.timestamp() * 1000)) for stroke in due]


def write_checkpoint(record: Record, due_ms: int) -> Checkpoint:
    """Enter a tick, sign the head, and write the checkpoint's file."""
    key = read_signing_key(record.folder.keys, "checkpoint")
    with record.writing(even_closed=True) as connection:
        record.enter(connection, log.SERVER, "tick")
        head = select(entry.c.hash).order_by(entry.c.seq.desc()).limit(1)
        made = Checkpoint(key.id, due_ms, connection.execute(head).scalar_one(), "")
    signed = replace(made, signature=key.sign(made.message()).hex())
    told = {"key": signed.key, "due": due_ms, "head": signed.head, "signature": signed.signature}
    write_private(record.folder.checkpoints / f"{due_ms}.json", log.canonical(told))
    with record.writing(even_closed=True) as connection:
        # Last of all: a stroke cut short before this is done again.
        write_fact(connection, _LAST_STROKE, str(due_ms))
    return signed


def read_checkpoints(folder: Path) -> list[Checkpoint]:
    """Return the checkpoints in a folder, the earliest first.

    Raises:
        ChainError: a file is not a checkpoint.
    """
    made = []
    for path in sorted(folder.glob("*.json")):
        try:
            told = json.loads(path.read_bytes())
            made.append(Checkpoint(told["key"], int(told["due"]), told["head"], told["signature"]))
        except (ValueError, KeyError, TypeError) as error:
            problem = f"{path.name} is not a checkpoint"
            raise ChainError(problem=problem, remedy="Take it from a copy kept outside") from error
    return sorted(made, key=lambda c: c.due_ms)


def verify(record: Record, elsewhere: Path | None = None) -> Verdict:
    """Recompute the whole chain and hold every checkpoint to it.

    Args:
        record: the record; this reads every entry.
        elsewhere: a folder of checkpoints kept outside, besides the record's own.

    Raises:
        ChainError: names the first break.
    """
    with record.reading() as connection:
        heads = check_chain(connection)
    keys = read_public_keys(record.folder.keys, "checkpoint")
    held = read_checkpoints(record.folder.checkpoints)
    held += read_checkpoints(elsewhere) if elsewhere else []
    for one in held:
        _hold(one, heads, keys)
    return Verdict(len(heads), len(held))


def check_chain(connection: Connection) -> dict[str, int]:
    """Return the place of each head, if every entry follows from the one before it.

    Raises:
        ChainError: names the first entry that does not.
    """
    first = select(charter.c.digest).order_by(charter.c.t_ms).limit(1)
    prev = log.first_link(connection.execute(first).scalar_one())
    heads: dict[str, int] = {}
    query = select(entry).order_by(entry.c.seq).execution_options(yield_per=5_000)
    with connection.execute(query) as rows:
        for place, row in enumerate(rows, start=1):
            if row.seq != place or row.prev != prev or row.hash != log.link_hash(prev, _told(row)):
                told = datetime.fromtimestamp(row.t_ms / 1000, UTC)
                problem = f"the chain breaks at entry {place} (dated {told:%Y-%m-%d %H:%M UTC})"
                remedy = "Keep the record as it is, and compare it with the newest backup"
                raise ChainError(problem=problem, remedy=remedy)
            heads[row.hash] = place
            prev = row.hash
    return heads


def _told(row: Any) -> Mapping[str, Any]:  # noqa: ANN401 - a row of `entry`
    return {
        "seq": row.seq, "by": row.by, "act": row.act, "item": row.item_id,
        "digest": row.item_digest, "purpose": row.purpose, "t": row.t_ms,
    }  # fmt: skip


def _hold(one: Checkpoint, heads: Mapping[str, int], keys: Mapping[str, str]) -> None:
    """Refuse a checkpoint that is not signed by a key of ours, or whose head is not there."""
    stroke = f"{datetime.fromtimestamp(one.due_ms / 1000, UTC):%Y-%m-%d %H:%M UTC}"
    public = keys.get(one.key)
    try:
        signature = bytes.fromhex(one.signature)
    except ValueError:
        signature = b""
    is_plain = signature.hex() == one.signature  # capital digits would be a second form
    if public is None or not is_plain or not is_signed(public, signature, one.message()):
        problem = f"the checkpoint of {stroke} is not signed by a key of this record"
        raise ChainError(problem=problem, remedy="Take it from a copy kept outside")
    if one.head not in heads:
        problem = (
            f"the log does not hold what was signed at {stroke}: its tail was cut or rewritten"
        )
        raise ChainError(problem=problem, remedy="Restore from a backup made after that")
