"""Silences and vessel-days of all scenes, in; gaps and what each means, out."""

from datetime import timedelta
from typing import Final

import numpy as np
import polars as pl

from northwatch.events.reception import (
    Reception,
    are_rare_where_began,
    expected_silences,
    natural_rates,
)
from northwatch.events.rules import GapRule, ReceptionRule
from northwatch.schema import GAPS

SILENT: Final = "silent"
DEAF: Final = "could_not_have_been_heard"
SEEN: Final = "seen"


def judge_gaps(
    candidates: pl.DataFrame,
    reference: pl.DataFrame,
    rule: GapRule,
    *,
    statics: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Keep the candidates that are gaps, and say what each means.

    `silent` means silent to our sources, not "switched off": sets fail, masts ice up, aerials sit
    in the shadow of a fjord wall. Sources other than AIS, other identities and ports are not
    looked at here, so `seen` rests on static reports alone and no gap is known to be in port.

    Args:
        candidates: of all scenes (`find_gaps`).
        reference: vessel-days of all scenes (`reference_days`).
        rule: of gaps.
        statics: `schema.STATICS`; a static report within a gap shows the vessel, if its MMSI was
            not heard elsewhere meanwhile.

    Returns:
        `schema.GAPS`, ordered by (`mmsi`, `t_from_ms`, `event_id`). A profile without verdicts
        leaves them null, `verdict_reason` `not_judged`.
    """
    if rule.reception is None:
        judged = candidates.with_columns(verdict_reason=pl.lit("not_judged"))
        return GAPS.conform(judged.sort(GAPS.order))
    return GAPS.conform(_two_rounds(candidates, reference, rule, statics)[0])


def expected_by_chance(candidates: pl.DataFrame, reference: pl.DataFrame, rule: GapRule) -> float:
    """Return how many `silent` gaps chance alone would give: to be printed with every list of them.

    Takes what `judge_gaps` takes; 0 for a profile without verdicts.
    """
    if rule.reception is None:
        return 0.0
    _, reception = _two_rounds(candidates, reference, rule, None)
    return expected_silences(reception, rule.reception, rule.min_silence)


def _two_rounds(
    candidates: pl.DataFrame, reference: pl.DataFrame, rule: GapRule, statics: pl.DataFrame | None
) -> tuple[pl.DataFrame, Reception]:
    """Return the gaps, judged by vessels that have none that is silent; and that reception."""
    candidates = candidates.sort(GAPS.order)
    seen = _seen(candidates, statics)
    how = rule.reception or ReceptionRule()
    first = judged_by(Reception.of(candidates, reference, how), candidates, rule, seen)
    silent = first.filter(pl.col("verdict") == SILENT)["mmsi"].unique()
    reception = Reception.of(candidates, reference, how, without=silent)
    return judged_by(reception, candidates, rule, seen), reception


def statics_within(candidates: pl.DataFrame, statics: pl.DataFrame) -> pl.DataFrame:
    """Return what `judge_gaps` needs of statics: for each candidate the first heard in it.

    Columns `mmsi`, `t_ms`, `t_last_ms`; few rows, where all static reports would be many.
    """
    heard = _first_heard(candidates, statics)["mmsi", "heard_ms"].drop_nulls().unique()
    times = pl.col("heard_ms")
    return heard.sort("mmsi", "heard_ms").select("mmsi", t_ms=times, t_last_ms=times)


def _first_heard(candidates: pl.DataFrame, statics: pl.DataFrame) -> pl.DataFrame:
    """Return the candidates with `heard_ms`, the first static report after each began, or null."""
    times = pl.concat(
        [statics.select("mmsi", pl.col(name).alias("heard_ms")) for name in ("t_ms", "t_last_ms")]
    ).sort("heard_ms")
    return (
        candidates.select("mmsi", "t_from_ms", "mmsi_heard_elsewhere", "silence_h", "t_to_ms")
        .with_row_index()
        .sort("t_from_ms")
        .join_asof(
            times,
            left_on="t_from_ms",
            right_on="heard_ms",
            by="mmsi",
            strategy="forward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        .sort("index")
    )


def _seen(candidates: pl.DataFrame, statics: pl.DataFrame | None) -> pl.Series | None:
    """Return whether a static report of the same MMSI, and surely the same ship, lies within."""
    if statics is None:
        return None
    return _first_heard(candidates, statics).select(
        (
            pl.col("heard_ms").is_not_null()
            & ~pl.col("mmsi_heard_elsewhere")
            & (pl.col("t_to_ms").is_null() | (pl.col("heard_ms") < pl.col("t_to_ms")))
        ).alias("seen")
    )["seen"]


def judged_by(
    reception: Reception,
    candidates: pl.DataFrame,
    rule: GapRule,
    seen: pl.Series | None = None,
) -> pl.DataFrame:
    """Return the candidates long enough where they began, with rates and verdicts.

    Args:
        reception: what is known of silences.
        candidates: `CANDIDATES`.
        rule: of gaps, with a rule of reception.
        seen: whether something else shows the vessel within, shape (n,); None for never.

    Returns:
        `CANDIDATES` in their order, those too short left out.
    """
    if seen is None:
        seen = pl.Series("seen", np.zeros(candidates.height, np.bool_))
    how = rule.reception or ReceptionRule()
    short = pl.col("silence_h") <= rule.min_silence_deaf / timedelta(hours=1)
    kept = candidates.with_columns(seen).with_row_index("at")
    doubtful = kept.filter(short)
    rare = are_rare_where_began(doubtful, reception, how, rule.min_silence)
    kept = pl.concat([kept.filter(~short), doubtful.filter(rare)]).sort("at").drop("at")
    rates = natural_rates(kept, reception, how)
    return (
        kept.with_columns(rates.get_columns())
        .with_columns(_verdict(how))
        .with_columns(_reason(how))
    )


def _verdict(rule: ReceptionRule) -> pl.Expr:
    listened = pl.col("unlistened_h") <= rule.max_unlistened_share * pl.col("longest_silence_h")
    enough = pl.col("reference_days") >= rule.min_reference_days
    return (
        pl.when("seen")
        .then(pl.lit(SEEN))
        .when(listened & enough & (pl.col("natural_rate_hi") <= rule.silent_max_rate))
        .then(pl.lit(SILENT))
        .when(listened & enough & (pl.col("natural_rate_per_d") >= rule.deaf_min_rate))
        .then(pl.lit(DEAF))
        .alias("verdict")
    )


def _reason(rule: ReceptionRule) -> pl.Expr:
    unlistened = pl.col("unlistened_h") > rule.max_unlistened_share * pl.col("longest_silence_h")
    few = pl.col("reference_days") < rule.min_reference_days
    return (
        pl.when(pl.col("verdict").is_not_null())
        .then(None)
        .when(unlistened)
        .then(pl.lit("unlistened"))
        .when(pl.col("reference_days") <= 0.0)
        .then(pl.lit("no_reception"))
        # Rare as far as is known, but not known well enough.
        .when(few | (pl.col("natural_rate_per_d") <= rule.silent_max_rate))
        .then(pl.lit("too_few_reference_days"))
        .otherwise(pl.lit("between"))
        .alias("verdict_reason")
    )
