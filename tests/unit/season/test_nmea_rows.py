"""The sentences against pyais, an independent decoder."""

import re
from collections import Counter
from functools import cache, reduce
from typing import Any

import pyais
import pytest

from northwatch.season import Reception, SeasonPlan, make_season
from northwatch.season.emission import (
    BAD_CHECKSUM,
    COG,
    CUT,
    HEADING,
    KIND_MASK,
    LAT,
    LON,
    LONG_RANGE,
    POSITION,
    SHIP,
    SOG,
    STATED,
    STATIC,
    STATUS,
    TURN,
    WHAT,
)
from northwatch.season.nmea_rows import groups, nmea_lines, six_bit
from northwatch.season.season import Season
from northwatch.season.told import sides
from northwatch.season.voyages import destinations
from tests.unit.season.build import small_season

LINE = re.compile(
    r"\\(?P<tag>[^\\]*)\*(?P<tagsum>[0-9A-F]{2})\\(?P<body>![^*]*)\*(?P<sum>[0-9A-F]{2})"
)


def _xor(text: str) -> str:
    return f"{reduce(lambda total, letter: total ^ ord(letter), text, 0):02X}"


def _lines(season: Season, from_s: int, to_s: int) -> list[str]:
    rows = season.emitter.rows(from_s, to_s)
    data, count = nmea_lines(rows, season._signals)  # noqa: SLF001 - the signals of the season
    lines = bytes(data).decode().split("\r\n")
    assert lines.pop() == ""
    assert len(lines) == count
    return lines


@cache
def _day() -> tuple[Season, list[str]]:
    season = small_season()
    return season, _lines(season, 0, 86_400)


@cache
def _decoded() -> list[tuple[Any, list[str]]]:
    """Return (message, lines) of every good message of a day, in order."""
    out, waiting = [], {}
    for line in _day()[1]:
        whole = LINE.fullmatch(line)
        if not whole or _xor(whole["body"][1:]) != whole["sum"]:
            continue
        fields = whole["body"].split(",")
        sentence = f"{whole['body']}*{whole['sum']}"
        if fields[1] == "1":
            out.append((pyais.decode(sentence), [line]))
            continue
        group = re.search(r"g:\d-2-(\d+)", whole["tag"])
        assert group
        key = group[1]
        if fields[2] == "1":
            waiting[key] = (sentence, line)
        elif key in waiting:
            first, first_line = waiting.pop(key)
            out.append((pyais.decode(first, sentence), [first_line, line]))
    return out


def test_every_tag_block_s_checksum_is_right() -> None:
    tags = [m for line in _day()[1] if (m := re.match(r"\\([^\\]*)\*([0-9A-F]{2})\\", line))]
    assert len(tags) == len(_day()[1])
    assert all(_xor(tag[1]) == tag[2] for tag in tags)


def test_positions_come_back_from_the_decoder_field_by_field() -> None:
    season, _ = _day()
    rows = season.emitter.rows(0, 86_400)
    what = rows[:, WHAT]
    kept = rows[(what & KIND_MASK == POSITION) & (what & (BAD_CHECKSUM | CUT) == 0)]
    messages = [(m, lines) for m, lines in _decoded() if m.msg_type in {1, 3, 18}]
    assert len(messages) == len(kept) > 10_000
    mmsi, is_b = season.fleet.ships["mmsi"].to_list(), season.emitter.sets.is_b
    for row, (message, lines) in zip(kept, messages, strict=True):
        m = message.asdict()
        ship = row[SHIP]
        assert m["mmsi"] == mmsi[ship]
        assert round(m["lat"] * 600_000) == row[LAT]
        assert round(m["lon"] * 600_000) == row[LON]
        assert round(m["speed"] * 10) == row[SOG]
        assert round(m["course"] * 10) == row[COG]
        assert m["heading"] == row[HEADING]
        assert m["second"] == row[STATUS] >> 8
        assert (m["msg_type"] == 18) == bool(is_b[ship])
        if m["msg_type"] != 18:
            assert m["status"] == row[STATUS] & 15
        assert f"c:{season.plan.t_from_s + row[STATED]}*" in lines[0]


def test_turns_come_back_as_the_raw_number() -> None:
    season, _ = _day()
    rows = season.emitter.rows(0, 86_400)
    what = rows[:, WHAT]
    kept = rows[(what & KIND_MASK == POSITION) & (what & (BAD_CHECKSUM | CUT) == 0)]
    bits = [_payload_bits(lines[0]) for m, lines in _decoded() if m.msg_type in {1, 3, 18}]
    for row, told in zip(kept[:3000], bits, strict=False):
        if int(told[:6], 2) != 18:
            raw = int(told[42:50], 2)
            assert (raw - 256 if raw > 127 else raw) == row[TURN]


def _payload_bits(line: str) -> str:
    codes = (ord(letter) - 48 for letter in line.split(",")[-2])
    return "".join(f"{code - 8 if code > 40 else code:06b}" for code in codes)


def test_static_reports_tell_who_the_ship_is() -> None:
    season, _ = _day()
    ships = {row["mmsi"]: row for row in season.fleet.ships.iter_rows(named=True)}
    side = sides(season.fleet)
    shared = season.fleet.ships.filter(season.fleet.ships["mmsi"].is_duplicated())["mmsi"]
    seen = set()
    for message, _ in _decoded():
        m = message.asdict()
        if m["msg_type"] != 5 or m["mmsi"] in shared.to_list():
            continue
        ship = ships[m["mmsi"]]
        seen.add(m["mmsi"])
        k = ship["transmitter"]
        assert m["imo"] == (ship["imo"] or 0)
        assert m["shipname"] == ship["name"]
        assert m["callsign"] == ship["call_sign"]
        assert m["ship_type"] == ship["ship_type"]
        assert m["draught"] == ship["draught_i"] / 10
        assert m["to_bow"] + m["to_stern"] == ship["length_m"]
        assert m["to_port"] + m["to_starboard"] == ship["width_m"]
        assert (m["to_bow"], m["to_port"]) == (side.bow[k], side.port[k])
        assert m["destination"] in destinations()
        assert 1 <= m["month"] <= 12
    assert len(seen) > 30


def test_class_b_tells_name_and_call_sign_in_two_parts() -> None:
    season, _ = _day()
    ships = {row["mmsi"]: row for row in season.fleet.ships.iter_rows(named=True)}
    parts: Counter[int] = Counter()
    for message, _ in _decoded():
        m = message.asdict()
        if m["msg_type"] != 24:
            continue
        ship = ships[m["mmsi"]]
        parts[m["partno"]] += 1
        if m["partno"] == 0:
            assert m["shipname"] == ship["name"]
        else:
            assert m["callsign"] == ship["call_sign"]
            assert m["ship_type"] == ship["ship_type"]
            assert m["to_bow"] + m["to_stern"] == ship["length_m"]
    assert min(parts[0], parts[1]) > 100


def test_the_two_parts_of_a_message_name_one_group_and_only_the_first_the_station() -> None:
    pairs = [lines for m, lines in _decoded() if m.msg_type == 5]
    for first, second in pairs:
        assert first.startswith(r"\g:1-2-")
        assert second.startswith(r"\g:2-2-")
        assert "s:MADE" in first
        assert "s:" not in second.split("\\")[1]


def test_spoilt_lines_are_as_many_as_the_rows_say() -> None:
    season, lines = _day()
    rows = season.emitter.rows(0, 86_400)
    whole = [LINE.fullmatch(line) for line in lines]
    wrong = sum(1 for m in whole if m and _xor(m["body"][1:]) != m["sum"])
    cut = sum(1 for m in whole if not m)
    assert wrong == (rows[:, WHAT] & BAD_CHECKSUM != 0).sum() > 20
    assert cut == (rows[:, WHAT] & CUT != 0).sum() > 10


def test_each_row_is_a_line_and_a_static_report_two() -> None:
    season, lines = _day()
    rows = season.emitter.rows(0, 86_400)
    statics = (rows[:, WHAT] & KIND_MASK == STATIC).sum()
    assert len(lines) == len(rows) + statics


def test_long_range_reports_come_back_to_a_tenth_of_a_minute() -> None:
    plan = SeasonPlan(seed=3, days=1, vessels=60, reception=Reception(long_range=True))
    season = make_season(plan)
    rows = season.emitter.rows(0, 40_000)
    far = rows[(rows[:, WHAT] & KIND_MASK == LONG_RANGE) & (rows[:, WHAT] & 0x3000 == 0)]
    lines = bytes(nmea_lines(far, season._signals)[0]).decode().split("\r\n")[:-1]  # noqa: SLF001
    whole = [m for line in lines if (m := LINE.fullmatch(line))]
    assert len(whole) > 1000
    for row, line in zip(far[:1500], lines, strict=False):
        found = LINE.fullmatch(line)
        if not found or _xor(found["body"][1:]) != found["sum"]:
            continue
        told: dict[str, Any] = pyais.decode(f"{found['body']}*{found['sum']}").asdict()
        assert told["msg_type"] == 27
        if row[LAT] == 91 * 600_000:
            continue
        assert abs(told["lat"] * 600_000 - row[LAT]) <= 501
        assert abs(told["lon"] * 600_000 - row[LON]) <= 501
        assert told["speed"] == (63 if row[SOG] == 1023 else min(62, (row[SOG] + 5) // 10))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [([(1, 6)], [1]), ([(5, 4), (3, 2)], [0b010111]), ([(1, 1)], [32]), ([(-1, 8)], [63, 48])],
)
def test_bits_are_laid_most_significant_first(
    fields: list[tuple[int, int]], expected: list[int]
) -> None:
    assert groups(fields) == expected


def test_letters_become_six_bits_and_the_rest_is_filled() -> None:
    assert six_bit("A1 z", 6) == [1, 49, 32, 26, 0, 0]
