"""From a Danish-form CSV to the built picture, against Polars and DuckDB that only read it.

Each contender runs in a process of its own, on a made season of 1x and 10x rows, in turn, three
times; medians of wall and CPU time, greatest peak memory.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

RUNS = 3
ROWS_PER_DAY = 10_000_000
READERS = ("polars reads the CSV", "duckdb reads the CSV")
OURS = ("northwatch ingest", "northwatch build")
WHOLE = "northwatch, CSV to picture"
SCRIPT = "polars script: read, clean, gaps, days"


class Run(NamedTuple):
    """One process: wall and CPU seconds, and its greatest resident memory."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def polars_reads(csv: Path, _lake: Path) -> None:
    """Read every column, as `polars.read_csv` does by default."""
    import polars as pl  # noqa: PLC0415 - each contender loads its own

    for file in sorted(csv.parent.glob("*.csv")):
        pl.read_csv(file)


def duckdb_reads(csv: Path, _lake: Path) -> None:
    """Read every column into a table in memory."""
    import duckdb  # noqa: PLC0415

    files = str(csv.parent / "*.csv")
    duckdb.sql("CREATE TABLE ais AS SELECT * FROM read_csv(?)", params=[files])


def polars_script(csv: Path, lake: Path) -> None:
    """Do what an analyst would write by hand in Polars: far less than a picture."""
    import polars as pl  # noqa: PLC0415

    lake.mkdir(exist_ok=True)
    lat, lon = pl.col("Latitude").radians(), pl.col("Longitude").radians()
    dlat, dlon = (x.diff().over("MMSI") for x in (lat, lon))
    h = (dlat / 2).sin().pow(2) + lat.cos() * lat.shift().over("MMSI").cos() * (dlon / 2).sin().pow(
        2
    )
    hours = pl.col("t").diff().over("MMSI").dt.total_milliseconds() / 3.6e6
    frame = (
        pl.scan_csv(csv.parent / "*.csv")
        .select("# Timestamp", "MMSI", "Latitude", "Longitude", "SOG", "COG")
        .filter(pl.col("Latitude").abs() <= 90, pl.col("Longitude").abs() <= 180)  # noqa: PLR2004
        .with_columns(t=pl.col("# Timestamp").str.to_datetime("%d/%m/%Y %H:%M:%S"))
        .unique(["MMSI", "t", "Latitude", "Longitude"])
        .sort("MMSI", "t")
        .with_columns(km=2 * 6371.0088 * h.sqrt().arcsin(), hours=hours)
        .filter((pl.col("km") / pl.col("hours") < 111).fill_null(value=True))  # noqa: PLR2004 - 60 kn
        .collect()
    )
    frame.write_parquet(lake / "positions.parquet")
    frame.filter(pl.col("hours") > 6).write_parquet(lake / "gaps.parquet")  # noqa: PLR2004
    arctic = frame.filter(pl.col("Latitude") > 66.5633)  # noqa: PLR2004 - the Arctic Circle
    arctic.group_by("MMSI", pl.col("t").dt.date()).agg(pl.len(), pl.col("km").sum()).write_parquet(
        lake / "days.parquet"
    )


def northwatch_ingest(csv: Path, lake: Path) -> None:
    """Read the CSV into the lake."""
    from northwatch import pipeline  # noqa: PLC0415
    from northwatch.lake import Lake  # noqa: PLC0415

    files = sorted(csv.parent.glob("*.csv"))
    pipeline.ingest(Lake.open(lake, create=True), files, threads=os.cpu_count() or 1)


def northwatch_build(_csv: Path, lake: Path) -> None:
    """Build the picture: tracks, identities, visits, crossings, gaps, presence."""
    from northwatch import pipeline  # noqa: PLC0415
    from northwatch.lake import Lake  # noqa: PLC0415

    pipeline.build(Lake.open(lake), pipeline.BuildPlan(threads=os.cpu_count() or 1))


def northwatch_whole(csv: Path, lake: Path) -> None:
    """Go from the CSV to the built picture."""
    northwatch_ingest(csv, lake)
    northwatch_build(csv, lake)


WORK: dict[str, Callable[[Path, Path], None]] = {
    READERS[0]: polars_reads,
    READERS[1]: duckdb_reads,
    SCRIPT: polars_script,
    OURS[0]: northwatch_ingest,
    OURS[1]: northwatch_build,
    WHOLE: northwatch_whole,
}


def run(name: str, csv: Path, lake: Path) -> Run:
    """Run one contender in a process of its own."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "bench.picture", name, str(csv), str(lake)])  # noqa: S603 - ourselves
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{name} failed")
    wall_s = time.perf_counter() - began
    return Run(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def measure(rows: int, folder: Path) -> dict[str, Run]:
    """Run every contender on one made season; return medians (of memory the greatest)."""
    from northwatch import pipeline  # noqa: PLC0415
    from northwatch.season import SeasonPlan  # noqa: PLC0415

    plan = SeasonPlan.sized(rows, seed=1, days=max(1, rows // ROWS_PER_DAY))
    made = pipeline.write_season(folder / "csv", plan, form="dma", threads=2)
    csv = next(iter(made.files))
    runs: dict[str, list[Run]] = {name: [] for name in WORK}
    for _ in range(RUNS):
        for name, found in runs.items():
            lake = folder / {SCRIPT: "script", WHOLE: "whole"}.get(name, "lake")
            if name in {OURS[0], WHOLE}:
                shutil.rmtree(lake, ignore_errors=True)
            found.append(run(name, csv, lake))
    shutil.rmtree(folder)
    return {
        name: Run(
            statistics.median(r.wall_s for r in found),
            statistics.median(r.cpu_s for r in found),
            max(r.peak_mb for r in found),
        )
        for name, found in runs.items()
    }


def table(rows: int, found: dict[str, Run]) -> str:
    """Return the results as text: ratios to what Polars needs to read the file."""
    base = found[READERS[0]]
    lines = [f"\n== picture, {rows:,} rows of Danish CSV: times that Polars needs to read it"]
    lines.append(f"{'':42}{'wall':>8}{'CPU':>8}{'peak MB':>10}")
    lines += [
        f"{name:42}{r.wall_s / base.wall_s:7.2f}x{r.cpu_s / base.cpu_s:7.2f}x{r.peak_mb:10,.0f}"
        for name, r in found.items()
    ]
    return "\n".join(lines) + "\n"


def main(rows: int) -> None:
    """Print the table at 1x and 10x and the growth of cost between them."""
    total: list[float] = []
    for size in (rows, 10 * rows):
        with tempfile.TemporaryDirectory() as name:
            found = measure(size, Path(name) / "bench")
        sys.stdout.write(table(size, found))
        sys.stdout.flush()
        total.append(found[WHOLE].wall_s)
    sys.stdout.write(f"10 times the rows cost {total[1] / total[0]:.1f} times the time\n")


if __name__ == "__main__":
    WORK[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
