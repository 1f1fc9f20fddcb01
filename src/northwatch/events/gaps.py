"""A scene and when it was listened to, in; silences that may be gaps, out.

Two passes, because the natural rate of silences needs all vessels: `find_gaps` and
`reference_days` run scene by scene, `gap_verdicts.judge_gaps` on what they gave of all scenes.
"""

from datetime import timedelta
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from northwatch.events.event_rows import NO_ROW, evidence, named
from northwatch.events.listening import Listening
from northwatch.events.reception import PLACE_ON
from northwatch.events.rules import GapRule, ReceptionRule
from northwatch.events.scene import Scene
from northwatch.events.silences import PLACE, places
from northwatch.schema import GAPS
from northwatch.units import AIS_UNITS_PER_DEGREE, KNOT_MPS, MS_PER_H

KIND: Final = "gap"
# A chain this short is taken for a ghost if its MMSI has a longer one (as `tracks.is_short`).
SHORT_CHAIN: Final = 10
CANDIDATES: Final = pl.Schema({**GAPS.polars, **PLACE, **PLACE_ON})


class Silences(NamedTuple):
    """Silences of one scene, shape (n,) each.

    Attributes:
        off: row of the last position before.
        on: row of the first position after; -1 if there is none.
        end_ms: time of that position, or where an open silence is measured to.
        lost: whether it was open for longer than a link may be.
        km: geodesic from off to on; NaN if there is no position after.
        over_land: whether that line leads over land.
        chain: number of the chain.
    """

    off: NDArray[np.int64]
    on: NDArray[np.int64]
    end_ms: NDArray[np.int64]
    lost: NDArray[np.bool_]
    km: NDArray[np.float64]
    over_land: NDArray[np.bool_]
    chain: NDArray[np.int32]

    def only(self, kept: NDArray[np.bool_]) -> "Silences":
        """Return those of a mask."""
        return Silences(
            off=self.off[kept],
            on=self.on[kept],
            end_ms=self.end_ms[kept],
            lost=self.lost[kept],
            km=self.km[kept],
            over_land=self.over_land[kept],
            chain=self.chain[kept],
        )


def find_gaps(scene: Scene, intervals: pl.DataFrame, rule: GapRule) -> pl.DataFrame:
    """Find silences longer than `rule.min_silence`, inside tracks, over links and up to the end.

    Does not catch a vessel that never transmitted, or one whose false positions fill the silence.
    A vessel that comes back where it cannot have sailed is not linked, and that is no gap.

    Args:
        scene: vessels.
        intervals: listening intervals of all the data (`listening_intervals`).
        rule: of gaps.

    Returns:
        Candidates: the columns of `schema.GAPS`, without a verdict, and the places, for
        reception, where each vessel was heard last and again (`CANDIDATES`); ordered by (`mmsi`,
        `t_from_ms`, `event_id`). Give those of all scenes to `judge_gaps`.

    Source:
        GlobalFishingWatch/pipe-gaps (pairs of positions, strictly longer); listening time and
        links are ours.
    """
    found = _silences(scene, rule)
    listening = Listening.of(intervals)
    off_ms = scene.tracked.t_ms[found.off]
    listened = listening.until_ms(found.end_ms) - listening.until_ms(off_ms)
    counted = listened if rule.listening_time else found.end_ms - off_ms
    kept = counted > _ms(rule.min_silence)
    found, listened, counted = found.only(kept), listened[kept], counted[kept]
    gaps = _columns(scene, found, rule).with_columns(
        pl.Series("silence_h", counted / MS_PER_H),
        pl.Series("unlistened_h", (found.end_ms - off_ms[kept] - listened) / MS_PER_H),
    )
    gaps = named(scene, gaps, kind=KIND, rule=rule.id, thing=pl.lit(""))
    where = _places(scene, found, intervals, rule.reception or ReceptionRule())
    return (
        gaps.hstack(where)
        .select(pl.col(name).cast(dtype) for name, dtype in CANDIDATES.items())
        .sort(GAPS.order)
    )


def _ms(duration: timedelta) -> int:
    return duration // timedelta(milliseconds=1)


def _silences(scene: Scene, rule: GapRule) -> Silences:
    """Return all that may be gaps by elapsed time, in the order of chains and time, then open."""
    tracked, chains = scene.tracked, scene.chains
    least = _ms(rule.min_silence)
    on = _long_arcs(tracked.starts, tracked.stops, tracked.t_ms, least)
    linked = np.flatnonzero(chains.before >= 0)
    link_off = tracked.stops[chains.before[linked]] - 1
    link_on = tracked.starts[linked]
    long = tracked.t_ms[link_on] - tracked.t_ms[link_off] > least
    linked, link_off, link_on = linked[long], link_off[long], link_on[long]
    open_off, open_end, lost = _open_ends(scene, rule)
    none = np.full(open_off.size, NO_ROW, np.int64)
    row_off = np.concatenate([on - 1, link_off, open_off])
    row_on = np.concatenate([on, link_on, none])
    return Silences(
        off=row_off,
        on=row_on,
        end_ms=np.concatenate([tracked.t_ms[on], tracked.t_ms[link_on], open_end]),
        lost=np.concatenate([np.zeros(on.size + link_on.size, np.bool_), lost]),
        km=np.concatenate([scene.arc_km[on], scene.link_km[linked], np.full(none.size, np.nan)]),
        over_land=np.concatenate(
            [scene.over_land[on], scene.link_over_land[linked], np.zeros(none.size, np.bool_)]
        ),
        chain=chains.of_track[tracked.track[row_off]],
    )


@njit(cache=True, nogil=True)
def _long_arcs(
    starts: NDArray[np.int64], stops: NDArray[np.int64], t_ms: NDArray[np.int64], least_ms: int
) -> NDArray[np.int64]:
    """Return the rows that end an arc of more than `least_ms`."""
    rows = np.empty(64, np.int64)
    n = 0
    for track in range(starts.size):
        for i in range(starts[track] + 1, stops[track]):
            if t_ms[i] - t_ms[i - 1] > least_ms:
                if n == rows.size:
                    more = np.empty(2 * n, np.int64)
                    more[:n] = rows
                    rows = more
                rows[n] = i
                n += 1
    return rows[:n]


def _open_ends(
    scene: Scene, rule: GapRule
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Return the last row of each chain that may be an open gap, its end, and whether it is lost.

    None where the same MMSI begins anew, without a link, before a link could have been too long:
    the vessel came back where it cannot have sailed, or as one of two, and that is no gap.
    """
    chains, tracked = scene.chains, scene.tracked
    first, last = chains.tracks[chains.starts[:-1]], chains.tracks[chains.starts[1:] - 1]
    size = np.add.reduceat(
        (tracked.stops - tracked.starts)[chains.tracks], chains.starts[:-1]
    ) if chains.tracks.size else np.empty(0, np.int64)  # fmt: skip
    ends = pl.DataFrame(
        {
            "mmsi": tracked.tracks["mmsi"].to_numpy()[last],
            "off": tracked.stops[last] - 1,
            "begin_ms": tracked.t_ms[tracked.starts[first]],
            "off_ms": tracked.t_ms[tracked.stops[last] - 1],
            "short": size < SHORT_CHAIN,
        }
    )
    ends = ends.filter(~pl.col("short") | pl.col("short").all().over("mmsi"))
    max_link = _ms(rule.max_link)
    # The next beginning of a chain of the same number after each end.
    later = ends.select("mmsi", "begin_ms").sort("begin_ms")
    ends = (
        ends.sort("off_ms")
        .join_asof(
            later,
            left_on="off_ms",
            right_on="begin_ms",
            by="mmsi",
            strategy="forward",
            allow_exact_matches=False,
            suffix="_next",
            check_sortedness=False,
        )
        .filter(
            pl.col("begin_ms_next").is_null()
            | (pl.col("begin_ms_next") - pl.col("off_ms") > max_link)
        )
        .with_columns((scene.as_of_ms - pl.col("off_ms") > max_link).alias("lost"))
        .with_columns(
            pl.when("lost")
            .then(pl.col("off_ms") + max_link)
            .otherwise(scene.as_of_ms)
            .alias("end_ms")
        )
        .filter(pl.col("end_ms") - pl.col("off_ms") > _ms(rule.min_silence))
        .sort("off")
    )
    return ends["off"].to_numpy(), ends["end_ms"].to_numpy(), ends["lost"].to_numpy()


def _columns(scene: Scene, found: Silences, rule: GapRule) -> pl.DataFrame:
    """Return the columns of `schema.GAPS` that need neither names nor reception."""
    tracked = scene.tracked
    heard = found.on != NO_ROW
    off_ms = tracked.t_ms[found.off]
    on = np.maximum(found.on, 0)  # any row; masked below
    hours = (found.end_ms - off_ms) / MS_PER_H
    km_per_h_per_knot = KNOT_MPS * 3.6
    frame = pl.DataFrame(
        {
            "track": tracked.track[found.off],
            "heard": heard,
            "lost": found.lost,
            "t_from_ms": off_ms,
            "end_ms": found.end_ms,
            "lat_deg": tracked.lat_i[found.off] / AIS_UNITS_PER_DEGREE,
            "lon_deg": _lon_deg(tracked.lon_i[found.off]),
            "lat_on": tracked.lat_i[on] / AIS_UNITS_PER_DEGREE,
            "lon_on": _lon_deg(tracked.lon_i[on]),
            "distance": found.km,
            "longest_silence_h": hours,
            "over_land": found.over_land,
            "n_before_12h": _positions_before(scene, found.off, _ms(rule.before)),
            "mmsi_heard_elsewhere": _heard_elsewhere(scene, found),
        }
    )
    closed = pl.when("heard")
    return frame.with_columns(
        pl.when(pl.col("heard") | pl.col("lost")).then("end_ms").alias("t_to_ms"),
        pl.col("t_from_ms").alias("t_from_lo_ms"),
        pl.col("t_from_ms").alias("t_from_hi_ms"),
        pl.col("end_ms").alias("t_to_lo_ms"),
        closed.then("end_ms").alias("t_to_hi_ms"),
        pl.lit(value=False).alias("open_from"),
        (~(pl.col("heard") | pl.col("lost"))).alias("open_to"),
        pl.when("heard").then(2).otherwise(1).alias("n_positions"),
        evidence(scene, [found.off, found.on]).alias("evidence"),
        closed.then("lat_on").alias("lat_on_deg"),
        closed.then("lon_on").alias("lon_on_deg"),
        closed.then("distance").alias("distance_km"),
        closed.then(pl.col("distance") / km_per_h_per_knot / pl.col("longest_silence_h")).alias(
            "implied_speed_kn"
        ),
        *(
            pl.lit(None, dtype=GAPS.polars[name]).alias(name)
            for name in (
                "verdict",
                "verdict_reason",
                "natural_rate_per_d",
                "natural_rate_hi",
                "reference_days",
            )
        ),
    )


def _lon_deg(lon_i: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return longitudes in degrees, -180 to 180, of AIS units of any number of turns."""
    half = 180 * AIS_UNITS_PER_DEGREE
    within = np.where(np.abs(lon_i) <= half, lon_i, (lon_i + half) % (2 * half) - half)
    return within / AIS_UNITS_PER_DEGREE


def _places(
    scene: Scene, found: Silences, intervals: pl.DataFrame, rule: ReceptionRule
) -> pl.DataFrame:
    """Return the places where each vessel was heard last and again; the latter null if never."""
    heard = pl.Series("heard", found.on != NO_ROW)
    off = places(scene, found.off, intervals, rule)
    on = places(scene, np.where(found.on == NO_ROW, found.off, found.on), intervals, rule)
    return off.hstack(
        on.select(
            pl.when(heard).then(pl.col(name)).alias(renamed)
            for name, renamed in zip(PLACE, PLACE_ON, strict=True)
        )
    )


def _positions_before(scene: Scene, off: NDArray[np.int64], window_ms: int) -> NDArray[np.int64]:
    """Return how many positions of the chain lie in [t_off - window, t_off), shape (n,)."""
    tracked = scene.tracked
    counted: NDArray[np.int64] = _count_before(
        off, tracked.track, tracked.starts, tracked.stops, scene.chains.before, tracked.t_ms,
        window_ms,
    )  # fmt: skip
    return counted


@njit(cache=True, nogil=True)
def _count_before(  # noqa: PLR0913, PLR0917 - one flat kernel
    off: NDArray[np.int64],
    track_of: NDArray[np.int32],
    starts: NDArray[np.int64],
    stops: NDArray[np.int64],
    before: NDArray[np.int32],
    t_ms: NDArray[np.int64],
    window_ms: int,
) -> NDArray[np.int64]:
    out = np.zeros(off.size, np.int64)
    for k in range(off.size):
        since, until = t_ms[off[k]] - window_ms, t_ms[off[k]]
        track, stop = track_of[off[k]], off[k]
        while track >= 0:
            run = t_ms[starts[track] : stop]
            out[k] += np.searchsorted(run, until) - np.searchsorted(run, since)
            if run.size > 0 and run[0] < since:
                break
            track = before[track]
            if track >= 0:
                stop = stops[track]
    return out


def _heard_elsewhere(scene: Scene, found: Silences) -> NDArray[np.bool_]:
    """Return whether the MMSI was heard within each silence, on another chain or as a stray."""
    tracked = scene.tracked
    answers: NDArray[np.bool_] = _sounding(
        found.off,
        found.end_ms,
        found.chain,
        tracked.mmsi,
        tracked.track,
        tracked.stops,
        scene.chains.of_track,
        tracked.t_ms,
    )
    return answers


@njit(cache=True, nogil=True)
def _sounding(  # noqa: PLR0913, PLR0917 - one flat kernel
    off: NDArray[np.int64],
    end_ms: NDArray[np.int64],
    chain: NDArray[np.int32],
    mmsi: NDArray[np.int32],
    track_of: NDArray[np.int32],
    stops: NDArray[np.int64],
    chain_of: NDArray[np.int32],
    t_ms: NDArray[np.int64],
) -> NDArray[np.bool_]:
    out = np.zeros(off.size, np.bool_)
    for k in range(off.size):
        first = np.searchsorted(mmsi, mmsi[off[k]])
        last = np.searchsorted(mmsi, mmsi[off[k]], side="right")
        i = first
        while i < last and not out[k]:
            track = track_of[i]
            stop = stops[track] if track >= 0 else last
            if track < 0 or chain_of[track] != chain[k]:
                run = t_ms[i:stop]
                at = np.searchsorted(run, t_ms[off[k]], side="right")
                out[k] = at < run.size and run[at] < end_ms[k]
            i = stop
    return out
