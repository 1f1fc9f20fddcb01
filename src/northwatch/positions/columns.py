"""Columns of a table, in; arrays as the kernels take them, out."""

from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)


def frozen(values: NDArray[Scalar]) -> NDArray[Scalar]:
    """Return a contiguous, read-only view.

    A kernel is compiled once for arrays that may be written and once for those that may not, and
    Polars hands out either. As all are read-only here, each kernel is compiled once.
    """
    view = np.ascontiguousarray(values).view()
    view.flags.writeable = False
    return view


def column(frame: pl.DataFrame, name: str, *, null: int | None = None) -> NDArray[Any]:
    """Return a column as a frozen array, its nulls as `null`; no copy where none is needed."""
    series = frame[name]
    if null is not None and series.null_count():
        series = series.fill_null(null)
    return frozen(series.to_numpy())
