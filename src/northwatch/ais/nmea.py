"""Blocks of bytes of NMEA lines, in; `Decoded` columns, rejects and counters, out."""

from typing import Final, Literal

import numpy as np
import polars as pl

from northwatch.ais.columns import STATIONS
from northwatch.ais.decoded import Decoded
from northwatch.ais.harvest import Tables, counters, harvest
from northwatch.ais.layout import MAX_LINE, MAX_LOGICAL, Memory, Out, fresh_memory, fresh_out
from northwatch.ais.parts import orphan_all
from northwatch.ais.scan import NO_LIMIT, scan
from northwatch.ais.stations import station_names, with_room
from northwatch.ais.wide import PAD, Bytes
from northwatch.errors import ParameterError

TagChecksum = Literal["use", "ignore"]
Block = bytes | bytearray | memoryview | Bytes

_LINE_FEED: Final = 10


class NmeaDecoder:
    """AIS sentences of one stream to columns, whatever the blocks they come in.

    Any cut of the stream into blocks gives the same tables, rejects and counters. Memory is
    bounded by the block's size; state between blocks is an unfinished line and the messages still
    open. Nothing in the data raises.

    Source: `ais.md` (sentences NMEA 0183, tag blocks NMEA 4, messages ITU-R M.1371-5).
    """

    def __init__(self, tag_checksum: TagChecksum = "use", threads: int = 1) -> None:
        """Begin a stream.

        Args:
            tag_checksum: `use` trusts a tag block only if its checksum is right or missing;
                `ignore` uses its values all the same (the flag stays).
            threads: cores to use.

        Raises:
            ParameterError: a value that is not allowed.
        """
        if tag_checksum not in ("use", "ignore"):
            raise ParameterError(name="tag_checksum", value=tag_checksum, allowed="use, ignore")
        if threads < 1:
            raise ParameterError(name="threads", value=threads, allowed="1 or more")
        self._use_bad_tags = tag_checksum == "ignore"
        self._memory: Memory = fresh_memory()
        self._out: Out = fresh_out()
        self._rest = np.zeros(MAX_LINE + 4 * PAD, np.uint8)
        self._n_rest = 0
        self._base = 0  # offset of the first byte not yet decoded
        self._names: list[str] = []

    def feed(self, block: Block) -> Decoded:
        """Decode the lines that end in this block; keep what is left for the next."""
        view = _as_bytes(block)
        tables: list[Tables] = []
        at = 0
        while self._n_rest and at < view.size:
            at += self._lengthen_rest(view[at : at + MAX_LINE], tables)
        if view.size - at > PAD:
            at += self._decode(view[at:], view.size - at - PAD, tables, is_last=False)
        while at < view.size:
            at += self._lengthen_rest(view[at : at + 3 * PAD], tables)
        return self._decoded(tables)

    def close(self) -> Decoded:
        """Decode the last line if it lacks its line feed, and refuse the parts still open."""
        tables: list[Tables] = []
        self._decode_rest(tables, is_last=True)
        orphan_all(self._out, self._memory)
        tables.append(harvest(self._out, self._memory))
        return self._decoded(tables)

    def _lengthen_rest(self, view: Bytes, tables: list[Tables]) -> int:
        """Put bytes behind the unfinished line, decode what is whole; return how many."""
        taken = min(view.size, MAX_LINE - self._n_rest) if self._n_rest < MAX_LINE else 0
        feed = np.flatnonzero(view[:taken] == _LINE_FEED)
        if feed.size and self._n_rest:
            taken = int(feed[0]) + 1
        self._rest[self._n_rest : self._n_rest + taken] = view[:taken]
        self._n_rest += taken
        if feed.size or self._n_rest >= MAX_LINE:
            self._decode_rest(tables, is_last=False)
        return taken

    def _decode_rest(self, tables: list[Tables], *, is_last: bool) -> None:
        done = self._decode(_as_bytes(self._rest), self._n_rest, tables, is_last=is_last)
        self._rest[: self._n_rest - done] = self._rest[done : self._n_rest].copy()
        self._n_rest -= done

    def _decode(self, buffer: Bytes, stop: int, tables: list[Tables], *, is_last: bool) -> int:
        """Decode the whole lines in the first `stop` bytes; return how many bytes those were."""
        at = 0
        while True:
            self._memory = with_room(self._memory, MAX_LOGICAL + 1, MAX_LINE + PAD)
            memory, bad = self._memory, self._use_bad_tags
            done = scan(buffer, at, stop, self._base, NO_LIMIT, is_last, bad, self._out, memory)
            if done == at:
                break
            at = done
            tables.append(harvest(self._out, memory))
        self._base += at
        return at

    def _decoded(self, tables: list[Tables]) -> Decoded:
        """Return the tables as one, with counters and stations up to now."""
        self._names += station_names(self._memory, len(self._names))
        frame = pl.DataFrame({"station": range(len(self._names)), "name": self._names})
        told = counters(self._memory.counts)
        stations = STATIONS.conform(frame)
        if not tables:
            return Decoded(counters=told, stations=stations)
        reports, statics, bases, aids, rejects = (
            pl.concat(each, rechunk=False) for each in zip(*tables, strict=True)
        )
        return Decoded(
            reports=reports,
            statics=statics,
            bases=bases,
            aids=aids,
            rejects=rejects.sort("offset", maintain_order=True),
            counters=told,
            stations=stations,
        )


def _as_bytes(block: Block) -> Bytes:
    """Return a block as an array that cannot be written to: the kernel is compiled for one kind."""
    view: Bytes = np.frombuffer(block, np.uint8)
    view.flags.writeable = False
    return view
