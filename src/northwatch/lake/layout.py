"""How a table lies on disk: its folder, its files' names, and its columns' Parquet encodings."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from northwatch.schema import DERIVED, STORED, Table

ROW_GROUP: Final = 122_880
ZSTD_LEVEL: Final = 3
SOURCES_KEY: Final = "northwatch.sources"
TABLE_KEY: Final = "northwatch.table"
UNFINISHED: Final = ".unfinished"
SUFFIX: Final = ".parquet"

# Whole numbers that grow, or change little, from row to row in the table's order.
_DELTA: Final = frozenset(
    {
        "mmsi", "t_ms", "t_last_ms", "t_from_ms", "t_to_ms", "lat_i", "lon_i", "offset", "line",
        "t_from_lo_ms", "t_from_hi_ms", "t_to_lo_ms", "t_to_hi_ms",
    }
)  # fmt: skip

_ARROW: Final = {
    pl.Boolean(): pa.bool_(),
    pl.Int8(): pa.int8(),
    pl.UInt8(): pa.uint8(),
    pl.UInt16(): pa.uint16(),
    pl.Int32(): pa.int32(),
    pl.UInt32(): pa.uint32(),
    pl.Int64(): pa.int64(),
    pl.Float32(): pa.float32(),
    pl.Float64(): pa.float64(),
    pl.Date(): pa.date32(),
    pl.String(): pa.large_string(),
    pl.List(pl.String()): pa.large_list(pa.large_string()),
}


def lies_in_lake(name: str) -> bool:
    """Whether a table of the schema is kept on disk (some are in memory only)."""
    return any(table.name == name for table in (*STORED, *DERIVED))


def relative_path(table: str, day: date | None, bucket: int | None, sha256: str) -> str:
    """Return the path of a segment below the lake's folder.

    The name holds the content's hash, so that a task run twice writes the same name.
    """
    folder = table if day is None else f"{table}/day={day.isoformat()}"
    part = "" if bucket is None else f"b{bucket:02d}-"
    return f"{folder}/{part}{sha256[:16]}{SUFFIX}"


def arrow_schema(table: Table) -> pa.Schema:
    """Return the table's columns as Arrow types."""
    return pa.schema(
        [pa.field(c.name, _ARROW[c.dtype], nullable=c.nullable) for c in table.columns]
    )


def parquet_options(table: Table) -> dict[str, Any]:
    """Return pyarrow's write options for a table.

    DELTA_BINARY_PACKED on the columns that hardly change from row to row, a dictionary on the
    others: 2.2 times smaller than a dictionary on all, and quicker to write. Level 3 of zstd:
    above it, time grows and size hardly falls.
    """
    schema = arrow_schema(table)
    delta = [name for name in table.names if name in _DELTA]
    floats = [field.name for field in schema if pa.types.is_floating(field.type)]
    return {
        "column_encoding": dict.fromkeys(delta, "DELTA_BINARY_PACKED"),
        "use_dictionary": [name for name in table.names if name not in {*delta, *floats}],
        "compression": "zstd",
        "compression_level": ZSTD_LEVEL,
        "write_page_index": True,
        "write_statistics": True,
        "sorting_columns": _sorting(schema, table.order),
        "store_schema": False,
    }


def _sorting(schema: pa.Schema, order: Sequence[str]) -> Sequence[pq.SortingColumn]:
    ordering = [(name, "ascending") for name in order]
    columns: Sequence[pq.SortingColumn] = pq.SortingColumn.from_ordering(
        schema, ordering, null_placement="at_start"
    )
    return columns
