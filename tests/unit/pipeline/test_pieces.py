"""Pieces: every row goes out once, in its day and bucket, in the order it came."""

from datetime import date

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from northwatch.pipeline.pieces import Piece, Pieces
from northwatch.schema import bucket_of
from northwatch.units import MS_PER_DAY

ROWS = st.lists(
    st.tuples(st.integers(200_000_000, 799_999_999), st.integers(0, 9 * MS_PER_DAY)), max_size=60
)


def frame(rows: list[tuple[int, int]], first: int = 0) -> pl.DataFrame:
    """Build rows with a running number."""
    return pl.DataFrame(
        {
            "mmsi": [mmsi for mmsi, _ in rows],
            "t_ms": [t for _, t in rows],
            "n": range(first, first + len(rows)),
        },
        schema={"mmsi": pl.Int32, "t_ms": pl.Int64, "n": pl.Int64},
    )


def run(blocks: list[list[tuple[int, int]]], max_rows: int) -> list[Piece]:
    """Feed blocks and take all that comes out."""
    pieces, out, fed = Pieces(max_rows), [], 0
    for rows in blocks:
        out += list(pieces.add(frame(rows, fed)))
        fed += len(rows)
        assert pieces.held <= max(max_rows, len(rows))
    out += list(pieces.take_all())
    assert pieces.held == 0
    return out


@given(st.lists(ROWS, max_size=5), st.integers(1, 200))
def test_each_row_goes_out_once_where_it_belongs(
    blocks: list[list[tuple[int, int]]], max_rows: int
) -> None:
    out = run(blocks, max_rows)
    total = sum(len(rows) for rows in blocks)
    assert sorted(n for piece in out for n in piece.rows["n"]) == list(range(total))
    for piece in out:
        day = (piece.day - date(1970, 1, 1)).days
        assert (piece.rows["t_ms"] // MS_PER_DAY == day).all()
        assert (bucket_of(piece.rows["mmsi"].to_numpy()) == piece.bucket).all()
        assert piece.rows["n"].is_sorted()


def test_older_days_leave_first_when_too_many_rows_are_held() -> None:
    ship = 257_000_000
    pieces = Pieces(max_rows=10)
    assert list(pieces.add(frame([(ship, n) for n in range(8)]))) == []
    left = list(pieces.add(frame([(ship, MS_PER_DAY + n) for n in range(4)])))
    assert [piece.day for piece in left] == [date(1970, 1, 1)]
    assert pieces.held == 4


def test_days_far_apart_are_sorted_too() -> None:
    rows = [(257_000_000, 0), (257_000_000, 40_000 * MS_PER_DAY)]
    assert [piece.day for piece in run([rows], 100)] == [date(1970, 1, 1), date(2079, 7, 8)]
    assert np.iinfo(np.uint16).max < 40_000 * 8
