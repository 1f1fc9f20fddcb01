"""Tracked positions and static reports, in; one row per MMSI with the values it sent most, out."""

from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from northwatch.positions import frozen
from northwatch.schema import VESSELS, bucket_of
from northwatch.tracks.attributes import classes_of, flags_of, is_small_craft
from northwatch.tracks.identities import hulls, most_sent, vessel_id
from northwatch.tracks.tracked import Tracked

_SENT: Final = ("name", "call_sign", "ship_type", "length_m")


def vessels(tracked: Tracked, statics: pl.DataFrame) -> pl.DataFrame:
    """Return who was heard: one row per MMSI that has positions.

    `imo` is the number with a right check digit that was sent in most reports; `ais_class` the
    class of most positions, unknown only if all are. A number on two ships is one row here; its
    identities tell them apart.

    Args:
        tracked: positions of some vessels, told apart into tracks.
        statics: `schema.STATICS`, any order; of other MMSI too.

    Returns:
        `schema.VESSELS`, ordered by MMSI.
    """
    heard = _heard(frozen(tracked.mmsi), frozen(tracked.t_ms), frozen(tracked.ais_class))
    long_tracks = (
        tracked.tracks.filter(~pl.col("is_short"))
        .group_by("mmsi")
        .agg(pl.len().cast(pl.Int32).alias("n_tracks"))
    )
    said = pl.DataFrame(
        {
            "bucket": bucket_of(heard.mmsi),
            "mmsi": heard.mmsi,
            "flag": flags_of(heard.mmsi),
            "ais_class": heard.ais_class,
            "n_positions": heard.n,
            "t_first_ms": heard.t_first,
            "t_last_ms": heard.t_last,
        }
    ).join(long_tracks, on="mmsi", how="left", maintain_order="left")
    statics = statics.filter(pl.col("mmsi").is_in(pl.Series(heard.mmsi).implode()))
    for name in _SENT:
        said = said.join(most_sent(statics, name), on="mmsi", how="left", maintain_order="left")
    said = said.join(hulls(statics), on="mmsi", how="left", maintain_order="left")
    return VESSELS.conform(
        said.with_columns(
            pl.col("n_tracks").fill_null(0),
            pl.col("hull_of_mmsi").alias("imo"),
            classes_of(said["ship_type"]).alias("vessel_class"),
            vessel_id(pl.col("hull_of_mmsi")),
        ).with_columns(is_small_craft().alias("is_small_craft"))
    )


def small_craft(statics: pl.DataFrame) -> pl.Series:
    """Return the MMSI of small craft (`attributes.is_small_craft`), ascending.

    Args:
        statics: `schema.STATICS`, any order. Who sent no ship type is not known to be small.
    """
    said = most_sent(statics, "ship_type")
    for name in ("length_m", "ais_class"):
        said = said.join(most_sent(statics, name), on="mmsi", how="left", maintain_order="left")
    said = said.with_columns(classes_of(said["ship_type"]).alias("vessel_class"))
    return said.filter(is_small_craft())["mmsi"].sort()


class _Heard(NamedTuple):
    """One entry per MMSI."""

    mmsi: NDArray[np.int32]
    n: NDArray[np.int64]
    t_first: NDArray[np.int64]
    t_last: NDArray[np.int64]
    ais_class: NDArray[np.uint8]


@njit(cache=True, nogil=True)
def _heard(
    mmsi: NDArray[np.int32], t_ms: NDArray[np.int64], ais_class: NDArray[np.uint8]
) -> _Heard:
    """Count the positions of each MMSI; rows are ordered by MMSI."""
    n_numbers = 0
    for k in range(mmsi.size):
        n_numbers += k == 0 or mmsi[k] != mmsi[k - 1]
    number, n = np.empty(n_numbers, np.int32), np.zeros(n_numbers, np.int64)
    t_first, t_last = np.empty(n_numbers, np.int64), np.empty(n_numbers, np.int64)
    per_class = np.zeros((n_numbers, 4), np.int64)
    at = -1
    for k in range(mmsi.size):
        if k == 0 or mmsi[k] != mmsi[k - 1]:
            at += 1
            number[at], t_first[at], t_last[at] = mmsi[k], t_ms[k], t_ms[k]
        n[at] += 1
        t_first[at] = min(t_first[at], t_ms[k])
        t_last[at] = max(t_last[at], t_ms[k])
        per_class[at, ais_class[k] & 3] += 1
    most = np.zeros(n_numbers, np.uint8)
    for i in range(n_numbers):
        most_n = 0
        for kind in range(1, 4):
            if per_class[i, kind] > most_n:
                most[i], most_n = kind, per_class[i, kind]
    return _Heard(number, n, t_first, t_last, most)
