"""Ids are made of what an event is, and of nothing else."""

import hashlib

from northwatch.events.event_ids import event_id, event_ids


def test_an_id_is_the_start_of_a_hash_over_a_json_list() -> None:
    text = '["gap","gap/arctic-1",[257000001],"",1721001600000]'
    expected = hashlib.sha256(text.encode()).hexdigest()[:16]
    assert event_id("gap", "gap/arctic-1", [257_000_001], "", 1_721_001_600_000) == expected


def test_the_order_of_vessels_does_not_matter() -> None:
    assert event_id("k", "r", [2, 1], "x", 5) == event_id("k", "r", [1, 2], "x", 5)


def test_every_part_matters() -> None:
    ids = {
        event_id("k", "r", [1], "x", 5),
        event_id("j", "r", [1], "x", 5),
        event_id("k", "s", [1], "x", 5),
        event_id("k", "r", [2], "x", 5),
        event_id("k", "r", [1], "y", 5),
        event_id("k", "r", [1], "x", 6),
        event_id("k", "r", [1], "x", 5, 1),
    }
    assert len(ids) == 7


def test_things_with_odd_letters_have_an_id() -> None:
    assert len(event_id("k", "r", [1], 'Bjørnøya "south"', 5)) == 16


def test_events_alike_are_counted() -> None:
    ids = event_ids("k", "r", [1, 1, 2], ["x", "x", "x"], [5, 5, 5])
    assert ids == [
        event_id("k", "r", [1], "x", 5),
        event_id("k", "r", [1], "x", 5, 1),
        event_id("k", "r", [2], "x", 5),
    ]
