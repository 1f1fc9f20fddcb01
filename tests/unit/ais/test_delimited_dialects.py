"""Each shipped dialect on a few rows of its own, and on the real samples where they are."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from northwatch.ais import Decoded, DelimitedDecoder
from northwatch.sources import Source, open_source, read_dialect, shipped_dialects
from tests.shared_data import shared

DATA = Path(__file__).resolve().parents[2] / "data"
Write = Callable[..., Path]

DMA_22 = (
    "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,"
    "IMO,Callsign,Name,Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,"
    "Destination,ETA,Data source type"
)
DMA_ROWS = """\
31/12/2023 23:59:59,Class A,219000001,57.123456,10.654321,Under way using engine,-1.1,12.5,255.5,256,9074729,OWAB2,"NORD, SØ",Cargo,Category X,20,142,GPS,5.3,AARHUS,01/01/2024 08:00:00,AIS,120,22,12,8
31/12/2023 23:59:59,Class B,219000002,91.000000,0.000000,Unknown value,,,,,Unknown,,SUVI,Undefined,,,,Undefined, , ,,AIS,,,,
31/12/2023 23:59:59,Base Station,2190068,56.5,11.5,Unknown value,,,,,Unknown,Unknown,,Undefined,,,,GPS,,,,AIS,,,,
31/12/2023 23:59:59,SAR Airborne,111219501,56.5,11.5,Unknown value,,102.3,360.0,511,Unknown,,,Undefined,,,,GPS,,,,AIS,,,,
31/12/2023 23:59:59,AtoN,992191001,56.5,11.5,Unknown value,,,,,Unknown,,,Undefined,,,,GPS,,,,AIS,,,,
"""  # noqa: E501 - rows as they are


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(text: str, name: str = "x.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding=encoding, newline="")
        return path

    return write_file


def decode(source: Source) -> Decoded:
    decoder = DelimitedDecoder(source.dialect)
    return Decoded.join([*(decoder.feed(block) for block in source.blocks()), decoder.close()])


def read(path: Path) -> tuple[str, Decoded]:
    source = open_source(path)
    return source.dialect.id, decode(source)


def test_danish_file_with_26_columns(write: Write) -> None:
    dialect, decoded = read(write(f"{DMA_22},A,B,C,D\n{DMA_ROWS}", encoding="latin-1"))
    assert dialect == "dma-csv/comma-26"
    assert decoded.counters == {"header": 1, "position": 3, "base": 1, "aid": 1}
    ship, boat, aircraft = decoded.reports.rows(named=True)
    assert ship == {
        "offset": len(DMA_22) + len(",A,B,C,D\n"), "mmsi": 219_000_001, "t_ms": 1_704_067_199_000,
        "lat_i": 34_274_074, "lon_i": 6_392_593, "sog_i": 125, "cog_i": 2555, "heading_deg": 256,
        "nav_status": 0, "ais_class": 1, "pos_res_i": 1, "receiver": 1,
    }  # fmt: skip
    assert (boat["lat_i"], boat["lon_i"], boat["ais_class"]) == (None, None, 2)
    assert aircraft["ais_class"] == 3
    assert (aircraft["sog_i"], aircraft["cog_i"], aircraft["heading_deg"]) == (None, None, None)
    named, other = decoded.statics.rows(named=True)
    assert {name: named[name] for name in named if name not in {"offset", "t_ms"}} == {
        "mmsi": 219_000_001, "ais_class": 1, "imo": 9_074_729, "name": "NORD, SØ",
        "call_sign": "OWAB2", "ship_type": 71, "length_m": 142, "width_m": 20, "draught_i": 53,
        "destination": "AARHUS",
    }  # fmt: skip
    assert (other["name"], other["imo"], other["ship_type"]) == ("SUVI", None, None)


def test_danish_antenna_place_gives_the_size_where_it_is_not_sent(write: Write) -> None:
    rows = DMA_ROWS.replace(",20,142,", ",,,")
    _, decoded = read(write(f"{DMA_22},A,B,C,D\n{rows}"))
    assert decoded.statics.select("length_m", "width_m").row(0) == (
        142,
        20,
    )  # A bow + B stern, C + D


def test_danish_file_with_22_columns(write: Write) -> None:
    rows = "".join(line.rsplit(",", 4)[0] + "\n" for line in DMA_ROWS.splitlines())
    dialect, decoded = read(write(f"{DMA_22}\n{rows}"))
    assert dialect == "dma-csv/comma-22"
    assert decoded.counters == {"header": 1, "position": 3, "base": 1, "aid": 1}


@pytest.mark.parametrize("columns", [22, 26])
def test_danish_headless_file_with_semicolons_and_decimal_commas(
    write: Write, columns: int
) -> None:
    rows = DMA_ROWS.replace('"NORD, SØ"', "NORD").splitlines()
    lines = [";".join(line.split(",")[:columns]).replace(".", ",") for line in rows]
    dialect, decoded = read(write("\r\n".join(lines)))
    assert dialect == "dma-csv/semicolon"
    assert decoded.counters == {"position": 3, "base": 1, "aid": 1}
    assert decoded.reports.select("offset", "lat_i", "sog_i").row(0) == (0, 34_274_074, 125)


def test_a_comma_file_and_a_semicolon_file_of_one_day_say_the_same(write: Write) -> None:
    # An open reader of Danish files knows semicolons only, and gives an empty table for commas.
    comma = decode(open_source(write(f"{DMA_22},A,B,C,D\n{DMA_ROWS}")))
    header = f"{DMA_22},A,B,C,D".replace(",", ";")
    rows = DMA_ROWS.replace('"NORD, SØ"', "NORD# SØ").replace(".", "§").replace(",", ";")
    rows = rows.replace("§", ",").replace("#", ",")
    source = open_source(write(f"{header}\n{rows}", "y.csv"))
    assert (source.dialect.separator, source.dialect.decimal) == (";", ",")
    semicolon = decode(source)
    assert comma.reports.height == 3
    assert semicolon.reports.drop("offset").equals(comma.reports.drop("offset"))
    assert semicolon.statics.drop("offset").equals(comma.statics.drop("offset"))


def test_marinecadastre_has_latitude_first_and_then_longitude_first(write: Write) -> None:
    legacy = (
        "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,"
        "Width,Draft,Cargo,TransceiverClass\n"
        "367752440,2023-01-11T00:00:00,43.07917,-70.75733,0.0,360.0,511.0,SAN JOSE,IMO0000000,"
        "WDI9818,52.0,0.0,208.0,30.0,8.0,52.0,A\n"
    )
    csv2 = (
        "mmsi,base_date_time,longitude,latitude,sog,cog,heading,vessel_name,imo,call_sign,vessel_type,"
        "status,length,width,draft,cargo,transceiver\n"
        "367752440,2023-01-11 00:00:00,-70.75733,43.07917,0.0,360.0,511,SAN JOSE,IMO9307839,"
        "WDI9818,52,,208,30,8.0,52,B\n"
    )
    first, one = read(write(legacy))
    second, other = read(write(csv2))
    assert (first, second) == ("marinecadastre-csv/legacy", "marinecadastre-csv/csv2")
    for decoded in (one, other):
        report = decoded.reports.row(0, named=True)
        assert (report["lat_i"], report["lon_i"]) == (25_847_502, -42_454_398)
        assert (report["cog_i"], report["heading_deg"], report["pos_res_i"]) == (None, None, 6)
        assert report["t_ms"] == 1_673_395_200_000
    assert one.reports.select("nav_status", "ais_class").row(0) == (0, 1)
    assert other.reports.select("nav_status", "ais_class").row(0) == (None, 2)
    assert one.statics.select("imo", "ship_type", "length_m", "draught_i").row(0) == (
        None,
        52,
        208,
        80,
    )
    assert other.statics["imo"].to_list() == [9_307_839]


@pytest.mark.parametrize("separator", [",", ";"])
def test_kystverket_ordered_file(write: Write, separator: str) -> None:
    text = (
        "mmsi,date_time_utc,longitude,latitude,status,course_over_ground,true_heading,"
        "speed_over_ground,rate_of_turn,maneuvre,data_source,ais_class,msg_type\n"
        "257000001,2023-06-01T10:00:00.500Z,15.600000,78.220000,Under way using engine,10.5,11,"
        "12.5,0,0,g,A,1\n"
        "257000002,2023-06-01 10:00:00,15.600000,78.220000,5,,,,,,s,B,27\n"
    )
    dialect, decoded = read(write(text.replace(",", separator)))
    assert dialect == "kystverket-hais/csv"
    columns = ("t_ms", "lat_i", "lon_i", "nav_status", "ais_class", "receiver", "pos_res_i")
    assert decoded.reports.select(columns).rows() == [
        (1_685_613_600_500, 46_932_000, 9_360_000, 0, 1, 1, 1),
        (1_685_613_600_000, 46_932_000, 9_360_000, 5, 2, 2, 1000),
    ]


def test_statsat_file(write: Write) -> None:
    text = (
        "mmsi;lon;lat;date_time_utc;sog;cog;true_heading;nav_status;rot;message_nr;source\n"
        "257000001;15.6;78.22;2020-06-01 10:00:00;12.5;10.5;11;0;;1;s\n"
        "257000001;15.6;78.22;2020-06-01 10:00:00;102.3;360;511;15;;18;g\n"
    )
    dialect, decoded = read(write(text))
    assert dialect == "statsat-csv/2020"
    assert decoded.reports.select("receiver", "ais_class", "sog_i").rows() == [
        (2, 1, 125),
        (1, 2, None),
    ]


KYST_ROW = [257000001, "2024-06-01T10:00:00", 15.6, 78.22, 359.9, 12.5, 1, 12.3, 60, 380, 11, 0]


def test_kystdatahuset_answer(write: Write) -> None:
    row = [
        257000002,
        "2024-06-01T10:00:01",
        15.6,
        78.22,
        360,
        102.3,
        18,
        None,
        None,
        None,
        511,
        None,
    ]
    answer = {"success": True, "msg": "", "data": [KYST_ROW, row]}
    dialect, decoded = read(write(json.dumps(answer), "x.json"))
    assert dialect == "kystdatahuset-json/course-first"
    columns = ("mmsi", "t_ms", "lat_i", "lon_i", "cog_i", "sog_i", "heading_deg", "ais_class")
    assert decoded.counters == {"position": 2}
    assert decoded.reports.select(columns).rows() == [
        (257000001, 1_717_236_000_000, 46_932_000, 9_360_000, 3599, 125, 11, 1),
        (257000002, 1_717_236_001_000, 46_932_000, 9_360_000, None, None, None, 2),
    ]


def test_kystdatahuset_answer_with_speed_first_is_read_where_it_is_chosen(write: Write) -> None:
    swapped = [*KYST_ROW[:4], 12.5, 359.9, *KYST_ROW[6:]]
    path = write(json.dumps({"success": True, "msg": "", "data": [swapped]}), "x.json")
    chosen = shipped_dialects()["kystdatahuset-json/speed-first"]
    decoded = decode(open_source(path, dialect=chosen))
    assert decoded.reports.select("sog_i", "cog_i").row(0) == (125, 3599)


def test_digitraffic_locations(write: Write) -> None:
    feature = {
        "mmsi": 230000001,
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [20.345818, 60.03802]},
        "properties": {
            "mmsi": 230000001, "sog": 0.1, "cog": 346.5, "navStat": 1, "rot": 4, "posAcc": True,
            "raim": False, "heading": 79, "timestamp": 59, "timestampExternal": 1659212938646,
        },
    }  # fmt: skip
    path = write(json.dumps({"type": "FeatureCollection", "features": [feature]}), "x.json")
    dialect, decoded = read(path)
    assert dialect == "digitraffic-json/locations"
    assert decoded.reports.drop("offset").row(0) == (
        230000001, 1659212938646, 36_022_812, 12_207_491, 1, 3465, 79, 1, 0, 1, 1,
    )  # fmt: skip


def test_digitraffic_vessels_are_static_reports_without_places(write: Write) -> None:
    vessel = {
        "mmsi": 230000001, "name": "ARUNA\nCIHAN", "timestamp": 1659212938646, "callSign": "V7WW7",
        "imo": 9543756, "shipType": 70, "draught": 68, "eta": 733376, "posType": 1,
        "destination": "UST LUGA", "referencePointA": 160, "referencePointB": 33,
        "referencePointC": 20, "referencePointD": 12,
    }  # fmt: skip
    dialect, decoded = read(write(json.dumps([vessel]), "x.json"))
    assert dialect == "digitraffic-json/vessels"
    assert decoded.counters == {"static": 1}
    assert decoded.statics.drop("offset").row(0) == (
        230000001, 1659212938646, 0, 9543756, "ARUNA CIHAN", "V7WW7", 70, 193, 32, 68, "UST LUGA",
    )  # fmt: skip


SNAPSHOT = DATA / "digitraffic_snapshot_20251212_cut.json"


def test_last_known_positions_without_a_time_are_refused_and_the_dialect_says_why() -> None:
    source = open_source(SNAPSHOT)
    assert source.dialect.id == "digitraffic-json/snapshot"
    assert decode(source).counters == {"bad_time": 12}
    assert "no time" in source.dialect.note
    assert "$.timestamp" in source.dialect.note


def test_a_mapping_file_may_take_the_time_of_the_document(write: Write) -> None:
    mapping = write(
        'id = "mine/snapshot"\nform = "json"\ntitle = "taken as of its making"\nrows = "vessels"\n'
        '[fields]\nmmsi = "mmsi"\nt_ms = "$.timestamp"\nlat_i = "lat"\nlon_i = "lon"\n',
        "mine.toml",
    )
    decoded = decode(open_source(SNAPSHOT, dialect=read_dialect(mapping)))
    assert decoded.counters == {"position": 12}
    assert set(decoded.reports["t_ms"]) == {1_765_542_684_532}


EXACT = """\
"MMSI","Message_ID","Time","Millisecond","Data_length","Vessel_Name","Call_sign","IMO","Ship_Type","Dimension_to_Bow","Dimension_to_stern","Dimension_to_port","Dimension_to_starboard","Draught","Destination","Navigational_status","SOG","Longitude","Latitude","COG","Heading"
316021004,1,20210701_020846,700,"[28]",,,,,,,,,,,0.0,0.0,-53.2189266667,47.6900366667,190.4,236.0
367046090,27,20210701_210755,490,"[16]",,,,,,,,,,,5.0,63.0,-70.2833333333,43.64,,None
538007407,5,20210701_052052,640,"[56, 15]","GH ZONDA            ","V7MF3  ",9436472.0,71.0,182.0,49.0,24.0,8.0,87.0,"BLUFF               ",,,,,,
3160123,4,20210701_193654,110,"[28]",,,,,,,,,,,,,-64.40047,45.232945,,
316000001,18,20210701_193654,110,"[28]",,,,,,,,,,,None,102.3,181.0,91.0,360.0,511.0
316000001,8,20210701_193654,110,"[28]",,,,,,,,,,,,,,,,
992351000,21,20210701_193654,110,"[45]",,,,,,,,,,,,,-64.4,45.2,,
"""  # noqa: E501 - rows as they are


def test_exactearth_table_of_all_message_types(write: Write) -> None:
    dialect, decoded = read(write(EXACT))
    assert dialect == "exactearth-csv/wide"
    assert decoded.counters == {
        "header": 1, "position": 3, "static": 1, "base": 1, "aid": 1, "other_type": 1,
    }  # fmt: skip
    columns = ("mmsi", "t_ms", "lat_i", "lon_i", "sog_i", "heading_deg", "ais_class", "pos_res_i")
    assert decoded.reports.select(columns).rows() == [
        (316021004, 1_625_105_326_700, 28_614_022, -31_931_356, 0, 236, 1, 1),
        (367046090, 1_625_173_675_490, 26_184_000, -42_170_000, None, None, 0, 1000),
        (316000001, 1_625_168_214_110, None, None, None, None, 2, 1),
    ]
    assert decoded.statics.drop("offset").row(0) == (
        538007407, 1_625_116_852_640, 1, 9436472, "GH ZONDA", "V7MF3", 71, 231, 32, 87, "BLUFF",
    )  # fmt: skip


def test_any_csv_through_a_mapping_file(write: Write) -> None:
    mapping = write(
        """
        id = "harbour/1"
        form = "delimited"
        title = "the harbour's own radar"
        separator = "|"
        time_format = "epoch_s"
        receiver = "shore"
        [fields]
        mmsi = ["Ship no", "MMSI"]
        t_ms = "when"
        lat_i = { column = "y", nulls = ["-99"] }
        lon_i = { column = "x", nulls = ["-99"] }
        sog_i = { column = "m/s", scale = 19.438444924 }
        nav_status = { column = "state", codes = { still = 5, "moving" = 0 } }
        """,
        "mine.toml",
    )
    path = write(
        "when|x|y|mmsi|m/s|state\n1700000000.25|10.5|57.5|219000001|5.0|Still\n1|-99|-99|1||\n"
    )
    source = open_source(path, dialect=read_dialect(mapping))
    assert source.dialect.id == "harbour/1"
    columns = ("t_ms", "lat_i", "sog_i", "nav_status", "receiver")
    assert decode(source).reports.select(columns).rows() == [
        (1_700_000_000_250, 34_500_000, 97, 5, 1),
        (1000, None, None, None, 1),
    ]


def test_the_us_sample_says_what_it_says() -> None:
    dialect, decoded = read(DATA / "marinecadastre_20230111_cut.csv")
    assert dialect == "marinecadastre-csv/legacy"
    assert decoded.counters == {"header": 1, "position": 60}
    assert decoded.reports["lat_i"].to_list()[:2] == [25_847_502, 15_655_446]
    assert decoded.statics["name"].to_list()[:2] == ["SAN JOSE", "MSC NAISHA III"]


def test_the_whole_us_sample_has_1000_rows_and_426_without_heading() -> None:
    source = open_source(shared("a6_noaa_marinecadastre_20230111.csv"))
    decoded = decode(source)
    assert decoded.counters == {"header": 1, "position": 1000}
    assert decoded.reports["heading_deg"].null_count() == 426
    assert decoded.rejects.height == 0


def test_the_whole_danish_sample_has_138_rows() -> None:
    source = open_source(shared("a5_dma_csv_sample_20180601.csv"))
    decoded = decode(source)
    assert source.dialect.id == "dma-csv/comma-22"
    assert decoded.counters == {"header": 1, "position": 126, "base": 8, "aid": 4}


def test_the_whole_finnish_snapshot_has_7762_rows_and_no_times() -> None:
    source = open_source(shared("a3_digitraffic_snapshot_20251212.json.gz"))
    assert decode(source).counters == {"bad_time": 7762}
