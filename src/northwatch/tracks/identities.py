"""Static reports, in; what each MMSI said of its ship and from when to when, out."""

from typing import Final

import numpy as np
import polars as pl
from numba import njit
from numpy.typing import NDArray

from northwatch.positions import column
from northwatch.schema import IDENTITIES, bucket_of
from northwatch.tracks.attributes import classes_of, flags_of, valid_imo
from northwatch.units import MS_PER_DAY

FIELDS: Final = (
    "imo",
    "name",
    "call_sign",
    "ship_type",
    "length_m",
    "width_m",
    "draught_i",
    "destination",
)
# A spell goes on if it is heard again within this time, whatever else was heard meanwhile. Static
# reports come every six minutes, but a satellite may hear one in a day; ours, to be calibrated.
SPELL_SILENCE_MS: Final = 2 * MS_PER_DAY
_ALIVE: Final = 8  # spells of one MMSI that may go on at once

Ints = NDArray[np.int64]
Rows = NDArray[np.int32]


def identities(statics: pl.DataFrame) -> pl.DataFrame:
    """Put static reports together into spells: one MMSI saying the same of its ship.

    A value not sent contradicts nothing: the two parts of class B reports make one spell. Two
    ships on one MMSI make spells side by side. Spells apart by more than two days with others in
    between are not joined. Does not tell a renamed ship from a number that changed hands.

    Args:
        statics: `schema.STATICS`, any order (day and bucket are not read).

    Returns:
        `schema.IDENTITIES`, ordered by MMSI, then by first report. A spell's `vessel_id` is its
        own IMO number if that is valid, else the valid one that its MMSI sent most.
    """
    statics = statics.sort("mmsi", "t_ms", "source", "offset", maintain_order=True)
    codes = np.empty((statics.height, len(FIELDS)), np.int64)
    for k, name in enumerate(FIELDS):
        codes[:, k] = _codes(statics[name])
    spell, value_row = _spells(
        column(statics, "mmsi"), column(statics, "t_ms"), column(statics, "t_last_ms"), codes
    )
    spells = (
        statics.select("mmsi", "t_ms", "t_last_ms", "n_reports", "source", "offset")
        .with_columns(pl.Series("spell", spell))
        .group_by("spell", maintain_order=True)
        .agg(
            pl.col("mmsi", "source", "offset").first(),
            pl.col("t_ms").min().alias("t_from_ms"),
            pl.col("t_last_ms").max().alias("t_to_ms"),
            pl.col("n_reports").sum(),
        )
        .with_columns(
            statics[name].gather(pl.Series(value_row[:, k]).replace(-1, None)).alias(name)
            for k, name in enumerate(FIELDS)
        )
    )
    number = spells["mmsi"].to_numpy()
    return IDENTITIES.conform(
        spells.with_columns(
            pl.Series("bucket", bucket_of(number)),
            flags_of(number).alias("flag"),
            classes_of(spells["ship_type"]).alias("vessel_class"),
            valid_imo(spells["imo"]).alias("hull"),
        )
        .join(hulls(statics), on="mmsi", how="left", maintain_order="left")
        .with_columns(vessel_id(pl.coalesce("hull", "hull_of_mmsi")))
    )


def hulls(statics: pl.DataFrame) -> pl.DataFrame:
    """Return the valid IMO number that each MMSI sent most: `mmsi`, `hull_of_mmsi`."""
    sent = statics.select("mmsi", "n_reports", "t_last_ms", valid_imo(statics["imo"]).alias("imo"))
    return most_sent(sent, "imo").rename({"imo": "hull_of_mmsi"})


def most_sent(sent: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the value of one column that each MMSI sent in most reports; of equals the last.

    Args:
        sent: `mmsi`, `n_reports`, `t_last_ms` and the column; nulls are no value.
        name: the column.

    Returns:
        `mmsi` and the column, one row per MMSI that sent any, ordered by MMSI.
    """
    return (
        sent.filter(pl.col(name).is_not_null())
        .group_by("mmsi", name)
        .agg(pl.col("n_reports").sum(), pl.col("t_last_ms").max())
        .sort("mmsi", "n_reports", "t_last_ms", name, descending=[False, True, True, False])
        .group_by("mmsi", maintain_order=True)
        .agg(pl.col(name).first())
    )


def vessel_id(imo: pl.Expr) -> pl.Expr:
    """Return `imo-9781085`, or `mmsi-257123456` where the IMO number is null, as `vessel_id`."""
    return (
        pl.when(imo.is_not_null())
        .then(pl.format("imo-{}", imo))
        .otherwise(pl.format("mmsi-{}", "mmsi"))
        .alias("vessel_id")
    )


def _codes(values: pl.Series) -> Ints:
    """Return a number for each value, equal for equal ones; -1 for null."""
    if values.dtype == pl.String:
        # Sixty-three bits of a hash: that two names of one MMSI share them is not to be expected.
        values = (
            values.hash()
            .reinterpret(signed=True)
            .abs()
            .zip_with(values.is_not_null(), pl.Series([None], dtype=pl.Int64))
        )
    return values.cast(pl.Int64).fill_null(-1).to_numpy()


@njit(cache=True, nogil=True)
def _spells(  # noqa: C901, PLR0912, PLR0915 - one flat kernel
    mmsi: NDArray[np.int32], t_ms: Ints, t_last: Ints, codes: Ints
) -> tuple[Rows, Rows]:
    """Return the spell of each row, numbered as they begin, and the row of each spell's values.

    A row goes on with the spell heard last among those of its MMSI that it does not contradict.

    Args:
        mmsi: shape (n,), ordered with `t_ms`.
        t_ms: first report of the row.
        t_last: last report of the row.
        codes: values by field, shape (n, n_fields), -1 where not sent.

    Returns:
        (spell, shape (n,); first row that has the value, shape (n_spells, n_fields), or -1).
    """
    n, n_fields = codes.shape
    spell, value_row = np.empty(n, np.int32), np.full((n, n_fields), -1, np.int32)
    alive, until = np.empty(_ALIVE, np.int32), np.empty(_ALIVE, np.int64)
    n_spells, n_alive = 0, 0
    for k in range(n):
        if k == 0 or mmsi[k] != mmsi[k - 1]:
            n_alive = 0
        best = -1
        for a in range(n_alive):
            # The spell heard last goes on over any silence, if nothing else was said meanwhile.
            if t_ms[k] - until[a] > SPELL_SILENCE_MS and alive[a] != spell[k - 1]:
                continue
            agrees = True
            for f in range(n_fields):
                row = value_row[alive[a], f]
                if row >= 0 and codes[k, f] >= 0 and codes[row, f] != codes[k, f]:
                    agrees = False
                    break
            if agrees and (best < 0 or until[a] > until[best]):
                best = a
        if best < 0:
            if n_alive < _ALIVE:
                best = n_alive
                n_alive += 1
            else:
                best = 0
                for a in range(1, _ALIVE):
                    if until[a] < until[best]:
                        best = a
            alive[best], until[best] = n_spells, t_last[k]
            n_spells += 1
        spell[k] = alive[best]
        until[best] = max(until[best], t_last[k])
        for f in range(n_fields):
            if codes[k, f] >= 0 and value_row[spell[k], f] < 0:
                value_row[spell[k], f] = k
    return spell, value_row[:n_spells].copy()
