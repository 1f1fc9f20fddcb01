"""The Danish form against Polars, an independent reader."""

import io
from functools import cache

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from northwatch.season import SeasonPlan, make_season
from northwatch.season.dma_rows import HEADER, STATUSES, ship_type_words, turn_words
from northwatch.season.letters import put_clock, put_degrees, put_number, put_tenths
from tests.unit.season.build import ALL_HEARD, small_season, text_of

NO_PLACE = 91.0


@cache
def _files() -> dict[str, bytes]:
    return text_of(small_season().dma_blocks())


def _read(text: bytes) -> pl.DataFrame:
    return pl.read_csv(io.BytesIO(text), infer_schema_length=0).fill_null("")


@cache
def _rows() -> pl.DataFrame:
    return pl.concat([_read(text) for text in _files().values()])


def test_the_columns_are_the_twenty_six_of_the_newer_files() -> None:
    names = HEADER.decode().strip().split(",")
    assert len(names) == 26
    assert names[0] == "# Timestamp"
    assert names[-4:] == ["A", "B", "C", "D"]
    assert _rows().columns == names


def test_every_line_has_twenty_six_fields_and_the_line_end_of_the_real_ones() -> None:
    for text in _files().values():
        lines = text.split(b"\r\n")
        assert lines.pop() == b""
        assert {line.count(b",") for line in lines} == {25}
        assert b"\n" not in b"".join(lines)


def test_positions_come_back_as_planned() -> None:
    read = _rows().filter(pl.col("Latitude").cast(pl.Float64) < NO_PLACE)
    number = pl.col("SOG", "COG", "Heading", "ROT").replace("", None).cast(pl.Float64)
    told = read.with_columns(number).select(
        mmsi=pl.col("MMSI").cast(pl.Int32),
        t_ms=pl.col("# Timestamp").str.to_datetime("%d/%m/%Y %H:%M:%S").dt.timestamp("ms"),
        lat_i=(pl.col("Latitude").cast(pl.Float64) * 600_000).round().cast(pl.Int32),
        lon_i=(pl.col("Longitude").cast(pl.Float64) * 600_000).round().cast(pl.Int32),
        sog_i=(pl.col("SOG") * 10).round().cast(pl.UInt16),
        cog_i=(pl.col("COG") * 10).round().cast(pl.UInt16),
        heading_deg=pl.col("Heading").cast(pl.UInt16),
        nav_status=pl.col("Navigational status")
        .replace_strict({word: code for code, word in enumerate(STATUSES)})
        .replace(15, None)
        .cast(pl.UInt8),
        ais_class=pl.when(pl.col("Type of mobile") == "Class A")
        .then(1)
        .otherwise(2)
        .cast(pl.UInt8),
    )
    planned = small_season().reports().drop_nulls("lat_i").select(told.columns)
    assert planned.height > 30_000
    assert_frame_equal(told, planned)


def test_rows_without_a_place_are_the_sentinels_and_early_static_reports() -> None:
    none = _rows().filter(pl.col("Latitude").cast(pl.Float64) == NO_PLACE)
    assert set(none["Longitude"]) == {"181.000000"}
    assert set(none["SOG"]) == {""}
    planned = small_season().reports()["lat_i"].null_count()
    early = none.filter(pl.col("# Timestamp").str.slice(11, 5) == "00:00").height
    assert planned <= none.height <= planned + early
    assert early > 0


def test_static_columns_tell_who_the_ship_is_once_known() -> None:
    ships = small_season().fleet.ships
    single = ships.filter(~pl.col("mmsi").is_duplicated())
    read = _rows().filter(pl.col("Name") != "").with_columns(pl.col("MMSI").cast(pl.Int32))
    both = read.join(single, left_on="MMSI", right_on="mmsi")
    assert both.height > 25_000
    assert (both["Name"] == both["name"]).all()
    assert (both["Callsign"] == both["call_sign"]).all()
    assert (both["Length"].cast(pl.Int64) == both["length_m"]).all()
    assert (both["A"].cast(pl.Int64) + both["B"].cast(pl.Int64) == both["length_m"]).all()
    assert (both["C"].cast(pl.Int64) + both["D"].cast(pl.Int64) == both["width_m"]).all()
    is_a = both.filter(pl.col("ais_class") == 1)
    tenths = (is_a["Draught"].cast(pl.Float64) * 10).round()
    assert (tenths == is_a["draught_i"]).all()
    known = is_a.filter(pl.col("imo").is_not_null())
    assert (known["IMO"] == known["imo"].cast(pl.String)).all()


def test_what_is_not_known_yet_is_unknown_or_empty_as_in_real_files() -> None:
    young = _rows().filter(pl.col("Name") == "")
    assert young.height > 100
    for name, word in {"IMO": "Unknown", "Callsign": "Unknown", "Ship type": "Undefined",
                       "Length": "", "Draught": "", "ETA": "", "A": ""}.items():  # fmt: skip
        assert set(young[name]) == {word}
    assert young.filter(pl.col("# Timestamp").str.slice(11, 5) > "00:08").height == 0


def test_rows_of_a_file_stand_in_the_order_in_which_they_arrived() -> None:
    plan = SeasonPlan(seed=3, days=2, vessels=60, interval_s=300.0, reception=ALL_HEARD)
    for name, text in text_of(make_season(plan).dma_blocks()).items():
        stamps = _read(text)["# Timestamp"].str.to_datetime("%d/%m/%Y %H:%M:%S")
        steps = stamps.diff().drop_nulls().dt.total_seconds().to_numpy()
        assert (steps < 0).mean() < 1e-3  # wrong clocks only
        assert set(stamps.dt.strftime("made-%Y-%m-%d.csv")) == {name}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (30, ("Fishing", "")),
        (70, ("Cargo", "")),
        (81, ("Tanker", "Category X")),
        (69, ("Passenger", "No additional information")),
        (52, ("Tug", "")),
        (0, ("Undefined", "")),
    ],
)
def test_ship_types_are_told_in_words(code: int, words: tuple[str, str]) -> None:
    assert ship_type_words(code) == words


@pytest.mark.parametrize(
    ("raw", "words"), [(-128, ""), (0, "0.0"), (-1, "0.0"), (-5, "-1.1"), (19, "16.1")]
)
def test_turns_are_told_in_degrees_a_minute(raw: int, words: str) -> None:
    assert turn_words(raw) == words


@pytest.mark.parametrize(
    ("value_i", "text"),
    [
        (33_552_617, "55.921028"),
        (0, "0.000000"),
        (-1, "-0.000002"),
        (-108_000_000, "-180.000000"),
        (600_003, "1.000005"),
        (54_000_000, "90.000000"),
        (-41_999_999, "-69.999998"),
    ],
)
def test_degrees_have_six_decimals(value_i: int, text: str) -> None:
    out = np.zeros(20, np.uint8)
    assert bytes(out[: put_degrees(out, 0, value_i)]).decode() == text


def test_numbers_and_clocks_are_written_as_python_writes_them() -> None:
    out = np.zeros(20, np.uint8)
    for value in (0, 7, 10, 99, 100, 273_418_680, 2**32 - 1):
        assert bytes(out[: put_number(out, 0, value)]).decode() == str(value)
    for value in (0, 9, 10, 1022):
        assert bytes(out[: put_tenths(out, 0, value)]).decode() == f"{value / 10:.1f}"
    for second in (0, 59, 3600, 86_399):
        told = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        assert bytes(out[: put_clock(out, 0, second)]).decode() == told
