"""The delimited decoder: every row in one counter, nulls, rejects, quotes, odd bytes, threads."""

import polars as pl
import pytest

from northwatch.ais import Decoded, DelimitedDecoder
from northwatch.dialect import Dialect, Field
from northwatch.errors import SchemaError
from northwatch.schema import REPORTS, STATIC_REPORTS

HEADER = "time,mmsi,lat,lon,sog,cog,hdg,status,class,name,type,draught,length,width\n"
DIALECT = Dialect(
    id="test/1",
    form="delimited",
    title="made for tests",
    pos_res_i=6,
    receiver=1,
    fields={
        "t_ms": Field(("time",)),
        "mmsi": Field(("mmsi",)),
        "lat_i": Field(("lat",), scale=600_000),
        "lon_i": Field(("lon",), scale=600_000),
        "sog_i": Field(("sog",), scale=10),
        "cog_i": Field(("cog",), scale=10),
        "heading_deg": Field(("hdg",)),
        "nav_status": Field(("status",), codes={"Moored": 5}, nulls=("Unknown",)),
        "ais_class": Field(("class",), codes={"A": 1, "B": 2, "Base": 4, "AtoN": 5}),
        "name": Field(("name",), nulls=("Unknown",)),
        "ship_type": Field(("type",), codes={"Cargo": 70}, nulls=("Undefined",)),
        "draught_i": Field(("draught",), scale=10),
        "length_m": Field(("length",)),
        "width_m": Field(("width",)),
    },
)
T = "2023-06-01T10:00:00"
T_MS = 1_685_613_600_000


def row(**cells: str) -> str:
    """One row; a good place unless told otherwise."""
    given = {"time": T, "mmsi": "219000001", "lat": "57.5", "lon": "10.25"} | cells
    return ",".join(given.get(name, "") for name in HEADER.strip().split(",")) + "\n"


def read(*rows: str | bytes, dialect: Dialect = DIALECT, header: str = HEADER) -> Decoded:
    data = header.encode() + b"".join(r if isinstance(r, bytes) else r.encode() for r in rows)
    decoder = DelimitedDecoder(dialect)
    return Decoded.join([decoder.feed(data), decoder.close()])


def report(**cells: str) -> dict[str, object]:
    return read(row(**cells)).reports.row(0, named=True)


def test_a_row_becomes_a_report_with_the_columns_of_the_schema() -> None:
    decoded = read(row(sog="12.3", cog="359.9", hdg="0", status="Moored", **{"class": "B"}))
    assert decoded.reports.schema == REPORTS.polars
    assert decoded.statics.schema == STATIC_REPORTS.polars
    assert decoded.reports.row(0, named=True) == {
        "offset": len(HEADER), "mmsi": 219_000_001, "t_ms": T_MS, "lat_i": 34_500_000,
        "lon_i": 6_150_000, "sog_i": 123, "cog_i": 3599, "heading_deg": 0, "nav_status": 5,
        "ais_class": 2, "pos_res_i": 6, "receiver": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("column", "cell", "ours"),
    [
        ("lat", "91", "lat_i"), ("lon", "181.000000", "lon_i"), ("lat", "", "lon_i"),
        ("lat", "90.1", "lon_i"), ("lon", "-181", "lat_i"),
        ("sog", "102.3", "sog_i"), ("sog", " ", "sog_i"), ("sog", "-0.1", "sog_i"),
        ("sog", "1022.1", "sog_i"),
        ("cog", "360.0", "cog_i"), ("cog", "409.5", "cog_i"), ("hdg", "511.0", "heading_deg"),
        ("hdg", "360", "heading_deg"), ("status", "15", "nav_status"),
        ("status", "Unknown", "nav_status"), ("status", "Dancing", "nav_status"),
        ("status", "16", "nav_status"), ("hdg", "", "heading_deg"),
    ],
)  # fmt: skip
def test_what_is_not_available_or_impossible_is_null(column: str, cell: str, ours: str) -> None:
    assert report(**{column: cell})[ours] is None


def test_the_greatest_values_are_kept() -> None:
    got = report(lat="-90", lon="180.0", sog="102.2", cog="359.9", hdg="359", status="14")
    assert (got["lat_i"], got["lon_i"]) == (-54_000_000, 108_000_000)
    assert (got["sog_i"], got["cog_i"], got["heading_deg"], got["nav_status"]) == (
        1022,
        3599,
        359,
        14,
    )


def test_an_aircraft_may_fly_faster_than_a_ship_can_sail() -> None:
    assert report(sog="130")["sog_i"] == 1300


def test_what_became_null_without_being_empty_is_counted_by_column() -> None:
    decoder = DelimitedDecoder(DIALECT)
    data = HEADER + row(status="Dancing") + row(status="Moored", cog="400") + row(type="Ark")
    decoder.feed(data.encode())
    assert decoder.unmapped == {"nav_status": 1, "cog_i": 1, "ship_type": 1}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"a,b\n", "bad_columns"),
        (row()[:-1].encode() + b",more\n", "bad_columns"),
        (row(name='"open').encode(), "bad_columns"),
        (row(name='"a"b').encode(), "bad_columns"),
        (row(time="yesterday").encode(), "bad_time"),
        (row(time="2023-06-31T10:00:00").encode(), "bad_time"),
        (row(time="").encode(), "bad_time"),
        (row(lat="57.5N").encode(), "bad_number"),
        (row(sog="fast").encode(), "bad_number"),
        (row(lat="57.5\0").encode(), "bad_number"),
        (row(mmsi="").encode(), "bad_mmsi"),
        (row(mmsi="21900000x").encode(), "bad_mmsi"),
        (row(mmsi="1073741824").encode(), "bad_mmsi"),
        (row(mmsi="-1").encode(), "bad_mmsi"),
    ],
)
def test_a_refused_row_is_logged_with_its_place_and_the_reason(line: bytes, reason: str) -> None:
    decoded = read(row(), line, row())
    assert decoded.counters == {"header": 1, "position": 2, reason: 1}
    assert decoded.rejects.rows(named=True) == [
        {"offset": len(HEADER) + len(row()), "line": 3, "length": len(line) - 1, "reason": reason}
    ]


def test_reasons_are_checked_in_the_order_of_the_reference() -> None:
    bad = row(time="x", lat="x", mmsi="x")
    assert read(bad).counters == {"header": 1, "bad_time": 1}
    assert read(row(lat="x", mmsi="x")).counters == {"header": 1, "bad_number": 1}


def test_every_line_ends_in_one_counter() -> None:
    decoded = read(
        row(), "\n", "  \n", "x\n", row(time=""),
        row(**{"class": "Base"}), row(**{"class": "AtoN"}),
        row(mmsi=""), row(sog="?"),
    )  # fmt: skip
    assert decoded.counters == {
        "header": 1, "position": 1, "blank": 2, "bad_columns": 1, "bad_time": 1, "base": 1,
        "aid": 1, "bad_mmsi": 1, "bad_number": 1,
    }  # fmt: skip
    assert decoded.reports.height == decoded.counters["position"]


def test_lines_may_end_in_return_and_line_feed_and_the_last_in_nothing() -> None:
    unix = read(row(name="ONE"), row(sog="1"))
    windows = read(
        row(name="ONE").replace("\n", "\r\n"),
        row(sog="1")[:-1],
        header=HEADER.replace("\n", "\r\n"),
    )
    assert windows.counters == unix.counters
    assert windows.reports.drop("offset").equals(unix.reports.drop("offset"))


def test_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    decoded = read(row(), header="\ufeff" + HEADER)
    assert decoded.reports["offset"].to_list() == [len(HEADER) + 3]


def test_a_header_is_matched_by_name_whatever_its_order_capitals_and_quotes() -> None:
    header = '"MMSI", Lon ,"LAT",time\n'
    decoded = read(f"219000001,10.25,57.5,{T}\n", header=header)
    assert decoded.reports.select("lat_i", "lon_i").row(0) == (34_500_000, 6_150_000)


def test_a_header_without_a_needed_column_is_refused_and_shown() -> None:
    with pytest.raises(
        SchemaError, match=r"test/1: missing columns lat; has time, mmsi, lon, speed"
    ):
        read(header="time,mmsi,lon,speed\n")


def test_blank_lines_before_the_header_are_passed_over() -> None:
    decoded = read(row(), header="\n\n" + HEADER)
    assert decoded.counters == {"blank": 2, "header": 1, "position": 1}
    assert decoded.reports["offset"].to_list() == [len(HEADER) + 2]


def test_quoted_cells_may_hold_separators_and_quotes() -> None:
    decoded = read(row(name='"BIG, ""BAD"" SHIP "', lat='"57.5"'), row(name='SAY "HI"'))
    assert decoded.statics["name"].to_list() == ['BIG, "BAD" SHIP', 'SAY "HI"']
    assert decoded.reports["lat_i"].to_list() == [34_500_000, 34_500_000]


def test_a_stray_quote_costs_its_own_row_only() -> None:
    decoded = read(row(), row(name='"OPEN'), row())
    assert decoded.counters == {"header": 1, "position": 2, "bad_columns": 1}


def test_texts_that_are_not_utf8_are_read_as_latin1() -> None:
    latin, utf8 = row(name="SMÅØY Ä").encode("latin-1"), row(name="SMÅØY B").encode()
    assert read(latin, utf8).statics["name"].to_list() == ["SMÅØY Ä", "SMÅØY B"]


def test_texts_end_where_ais_texts_end() -> None:
    names = [" ABC@@@JUNK ", "DEF\0GHI", "Unknown", "UNKNOWN", "@@@"]
    decoded = read(*(row(name=name, mmsi=str(k + 1)) for k, name in enumerate(names)))
    assert decoded.statics.select("mmsi", "name").rows() == [(1, "ABC"), (2, "DEF")]


def test_nul_bytes_neither_stop_the_reader_nor_make_numbers() -> None:
    decoded = read(b"\0\0\0\n", row(), row(sog="1\0"))
    assert decoded.counters == {"header": 1, "bad_columns": 1, "position": 1, "bad_number": 1}


def test_static_values_are_told_once_for_each_change() -> None:
    decoded = read(
        row(name="A", length="100"), row(name="A", length="100"), row(),
        row(name="A", length="100"),
        row(name="B", length="100"), row(name="A", length="100"),
    )  # fmt: skip
    assert decoded.statics["name"].to_list() == ["A", "B", "A"]
    assert decoded.statics["length_m"].to_list() == [100, 100, 100]


def test_static_values_are_told_again_each_day() -> None:
    next_day = row(name="A", time="2023-06-02T00:00:00")
    assert read(row(name="A"), next_day, next_day).statics.height == 2


def test_static_values_of_one_ship_do_not_hide_those_of_another() -> None:
    rows = [row(name="A", mmsi=str(219_000_000 + k)) for k in range(40_000)]
    assert read(*rows, *rows).statics.height == 40_000


def test_noughts_and_unknown_words_tell_nothing() -> None:
    decoded = read(row(type="Undefined", length="0", draught="0.0", width="-5"))
    assert decoded.statics.height == 0


def test_static_numbers_beyond_what_ais_can_say_are_null() -> None:
    statics = read(row(name="A", length="70000", draught="25.6", width="63")).statics
    assert statics.select("length_m", "draught_i", "width_m").row(0) == (None, None, 63)


def test_a_dialect_without_places_gives_static_reports_only() -> None:
    dialect = Dialect(
        id="test/static", form="delimited", title="x", time_format="epoch_ms",
        fields={name: Field((name,)) for name in ("mmsi", "t_ms", "name", "cargo", "ship_type")},
    )  # fmt: skip
    decoded = read(
        "1,1700000000123,A,3,80\n", dialect=dialect, header="mmsi,t_ms,name,cargo,ship_type\n"
    )
    assert decoded.counters == {"header": 1, "static": 1}
    assert decoded.reports.height == 0
    assert decoded.statics.select("t_ms", "ship_type").row(0) == (1_700_000_000_123, 83)


def test_columns_that_a_file_lacks_are_null() -> None:
    decoded = read(f"{T},219000001,57.5,10.25\n", header="time,mmsi,lat,lon\n")
    assert (
        decoded.reports.select("sog_i", "cog_i", "heading_deg", "nav_status").row(0) == (None,) * 4
    )
    assert decoded.reports["ais_class"].to_list() == [0]


def test_a_headless_file_is_read_by_place() -> None:
    dialect = Dialect(
        id="test/headless", form="delimited", title="x", headless=True, separator=";", decimal=",",
        fields={"mmsi": Field(0), "lat_i": Field(2, scale=600_000),
                "lon_i": Field(1, scale=600_000), "t_ms": Field(3), "sog_i": Field(9, scale=10)},
    )  # fmt: skip
    decoded = read(f"\ufeff219000001;10,25;57,5;{T}\n", dialect=dialect, header="")
    assert decoded.counters == {"position": 1}
    assert decoded.reports.select("offset", "lat_i", "lon_i").row(0) == (3, 34_500_000, 6_150_000)


def test_a_line_too_long_to_be_a_row_is_refused_and_forgotten() -> None:
    long = b"x," * 50_000 + b"\n"
    whole = read(row(), long, row())
    assert whole.counters == {"header": 1, "position": 2, "bad_columns": 1}
    assert whole.rejects["length"].to_list() == [100_000]
    data = HEADER.encode() + row().encode() + long + row().encode()
    for size in (7, 1000, 32_768, 70_000):
        decoder = DelimitedDecoder(DIALECT)
        parts = [decoder.feed(data[at : at + size]) for at in range(0, len(data), size)]
        cut = Decoded.join([*parts, decoder.close()])
        assert cut.counters == whole.counters
        assert cut.rejects.equals(whole.rejects)
        assert cut.reports.equals(whole.reports)


def test_nothing_gives_nothing() -> None:
    decoder = DelimitedDecoder(DIALECT)
    decoded = Decoded.join([decoder.feed(b""), decoder.close()])
    assert decoded.counters == {}
    assert decoded.reports.height == 0
    assert read().counters == {"header": 1}


def test_blocks_may_be_any_bytes_like_object() -> None:
    data = (HEADER + row()).encode()
    for block in (data, bytearray(data), memoryview(data)):
        assert DelimitedDecoder(DIALECT).feed(block).reports.height == 1


def test_two_threads_give_what_one_gives() -> None:
    rows = [
        row(
            mmsi=str(219_000_000 + k % 700),
            name=f"SHIP {k % 701}",
            sog="x" if k % 997 == 0 else "5",
        )
        for k in range(60_000)
    ]
    data = HEADER.encode() + "".join(rows).encode()
    one, two = DelimitedDecoder(DIALECT), DelimitedDecoder(DIALECT, threads=2)
    alone = Decoded.join([one.feed(data), one.close()])
    shared = Decoded.join([two.feed(data[:3_000_001]), two.feed(data[3_000_001:]), two.close()])
    assert alone.counters == shared.counters
    assert alone.rejects.equals(shared.rejects)
    assert alone.reports.equals(shared.reports)
    assert alone.statics.equals(shared.statics)
    assert shared.rejects["line"].to_list() == [k + 2 for k in range(0, 60_000, 997)]


def test_counters_tell_of_the_stream_so_far() -> None:
    decoder = DelimitedDecoder(DIALECT)
    first = decoder.feed((HEADER + row()).encode())
    second = decoder.feed(row().encode())
    assert first.counters == {"header": 1, "position": 1}
    assert second.counters == {"header": 1, "position": 2}
    assert second.reports.height == 1


def test_columns_are_whole_and_without_nulls_where_the_schema_says_so() -> None:
    reports = read(row(), row(lat="")).reports
    for column in REPORTS.columns:
        if not column.nullable:
            assert reports[column.name].null_count() == 0
    assert isinstance(reports, pl.DataFrame)
