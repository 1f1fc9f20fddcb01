"""Real lines, hurt at random, through the NMEA decoder: no crash, and every line counted.

    python bench/mutate.py [--lines 10000000] [--seed 1]

Bits are flipped, lines are cut, spliced with others, doubled and joined; most get a tag block, good
or not. For every batch the outcome on two threads, in blocks cut at random, must equal that on one,
and the counters must add up to what the lines give when each is decoded by itself (on a sample).
"""

import argparse
import random
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Final

from northwatch.ais import Decoded, NmeaDecoder

SAMPLES: Final = Path(__file__).resolve().parents[1] / "tests" / "data"
BATCH: Final = 100_000
CHECKED_ONE_BY_ONE: Final = 200


def real_lines() -> list[bytes]:
    """Return the lines of the shipped samples."""
    names = ("a1_kystverket_norway_20190807.nm4", "a2_dma_aislib_stream_2010.nmea")
    return [line for name in names for line in (SAMPLES / name).read_bytes().split(b"\n") if line]


def _flipped(line: bytes, random_: random.Random) -> bytes:
    """Return a line with one to three bits turned over."""
    hurt = bytearray(line)
    for _ in range(random_.randrange(1, 4)):
        hurt[random_.randrange(len(hurt))] ^= 1 << random_.randrange(8)
    return bytes(hurt)


def mutated(lines: list[bytes], count: int, random_: random.Random) -> list[bytes]:
    """Return so many lines, each hurt in one way or, one in eight, not at all."""
    hurt: list[bytes] = []
    for _ in range(count):
        line = lines[int(random_.random() * len(lines))]
        way = int(random_.random() * 8)
        if way < 3:  # noqa: PLR2004 - three in eight
            line = _flipped(line, random_)
        elif way == 3:  # noqa: PLR2004 - cut at the end
            line = line[: int(random_.random() * len(line))]
        elif way == 4:  # noqa: PLR2004 - a piece cut out
            start = int(random_.random() * len(line))
            line = line[:start] + line[start + int(random_.random() * 12) :]
        elif way == 5:  # noqa: PLR2004 - spliced with another
            other = lines[int(random_.random() * len(lines))]
            line = line[: int(random_.random() * len(line))] + other[len(other) // 2 :]
        elif way == 6:  # noqa: PLR2004 - joined with another, sometimes untagged or station-tagged
            other = lines[int(random_.random() * len(lines))]
            line = line + b"\\s:st%d\\" % (random_.getrandbits(3)) + other
        hurt.append(line)
    return hurt


def decoded(data: bytes, cuts: list[int], threads: int) -> Decoded:
    """Return what the data give in blocks cut at these places."""
    decoder = NmeaDecoder(threads=threads)
    places = [0, *sorted(cuts), len(data)]
    parts = [decoder.feed(data[start:stop]) for start, stop in pairwise(places)]
    return Decoded.join([*parts, decoder.close()])


def check(lines: list[bytes], random_: random.Random) -> int:
    """Decode hurt lines both ways; return how many logical lines they are.

    Raises:
        AssertionError: the ways differ, or a line is not counted.
    """
    data = b"\n".join(lines) + b"\n"
    alone = decoded(data, [], 1)
    cuts = [random_.randrange(len(data)) for _ in range(random_.randrange(3))]
    other = decoded(data, cuts, 2)
    for name in ("reports", "statics", "bases", "aids", "others", "rejects", "stations"):
        if not getattr(alone, name).equals(getattr(other, name)):
            raise AssertionError(name)
    if alone.counters != other.counters or "open" in alone.counters:
        raise AssertionError(alone.counters, other.counters)
    total = sum(alone.counters.values())
    if total < data.count(b"\n"):
        raise AssertionError(total)
    one_by_one(lines[:CHECKED_ONE_BY_ONE])
    return total


def one_by_one(lines: list[bytes]) -> None:
    """See that lines together give as many logical lines as each by itself.

    Raises:
        AssertionError: they do not.
    """
    data = b"\n".join(lines) + b"\n"
    pieces = data.split(b"\n")[:-1]  # a flipped bit may have made a line feed
    singly = sum(sum(decoded(piece + b"\n", [], 1).counters.values()) for piece in pieces)
    together = sum(decoded(data, [], 1).counters.values())
    if singly != together:
        raise AssertionError(singly, together)


def main() -> None:
    """Hurt and decode as many lines as asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random_ = random.Random(given.seed)  # noqa: S311 - to be repeated with the same seed
    lines = real_lines()
    done = logical = 0
    began = time.perf_counter()
    while done < given.lines:
        count = min(BATCH, given.lines - done)
        logical += check(mutated(lines, count, random_), random_)
        done += count
    spent = time.perf_counter() - began
    sys.stdout.write(
        f"{done:,} mutated lines gave {logical:,} logical lines, each in one counter, on one thread"
        f" and on two alike; no crash ({spent:.0f} s, seed {given.seed})\n"
    )


if __name__ == "__main__":
    main()
