"""The rows one ship sent, in; when she was heard and when she would have been, out."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from northwatch.season.emission import (
    ARRIVAL,
    BAD_CHECKSUM,
    COPY,
    CUT,
    KIND_MASK,
    LONG_RANGE,
    POSITION,
    SENTINEL,
    SILENT,
    SPIKE,
    STATIC,
    WHAT,
    WRONG_CLOCK,
    Emitter,
    Rows,
)
from northwatch.season.paths import Ints
from northwatch.season.plan import S_PER_DAY

_NO_PLACE: Final = COPY | SPIKE | SENTINEL | WRONG_CLOCK | BAD_CHECKSUM | CUT
_DMA_EARLY_S: Final = 60

COUNTED: Final = (
    "positions",
    "statics",
    "long_range",
    "copies",
    "spikes",
    "sentinels",
    "wrong_clocks",
    "bad_checksums",
    "cut_lines",
    "nmea_lines",
    "dma_rows",
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of one ship.

    Attributes:
        t_s: of each report with a good place, rising; copies are not counted again.
        lost_s: of each report that a planted silence kept back and that would have been heard.
        counts: rows by kind and dirt, in the order of `COUNTED`.
    """

    t_s: Ints
    lost_s: Ints
    counts: Ints


def heard_of(emitter: Emitter, ship: int) -> Heard:
    """Return what was heard of one ship over the whole season."""
    rows = emitter.sent(ship)
    what = rows[:, WHAT]
    placed = (what & KIND_MASK != STATIC) & (what & _NO_PLACE == 0)
    silent = what & SILENT != 0
    return Heard(
        np.sort(rows[placed & ~silent, ARRIVAL]).astype(np.int64),
        np.sort(rows[placed & silent, ARRIVAL]).astype(np.int64),
        _counts(rows[~silent]),
    )


def _counts(rows: Rows) -> Ints:
    what = rows[:, WHAT]
    kind = what & KIND_MASK
    damaged = what & (BAD_CHECKSUM | CUT) != 0
    early = rows[:, ARRIVAL] % S_PER_DAY < _DMA_EARLY_S
    in_csv = ~damaged & ((kind == POSITION) | ((kind == STATIC) & early))
    marks = (COPY, SPIKE, SENTINEL, WRONG_CLOCK, BAD_CHECKSUM, CUT)
    return np.array([
        *(np.count_nonzero(kind == one) for one in (POSITION, STATIC, LONG_RANGE)),
        *(np.count_nonzero(what & mark) for mark in marks),
        rows.shape[0] + np.count_nonzero(kind == STATIC),
        np.count_nonzero(in_csv),
    ])  # fmt: skip
