"""The four carriers of the receive time, their precedence, and what is not a time."""

from typing import Any

import pytest

from tests.unit.ais.nmea_forms import checksum, decode, lines, messages, sentence, tag

GOOD = sentence("13m=TP001TNuWu0diVL3Q2lD0000")
OTHER = sentence("139>Jh@01TNuWu0diVL3Q2lD0000")
CHECK = GOOD[-2:]


def pghp(time: str = "2010,6,11,11,46,11,390", cc: str = CHECK, kind: str = "1") -> str:
    text = f"PGHP,{kind},{time},231,45,992190934,1,{cc}"
    return f"${text}*{checksum(text):02X}"


def one(*texts: str) -> dict[str, Any]:
    found = messages(decode([lines(texts)]))
    return found[-1]


def timed(*texts: str) -> tuple[int | None, str | None]:
    message = one(*texts)
    return message["t_ms"], message["t_source"]


PGHP_MS = 1_276_256_771_390


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        ("1700000000", 1_700_000_000_000),
        ("1700000000.9999", 1_700_000_000_999),
        ("1700000000.", 1_700_000_000_000),
        ("1700000000123", 1_700_000_000_123),
        ("1700000000123.9", 1_700_000_000_123),
        ("1700000000123999", 1_700_000_000_123),
        ("1700000000123999999", 1_700_000_000_123),
        ("99999999999", 99_999_999_999_000),
        ("100000000000", 100_000_000_000),
        ("0", 0),
        ("0001700000000", 1_700_000_000_000),
        ("", None),
        ("17000x0000", None),
        ("-1700000000", None),
        ("1700000000.1x", None),
        ("99999999999999999999", None),
        ("9999999999999999999", None),
    ],
)
def test_the_unit_of_a_number_is_told_by_its_size(written: str, ms: int | None) -> None:
    assert timed(tag(f"c:{written}") + GOOD)[0] == ms


def test_a_time_that_cannot_be_read_does_not_replace_one_that_can() -> None:
    assert timed(tag("c:1700000000,c:x") + GOOD) == (1_700_000_000_000, "tag")


@pytest.mark.parametrize(
    ("prefix", "ms"),
    [
        ("2026-01-02 03:04:05, ", 1_767_323_045_000),
        ("2026-01-02T03:04:05Z ", 1_767_323_045_000),
        ("2026/01/02 03:04:05.678;", 1_767_323_045_678),
        ("2026-01-02T03:04:05,5 ", 1_767_323_045_500),
        ("2026-01-02T03:04:05+0100 ", 1_767_319_445_000),
        ("2026-01-02T03:04:05 -01:30\t", 1_767_328_445_000),
        ("2026-01-02T03:04:05+01 ", 1_767_319_445_000),
        ("2024-02-29 00:00:00 ", 1_709_164_800_000),
        ("1490075479,", 1_490_075_479_000),
        ("  1490075479 ", 1_490_075_479_000),
        ("17 ", None),
        ("2023-02-29 00:00:00 ", None),
        ("2026-13-02 03:04:05 ", None),
        ("2026-01-02 24:00:00 ", None),
        ("2026-01-02 03:04 ", None),
        ("2026-01-02 03:04:05+ ", None),
        ("2026-01-02 03:04:05+99:00 ", None),
        ("2026-01-02 03:04:05 CET ", None),
        ("gateway 7: ", None),
    ],
)
def test_a_prefix_is_a_time_or_nothing(prefix: str, ms: int | None) -> None:
    assert timed(prefix + GOOD) == (ms, None if ms is None else "prefix")


def test_only_a_date_without_zone_is_flagged_as_taken_for_utc() -> None:
    assert one("2026-01-02 03:04:05, " + GOOD)["flags"] == ["t_utc_assumed"]
    assert one("2026-01-02T03:04:05Z " + GOOD)["flags"] == []
    assert one("1490075479 " + GOOD)["flags"] == []
    assert one("2026-01-02 03:04:05 " + tag("c:1700000000") + GOOD)["flags"] == []


@pytest.mark.parametrize(
    ("suffix", "ms", "station"),
    [
        (",1700000000", 1_700_000_000_000, None),
        (",s1234,rTEST,1085889680", 1_085_889_680_000, "rTEST"),
        (",b003669958,1085889680", 1_085_889_680_000, "b003669958"),
        (",rTEST", None, "rTEST"),
        (",17", None, None),
        (",x,1700000000x", None, None),
        (" 1700000000", None, None),
        (",", None, None),
    ],
)
def test_a_suffix_gives_time_and_station(suffix: str, ms: int | None, station: str | None) -> None:
    message = one(GOOD + suffix)
    assert (message["t_ms"], message["station"]) == (ms, station)


def test_carriers_are_taken_in_their_order() -> None:
    every = "1490075479 " + tag("c:1700000000") + GOOD + ",1085889680"
    assert timed(pghp(), every) == (1_700_000_000_000, "tag")
    untagged = "1490075479 " + GOOD + ",1085889680"
    assert timed(pghp(), untagged) == (PGHP_MS, "pghp")
    assert timed(untagged) == (1_490_075_479_000, "prefix")
    assert timed(GOOD + ",1085889680") == (1_085_889_680_000, "suffix")


def test_the_tags_station_goes_before_the_suffix_station() -> None:
    assert one(tag("s:a") + GOOD + ",rTEST,1085889680")["station"] == "a"


def test_a_pghp_line_that_was_meant_for_another_message_leaves_no_time_at_all() -> None:
    message = one(pghp(cc="01"), GOOD + ",1085889680")
    assert (message["t_ms"], message["flags"]) == (None, ["pghp_mismatch"])


def test_a_tag_time_stands_whatever_the_pghp_line_was_meant_for() -> None:
    message = one(pghp(cc="01"), tag("c:1700000000") + GOOD)
    assert (message["t_source"], message["flags"]) == ("tag", [])


@pytest.mark.parametrize("spender", [OTHER, OTHER[:-2] + "00", "!AIVDM"])
def test_the_next_ais_sentence_spends_a_pghp_line_good_or_bad(spender: str) -> None:
    assert timed(pghp(), spender, GOOD) == (None, None)


@pytest.mark.parametrize("between", ["", "# note", "$GPZDA,1*00", "$PGHP,1,2010*00"])
def test_other_lines_leave_a_pghp_line_pending(between: str) -> None:
    assert timed(pghp(), between, GOOD) == (PGHP_MS, "pghp")


def test_a_later_pghp_line_replaces_an_earlier_one() -> None:
    assert timed(pghp("2011,6,11,11,46,11,390"), pghp(), GOOD) == (PGHP_MS, "pghp")


@pytest.mark.parametrize(
    "line",
    [
        pghp("2010,13,11,11,46,11,390"),
        pghp("2010,6,31,11,46,11,390"),
        pghp("2010,6,11,24,46,11,390"),
        pghp("2010,6,11,11,46,11,1000"),
        pghp("2010,6,11,11,46,11"),
        pghp("2010,6,11,11,46,,390"),
        pghp(kind="2"),
        pghp("2010"),
    ],
)
def test_a_pghp_line_that_says_no_instant_gives_none(line: str) -> None:
    got = decode([lines([line, GOOD])])
    assert got.counters == {"time_line": 1, "position": 1}
    assert messages(got)[0]["t_ms"] is None


def test_a_pghp_line_with_a_wrong_checksum_is_another_sentence() -> None:
    line = pghp()[:-2] + "00"
    got = decode([lines([line, GOOD])])
    assert got.counters == {"other_sentence": 1, "position": 1}
    assert messages(got)[0]["t_ms"] is None


def test_an_empty_cc_is_not_filled() -> None:
    assert timed(pghp(cc=""), GOOD) == (PGHP_MS, "pghp")


def test_later_tag_blocks_replace_and_add() -> None:
    message = one(tag("s:a,c:1700000000") + tag("s:b") + GOOD)
    assert (message["station"], message["t_ms"]) == ("b", 1_700_000_000_000)


def test_one_bad_tag_block_does_not_spoil_another() -> None:
    message = one("\\s:a*00\\" + tag("c:1700000000") + GOOD)
    assert (message["station"], message["t_ms"]) == (None, 1_700_000_000_000)
    assert message["flags"] == ["tag_bad_checksum"]


@pytest.mark.parametrize("text", ["s:a*0", "s:a*G1", "s:a*", "*"])
def test_a_tag_checksum_that_cannot_be_read_is_wrong(text: str) -> None:
    message = one(f"\\{text}\\" + GOOD)
    assert (message["station"], message["flags"]) == (None, ["tag_bad_checksum"])


def test_an_empty_tag_block_is_one_without_checksum() -> None:
    assert one("\\\\" + GOOD)["flags"] == ["tag_no_checksum"]
