"""The shipped hostile inputs: exact messages, rejects and counters, wherever the input is cut."""

from typing import Any

import pytest

import northwatch.ais.nmea
from northwatch.ais import Decoded
from tests.unit.ais.nmea_forms import case_bytes, cut, decode, messages, nasty_cases, rejects

each_case = pytest.mark.parametrize("case", nasty_cases(), ids=lambda case: str(case["name"]))


def assert_as_expected(got: Decoded, case: dict[str, Any]) -> None:
    want = case["expect"]
    found = messages(got)
    assert len(found) == len(want["messages"])
    for message, wanted in zip(found, want["messages"], strict=True):
        assert {name: message.get(name) for name in wanted} == wanted
    assert rejects(got) == want["rejects"]
    assert got.counters == want["counters"]
    assert sum(got.counters.values()) == want["lines"]


def test_there_are_all_cases() -> None:
    assert len(nasty_cases()) == 116


@each_case
def test_case_comes_out_as_expected(case: dict[str, Any]) -> None:
    assert_as_expected(decode([case_bytes(case)]), case)


@each_case
def test_case_is_the_same_byte_by_byte(case: dict[str, Any]) -> None:
    data = case_bytes(case)
    assert_as_expected(decode(data[at : at + 1] for at in range(len(data))), case)


@each_case
def test_case_is_the_same_on_several_threads(
    case: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(northwatch.ais.nmea, "LEAST_CHUNK", 16)
    # Filled up, so that the block is cut for the threads and not decoded as a tail.
    filler = b"#\n" * 150
    got = decode([case_bytes(case) + filler], threads=8)
    assert messages(got) == messages(decode([case_bytes(case)]))
    assert rejects(got) == case["expect"]["rejects"]
    assert got.counters["no_sentence"] == case["expect"]["counters"].get("no_sentence", 0) + 150


@pytest.mark.slow
@each_case
def test_case_is_the_same_for_every_cut(case: dict[str, Any]) -> None:
    data = case_bytes(case)
    for place in range(len(data) + 1):
        assert_as_expected(decode(cut(data, [place])), case)


def test_open_parts_are_counted_as_open_until_the_stream_ends() -> None:
    case = next(case for case in nasty_cases() if case["name"] == "t5-part-2-lost")
    decoder = northwatch.ais.nmea.NmeaDecoder()
    assert decoder.feed(case_bytes(case)).counters == {"position": 1, "open": 1}
    assert decoder.close().counters == {"position": 1, "orphan_part": 1}
