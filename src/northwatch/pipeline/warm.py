"""Compile the kernels once, on two cores, before the first use: they are kept on disk after it.

Numba compiles a kernel when it is first called. That takes longer than all of a small picture, so
it is done at set-up, by running each half of the pipeline on next to nothing.
"""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from northwatch.lake import Change, Lake
from northwatch.pipeline.build import BuildPlan, build
from northwatch.pipeline.ingest import ingest
from northwatch.pipeline.made import write_season
from northwatch.positions import with_keys
from northwatch.schema import INGESTS, POSITIONS, STATICS
from northwatch.season import SeasonPlan
from northwatch.units import AIS_UNITS_PER_DEGREE, MS_PER_DAY

PARTS: Final = ("read", "build")
_SHIP: Final = 257_000_001
_HASH: Final = "0" * 64
_STEP_MS: Final = 600_000
# What the ship says in every report; its own columns beside place and time.
_SAID: Final = {
    "mmsi": _SHIP,
    "sog_i": 120,
    "cog_i": 450,
    "heading_deg": 45,
    "nav_status": 0,
    "ais_class": 1,
    "pos_res_i": 1,
    "receiver": 0,
}


def warm() -> None:
    """Compile every kernel of the pipeline, each half in a process of its own."""
    command = "from northwatch.pipeline.warm import warm_part; warm_part({!r})"
    running = [
        subprocess.Popen([sys.executable, "-c", command.format(part)])  # noqa: S603 - our own words
        for part in PARTS
    ]
    for process in running:
        process.wait()


def warm_part(part: str) -> None:
    """Compile one half: `read` (season and decoders) or `build` (tracks and events)."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        lake = Lake.open(folder / "lake", create=True)
        if part == "read":
            plan = SeasonPlan(days=1, vessels=4, interval_s=1800.0, rest_interval_s=1800.0)
            for form in ("nmea", "dma"):
                ingest(lake, write_season(folder / form, plan, form=form).files, threads=2)
        else:
            _write_a_voyage(lake)
            build(lake, BuildPlan(threads=1))


def _write_a_voyage(lake: Lake) -> None:
    """Write a ship that sails for two days through the Kara Gate, falling silent once."""
    times = [n * _STEP_MS for n in range(288) if not 100 <= n < 160]  # noqa: PLR2004 - the silence
    rows = pl.DataFrame({"t_ms": [20_000 * MS_PER_DAY + t for t in times]}).with_columns(
        share=(pl.col("t_ms") - 20_000 * MS_PER_DAY) / (2 * MS_PER_DAY)
    )
    degrees = AIS_UNITS_PER_DEGREE
    sailed = rows.with_columns(
        lat_i=((69.0 + 4.0 * pl.col("share")) * degrees).cast(pl.Int32),
        lon_i=((54.0 + 10.0 * pl.col("share")) * degrees).cast(pl.Int32),
        offset=pl.col("t_ms"),
    ).with_columns(
        pl.lit(value, dtype=POSITIONS.polars[name]).alias(name) for name, value in _SAID.items()
    )
    columns = [name for name in POSITIONS.names if name not in {"day", "bucket", "source"}]
    positions = with_keys(sailed.select(columns), 1)
    t_from, t_to = int(rows["t_ms"][0]), int(rows["t_ms"][-1])
    row = {
        "source": 1, "sha256": _HASH, "file": "warm", "bytes": 0, "dialect": "warm", "lines": 0,
        "counters": "{}", "n_positions": positions.height, "n_statics": 0, "t_from_ms": t_from,
        "t_to_ms": t_to, "heard": json.dumps([[t_from, t_to]]),
    }  # fmt: skip
    statics = positions.head(1).select(
        "day", "bucket", "mmsi", "t_ms", "ais_class", "source", "offset",
        t_last_ms="t_ms", n_reports=pl.lit(1), name=pl.lit("WARM"), ship_type=pl.lit(70),
    )  # fmt: skip
    with lake.writer() as writer:
        added = {INGESTS.name: [writer.write(INGESTS.name, _whole(INGESTS.polars, [row]))]}
        for name, frame in (
            (POSITIONS.name, positions),
            (STATICS.name, _whole(STATICS.polars, statics.to_dicts())),
        ):
            added[name] = [
                writer.write(name, part, day=day, bucket=bucket)
                for (day, bucket), part in frame.group_by("day", "bucket", maintain_order=True)
            ]
        writer.commit({name: Change(add=tuple(segments)) for name, segments in added.items()})


def _whole(schema: pl.Schema, rows: list[dict[str, object]]) -> pl.DataFrame:
    """Return rows with every column of a schema, null where not given."""
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)
