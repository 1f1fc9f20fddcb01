"""Arrays filled by the delimited kernels, in; the schema's tables, out, without copying."""

from collections.abc import Sequence
from typing import Final, cast

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from northwatch.ais.columns import STREAM_REJECTS
from northwatch.ais.delimited_rows import N_REJECTS, OUTCOMES, POSITION, Rows
from northwatch.ais.delimited_statics import NUMBERS, TEXTS, Statics, text_column
from northwatch.schema import REPORTS, STATIC_REPORTS

_OUTCOME_WORDS: Final = pl.Series(OUTCOMES)
_NUMBER_TYPES: Final = dict(
    zip(NUMBERS, (np.int32, np.uint8, np.uint16, np.uint16, np.uint8), strict=True)
)


def _column(values: NDArray[np.generic], ok: NDArray[np.uint8] | None = None) -> pa.Array:
    """Return an Arrow column over an array and, if given, one bit a value: 0 is null."""
    valid = None if ok is None else pa.py_buffer(ok)
    return pa.Array.from_buffers(
        pa.from_numpy_dtype(values.dtype), values.size, [valid, pa.py_buffer(values)]
    )


def _frame(columns: dict[str, pa.Array]) -> pl.DataFrame:
    return cast("pl.DataFrame", pl.from_arrow(pa.table(columns)))


def reports_table(rows: Rows) -> pl.DataFrame:
    """Return the position reports read (`schema.REPORTS`)."""
    n = int(rows.totals[POSITION])
    if n == 0:
        return REPORTS.empty()
    bits = (n + 7) // 8
    place_ok = rows.place_ok[:bits]
    return _frame(
        {
            "offset": _column(rows.offset[:n]),
            "mmsi": _column(rows.mmsi[:n]),
            "t_ms": _column(rows.t_ms[:n]),
            "lat_i": _column(rows.lat[:n], place_ok),
            "lon_i": _column(rows.lon[:n], place_ok),
            "sog_i": _column(rows.sog[:n], rows.sog_ok[:bits]),
            "cog_i": _column(rows.cog[:n], rows.cog_ok[:bits]),
            "heading_deg": _column(rows.heading[:n], rows.heading_ok[:bits]),
            "nav_status": _column(rows.status[:n], rows.status_ok[:bits]),
            "ais_class": _column(rows.ais_class[:n]),
            "pos_res_i": _column(rows.pos_res[:n]),
            "receiver": _column(rows.receiver[:n]),
        }
    )


def rejects_table(rows: Rows) -> pl.DataFrame:
    """Return the rows refused (`schema.REJECTS` without `source`)."""
    n = int(rows.totals[N_REJECTS])
    if n == 0:
        return STREAM_REJECTS.empty()
    reasons = _OUTCOME_WORDS.gather(pl.Series(rows.refused_reason[:n]).cast(pl.UInt32))
    return STREAM_REJECTS.conform(
        pl.DataFrame(
            {
                "offset": rows.refused_offset[:n],
                "line": rows.refused_line[:n],
                "length": rows.refused_length[:n],
                "reason": reasons,
            }
        )
    )


def statics_table(
    rows: Rows, kept: NDArray[np.int64], statics: Statics, array: NDArray[np.uint8]
) -> pl.DataFrame:
    """Return the static reports of the rows kept (`schema.STATIC_REPORTS`).

    Args:
        rows: what was read.
        kept: shape (n,), which of its static rows `statics` was read from.
        statics: their values.
        array: the bytes that `statics` points into.
    """
    if not statics.told.all():  # nothing but noughts and texts that stand for null
        kept, statics = (
            kept[statics.told],
            Statics(
                statics.numbers[:, statics.told],
                statics.first[:, statics.told],
                statics.stop[:, statics.told],
                statics.told[statics.told],
            ),
        )
    columns = {
        "offset": _column(rows.static_offset[kept]),
        "mmsi": _column(rows.static_mmsi[kept]),
        "t_ms": _column(rows.static_t_ms[kept]),
        "ais_class": _column(rows.static_class[kept]),
    }
    for name, values in zip(NUMBERS, statics.numbers, strict=True):
        given = np.packbits(values > 0, bitorder="little")
        columns[name] = _column(values.astype(_NUMBER_TYPES[name]), given)
    for name, first, stop in zip(TEXTS, statics.first, statics.stop, strict=True):
        columns[name] = text_column(array, first, stop)
    return _frame({name: columns[name] for name in STATIC_REPORTS.names})


def joined(frames: Sequence[pl.DataFrame], empty: pl.DataFrame) -> pl.DataFrame:
    """Return tables one below the other, those without rows left out."""
    some = [frame for frame in frames if frame.height]
    if len(some) == 1:
        return some[0]
    return pl.concat(some, rechunk=False) if some else empty
