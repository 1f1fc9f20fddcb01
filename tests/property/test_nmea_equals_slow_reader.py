# ruff: noqa: S311 - seeded, for tests
"""The kernel and an independent reader of single bits agree on random messages of every type."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from northwatch.ais.columns import flag_names
from tests.unit.ais.nmea_forms import decode, lines, sentence
from tests.unit.ais.slow_bits import ARMOUR, LENGTHS, read

TABLES = ("reports", "statics", "bases", "aids", "others")
# Filled by what is around the message, or the same for all.
NOT_OF_THE_MESSAGE = {
    "offset", "offset_first", "t_ms", "t_source", "station", "channel", "ais_class", "receiver",
}  # fmt: skip


def payload(random_: random.Random, kind: int, n_bits: int) -> tuple[str, int]:
    """Return a payload of a type and length, its bits random but often all 0 or all 1 in runs."""
    bits = ""
    while len(bits) < n_bits:
        run = random_.randrange(1, 40)
        bits += random_.choice(
            ["0" * run, "1" * run, f"{random_.getrandbits(run):0{run}b}", f"{60:06b}", f"{511:09b}"]
        )
    bits = f"{kind:06b}{bits}"[:n_bits]
    fill = -len(bits) % 6
    bits += "".join(random_.choice("01") for _ in range(fill))
    return "".join(ARMOUR[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6)), fill


def length(random_: random.Random, kind: int) -> int:
    """Return a length in bits: mostly near the standard one, sometimes any."""
    standard = max(LENGTHS.get(kind, ((168,), 0))[0])
    if kind in (21, 24):
        standard = random_.choice([160, 168, 272, 290, 360])
    if random_.random() < 0.5:
        return standard
    if random_.random() < 0.5:
        return max(1, standard + random_.randrange(-30, 13))
    return random_.randrange(1, 500)


def expected(given_: list[tuple[str, int]]) -> tuple[dict[str, list[dict[str, Any]]], list[str]]:
    """Return the slow reader's rows by table, and each message's counter."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    counters = []
    for text, fill in given_:
        counter, found = read(text, fill)
        counters.append(counter)
        for name, row in found.items():
            rows[name].append(row)
    return rows, counters


def assert_agree(given_: list[tuple[str, int]]) -> None:
    got = decode([lines([sentence(text, fill=fill) for text, fill in given_])])
    rows, counters = expected(given_)
    assert got.counters == {name: counters.count(name) for name in counters}
    for name in TABLES:
        table = getattr(got, name)
        assert table.height == len(rows[name])
        defaults: dict[str, Any] = {
            column: None for column in table.columns if column not in NOT_OF_THE_MESSAGE
        }
        if name == "reports":
            defaults["pos_res_i"] = 1
        for mine, wanted in zip(table.iter_rows(named=True), rows[name], strict=True):
            mine["flags"] = flag_names(mine["flags"])
            assert {column: mine[column] for column in defaults} == {**defaults, **wanted}


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_random_messages_of_every_type_come_out_as_the_slow_reader_says(seed: int) -> None:
    random_ = random.Random(seed)
    kinds = [random_.choice([random_.randrange(64), *LENGTHS, 24]) for _ in range(60)]
    assert_agree([payload(random_, kind, length(random_, kind)) for kind in kinds])


@pytest.mark.parametrize("kind", [*LENGTHS, 24])
def test_every_type_agrees_at_every_length(kind: int) -> None:
    random_ = random.Random(kind)
    assert_agree([payload(random_, kind, n_bits) for n_bits in range(1, 480)])


@pytest.mark.slow
def test_many_random_messages_come_out_as_the_slow_reader_says() -> None:
    random_ = random.Random(27)
    kinds = [random_.choice([*LENGTHS, 24]) for _ in range(60_000)]
    assert_agree([payload(random_, kind, length(random_, kind)) for kind in kinds])
