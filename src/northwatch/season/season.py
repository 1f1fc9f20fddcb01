"""A plan, in; a made season, out: its lines as blocks of bytes, and its truth as tables."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final, Literal, NamedTuple

import numpy as np
import polars as pl

from northwatch.season.dma_rows import HEADER, Words, dma_lines, words_of
from northwatch.season.emission import KIND_MASK, POSITION, STATION, WHAT, Emitter, Rows
from northwatch.season.fleets import Fleet, drawn_fleet
from northwatch.season.knowable import TruthRule
from northwatch.season.letters import Bytes
from northwatch.season.nmea_rows import Signals, nmea_lines, signals_of
from northwatch.season.plan import S_PER_DAY, SeasonPlan
from northwatch.season.reception import shore_count
from northwatch.season.reports import reports_of
from northwatch.season.truth import Gates, Truth, Zones, truth_of

Receivers = Literal["all", "shore", "satellite"]
# About so many rows are made at a time: small enough that the memory of one serves the next.
SLAB_ROWS: Final = 60_000
_FIT_ROUNDS: Final = 6
_FIT_SHARE: Final = 0.005
_WINDOWS: Final = 32
_WINDOW_S: Final = 240
_SHORTEST_S: Final = 2.0


class Block(NamedTuple):
    """A piece of a file: pieces of one name, in order, are the file."""

    name: str
    data: bytes
    lines: int


@dataclass(frozen=True)
class Season:
    """A made season. Equal plans give equal bytes, in slabs of any size, on any threads.

    Attributes:
        plan: what it follows from.
        fleet: who sails.
        interval_s: mean time between a ship's reports under way: the plan's, or fitted to its
            `rows`.
    """

    plan: SeasonPlan
    fleet: Fleet
    interval_s: float

    @cached_property
    def emitter(self) -> Emitter:
        """The maker of its rows."""
        return Emitter(self.plan, self.fleet, self.interval_s)

    @cached_property
    def _words(self) -> Words:
        sets = self.emitter.sets
        return words_of(self.plan, self.fleet, sets.beat_ms[:, 1], sets.phase_ms[:, 1])

    @cached_property
    def _signals(self) -> Signals:
        return signals_of(self.plan, self.fleet)

    def nmea_blocks(
        self, *, receivers: Receivers = "all", slab_rows: int = SLAB_ROWS, threads: int = 1
    ) -> Iterator[Block]:
        r"""Yield NMEA with tag blocks (`\s:...,c:...*hh\!AIVDM,...`), one file a UTC day.

        Lines stand in the order in which they arrived; a wrong receiver clock shows in `c:` only.

        Args:
            receivers: whose lines.
            slab_rows: about so many are made at a time; it bounds the memory.
            threads: slabs made at once.
        """
        signals = self._signals
        yield from self._blocks("nmea", lambda rows: nmea_lines(rows, signals), b"", receivers,
                                (slab_rows, threads))  # fmt: skip

    def dma_blocks(
        self, *, receivers: Receivers = "all", slab_rows: int = SLAB_ROWS, threads: int = 1
    ) -> Iterator[Block]:
        """Yield CSV in the Danish form of 2023 and later, one file a UTC day, in order of arrival.

        Args:
            receivers: whose rows.
            slab_rows: about so many are made at a time; it bounds the memory.
            threads: slabs made at once.
        """
        words = self._words
        yield from self._blocks("csv", lambda rows: dma_lines(rows, words), HEADER, receivers,
                                (slab_rows, threads))  # fmt: skip

    def write_nmea(self, write: Callable[[str, bytes], object], *, threads: int = 1) -> int:
        """Call `write(file name, bytes)` for every block of NMEA; return the number of lines."""
        return _written(self.nmea_blocks(threads=threads), write)

    def write_dma(self, write: Callable[[str, bytes], object], *, threads: int = 1) -> int:
        """Call `write(file name, bytes)` for every block of CSV; return the number of rows."""
        return _written(self.dma_blocks(threads=threads), write)

    def reports(self, from_s: int = 0, to_s: int | None = None) -> pl.DataFrame:
        """Return what a faultless decoder makes of the positions in a span: `schema.REPORTS`.

        Type 27, static reports and spoilt lines are not in it. All at once in memory: for small
        seasons and spans.

        Args:
            from_s: seconds from the beginning.
            to_s: the same; by default the end.
        """
        rows = self.emitter.rows(from_s, self.plan.seconds if to_s is None else to_s)
        signals = self._signals
        return reports_of(rows, signals.mmsi, signals.is_b, self.plan.t_from_s, signals.shore)

    def truth(
        self,
        zones: Zones | None = None,
        gates: Gates | None = None,
        rule: TruthRule | None = None,
    ) -> Truth:
        """Return what was planted, and how much of it could be known from what was heard.

        Args:
            zones: whose visits; by default the shipped ones.
            gates: whose crossings; by default the shipped ones.
            rule: the parameters of the kinds of events that the truth is told by.
        """
        return truth_of(self.emitter, self.fleet, zones, gates, rule or TruthRule())

    def slabs(self, slab_rows: int = SLAB_ROWS) -> list[tuple[int, int]]:
        """Return the season cut into spans of about `slab_rows` rows, none over a midnight."""
        length_s = int(np.clip(slab_rows / max(self.emitter.beats_per_s, 1e-9), 1, S_PER_DAY))
        return [
            (day + begin, min(day + begin + length_s, day + S_PER_DAY))
            for day in range(0, self.plan.seconds, S_PER_DAY)
            for begin in range(0, S_PER_DAY, length_s)
        ]

    def _blocks(
        self,
        ending: str,
        lines: Callable[[Rows], tuple[Bytes, int]],
        header: bytes,
        receivers: Receivers,
        size: tuple[int, int],
    ) -> Iterator[Block]:
        shore = shore_count(self.plan.reception)

        def made(span: tuple[int, int]) -> Block:
            rows = _of(receivers, self.emitter.rows(*span), shore)
            data, count = lines(rows)
            day = self.plan.t_from + timedelta(seconds=span[0])
            return Block(f"made-{day:%Y-%m-%d}.{ending}", data.tobytes(), count)

        begun = ""
        for block in _in_turn(made, self.slabs(size[0]), size[1]):
            if not block.lines:
                continue
            if header and block.name != begun:
                yield Block(block.name, header, 0)
            begun = block.name
            yield block


def make_season(plan: SeasonPlan, fleet: Fleet | None = None) -> Season:
    """Return the season that follows from a plan.

    Args:
        plan: everything it follows from.
        fleet: given ships, for scenes made by hand; by default drawn from the plan.
    """
    sails = fleet or drawn_fleet(plan)
    interval_s = plan.interval_s if plan.rows is None else _fitted(plan, sails, plan.rows)
    return Season(plan, sails, interval_s)


def _fitted(plan: SeasonPlan, fleet: Fleet, rows: int) -> float:
    """Return the interval at which the season has about `rows` rows, from sampled windows."""
    interval_s = plan.interval_s
    window_s = min(_WINDOW_S, plan.seconds // _WINDOWS)
    starts = np.linspace(0, plan.seconds - window_s, _WINDOWS).astype(int)
    for _ in range(_FIT_ROUNDS):
        emitter = Emitter(plan, fleet, interval_s)
        found = sum(
            int(np.count_nonzero(emitter.rows(s, s + window_s)[:, WHAT] & KIND_MASK == POSITION))
            for s in starts.tolist()
        )
        ratio = found * plan.seconds / (window_s * _WINDOWS) / rows
        if abs(ratio - 1.0) < _FIT_SHARE:
            break
        interval_s = max(_SHORTEST_S, interval_s * ratio)
    return interval_s


def _of(receivers: Receivers, rows: Rows, shore: int) -> Rows:
    if receivers == "all":
        return rows
    on_shore = (rows[:, STATION] & 0xFFFF) < shore
    return rows[on_shore if receivers == "shore" else ~on_shore]


def _written(blocks: Iterator[Block], write: Callable[[str, bytes], object]) -> int:
    lines = 0
    for block in blocks:
        write(block.name, block.data)
        lines += block.lines
    return lines


def _in_turn(
    made: Callable[[tuple[int, int]], Block], spans: Sequence[tuple[int, int]], threads: int
) -> Iterator[Block]:
    """Yield made(span) in order; at most two ahead for each thread."""
    if threads <= 1:
        yield from map(made, spans)
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Block]] = deque()
        for span in spans:
            waiting.append(pool.submit(made, span))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
