"""A scene, in; its silences, and the vessel-days they must be measured by, out. No verdicts.

The natural rate of silences is told per cell of equal area, period, class of the radio and whether
the vessel moved: `Place` below. Cells are squares of the plane that keeps areas, centred on the
pole (Lambert's azimuthal equal-area projection of the sphere).
"""

import math
from typing import Final

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from northwatch.events.listening import Listening
from northwatch.events.rules import GapRule, ReceptionRule
from northwatch.events.scene import Scene
from northwatch.geo import unit_vector_ais
from northwatch.tracks import NO_SPEED
from northwatch.units import AIS_TENTHS, KNOT_MPS, MS_PER_DAY, MS_PER_S, SPHERE_RADIUS_M

# Where and how a vessel was heard: what reception is told by.
PLACE: Final = pl.Schema(
    {
        "period": pl.Int32(),
        "ais_class": pl.UInt8(),
        "moving": pl.Boolean(),
        "cell_x": pl.Int32(),
        "cell_y": pl.Int32(),
    }
)
REFERENCE: Final = pl.Schema(
    {"mmsi": pl.Int32(), **PLACE, "days": pl.Float64(), "n_positions": pl.Int64()}
)
_KM_PER_MS_PER_KNOT: Final = KNOT_MPS * 1e-6
# North of 25 S the plane stretches no metre by more than this; south of it nothing is promised.
_STRETCH: Final = 2.0
_STRETCH_MIN_Z: Final = -0.42
METRES_PER_KM: Final = 1000.0


@njit(cache=True, nogil=True)
def cell_of(lat_i: int, lon_i: int, cell_m: float) -> tuple[int, int, float]:
    """Return the cell of a place in AIS units, and how far, metres, its nearest edge surely is."""
    v = unit_vector_ais(lat_i, lon_i)
    # At the south pole, where the plane's edge is, any direction.
    scale = SPHERE_RADIUS_M * math.sqrt(2.0 / max(1.0 + v[2], 1e-12)) / cell_m
    x, y = scale * v[0], scale * v[1]
    column, row = math.floor(x), math.floor(y)
    least = min(x - column, column + 1.0 - x, y - row, row + 1.0 - y)
    return int(column), int(row), least * cell_m / _STRETCH if v[2] > _STRETCH_MIN_Z else 0.0


@njit(cache=True, nogil=True)
def is_moving(  # noqa: PLR0913, PLR0917 - one flat kernel
    i: int,
    first: int,
    last: int,
    t_ms: NDArray[np.int64],
    sog_i: NDArray[np.uint16],
    arc_km: NDArray[np.float64],
    rest_kn: float,
) -> bool:
    """Return whether the vessel moved at row i of the track of rows first..last.

    By the speed it sent; if it sent none, by the arc that ends there (at the first position: that
    begins there); a lone position without a speed is at rest.
    """
    if sog_i[i] != NO_SPEED:
        return bool(sog_i[i] > rest_kn * AIS_TENTHS)
    j = i if i > first else i + 1
    if j > last:
        return False
    return bool(arc_km[j] > rest_kn * _KM_PER_MS_PER_KNOT * (t_ms[j] - t_ms[j - 1]))


@njit(cache=True, nogil=True)
def _listened_ms(edges_ms: NDArray[np.int64], before_ms: NDArray[np.int64], t_ms: int) -> int:
    """Return the listening time before an instant (`Listening.until_ms`, one by one)."""
    k = np.searchsorted(edges_ms, t_ms, side="right") - 1
    if k < 0:
        return 0
    return int(before_ms[k] + (t_ms - edges_ms[k] if k % 2 == 0 else 0))


@njit(cache=True, nogil=True)
def _grown(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    out = np.empty((2 * rows.shape[0], rows.shape[1]), np.int64)
    out[: rows.shape[0]] = rows
    return out


@njit(cache=True, nogil=True)
def _stays(  # noqa: C901, PLR0913, PLR0917 - one flat kernel
    starts: NDArray[np.int64],
    stops: NDArray[np.int64],
    t_ms: NDArray[np.int64],
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    sog_i: NDArray[np.uint16],
    ais_class: NDArray[np.uint8],
    arc_km: NDArray[np.float64],
    borders_ms: NDArray[np.int64],
    edges_ms: NDArray[np.int64],
    before_ms: NDArray[np.int64],
    min_silence_ms: int,
    cell_m: float,
    rest_kn: float,
) -> NDArray[np.int64]:
    """Return time and positions by run of one track, period, class and cell.

    Columns: track, period, class, cell x, cell y, then time (half milliseconds) at rest and
    moving, then positions at rest and moving. Half the time between two positions counts at each
    of them. Of a silence only listening time counts.
    """
    out, found = np.empty((256, 9), np.int64), 0
    for track in range(starts.size):
        first, last = starts[track], stops[track] - 1
        period, room, x, y, clazz, here = 0, -1.0, 0, 0, -1, -1
        t_here = np.iinfo(np.int64).min
        waited = 0  # listening time since the position before
        for i in range(first, last + 1):
            room -= 1010.0 * arc_km[i]  # with a margin for lengths on WGS 84
            turned = t_ms[i] >= t_here
            while t_ms[i] >= t_here:
                period += 1 if t_here > np.iinfo(np.int64).min else 0
                t_here = borders_ms[period] if period < borders_ms.size else np.iinfo(np.int64).max
            if room < 0.0 or turned or ais_class[i] != clazz:
                cx, cy, room = cell_of(lat_i[i], lon_i[i], cell_m)
                if here < 0 or turned or cx != x or cy != y or ais_class[i] != clazz:
                    if found == out.shape[0]:
                        out = _grown(out)
                    x, y, clazz, here = cx, cy, ais_class[i], found
                    out[here, 0], out[here, 1], out[here, 2] = track, period, clazz
                    out[here, 3], out[here, 4] = x, y
                    out[here, 5:] = 0
                    found += 1
            following = 0
            if i < last:
                following = t_ms[i + 1] - t_ms[i]
                if following > min_silence_ms:
                    following = _listened_ms(edges_ms, before_ms, t_ms[i + 1]) - _listened_ms(
                        edges_ms, before_ms, t_ms[i]
                    )
            moving = 1 if is_moving(i, first, last, t_ms, sog_i, arc_km, rest_kn) else 0
            out[here, 5 + moving] += waited + following
            out[here, 7 + moving] += 1
            waited = following
    return out[:found]


def period_borders(intervals: pl.DataFrame) -> NDArray[np.int64]:
    """Return where periods end and begin: months, split where a source begins or ends for good.

    Args:
        intervals: listening intervals, columns `source`, `t_from_ms`, `t_to_ms`.

    Returns:
        Ascending instants, ms since 1970; period k ends at the k-th and the last is open.
    """
    if intervals.is_empty():
        return np.empty(0, np.int64)
    spans = intervals.group_by("source").agg(pl.col("t_from_ms").min(), pl.col("t_to_ms").max())
    ends = np.concatenate([spans["t_from_ms"].to_numpy(), spans["t_to_ms"].to_numpy()])
    months = np.array([ends.min(), ends.max()], "datetime64[ms]").astype("datetime64[M]")
    borders = np.arange(months[0] + 1, months[1] + 1).astype("datetime64[ms]").astype(np.int64)
    return np.unique(np.concatenate([borders, ends]))


def reference_days(scene: Scene, intervals: pl.DataFrame, rule: GapRule) -> pl.DataFrame:
    """Return the vessel-days by which silences are measured, vessel by vessel.

    Time between two positions of a track counts half at each; links do not count (after a day of
    silence it is not known where the vessel was). Of silences only listening time counts.

    Args:
        scene: vessels.
        intervals: listening intervals of all the data, columns `source`, `t_from_ms`, `t_to_ms`.
        rule: of gaps.

    Returns:
        Columns of `REFERENCE`, one row per vessel and place, ordered; empty if the rule gives no
        verdict. Tables of several scenes may be concatenated.
    """
    reception = rule.reception
    if reception is None:
        return pl.DataFrame(schema=REFERENCE)
    tracked = scene.tracked
    listening = Listening.of(intervals)
    runs = _stays(
        tracked.starts,
        tracked.stops,
        tracked.t_ms,
        tracked.lat_i,
        tracked.lon_i,
        tracked.sog_i,
        tracked.ais_class,
        scene.arc_km,
        period_borders(intervals),
        listening.edges_ms,
        listening.before_ms,
        int(rule.min_silence.total_seconds() * MS_PER_S),
        reception.cell_km * METRES_PER_KM,
        reception.rest_kn,
    )
    mmsi = tracked.tracks["mmsi"].to_numpy()[runs[:, 0]]
    return (
        pl.concat(
            pl.DataFrame(
                {
                    "mmsi": mmsi,
                    "period": runs[:, 1],
                    "ais_class": runs[:, 2],
                    "moving": np.full(mmsi.size, moving),
                    "cell_x": runs[:, 3],
                    "cell_y": runs[:, 4],
                    "days": runs[:, 5 + moving],
                    "n_positions": runs[:, 7 + moving],
                }
            )
            for moving in (False, True)
        )
        .filter(pl.col("n_positions") > 0)
        .group_by(["mmsi", *PLACE])
        .agg(pl.col("days").sum() / (2.0 * MS_PER_DAY), pl.col("n_positions").sum())
        .sort(["mmsi", *PLACE])
        .cast(REFERENCE)
        .select(REFERENCE.names())
    )


def places(scene: Scene, rows: NDArray[np.int64], intervals: pl.DataFrame, rule: ReceptionRule) -> pl.DataFrame:  # fmt: skip # noqa: E501
    """Return the place, for reception, of some rows on tracks, in their order (`PLACE`)."""
    tracked = scene.tracked
    track = tracked.track[rows]
    cells, moving = _row_places(
        rows,
        tracked.starts[track],
        tracked.stops[track] - 1,
        tracked.t_ms,
        tracked.lat_i,
        tracked.lon_i,
        tracked.sog_i,
        scene.arc_km,
        rule.cell_km * METRES_PER_KM,
        rule.rest_kn,
    )
    borders = period_borders(intervals)
    return pl.DataFrame(
        {
            "period": np.searchsorted(borders, tracked.t_ms[rows], side="right"),
            "ais_class": tracked.ais_class[rows],
            "moving": moving,
            "cell_x": cells[:, 0],
            "cell_y": cells[:, 1],
        }
    ).cast(PLACE)


@njit(cache=True, nogil=True)
def _row_places(  # noqa: PLR0913, PLR0917 - one flat kernel
    rows: NDArray[np.int64],
    firsts: NDArray[np.int64],
    lasts: NDArray[np.int64],
    t_ms: NDArray[np.int64],
    lat_i: NDArray[np.int32],
    lon_i: NDArray[np.int32],
    sog_i: NDArray[np.uint16],
    arc_km: NDArray[np.float64],
    cell_m: float,
    rest_kn: float,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    cells, moving = np.empty((rows.size, 2), np.int64), np.empty(rows.size, np.bool_)
    for k in range(rows.size):
        i = rows[k]
        cells[k, 0], cells[k, 1], _ = cell_of(lat_i[i], lon_i[i], cell_m)
        moving[k] = is_moving(i, firsts[k], lasts[k], t_ms, sog_i, arc_km, rest_kn)
    return cells, moving
