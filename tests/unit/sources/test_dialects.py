"""Mapping files: those shipped are whole; a wrong key is named, with what to write."""

from pathlib import Path

import pytest

from northwatch import data
from northwatch.dialect import FIELD_SCALES
from northwatch.errors import ParameterError, UnreadableError
from northwatch.sources import find_dialect, read_dialect, shipped_dialects

GOOD = """
id = "mine/1"
form = "delimited"
title = "mine"
[fields]
mmsi = "MMSI"
t_ms = "time"
lat_i = "lat"
lon_i = "lon"
"""


def test_every_shipped_file_is_a_dialect_of_its_own_with_a_title() -> None:
    files = [name for name in data.names("dialects") if name != "codes.toml"]
    dialects = shipped_dialects()
    assert len(dialects) == len(files)
    assert list(dialects) == sorted(dialects)
    for dialect in dialects.values():
        assert "/" in dialect.id
        assert dialect.title
        assert dialect.form == "nmea" or {"mmsi"} <= set(dialect.fields) <= set(FIELD_SCALES)


def test_degrees_knots_and_metres_become_ais_units_unless_a_scale_says_otherwise() -> None:
    fields = shipped_dialects()["dma-csv/comma-26"].fields
    assert (fields["lat_i"].scale, fields["sog_i"].scale, fields["draught_i"].scale) == (
        6e5,
        10,
        10,
    )
    assert shipped_dialects()["digitraffic-json/vessels"].fields["draught_i"].scale == 1


def test_a_mapping_file_has_the_form_of_the_shipped_ones(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    assert find_dialect(str(path)) == read_dialect(path)
    assert read_dialect(path).fields["lat_i"].column == ("lat",)
    assert find_dialect("nmea/1").form == "nmea"


def test_an_unknown_dialect_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ParameterError, match=r"dialect: 'dma' is not allowed.*dma-csv/comma-26"):
        find_dialect("dma")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('id = "mine/1"', "", "key id: is missing"),
        (
            'form = "delimited"',
            'form = "xml"',
            "key form: 'xml' is not allowed. Allowed: nmea, delim",
        ),
        ('title = "mine"', 'titel = "mine"', "key titel: is not known. Known here: id, title"),
        ('title = "mine"', "title = 3", "key title: 3 is not a text"),
        ('title = "mine"', 'title = "m"\nseparator = ",,"', "key separator: ',,' is not one char"),
        ('title = "mine"', 'title = "m"\ndecimal = ","', "key decimal: is the separator too"),
        ('title = "mine"', 'title = "m"\ntime_format = "us"', "key time_format: 'us' is not allow"),
        ('title = "mine"', 'title = "m"\nheadless = 1', "key headless: 1 is not true or false"),
        (
            'title = "mine"',
            'title = "m"\npos_res_i = -1',
            "key pos_res_i: -1 is not a whole number",
        ),
        (
            'title = "mine"',
            'title = "m"\ncolumns = "22"',
            "key columns: None is not a whole number",
        ),
        ('title = "mine"', 'title = "m"\nsigns = "x"', "key signs: 'x' is not a list of texts"),
        ('title = "mine"', 'title = "m"\nreceiver = 2', "key receiver: 2 is not allowed"),
        ('mmsi = "MMSI"', "", "key fields.mmsi: is missing. Name the column that holds the MMSI"),
        ('t_ms = "time"', "", "key fields.t_ms: is missing, and without a time no row is kept"),
        ('lon_i = "lon"', "", "key fields.lon_i: is missing. Name both latitude and longitude"),
        ('lon_i = "lon"', 'lon = "lon"', "key fields.lon: is not known. Known here: mmsi, t_ms"),
        ('lon_i = "lon"', "lon_i = 4", "key fields.lon_i: names no column"),
        ('lon_i = "lon"', "lon_i = []", "key fields.lon_i: names no column"),
        ('lon_i = "lon"', 'lon_i = {name = "x"}', "key fields.lon_i.name: is not known"),
        (
            'lon_i = "lon"',
            'lon_i = {column = "x", scale = 0}',
            "key fields.lon_i.scale: is not a n",
        ),
        (
            'lon_i = "lon"',
            'lon_i = {column = "x", scale = "1"}',
            "key fields.lon_i.scale: '1' is no",
        ),
        (
            'lon_i = "lon"',
            'lon_i = {column = "x", nulls = [1]}',
            "key fields.lon_i.nulls: [1] is no",
        ),
        (
            'lon_i = "lon"',
            'lon_i = {column = "x", codes = "y"}',
            "key fields.lon_i.codes: 'y' is not",
        ),
        ('lon_i = "lon"', 'lon_i = {column = "x", codes = {a = 256}}', "codes: 256 is not a whole"),
        ("[fields]", "[fields", "it is not TOML:"),
        ('title = "mine"', 'title = "m"\nheadless = true', "key fields.mmsi: is not a place"),
    ],
)
def test_a_wrong_key_is_named_with_the_remedy(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(UnreadableError) as caught:
        read_dialect(path)
    assert str(caught.value).startswith("mine.toml: ")
    assert told in str(caught.value)


def test_a_mapping_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="the mapping file cannot be read"):
        find_dialect(str(tmp_path / "absent.toml"))
