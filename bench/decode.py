"""NMEA lines to columns: time against reading their bytes, and against other decoders.

    python bench/decode.py [--lines 2000000] [--repeats 5] [--aiscat PYTHON]

Each contender has a process of its own and repeats its work there; the page cache is warm. Ours
gets the bytes in memory, in blocks, and its work ends with all tables joined. The input is the
shipped samples' sentences repeated, with those of the samples beside it if there; lines without a
tag block get one, rising in time. pyais and aiscat are given a part of the file and their time
is scaled. aiscat is GPL and no dependency of this project: to compare with it, install it (with
polars) into an environment elsewhere and name that environment's Python, here or in the
environment variable `AISCAT_PYTHON`.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import islice, product
from operator import xor
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from pyais.exceptions import AISBaseException
from pyais.stream import IterMessages

from northwatch.ais import Decoded, NmeaDecoder

HOME: Final = Path(__file__).resolve().parents[1]
SHIPPED: Final = HOME / "tests" / "data"
SHARED: Final = HOME.parent / "shared" / "data"
BLOCK: Final = 64 << 20
TURNS: Final = 5
Work = Callable[[], int]
PEER_LINES: Final = {"pyais": 60_000, "aiscat": 200_000}
COLUMNS: Final = [
    "type",
    "mmsi",
    "status",
    "turn",
    "speed",
    "accuracy",
    "lat",
    "lon",
    "course",
    "heading",
    "second",
    "imo",
    "callsign",
    "shipname",
    "ship_type",
    "to_bow",
    "to_stern",
    "to_port",
    "to_starboard",
    "draught",
    "destination",
]


# --- the input -----------------------------------------------------------------------------------


def sentences() -> list[bytes]:
    """Return the AIS sentences of the samples, with their own tag blocks."""
    raw = [
        (SHIPPED / "a1_kystverket_norway_20190807.nm4").read_bytes(),
        (SHIPPED / "a2_dma_aislib_stream_2010.nmea").read_bytes(),
    ]
    log = SHARED / "a8_opencpn_hakefjord_20150720.nmea.gz"
    if log.exists():
        raw.append(gzip.decompress(log.read_bytes()))
    lines = [line.rstrip(b"\r") for data in raw for line in data.split(b"\n")]
    return [line for line in lines if line[line.find(b"!") + 3 :][:3] in (b"VDM", b"VDO")]


def tagged(lines: list[bytes]) -> Iterator[bytes]:
    """Give the lines again and again, each with a tag block; the parts of a message share one."""
    number = 0
    tags: dict[bytes, bytes] = {}
    while True:
        for line in lines:
            number += 1
            if line.startswith(b"\\"):
                yield line
                continue
            fields = line.split(b",", 5)
            key = b",".join((fields[1], *fields[3:5]))
            if fields[2] == b"1" or key not in tags:
                text = b"s:r%04d,c:%d" % (number // 7 % 23, 1_700_000_000 + number // 25)
                tags[key] = b"\\%s*%02X\\" % (text, reduce(xor, text))
            yield tags[key] + line


def write_input(path: Path, n_lines: int) -> None:
    """Write the first so many lines to a file."""
    with path.open("wb") as file:
        for line in islice(tagged(sentences()), n_lines):
            file.write(line + b"\r\n")


def head_of(path: Path, n_lines: int) -> Path:
    """Return a file with the first so many lines."""
    part = path.with_suffix(f".{n_lines}")
    with path.open("rb") as file:
        part.write_bytes(b"".join(islice(file, n_lines)))
    return part


# --- the contenders; each is run in a process of its own -----------------------------------------


def read_bytes(path: str) -> Work:
    """Read the file's bytes and do nothing with them."""
    return lambda: int(np.fromfile(path, np.uint8).size)


def northwatch(path: str, threads: int) -> Work:
    """Decode every line of the bytes to frames."""
    data = memoryview(Path(path).read_bytes())

    def work() -> int:
        decoder = NmeaDecoder(threads=threads)
        starts = range(0, len(data), BLOCK)
        parts = [decoder.feed(data[start : start + BLOCK]) for start in starts]
        return Decoded.join([*parts, decoder.close()]).reports.height

    return work


def pyais(path: str) -> int:
    """Decode every message with pyais, its fields and its tag block's time, to a frame."""
    rows = []
    with Path(path).open("rb") as file:
        for sentence in IterMessages(file):
            try:
                message = sentence.decode()
            except AISBaseException:
                continue
            block = sentence.tag_block
            if block is not None:
                block.init()
            t = None if block is None else block.receiver_timestamp
            values = [getattr(message, name, None) for name in COLUMNS[1:]]
            rows.append((message.msg_type, *values, t))
    columns: dict[str, Sequence[object]]
    columns = dict(zip([*COLUMNS, "t"], zip(*rows, strict=True), strict=True))
    for name in ("turn", "status", "ship_type"):  # pyais gives members of enumerations
        columns[name] = [getattr(value, "value", value) for value in columns[name]]
    return pl.DataFrame(columns, strict=False).height


# Run by another Python: nothing of ours is there.
AISCAT = """
import json, sys, time
import aiscat
try:
    import polars as pl
except ImportError:
    pl = None
COLUMNS = %r
def work(path):
    rows = list(aiscat.from_file(path))
    columns = {name: [row.get(name) for row in rows] for name in COLUMNS}
    return pl.DataFrame(columns, strict=False).height if pl else len(rows)
spent = []
for _ in range(int(sys.argv[2])):
    wall, cpu = time.perf_counter(), time.process_time()
    rows = work(sys.argv[1])
    spent.append((time.perf_counter() - wall, time.process_time() - cpu))
print(json.dumps({"spent": spent, "rows": rows}))
"""

CONTENDERS: Final[dict[str, Callable[[str], Work]]] = {
    "numpy.fromfile": read_bytes,
    "northwatch, 1 core": lambda path: northwatch(path, 1),
    "northwatch, 2 cores": lambda path: northwatch(path, 2),
    "pyais": lambda path: lambda: pyais(path),
}


class Result(NamedTuple):
    """Seconds of wall clock and of processor for each repeat, scaled to the whole input."""

    wall: list[float]
    cpu: list[float]


def measure(name: str, path: Path, repeats: int) -> None:
    """Run one contender here and write what it took as JSON; a first run warms up."""
    work = CONTENDERS[name](str(path))
    rows = work()
    spent = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        spent.append((time.perf_counter() - wall, time.process_time() - cpu))
    sys.stdout.write(json.dumps({"spent": spent, "rows": rows}))


def run(command: list[str], scale: float) -> Result:
    """Run a contender's process; return its times."""
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own scripts
    spent = json.loads(done.stdout)["spent"]
    return Result([wall * scale for wall, _ in spent], [cpu * scale for _, cpu in spent])


def contend(path: Path, n_lines: int, repeats: int, aiscat: str) -> dict[str, Result]:
    """Run all contenders in turn, several times over: what the machine does besides meets all."""
    this = [sys.executable, str(Path(__file__).resolve())]
    results = {name: Result([], []) for name in CONTENDERS}
    for turn, name in product(range(TURNS), CONTENDERS):
        part = min(PEER_LINES.get(name, n_lines), n_lines)
        if part < n_lines and turn:
            continue
        given = path if part == n_lines else head_of(path, part)
        times = repeats if part == n_lines else min(repeats, 3)
        command = [*this, "--contender", name, "--input", str(given), "--repeats", str(times)]
        more = run(command, n_lines / part)
        results[name] = Result(results[name].wall + more.wall, results[name].cpu + more.cpu)
    if aiscat:
        part = min(PEER_LINES["aiscat"], n_lines)
        command = [aiscat, "-c", AISCAT % (COLUMNS,), str(head_of(path, part)), "3"]
        results["aiscat"] = run(command, n_lines / part)
    return results


# --- the table -----------------------------------------------------------------------------------


def report(results: dict[str, Result], n_lines: int, n_bytes: int) -> None:
    """Write ratios of medians and of minima, by wall clock and by processor."""
    say = sys.stdout.write
    read, ours = results["numpy.fromfile"], results["northwatch, 1 core"]
    say(f"{n_lines:,} lines, {n_bytes / 1e6:.0f} MB, bytes to frame\n\n")
    say(f"{'':22}{'wall s':>9}{'min':>9}{'cpu s':>9}{'M lines/s':>11}{'x fromfile (min)':>20}")
    say(f"{'x northwatch, 1 core':>26}\n")
    for name, result in results.items():
        wall, least, cpu = median(result.wall), min(result.wall), median(result.cpu)
        say(f"{name:22}{wall:9.3f}{least:9.3f}{cpu:9.3f}{n_lines / wall / 1e6:11.3f}")
        say(f"{wall / median(read.wall):12.1f} ({least / min(read.wall):.1f})".ljust(20))
        say(f"{wall / median(ours.wall):16.2f} ({least / min(ours.wall):.2f})\n")
    two = results["northwatch, 2 cores"]
    say("\ngoals: at most 10 x fromfile; aiscat at least 15 x, pyais at least 130 x of ours; ")
    say("two cores at least 1.8 x one\n")
    say(f"two cores: {median(ours.wall) / median(two.wall):.2f} x one ")
    say(f"({min(ours.wall) / min(two.wall):.2f} by minima)\n")
    if "aiscat" not in results:
        say("aiscat: not compared (name the Python of an environment that has it: --aiscat)\n")


def main() -> None:
    """Make the input, run the contenders, write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=2_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--aiscat", default=os.environ.get("AISCAT_PYTHON", ""))
    parser.add_argument("--contender", choices=list(CONTENDERS), help=argparse.SUPPRESS)
    parser.add_argument("--input", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.contender:
        measure(given.contender, given.input, given.repeats)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.nmea"
        write_input(path, given.lines)
        results = contend(path, given.lines, given.repeats, given.aiscat)
        report(results, given.lines, path.stat().st_size)


if __name__ == "__main__":
    main()
