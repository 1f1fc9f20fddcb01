"""The work arrays: every column of the tables has its place, and the places hold what they must."""

import pytest

from northwatch.ais.columns import COUNTERS, FLAGS, REASONS, flag_names
from northwatch.ais.frames import TABLES
from northwatch.ais.layout import (
    I32,
    I64,
    MAX_LOGICAL,
    REJECTS,
    REJECTS_AT_ONCE,
    ROWS,
    TEXT,
    U8,
    U16,
)
from northwatch.schema import Table
from tests.unit.ais.nmea_forms import decode, lines, sentence

WORKS = (I64._fields, I32._fields, U16._fields, U8._fields)


@pytest.mark.parametrize(("letter", "table"), list(zip("rsbao", TABLES, strict=False)))
def test_every_column_has_one_place_and_every_place_its_column(letter: str, table: Table) -> None:
    placed = [
        name[2:]
        for work in (*WORKS, TEXT._fields)
        for name in work
        if name.startswith(f"{letter}_")
    ]
    assert len(placed) == len(set(placed))
    assert set(placed) | ({"receiver"} if letter == "r" else set()) == set(table.names)


@pytest.mark.parametrize("work", WORKS)
def test_columns_of_a_table_stand_side_by_side(work: tuple[str, ...]) -> None:
    letters = [name[0] for name in work]
    assert "".join(dict.fromkeys(letters)) in "rsbao"
    assert letters == sorted(letters, key="rsbao".index)


def test_rows_are_whole_steps_of_64_and_leave_room_for_the_fullest_line() -> None:
    assert ROWS % 64 == 0
    assert ROWS > 2 * MAX_LOGICAL
    assert REJECTS > 2 * REJECTS_AT_ONCE


def test_columns_do_not_fall_on_the_same_lines_of_the_cache() -> None:
    for size in (1, 2, 4, 8):
        assert ROWS * size % 4096 != 0


def test_flags_fit_into_their_column_and_have_one_bit_each() -> None:
    assert len(FLAGS) == len(set(FLAGS)) <= 32
    assert flag_names((1 << len(FLAGS)) - 1) == sorted(FLAGS)


def test_reasons_are_the_last_counters() -> None:
    assert COUNTERS[-len(REASONS) :] == REASONS
    assert COUNTERS[-len(REASONS) - 1] == "open"


def test_empty_and_full_tables_have_the_same_columns() -> None:
    texts = [
        sentence("C3n30VP0?G6=A@9Pln07d62PR2D2R000000000000000BPH2Q120"),
        sentence("402Lo4AvNoF=DQ7JD0dgi@700000"),
        sentence("E>jUgHQ`60b37a6h77a:4@1P`2h@rGFPDH`6050``cv010", fill=4),
        sentence("83m=TP00Bh000000"),
        sentence("x"),
    ]
    full, empty = decode([lines(texts)]), decode([])
    for name, table in zip(
        ("reports", "statics", "bases", "aids", "others", "rejects"), TABLES, strict=True
    ):
        assert getattr(full, name).height == 1
        assert getattr(full, name).schema == getattr(empty, name).schema == table.polars


def test_work_arrays_that_were_used_before_leave_nothing_behind() -> None:
    rare = [sentence("91b6UbA;1pQKSH0b`AH1hQh20000"), sentence("Kkm=TP09JG6UJ65b")]
    rare.append(sentence("B3n30V@0=o4iep9;RRQhmJ@Uh000"))
    first = decode([lines(rare)]).reports
    assert first["alt_m"].null_count() == first["latency"].null_count() == 2
    assert first["class_b_cs"].null_count() == 2
    plain = decode([lines([sentence("13m=TP001TNuWu0diVL3Q2lD0000")] * 3)]).reports
    assert plain.select("alt_m", "latency", "class_b_cs").null_count().row(0) == (3, 3, 3)


def test_more_rows_than_the_work_arrays_hold_all_come_out() -> None:
    count = ROWS + 1_000
    line = lines([sentence("13m=TP001TNuWu0diVL3Q2lD0000")])
    got = decode([line * count])
    assert got.reports.height == count
    assert got.reports["offset"].to_list()[-1] == len(line) * (count - 1)
    assert got.reports["mmsi"].unique().to_list() == [257123456]
