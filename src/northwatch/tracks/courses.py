"""Courses, in; those that mean "not available" in disguise made null, out."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from northwatch.positions import frozen
from northwatch.tracks.rules import TrackRule
from northwatch.tracks.tracked import NO_SPEED
from northwatch.units import AIS_TENTHS, MS_PER_DAY


def without_constant_course(
    mmsi: NDArray[np.int32],
    t_ms: NDArray[np.int64],
    source: NDArray[np.int32],
    sog_i: NDArray[np.uint16],
    cog_i: NDArray[np.uint16],
    *,
    rule: TrackRule,
) -> NDArray[np.uint16]:
    """Return the courses without the one that nearly all of a source-day's moving positions share.

    Taken ship by ship, so that no ship's tracks depend on which others are at hand; a ship with
    fewer than `rule.constant_course_n` moving positions that day keeps its courses.

    Args:
        mmsi: shape (n,), in the total order.
        t_ms: shape (n,).
        source: shape (n,).
        sog_i: shape (n,), 65535 where not known.
        cog_i: shape (n,), 65535 where not known.
        rule: `constant_course_n`, `constant_course_share`, `very_slow_kn`.

    Returns:
        Shape (n,), read-only.
    """
    if rule.constant_course_n == 0:
        return frozen(cog_i)
    fastest_slow = int(rule.very_slow_kn * AIS_TENTHS)
    changed = _without_constant(
        frozen(mmsi),
        frozen(t_ms),
        frozen(source),
        frozen(sog_i),
        frozen(cog_i),
        rule.constant_course_n,
        rule.constant_course_share,
        fastest_slow,
    )
    return frozen(changed)


@njit(cache=True, nogil=True)
def _without_constant(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one flat kernel
    mmsi: NDArray[np.int32],
    t_ms: NDArray[np.int64],
    source: NDArray[np.int32],
    sog_i: NDArray[np.uint16],
    cog_i: NDArray[np.uint16],
    least_n: int,
    least_share: float,
    fastest_slow: int,
) -> NDArray[np.uint16]:
    """See `without_constant_course`; the majority of a source-day is found by voting."""
    out = cog_i.copy()
    n = mmsi.size
    start = 0
    while start < n:
        day = t_ms[start] // MS_PER_DAY
        next_day_ms = (day + 1) * MS_PER_DAY
        stop, n_sources = start + 1, 1
        while stop < n and mmsi[stop] == mmsi[start] and t_ms[stop] < next_day_ms:
            n_sources += source[stop] != source[stop - 1]
            stop += 1
        if stop - start >= least_n:
            these = source[start : start + 1].copy()
            if n_sources > 1:
                these = np.unique(source[start:stop])
            for one in these:
                n_moving, vote, course = 0, 0, np.uint16(NO_SPEED)
                for k in range(start, stop):
                    if source[k] != one or sog_i[k] == NO_SPEED or sog_i[k] <= fastest_slow:
                        continue
                    n_moving += 1
                    if cog_i[k] == NO_SPEED:
                        continue
                    if vote == 0:
                        course = cog_i[k]
                    vote += 1 if cog_i[k] == course else -1
                if n_moving < least_n or vote <= 0:
                    continue
                n_alike = 0
                for k in range(start, stop):
                    n_alike += (
                        source[k] == one
                        and cog_i[k] == course
                        and sog_i[k] != NO_SPEED
                        and sog_i[k] > fastest_slow
                    )
                if n_alike >= least_share * n_moving:
                    for k in range(start, stop):
                        if source[k] == one and cog_i[k] == course:
                            out[k] = NO_SPEED
        start = stop
    return out
