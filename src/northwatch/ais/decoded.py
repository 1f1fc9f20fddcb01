"""What any decoder hands back for a block of bytes: tables, rejects and counters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import polars as pl

from northwatch.ais.columns import (
    AID_REPORTS,
    BASE_REPORTS,
    NMEA_REPORTS,
    NMEA_STATICS,
    OTHER_REPORTS,
    STATIONS,
    STREAM_REJECTS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What one call of `feed` or `close` brought.

    The tables hold what was completed by this call; `counters` and `stations` tell of the whole
    stream up to now, so the last ones stand.

    Attributes:
        reports: position reports, `schema.REPORTS` columns first, ordered by `offset`.
        statics: static reports, `schema.STATIC_REPORTS` columns first, ordered by `offset`.
        bases: reports of base stations (`columns.BASE_REPORTS`).
        aids: reports of aids to navigation (`columns.AID_REPORTS`).
        others: messages of types not decoded, sender and time only (`columns.OTHER_REPORTS`).
        rejects: `columns.STREAM_REJECTS`, ordered by `offset` within this call. A part whose
            message never came is refused late, so across calls they are not in order.
        counters: every counter's lines since the stream began; they sum to the logical lines
            begun. Counters that are 0 are left out.
        stations: names of `station` (`columns.STATIONS`), all of the stream up to now.
    """

    reports: pl.DataFrame = field(default_factory=NMEA_REPORTS.empty)
    statics: pl.DataFrame = field(default_factory=NMEA_STATICS.empty)
    bases: pl.DataFrame = field(default_factory=BASE_REPORTS.empty)
    aids: pl.DataFrame = field(default_factory=AID_REPORTS.empty)
    others: pl.DataFrame = field(default_factory=OTHER_REPORTS.empty)
    rejects: pl.DataFrame = field(default_factory=STREAM_REJECTS.empty)
    counters: Mapping[str, int] = field(default_factory=dict)
    stations: pl.DataFrame = field(default_factory=STATIONS.empty)

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """Return the parts of one stream, in order, as one; rejects sorted by offset."""
        if not parts:
            return cls()
        return cls(
            reports=pl.concat([part.reports for part in parts], rechunk=False),
            statics=pl.concat([part.statics for part in parts], rechunk=False),
            bases=pl.concat([part.bases for part in parts], rechunk=False),
            aids=pl.concat([part.aids for part in parts], rechunk=False),
            others=pl.concat([part.others for part in parts], rechunk=False),
            rejects=pl.concat([part.rejects for part in parts]).sort("offset", "line"),
            counters=parts[-1].counters,
            stations=parts[-1].stations,
        )
