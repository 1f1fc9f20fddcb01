"""Figures, in; the one-sentence answer, out: fixed phrases, no verdict."""

import polars as pl

from northwatch.access.definition import MEASURES
from northwatch.access.figures import ALL, Figures

_LEADING = 3


def answer(whole: Figures, by_actor: Figures) -> str:
    """Say who was heard where, how much, and what may not be concluded.

    Args:
        whole: the measure for every actor together, one place, one period.
        by_actor: the same measure, place and period by actor.

    Returns:
        One or two sentences.
    """
    if whole.table.is_empty():
        return "No data are loaded, so nothing can be said."
    row = whole.table.row(0, named=True)
    span = f"from {row['t_from']} to {row['t_to']} (UTC, end not included)"
    if row["value"] is None:
        return f"{row['place']}, {span}: not knowable: {row['reason']}."
    return (
        f"{row['place']}, {span}: {_amount(row['value'], whole.query.measure)} heard"
        f"{_leaders(by_actor.table)}. Heard is not the same as there: whether it grows is not "
        "knowable before reception is corrected for."
    )


def trend_phrase(figures: Figures) -> str:
    """Say how the last complete period compares with the one before, without judging why."""
    known = figures.table.filter(
        pl.col("value").is_not_null(), pl.col("days_heard") == pl.col("days")
    ).sort("t_from")
    if known.height < 2:  # noqa: PLR2004 - a comparison needs two
        return "One complete period at most: no change can be stated."
    before, last = (known.row(n, named=True) for n in (-2, -1))
    return (
        f"{_amount(last['value'], figures.query.measure)} in the period from {last['t_from']}, "
        f"{_amount(before['value'], figures.query.measure)} in the one from {before['t_from']} "
        "(naive: more may have been heard, or more may have been there)."
    )


def _amount(value: float, measure: str) -> str:
    """Return a number with its unit."""
    return f"{value:,.0f} {MEASURES[measure][0]}"


def _leaders(table: pl.DataFrame) -> str:
    """Return the actors with the greatest values, named with them."""
    top = table.filter(pl.col("actor") != ALL, pl.col("value") > 0).sort(
        ["value", "actor"], descending=[True, False]
    )
    if top.is_empty():
        return ""
    named = ", ".join(f"{r['actor']} {r['value']:,.0f}" for r in top.head(_LEADING).to_dicts())
    rest = top.height - _LEADING
    return f"; by flag {named}" + (f" and {rest} more flags" if rest > 0 else "")
