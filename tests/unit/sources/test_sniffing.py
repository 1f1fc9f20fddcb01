"""What a file is, is told from its first bytes; where it cannot be, the error shows them."""

import re
from pathlib import Path

import pytest

from northwatch.errors import EmptyError, UnreadableError
from northwatch.sources import open_source, shipped_dialects
from northwatch.sources.sniffing import tell_dialect
from tests.shared_data import shared

VDM = b"!AIVDM,1,1,,A,13mb9U0P00PRk8fT5nw>4?wj2006,0*5D\n"


@pytest.mark.parametrize(
    "head",
    [
        VDM,
        b"\\c:1565218798*53\\!BSVDM,1,1,,A,13mb9U0P00PRk8fT5nw>4?wj2006,0*5D\n",
        b"$PGHP,1,2010,6,11,11,46,11,874,219,,2190047,1,4A*1B\n!--VDM,1,1,,A,1,0*3D\n",
        b"2026-01-02 03:04:05, !AIVDM,1,1,,A,1,0*00\n",
        b"1490075479,!ABVDM,1,1,,A,1,0*00\n",
        b"\n\n$GPRMC,123519,A,4807.038,N*6A\n",
        b"# a remark\n" + VDM,
    ],
)
def test_lines_with_sentences_are_nmea(head: bytes) -> None:
    assert tell_dialect(head, "x").id == "nmea/1"


def test_the_norwegian_feed_is_known_by_its_stations() -> None:
    head = b"\\s:2573315,c:1700000000*0B\\!BSVDM,1,1,,A,1,0*00\n"
    dialect = tell_dialect(head, "x")
    assert (dialect.id, dialect.licence) == ("nmea/kystverket", "NLOD 2.0")


@pytest.mark.parametrize(
    ("head", "shown"),
    [
        (b"ship,where\nQueen,here\n", "ship,where"),
        (b"MMSI,LAT,LON\n1,2,3\n", "MMSI,LAT,LON"),
        (b'{"answer": 42}', '{"answer": 42}'),
        (b"01/01/2015 00:00:00;Class A;219000001;57,1;10,5\n", "01/01/2015 00:00:00;Class A"),
        (b"%PDF-1.7\n", "%PDF-1.7"),
    ],
)
def test_an_unknown_form_is_refused_with_its_first_line_and_the_remedy(
    head: bytes, shown: str
) -> None:
    with pytest.raises(UnreadableError) as caught:
        tell_dialect(head, "x.csv")
    assert caught.value.line == 1
    assert f"x.csv, line 1: no dialect fits; the first line is: {shown}" in str(caught.value)
    assert "mapping file" in str(caught.value)
    assert "dma-csv/comma-26" in str(caught.value)


def test_a_very_long_first_line_is_not_shown_whole() -> None:
    with pytest.raises(UnreadableError) as caught:
        tell_dialect(b"column," * 9000, "x.csv")
    assert len(str(caught.value)) < 1200


@pytest.mark.parametrize("head", [b"", b"  \r\n\n", b"\xef\xbb\xbf"])
def test_a_file_with_nothing_in_it_is_empty(head: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(head)
    with pytest.raises(EmptyError, match=r"x\.csv"):
        open_source(path)


def test_text_of_two_bytes_a_character_is_refused_with_the_remedy() -> None:
    with pytest.raises(UnreadableError, match=r"UTF-16 text. Save it as UTF-8"):
        tell_dialect("MMSI,LAT\n".encode("utf-16"), "x")


def test_a_chosen_dialect_that_lacks_a_column_is_refused_with_the_header(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("mmsi,base_date_time,longitude,lat,sog\n1,2023-01-01 00:00:00,1,2,3\n")
    chosen = shipped_dialects()["marinecadastre-csv/csv2"]
    with pytest.raises(
        UnreadableError,
        match=r"x\.csv, line 1: it lacks what marinecadastre-csv/csv2 needs: latitude; the first "
        r"line is: mmsi,base_date_time,longitude,lat,sog",
    ):
        open_source(path, dialect=chosen)


@pytest.mark.parametrize(
    ("chosen", "text"),
    [
        ("nmea/1", "mmsi,lat\n"), ("digitraffic-json/locations", "mmsi,lat\n"),
        ("dma-csv/semicolon", "01/01/2015 00:00:00;Class A;219000001\n"),
        ("dma-csv/comma-22", '{"features": []}'), ("nmea/1", '{"features": []}'),
    ],
)  # fmt: skip
def test_a_chosen_dialect_of_another_form_is_refused(
    tmp_path: Path, chosen: str, text: str
) -> None:
    path = tmp_path / "x"
    path.write_text(text)
    with pytest.raises(UnreadableError, match=re.escape(chosen)):
        open_source(path, dialect=shipped_dialects()[chosen])


def test_a_chosen_dialect_is_taken_where_another_would_be_told(tmp_path: Path) -> None:
    path = tmp_path / "x.nm4"
    path.write_bytes(VDM)
    chosen = shipped_dialects()["nmea/tag-checksum-ignored"]
    assert open_source(path, dialect=chosen).dialect.tag_checksum == "ignore"


@pytest.mark.parametrize(
    ("name", "dialect"),
    [
        ("a1_kystverket_norway_20190807.nm4", "nmea/1"),
        ("a2_dma_aislib_stream_2010.nmea", "nmea/1"),
        ("a3_digitraffic_snapshot_20251212.json.gz", "digitraffic-json/snapshot"),
        ("a5_dma_csv_sample_20180601.csv", "dma-csv/comma-22"),
        ("a6_noaa_marinecadastre_20230111.csv", "marinecadastre-csv/legacy"),
        ("a8_opencpn_hakefjord_20150720.nmea.gz", "nmea/1"),
    ],
)
def test_the_real_samples_are_told(name: str, dialect: str) -> None:
    assert open_source(shared(name)).dialect.id == dialect
