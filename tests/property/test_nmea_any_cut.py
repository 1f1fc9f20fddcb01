# ruff: noqa: S311 - seeded, for tests
"""However a stream is cut into blocks, and on however many threads, the outcome is the same."""

import random
from collections.abc import Iterator, Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import northwatch.ais.nmea
from tests.unit.ais.nmea_forms import DATA, cut, decode, differences, nasty_cases

SEEDS = st.integers(0, 2**32 - 1)


@cache
def pieces() -> tuple[list[bytes], list[bytes], list[bytes]]:
    """Return lines of the cases, lines of the samples, and of both those that are parts."""
    cases = [line.encode("latin-1") for case in nasty_cases() for line in case["lines"]]
    samples = [
        line.rstrip(b"\r")
        for name in ("a1_kystverket_norway_20190807.nm4", "a2_dma_aislib_stream_2010.nmea")
        for line in (DATA / name).read_bytes().split(b"\n")
    ]
    parts = [line for line in cases + samples if b"VDM,2" in line or b"VDM,3" in line]
    return cases, samples, parts


def _chosen(random_: random.Random) -> Iterator[bytes]:
    """Give lines one by one: cases and parts far more often than in life, stretches of samples."""
    cases, samples, parts = pieces()
    for _ in range(random_.randrange(3, 120)):
        kind = random_.random()
        if kind < 0.45:
            yield random_.choice(cases)
        elif kind < 0.8:
            yield random_.choice(parts)
        else:
            at = random_.randrange(len(samples) - 3)
            yield from samples[at : at + 3]


def stream(seed: int) -> bytes:
    """Return a stream of real and hostile lines, parts torn apart, stations and ends mixed."""
    random_ = random.Random(seed)
    station_share = random_.choice([0, 0, 0.5, 0.9])
    data = b""
    for line in _chosen(random_):
        if line.startswith(b"!") and random_.random() < station_share:
            data += b"\\s:st%d\\" % random_.randrange(3)
        data += line + random_.choice([b"\n", b"\r\n", b"\r\r\n", b"\n", b""])
    return data


def places(seed: int, data: bytes, count: int) -> Sequence[int]:
    return [random.Random(seed).randrange(len(data) + 1) for _ in range(count)]


@given(seed=SEEDS, count=st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_any_cut_gives_the_same(seed: int, count: int) -> None:
    data = stream(seed)
    whole = decode([data])
    assert differences(whole, decode(cut(data, places(seed, data, count)))) == []


@given(seed=SEEDS)
@settings(max_examples=8, deadline=None)
def test_byte_by_byte_gives_the_same(seed: int) -> None:
    data = stream(seed)[:2_000]
    single = (data[at : at + 1] for at in range(len(data)))
    assert differences(decode([data]), decode(single)) == []


@pytest.mark.parametrize("threads", [2, 5])
@pytest.mark.parametrize("tag_checksum", ["use", "ignore"])
def test_threads_give_the_same(
    threads: int, tag_checksum: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(northwatch.ais.nmea, "LEAST_CHUNK", 64)

    @given(seed=SEEDS, count=st.integers(0, 2))
    @settings(max_examples=12, deadline=None)
    def law(seed: int, count: int) -> None:
        data = stream(seed)
        options = {"tag_checksum": tag_checksum}
        blocks = cut(data, places(seed, data, count))
        alone = decode([data], **options)  # type: ignore[arg-type]
        assert differences(alone, decode(blocks, threads=threads, **options)) == []  # type: ignore[arg-type]

    law()


@given(seed=SEEDS)
@settings(max_examples=60, deadline=None)
def test_every_line_is_in_one_counter(seed: int) -> None:
    data = stream(seed)
    got = decode([data])
    assert sum(got.counters.values()) >= data.count(b"\n")
    assert "open" not in got.counters
    refused = {name for name in got.counters if name in set(got.rejects["reason"])}
    assert got.rejects.height == sum(got.counters[name] for name in refused)
    assert got.rejects["offset"].is_sorted()
    for row in got.rejects.iter_rows(named=True):
        assert data[: row["offset"]].count(b"\n") + 1 == row["line"]
        line = data[row["offset"] : row["offset"] + row["length"]]
        assert b"\n" not in line


@pytest.mark.parametrize(
    "name", ["a1_kystverket_norway_20190807.nm4", "a2_dma_aislib_stream_2010.nmea"]
)
def test_samples_are_the_same_in_small_blocks_and_on_threads(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(northwatch.ais.nmea, "LEAST_CHUNK", 1_000)
    data = (DATA / name).read_bytes()
    whole = decode([data])
    blocks = [data[at : at + 7_001] for at in range(0, len(data), 7_001)]
    assert differences(whole, decode(blocks)) == []
    assert differences(whole, decode([data], threads=5)) == []


@pytest.mark.slow
def test_a_sample_is_the_same_byte_by_byte() -> None:
    data = (DATA / "a2_dma_aislib_stream_2010.nmea").read_bytes()
    single = (data[at : at + 1] for at in range(len(data)))
    assert differences(decode([data]), decode(single)) == []


FRAGMENTS = st.sampled_from(
    [
        *(b"\\", b"!", b"$", b",", b"*", b"\n", b"\r", b" ", b"\x00", b"\xff", b":", b"-", b"s:a"),
        *(b"!AIVDM", b"!AIVDO,2,1,,A,", b"$PGHP,1,", b"$GPZDA,", b"c:1700000000", b"g:1-2-7"),
        *(b"!AIVDM,1,1,,A,13m=TP001TNuWu0diVL3Q2lD0000,0*53", b"\\s:r1*0A\\", b"*53", b",0*53"),
        *(b"!AIVDM,2,1,3,A,53m=TP02E?ml@8hd0010th59=@E8p0000000,0*18", b"13m=TP001TN", b"1"),
        b"!AIVDM,2,2,3,A,00166A4:?5WdNL33kQnA@DPVACP00000000,2*17",
    ]
)


@given(fragments=st.lists(FRAGMENTS, max_size=80), seed=SEEDS, count=st.integers(0, 8))
@settings(max_examples=150, deadline=None)
def test_rubble_gives_the_same_wherever_it_is_cut(
    fragments: list[bytes], seed: int, count: int
) -> None:
    data = b"".join(fragments)
    whole = decode([data])
    assert differences(whole, decode(cut(data, places(seed, data, count)))) == []
    # With room behind it the same bytes are decoded as part of a block, and on threads.
    longer = data + b"\n#" * 300
    assert differences(decode([longer]), decode([longer], threads=3)) == []
    assert decode([longer]).reports.equals(whole.reports)
