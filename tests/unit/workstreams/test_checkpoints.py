"""The log: any change of it is found, at the right entry; a cut tail from the last checkpoint."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy.exc import DBAPIError

from northwatch.errors import ChainError
from northwatch.workstreams import checkpoints, log
from northwatch.workstreams.items import Label
from northwatch.workstreams.kinds import Person
from northwatch.workstreams.record import Record
from northwatch.workstreams.tables import entry
from tests.workstream import Clock, made_record, reader

ALL = Label("PARTIES", frozenset({"AAA", "BBB", "CCC"}))


def unguarded(record: Record, connection: Connection) -> None:
    """Take the triggers away, as somebody with the file could."""
    if record.database.is_sqlite:
        for act in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS entry_no_{act}"))
    else:
        connection.execute(text("DROP TRIGGER IF EXISTS entry_is_kept ON entry"))


def busy(record: Record, items: int = 6) -> None:
    desk = record.for_reader(reader(record, "alice"))
    for number in range(items):
        desk.add("person", Person(name=f"P{number}"), ALL)


def test_entries_can_only_be_added(record: Record) -> None:
    for change in (update(entry).values(act="x"), delete(entry)):
        with pytest.raises(DBAPIError), record.writing() as connection:
            connection.execute(change)
    assert checkpoints.verify(record).entries > 0


@pytest.mark.parametrize(
    "column", ["by", "act", "item_id", "item_digest", "purpose", "t_ms", "prev", "hash"]
)
def test_a_changed_entry_is_found_where_it_is(record: Record, column: str) -> None:
    busy(record)
    with record.writing() as connection:
        unguarded(record, connection)
        row = connection.execute(select(entry).where(entry.c.seq == 9)).one()
        old = getattr(row, column)
        if column in {"prev", "hash"}:
            new: object = format(int(old, 16) ^ 1, "064x")
        else:
            new = old + 1 if isinstance(old, int) else chr(ord((old or "a")[0]) ^ 1) + old[1:]
        connection.execute(update(entry).where(entry.c.seq == 9).values({column: new}))
    with pytest.raises(ChainError, match="at entry 9 "):
        checkpoints.verify(record)


def test_a_removed_and_a_swapped_entry_are_found(tmp_path: Path) -> None:
    for number, statements in enumerate(
        (
            ["DELETE FROM entry WHERE seq = 9"],
            ["UPDATE entry SET seq = -1 WHERE seq = 9", "UPDATE entry SET seq = 9 WHERE seq = 10",
             "UPDATE entry SET seq = 10 WHERE seq = -1"],
        )
    ):  # fmt: skip
        record = made_record(tmp_path / str(number))
        busy(record)
        with record.writing() as connection:
            unguarded(record, connection)
            for statement in statements:
                connection.execute(text(statement))
        with pytest.raises(ChainError, match="at entry 9 "):
            checkpoints.verify(record)
        record.close()


def test_a_cut_tail_is_found_from_a_checkpoint_kept_elsewhere(
    record: Record, tmp_path: Path
) -> None:
    busy(record)
    assert isinstance(record.clock, Clock)
    record.clock.move(timedelta(hours=30))
    assert len(checkpoints.write_due(record)) == 3  # one for each missed stroke
    assert not checkpoints.write_due(record)
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(record.folder.checkpoints, elsewhere)
    whole = checkpoints.verify(record, elsewhere)
    assert whole.checkpoints == 6
    with record.writing() as connection:
        unguarded(record, connection)
        connection.execute(text("DELETE FROM entry WHERE seq > 5"))
    for path in record.folder.checkpoints.glob("*.json"):
        path.unlink()
    assert checkpoints.verify(record).entries == 5  # the record alone cannot tell
    with pytest.raises(ChainError, match="cut or rewritten"):
        checkpoints.verify(record, elsewhere)


def test_every_bit_of_a_checkpoint_counts(tmp_path: Path) -> None:
    record = made_record(tmp_path / "made")
    made = checkpoints.write_checkpoint(record, 1_772_000_000_000)
    path = record.folder.checkpoints / f"{made.due_ms}.json"
    whole = path.read_bytes()
    for bit in range(len(whole) * 8):
        hurt = bytearray(whole)
        hurt[bit // 8] ^= 1 << bit % 8
        path.write_bytes(hurt)
        try:
            same = json.loads(hurt) == json.loads(whole)
        except ValueError:
            same = False
        if not same:
            with pytest.raises(ChainError):
                checkpoints.verify(record)
    record.close()


def test_a_checkpoint_tells_no_number(tmp_path: Path) -> None:
    record = made_record(tmp_path / "made")
    sizes = set()
    for number in range(3):
        busy(record, number * 7)
        made = checkpoints.write_checkpoint(record, 1_772_000_000_000 + number)
        sizes.add((record.folder.checkpoints / f"{made.due_ms}.json").stat().st_size)
    assert len(sizes) == 1
    record.close()


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_strokes_lie_between_and_leave_none_out(start: int, length: int) -> None:
    after = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=start)
    until = after + timedelta(seconds=length)
    found = list(checkpoints.strokes(["12:00", "00:00"], after, until))
    assert found == sorted(set(found))
    assert all(after < stroke <= until for stroke in found)
    half_days = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=12 * n) for n in range(60)]
    assert found == [t for t in half_days if after < t <= until]


def test_the_canonical_form_is_one() -> None:
    assert log.canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()
