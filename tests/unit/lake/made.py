"""Made rows for the lake's tests: ships of one bucket, sources by name, tables small and whole."""

import hashlib
from datetime import date, timedelta

import numpy as np
import polars as pl

from northwatch.lake import Change, Lake, Picture, Segment, Writer, merged
from northwatch.schema import INGESTS, POSITIONS, REJECTS, TRACKS, Table, bucket_of

DAY0 = date(2026, 1, 1)
DAY0_MS = 1_767_225_600_000
DAY_MS = 86_400_000


def sha256(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def number(name: str) -> int:
    return int(sha256(name)[:8], 16) >> 1


def ships(bucket: int, count: int) -> list[int]:
    """Return the first MMSI from 200000000 on that lie in a bucket."""
    some = np.arange(200_000_000, 200_000_000 + 64 * count, dtype=np.int32)
    return [int(mmsi) for mmsi in some[bucket_of(some) == bucket][:count]]


def positions(
    source: str = "a.csv", *, day: int = 0, bucket: int = 0, n_ships: int = 3, n_each: int = 4
) -> pl.DataFrame:
    """Return positions of some ships on one day, in the table's order; sources differ in place."""
    mmsi = np.repeat(np.array(ships(bucket, n_ships), dtype=np.int32), n_each)
    n = len(mmsi)
    steps = np.tile(np.arange(n_each, dtype=np.int64), n_ships)
    place = number(source) % 1000
    rows = pl.DataFrame(
        {
            "day": [DAY0 + timedelta(days=day)] * n,
            "bucket": [bucket] * n,
            "mmsi": mmsi,
            "t_ms": DAY0_MS + day * DAY_MS + steps * (DAY_MS // n_each),
            "lat_i": 42_000_000 + steps * 600 + place,
            "lon_i": 6_000_000 + steps * 900 + place,
            "sog_i": [100, None] * (n // 2) + [100] * (n % 2),
            "cog_i": [900] * n,
            "heading_deg": [None] * n,
            "nav_status": [0] * n,
            "ais_class": [1] * n,
            "pos_res_i": [1] * n,
            "receiver": [1] * n,
            "source": [number(source)] * n,
            "offset": np.arange(n) * 70,
        }
    )
    return POSITIONS.conform(rows).sort(POSITIONS.order)


def rejects(source: str, n: int = 2) -> pl.DataFrame:
    rows = [
        {"source": number(source), "offset": 70 * k, "line": k, "length": 70, "reason": "made"}
        for k in range(n)
    ]
    return pl.DataFrame(rows, schema=REJECTS.polars)


def made_row(table: Table) -> pl.DataFrame:
    """Return one row of any table."""
    values = {
        pl.String(): "x", pl.Boolean(): True, pl.Date(): DAY0, pl.List(pl.String()): ["x:1"],
    }  # fmt: skip
    row: dict[str, list[object]] = {
        column.name: [values.get(column.dtype, 0)] for column in table.columns
    }
    row |= {"mmsi": [*ships(0, 1)], "t_ms": [DAY0_MS]}
    return table.conform(pl.DataFrame(row, strict=False))


def tracks(bucket: int, length_km: float = 1.0) -> pl.DataFrame:
    """Return one track of each of three ships, of the first day and the night after it."""
    row = made_row(TRACKS).with_columns(
        bucket=pl.lit(bucket),
        t_from_ms=pl.lit(DAY0_MS),
        t_to_ms=pl.lit(DAY0_MS + DAY_MS),
        distance_km=pl.lit(length_km),
    )
    return TRACKS.conform(pl.concat(row.with_columns(mmsi=pl.lit(m)) for m in ships(bucket, 3)))


def ingest_row(source: str, file: str, n_positions: int) -> pl.DataFrame:
    row = made_row(INGESTS).with_columns(
        source=pl.lit(number(source)),
        sha256=pl.lit(sha256(source)),
        file=pl.lit(file),
        n_positions=pl.lit(n_positions),
    )
    return INGESTS.conform(row)


def written(
    writer: Writer, source: str, *, days: range = range(1), buckets: range = range(1)
) -> dict[str, Change]:
    """Write one source file's positions, rejects and row of `ingests`, as a pipeline would."""
    parts = [(day, bucket, positions(source, day=day, bucket=bucket)) for day in days
             for bucket in buckets]  # fmt: skip
    told = [sha256(source)]
    found = tuple(
        writer.write("positions", rows, day=DAY0 + timedelta(days=day), bucket=b, sources=told)
        for day, b, rows in parts
    )
    row = ingest_row(source, source, sum(rows.height for _, _, rows in parts))
    return {
        "positions": Change(add=found),
        "rejects": Change(add=(writer.write("rejects", rejects(source), sources=told),)),
        "ingests": Change(add=(writer.write("ingests", row, sources=told),)),
    }


def ingest(lake: Lake, *sources: str, days: range = range(1), buckets: range = range(1)) -> Picture:
    """Write source files and commit them at once; those the lake holds are left alone."""
    with lake.writer() as writer:
        new = [source for source in sources if lake.known(sha256(source)) is None]
        return writer.commit(
            merged(*(written(writer, source, days=days, buckets=buckets) for source in new))
        )


def rows_of(picture: Picture, table: str) -> pl.DataFrame:
    """Return all rows of a table, sorted by all columns."""
    rows = picture.read(table)
    return rows.sort(rows.columns)


def names(segments: tuple[Segment, ...]) -> list[str]:
    return [segment.relative for segment in segments]
