"""A record whose writer is killed at random moments loses nothing acknowledged, shows no half."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pyrage
import pytest
from sqlalchemy import select

from northwatch.workstreams import checkpoints, folder
from northwatch.workstreams.guard import State
from northwatch.workstreams.keys import joined, read_signing_key
from northwatch.workstreams.record import Record, open_record
from northwatch.workstreams.release import read_release
from northwatch.workstreams.tables import audience, blob, entry, item, word
from tests.workstream import Clock, Mint, charter_text, made_record

KILLS = 50


def killed_run(where: Path, seconds: float) -> list[list[str]]:
    """Run the writer, kill it after a while, and return what it acknowledged."""
    command = [sys.executable, "-m", "tests.crash.record_runs", str(where)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun \n", process.stderr and process.stderr.read()
    time.sleep(seconds)
    process.kill()
    told, _ = process.communicate()
    # The last line may be cut; an act is acknowledged once its line is whole.
    return [line.split() for line in told.split("\n")[:-1]]


def check(record: Record, told: list[list[str]], halves: tuple[str, str]) -> None:
    assert checkpoints.verify(record).entries > 0
    with record.reading() as connection:
        rows = {row.id: row for row in connection.execute(select(item))}
        reached = set(connection.execute(select(audience.c.item_id)).scalars())
        worded = set(connection.execute(select(word.c.item_id)).scalars())
        entered = set(connection.execute(select(entry.c.item_id)).scalars())
        held = set(connection.execute(select(blob.c.item_id)).scalars())
    for act, *more in told:
        if act in {"item", "signed"}:
            assert more[0] in rows
        if act == "signed":
            assert rows[more[0]].review == "signed"
        if act == "backup":
            identity = pyrage.x25519.Identity.from_str(joined(*halves))
            content = Path(more[0]).read_bytes().partition(b"\n")[2]
            assert pyrage.decrypt(content, [identity])
    for item_id, row in rows.items():
        assert item_id in entered
        assert item_id in reached
        assert item_id in worded
        assert item_id in held or row.kind != "person"
        assert (row.state == State.SUPERSEDED.value) == (row.superseded_by in rows)
    key = {read_signing_key(record.folder.keys, "release").public: "us"}
    for path in record.folder.outbox.glob("*.release"):
        read_release(path.read_bytes(), file=path.name, trusted=key)


@pytest.mark.slow
def test_killed_at_random_moments(tmp_path: Path) -> None:
    made = made_record(tmp_path / "made", text=charter_text())
    made.close()
    where = made.folder
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "charter.toml").write_text(charter_text())
    founded = folder.found(tmp_path / "other" / "charter.toml", tmp_path / "other" / "w")
    halves = founded.halves
    # The backup key of a folder whose halves we hold.
    (where.keys / "backup.pub").write_bytes((founded.folder.keys / "backup.pub").read_bytes())
    chance = random.Random(11)  # noqa: S311 - made moments
    told: list[list[str]] = []
    for number in range(KILLS):
        told += killed_run(where.path, chance.uniform(0.0, 0.4))
        if number % 10 == 9:
            record = open_record(where, clock=Clock(), mint=Mint("check"), alone=False)
            check(record, told, halves)
            record.close()
    acts = {act for act, *_ in told}
    assert {"item", "signed", "backup"} <= acts
