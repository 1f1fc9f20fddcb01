"""Blocks of bytes of NMEA lines, in; `Decoded` columns, rejects and counters, out."""

from concurrent.futures import ThreadPoolExecutor, wait
from itertools import pairwise
from typing import Final, Literal

import numpy as np
import polars as pl

from northwatch.ais.columns import STATIONS
from northwatch.ais.decoded import Decoded
from northwatch.ais.frames import Tables, concatenated, counters, tables_of
from northwatch.ais.layout import (
    MAX_LINE,
    Memory,
    Out,
    S,
    fresh_memory,
    give_back,
    take_memory,
    take_out,
)
from northwatch.ais.lift import is_nearly_full, lift
from northwatch.ais.parts import orphan_all, orphan_old
from northwatch.ais.seam import Chunk, Seam, cut_behind, memory_of_chunk, run, run_alone
from northwatch.ais.stations import station_names
from northwatch.ais.wide import PAD, Bytes
from northwatch.errors import ParameterError

TagChecksum = Literal["use", "ignore"]
Block = bytes | bytearray | memoryview | Bytes

LEAST_CHUNK: Final = 1 << 18
"""Bytes below which a second thread costs more than it brings."""

BULK: Final = 1 << 20
"""Bytes from which on the last few lines of a block wait for the next call: so the tables are made
once for each block."""

LEAD: Final = 0.03
"""By how much the first thread's chunk is larger: when it ends, the others have made their tables,
which holds Python's lock and cannot be done side by side."""

_LINE_FEED: Final = 10


class NmeaDecoder:
    """AIS sentences of one stream to columns, whatever the blocks they come in.

    Any cut of the stream into blocks, and any number of threads, gives the same tables, rejects
    and counters. Memory is bounded by the block's size; carried from block to block are an
    unfinished line, the messages still open, a pending `$PGHP` line and the stations' names.
    Nothing in the data raises.

    Cost: some 7 to 9 million lines a second and core, tag blocks included (`bench/decode.py`
    compares); blocks of 8 MB and more, as each costs about a millisecond of its own.

    Source: NMEA 0183 sentences, NMEA 4 tag blocks, messages of ITU-R M.1371-5.
    """

    def __init__(self, tag_checksum: TagChecksum = "use", threads: int = 1) -> None:
        """Begin a stream.

        Args:
            tag_checksum: `use` trusts a tag block only if its checksum is right or missing;
                `ignore` uses its values all the same (the flag stays).
            threads: cores to use; blocks are shared out among them.

        Raises:
            ParameterError: a value that is not allowed.
        """
        if tag_checksum not in ("use", "ignore"):
            raise ParameterError(name="tag_checksum", value=tag_checksum, allowed="use, ignore")
        if threads < 1:
            raise ParameterError(name="threads", value=threads, allowed="1 or more")
        self._use_bad_tags = tag_checksum == "ignore"
        self._memory = fresh_memory()
        self._outs: list[Out] = []
        self._spare: list[Memory] = []  # one for each further thread
        self._threads = threads
        # Kept from block to block: Arrow's memory is a thread's, and a new one begins with nothing.
        self._pool: ThreadPoolExecutor | None = None
        self._rest = np.zeros(MAX_LINE + 4 * PAD, np.uint8)
        self._n_rest = 0
        self._n_late = 0  # bytes of `_rest` that hold whole lines still to be decoded, or 0
        self._base = 0  # offset in the stream of the first byte not yet decoded
        self._stations = STATIONS.empty()

    def feed(self, block: Block) -> Decoded:
        """Decode the lines that end in this block; keep what is left for the next.

        Of a block of `BULK` bytes and more the last few lines come with the next call.
        """
        view = _as_bytes(block)
        self._take_outs(1)
        tables: list[Tables] = []
        if self._n_late:
            self._n_late = 0
            self._decode_rest(tables, is_last=False)
        at = 0
        while self._n_rest and at < view.size:
            at += self._lengthen_rest(view[at : at + MAX_LINE], tables)
        is_bulk = view.size - at >= BULK
        if view.size - at > PAD:
            at += self._decode(view[at:], view.size - at - PAD, tables)
        if is_bulk:
            self._n_late = self._n_rest = view.size - at
            self._rest[: self._n_rest] = view[at:]
            at = view.size
        while at < view.size:
            at += self._lengthen_rest(view[at : at + 3 * PAD], tables)
        self._make_room(tables)
        orphan_old(self._outs[0], self._memory)
        return self._decoded(tables)

    def close(self) -> Decoded:
        """Decode the last line if it lacks its line feed, and refuse the parts still open."""
        self._take_outs(1)
        tables: list[Tables] = []
        self._decode_rest(tables, is_last=True)
        self._make_room(tables)
        orphan_all(self._outs[0], self._memory)
        decoded = self._decoded(tables)
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None
        give_back(self._outs, self._spare)
        self._outs, self._spare = [], []
        return decoded

    def _take_outs(self, count: int) -> None:
        """Have work arrays for so many threads."""
        while len(self._outs) < count:
            self._outs.append(take_out())

    def _make_room(self, tables: list[Tables]) -> None:
        """Empty the work arrays if all open parts might not fit into the reject log."""
        if is_nearly_full(self._memory):
            tables.append(tables_of(lift(self._outs[0], self._memory)))

    def _lengthen_rest(self, view: Bytes, tables: list[Tables]) -> int:
        """Put bytes behind the unfinished line, decode what is whole; return how many."""
        taken = min(view.size, MAX_LINE - self._n_rest)
        feed = np.flatnonzero(view[:taken] == _LINE_FEED)
        if feed.size and self._n_rest:
            taken = int(feed[0]) + 1
        self._rest[self._n_rest : self._n_rest + taken] = view[:taken]
        self._n_rest += taken
        if feed.size or self._n_rest == MAX_LINE:
            self._decode_rest(tables, is_last=False)
        return taken

    def _decode_rest(self, tables: list[Tables], *, is_last: bool) -> None:
        """Decode the whole lines kept from earlier blocks."""
        done = self._decode(_as_bytes(self._rest), self._n_rest, tables, is_last=is_last)
        self._rest[: self._n_rest - done] = self._rest[done : self._n_rest].copy()
        self._n_rest -= done

    def _decode(
        self, buffer: Bytes, stop: int, tables: list[Tables], *, is_last: bool = False
    ) -> int:
        """Decode the whole lines in the first `stop` bytes; return how many bytes those were."""
        cuts = self._cuts(buffer, stop)
        if cuts:
            at = self._decode_chunks(buffer, [0, *cuts, stop], tables)
        else:
            chunk = Chunk(buffer=buffer, start=0, stop=stop, base=self._base, is_last=is_last)
            self._memory, at, brought = run(self._memory, self._outs[0], chunk, self._use_bad_tags)
            tables += map(tables_of, brought)
        self._base += at
        return at

    def _cuts(self, buffer: Bytes, stop: int) -> list[int]:
        """Return where to cut a block for the threads; none if it is too small."""
        if self._threads == 1 or stop < 2 * LEAST_CHUNK:
            return []
        n = min(self._threads, stop // LEAST_CHUNK)
        cuts: list[int] = []
        for place in range(1, n):
            share = int(stop * (place + LEAD) / (n + LEAD))
            cut = cut_behind(buffer, max([share, *cuts[-1:]]), stop)
            if cut > 0:
                cuts.append(cut)
        return cuts

    def _decode_chunks(self, buffer: Bytes, cuts: list[int], tables: list[Tables]) -> int:
        """Decode chunks side by side and join them; return how many bytes were whole lines."""
        chunks = [
            Chunk(buffer=buffer, start=start, stop=stop, base=self._base)
            for start, stop in pairwise(cuts)
        ]
        self._take_outs(len(chunks))
        while len(self._spare) < len(chunks) - 1:
            self._spare.append(take_memory())
        seam = Seam(self._outs[0], self._memory, use_bad_tags=self._use_bad_tags)
        memories = []
        for place, chunk in enumerate(chunks[1:]):
            self._spare[place] = memory_of_chunk(self._memory, chunk, self._spare[place])
            memories.append(self._spare[place])
        bad = self._use_bad_tags
        # One chunk is this thread's: a thread more than there are cores, and Python's lock is held
        # by one that does not run.
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads - 1)
        running = [
            self._pool.submit(_tables_alone, memory, out, chunk, bad)
            for memory, out, chunk in zip(memories, self._outs[1:], chunks[1:], strict=False)
        ]
        memory, at, brought = run_alone(self._memory, self._outs[0], chunks[0], bad)
        tables += map(tables_of, brought)
        wait(running)
        for place, (chunk, run_of_chunk) in enumerate(zip(chunks[1:], running, strict=True)):
            self._spare[place], at, guessed = run_of_chunk.result()
            joined = seam.join(memory, chunk, self._spare[place], guessed)
            if joined is None:
                memory, at, brought = run_alone(memory, self._outs[0], chunk, bad)
                tables += map(tables_of, brought)
            else:
                memory, truth = joined
                tables.append(truth)
        self._memory = memory
        return at

    def _decoded(self, tables: list[Tables]) -> Decoded:
        """Return the tables as one, with counters and stations up to now."""
        tables.append(tables_of(lift(self._outs[0], self._memory)))
        reports, statics, bases, aids, others, rejects = concatenated(tables)
        known = self._stations.height
        if int(self._memory.s[S.n_stations]) > known:
            names = station_names(self._memory, known)
            numbers = range(known, known + len(names))
            new = pl.DataFrame({"station": numbers, "name": names})
            self._stations = pl.concat([self._stations, STATIONS.conform(new)])
        return Decoded(
            reports=reports,
            statics=statics,
            bases=bases,
            aids=aids,
            others=others,
            rejects=rejects,
            counters=counters(self._memory.counts),
            stations=self._stations,
        )


def _tables_alone(
    memory: Memory,
    out: Out,
    chunk: Chunk,
    use_bad_tags: bool,  # noqa: FBT001 - given on to a kernel
) -> tuple[Memory, int, Tables]:
    """Do as `run_alone`, and make the tables: on the thread that has the rows in its cache."""
    memory, at, brought = run_alone(memory, out, chunk, use_bad_tags)
    return memory, at, concatenated([tables_of(each) for each in brought])


def _as_bytes(block: Block) -> Bytes:
    """Return a block as an array that cannot be written to: the kernel is compiled for one kind."""
    view: Bytes = np.frombuffer(block, np.uint8)
    view.flags.writeable = False
    return view
