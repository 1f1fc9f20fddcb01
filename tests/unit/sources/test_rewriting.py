"""JSON and Parquet come as delimited text; what cannot be read is refused with the remedy."""

import gzip
import json
import struct
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from northwatch.ais import Decoded, DelimitedDecoder
from northwatch.errors import UnreadableError
from northwatch.sources import Source, open_source, read_dialect, rewriting

T = datetime(2023, 6, 1, 10, 0, 0, 250_000, tzinfo=UTC)
T_MS = 1_685_613_600_250


def decode(source: Source) -> Decoded:
    decoder = DelimitedDecoder(source.dialect)
    return Decoded.join([*(decoder.feed(block) for block in source.blocks()), decoder.close()])


def put(tmp_path: Path, document: object) -> Path:
    path = tmp_path / "x.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def feature(**properties: object) -> dict[str, object]:
    given = {"mmsi": 230000001, "timestampExternal": 1_700_000_000_123} | properties
    return {"geometry": {"coordinates": [20.5, 60.25]}, "properties": given}


def test_a_json_document_becomes_rows_under_our_own_names(tmp_path: Path) -> None:
    path = put(tmp_path, {"features": [feature(sog=1.5), feature(sog=None, navStat=True)]})
    text = b"".join(open_source(path).blocks()).decode().splitlines()
    assert text == [
        "mmsi,t_ms,lon_i,lat_i,sog_i,cog_i,heading_deg,nav_status",
        "230000001,1700000000123,20.5,60.25,1.5,,,",
        "230000001,1700000000123,20.5,60.25,,,,1",
    ]


def test_a_reject_of_a_json_row_names_the_row_and_can_be_read_again(tmp_path: Path) -> None:
    rows = [feature(), feature(mmsi="x,\ny"), feature()]
    source = open_source(put(tmp_path, {"features": rows}))
    decoded = decode(source)
    assert decoded.counters == {"position": 2, "bad_mmsi": 1}
    (reject,) = decoded.rejects.rows(named=True)
    assert reject["line"] == 2
    assert source.text_at(reject["offset"], reject["length"]).startswith(b'"x, y",1700000000123')


def test_no_digit_of_a_json_number_is_lost(tmp_path: Path) -> None:
    document = json.dumps({"features": [feature()]}).replace("60.25", "60.2500008333333333333333")
    assert decode(open_source(put(tmp_path, document))).reports["lat_i"].to_list() == [36_150_000]


def test_numbers_that_are_none_are_empty(tmp_path: Path) -> None:
    document = json.dumps({"features": [feature(sog=float("nan"))]})
    assert decode(open_source(put(tmp_path, document))).reports["sog_i"].to_list() == [None]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ('{"features": [{"timestampExternal":\n 3', r"x\.json, line 2: it is not JSON"),
        ({"features": {}, "timestampExternal": 1}, "there is no list of rows at features"),
        ({"success": False, "msg": "no data", "data": []}, r"without success \(no data\)"),
    ],
)
def test_a_document_that_is_not_as_told_is_refused(
    tmp_path: Path, document: object, told: str
) -> None:
    with pytest.raises(UnreadableError, match=told):
        list(open_source(put(tmp_path, document)).blocks())


def test_a_document_too_large_is_refused_with_its_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewriting, "LARGEST_JSON", 1 << 20)
    path = put(tmp_path, {"features": [feature()], "more": "x" * (1 << 20)})
    with pytest.raises(UnreadableError, match=r"larger than 1 MiB. Ask for shorter periods"):
        list(open_source(path).blocks())


@pytest.mark.parametrize("speeds", [[359.0], [10.0, 103.0]])
def test_a_norwegian_answer_with_courses_for_speeds_is_refused(
    tmp_path: Path, speeds: list[float]
) -> None:
    rows = [[1, "2024-06-01T10:00:00", 15, 78, 12.5, speed, 1, 0, 0, 0, 11, 0] for speed in speeds]
    path = put(tmp_path, {"success": True, "msg": "", "data": rows})
    with pytest.raises(UnreadableError, match=r"so they are courses. Read it with --dialect "
                       "kystdatahuset-json/speed-first"):  # fmt: skip
        list(open_source(path).blocks())


def test_a_norwegian_answer_with_speeds_for_speeds_is_read(tmp_path: Path) -> None:
    rows = [[1, "2024-06-01T10:00:00", 15, 78, 259.0, 102.3, 1, 0, 0, 0, 11, 0]]
    source = open_source(put(tmp_path, {"success": True, "msg": "", "data": rows}))
    assert decode(source).reports["cog_i"].to_list() == [2590]


def kystverket(**columns: object) -> pa.Table:
    given = {
        "mmsi": pa.array([257000001, 257000002], pa.int64()),
        "date_time_utc": pa.array([T, None], pa.timestamp("us", "UTC")),
        "longitude": [15.6, 15.7],
        "latitude": [78.220000000001, None],
        "speed_over_ground": [12.5, None],
        "data_source": pa.array(["g", "s"]).dictionary_encode(),
    }
    return pa.table(given | columns)


def test_a_parquet_file_is_read_column_by_column(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(kystverket(), path)
    source = open_source(path)
    assert source.dialect.id == "kystverket-hais/parquet"
    decoded = decode(source)
    assert decoded.counters == {"position": 1, "bad_time": 1}
    assert decoded.reports.select("mmsi", "t_ms", "lat_i", "sog_i", "receiver").row(0) == (
        257000001, T_MS, 46_932_000, 125, 1,
    )  # fmt: skip
    assert decoded.rejects["line"].to_list() == [2]
    assert source.progress == 1.0


def test_a_parquet_file_may_hold_its_time_as_text(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(kystverket(date_time_utc=["2023-06-01T10:00:00.250Z", "x"]), path)
    assert decode(open_source(path)).reports["t_ms"].to_list() == [T_MS]


def test_a_large_parquet_file_is_read_in_batches(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    n = 300_000
    pl.DataFrame({
        "mmsi": pl.int_range(219_000_000, 219_000_000 + n, eager=True),
        "date_time_utc": pl.Series([T]).gather([0] * n),
        "latitude": pl.Series([57.5]).gather([0] * n),
        "longitude": pl.Series([1.0]).gather([0] * n),
    }).write_parquet(path)  # fmt: skip
    source = open_source(path)
    assert len(list(source.blocks())) > 2
    decoded = decode(source)
    assert decoded.counters == {"position": n}
    assert decoded.reports["mmsi"].is_sorted()


def test_points_of_a_geoparquet_file_are_read_by_a_mapping_file(tmp_path: Path) -> None:
    points = [struct.pack("<BIdd", 1, 1, 10.5, 57.5), None]
    table = pa.table({"MMSI": [1, 2], "t": [1_700_000_000, 1], "geometry": pa.array(points)})
    pq.write_table(table, tmp_path / "x.parquet")
    (tmp_path / "mine.toml").write_text(
        'id = "mine/geo"\nform = "parquet"\ntitle = "x"\ntime_format = "epoch_s"\n'
        '[fields]\nmmsi = "mmsi"\nt_ms = "t"\nlat_i = "geometry.y"\nlon_i = "geometry.x"\n'
    )
    source = open_source(tmp_path / "x.parquet", dialect=read_dialect(tmp_path / "mine.toml"))
    assert decode(source).reports.select("lat_i", "lon_i").rows() == [
        (34_500_000, 6_300_000), (None, None),
    ]  # fmt: skip


@pytest.mark.parametrize("lost", [1, 300])
def test_a_parquet_file_cut_off_is_refused(tmp_path: Path, lost: int) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(kystverket(), path)
    path.write_bytes(path.read_bytes()[:-lost])
    with pytest.raises(UnreadableError, match=r"cut off or damaged"):
        open_source(path)


def test_a_parquet_file_of_unknown_columns_is_refused_with_them(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"ship": [1]}), path)
    with pytest.raises(UnreadableError, match=r"its columns are: ship. Give a mapping file"):
        open_source(path)
    pq.write_table(kystverket().drop_columns("latitude"), path)
    (tmp_path / "mine.toml").write_text(
        'id = "mine/1"\nform = "parquet"\ntitle = "x"\n[fields]\nmmsi = "mmsi"\n'
        't_ms = "date_time_utc"\nlat_i = "latitude"\nlon_i = "longitude"\n'
    )
    with pytest.raises(UnreadableError, match=r"it lacks what mine/1 needs for lat_i"):
        open_source(path, dialect=read_dialect(tmp_path / "mine.toml"))


def test_a_parquet_file_within_an_archive_is_refused(tmp_path: Path) -> None:
    pq.write_table(kystverket(), tmp_path / "x.parquet")
    packed = tmp_path / "x.parquet.gz"
    packed.write_bytes(gzip.compress((tmp_path / "x.parquet").read_bytes()))
    with pytest.raises(UnreadableError, match=r"Unpack it first"):
        open_source(packed)
