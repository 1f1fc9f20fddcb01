"""Tables, in; a table on a terminal or one JSON document on standard output, out.

Data go to standard output; progress, notes and errors to standard error.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, Literal

import polars as pl
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

# Where nobody watches (a pipe, a file) lines are not folded to a terminal's width.
_PIPE_WIDTH: Final = 160
out: Final = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
err: Final = Console(stderr=True, highlight=False)
# Above this, decimals say nothing.
FINE: Final = 100.0
_NUMERIC: Final = (pl.Int8, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.Float64)


def to_json(value: object) -> object:
    """Return a value as JSON has it: instants in ISO form with Z, dates in ISO form."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (set, tuple, frozenset)):
        return list(value)
    return str(value)


def show_json(document: Mapping[str, Any]) -> None:
    """Print one JSON document on standard output."""
    sys.stdout.write(json.dumps(document, default=to_json, ensure_ascii=False, indent=1) + "\n")


def show_table(frame: pl.DataFrame, *, title: str = "", note: str = "", rows: int = 40) -> None:
    """Print a frame as a table; say how many rows are not shown."""
    table = Table(title=title or None, title_justify="left", header_style="bold", box=None)
    for name, dtype in frame.schema.items():
        justify: Literal["left", "right"] = "right" if isinstance(dtype, _NUMERIC) else "left"
        table.add_column(name.replace("_", " "), justify=justify)
    for row in frame.head(rows).iter_rows():
        table.add_row(*(_cell(value) for value in row))
    out.print(table)
    if frame.height > rows:
        out.print(f"... {frame.height - rows:,} more rows; --json prints all of them")
    if note:
        out.print(note)


def _cell(value: object) -> str:
    """Return a value as a person reads it; null is a dash."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return ", ".join(map(str, value)) if isinstance(value, (list, pl.Series)) else str(value)


def _number(value: float) -> str:
    """Return a number with groups of thousands, and decimals only where they say something."""
    whole = value == round(value) or abs(value) > FINE
    return f"{value:,.0f}" if whole else f"{value:.4g}"


def instants(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn columns of milliseconds (`*_ms`) into UTC instants named without the suffix."""
    return frame.with_columns(
        pl.from_epoch(name, time_unit="ms").dt.replace_time_zone("UTC").alias(name)
        for name in _milliseconds(frame.columns)
    ).rename({name: name.removesuffix("_ms") for name in _milliseconds(frame.columns)})


def _milliseconds(names: Sequence[str]) -> list[str]:
    return [name for name in names if name.endswith("_ms")]


def progress() -> Progress:
    """Return a progress bar on standard error; silent where nobody watches."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not sys.stderr.isatty(),
    )
