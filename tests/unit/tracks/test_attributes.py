"""Flag, class and hull come from what a ship sends, by shipped tables."""

from io import StringIO

import numpy as np
import polars as pl
import pytest

from northwatch.data import read_text
from northwatch.tracks import flags_of, valid_imo, vessel_classes
from northwatch.tracks.attributes import classes_of, is_small_craft


@pytest.mark.parametrize(
    ("mmsi", "flag"),
    [
        (331_123_000, "GRL"),
        (219_000_001, "DNK"),
        (220_000_001, "DNK"),
        (231_000_001, "FRO"),
        (257_000_001, "NOR"),  # Svalbard's too
        (273_000_001, "RUS"),
        (477_000_001, "HKG"),
        (412_000_001, "CHN"),
        (441_000_001, "KOR"),
        (445_000_001, "PRK"),
        (303_000_001, "USA"),
        (615_000_001, "COG"),
        (676_000_001, "COD"),
        (982_191_234, "DNK"),  # a craft of a Danish ship
        (200_000_001, "UNK"),
        (799_999_999, "UNK"),
    ],
)
def test_the_flag_is_that_of_the_first_three_digits(mmsi: int, flag: str) -> None:
    assert flags_of(np.array([mmsi], np.int32)).to_list() == [flag]


def test_the_table_of_digits_is_whole_and_each_is_there_once() -> None:
    table = pl.read_csv(StringIO(read_text("flags/mid.csv")))
    assert table.height == table["mid"].n_unique() == 292
    assert table["mid"].is_between(201, 799).all()
    assert table["flag"].str.contains("^[A-Z]{3}$").all()


@pytest.mark.parametrize(
    ("ship_type", "kind"),
    [
        (30, "fishing"), (31, "tug"), (33, "dredging_diving"), (35, "military"), (36, "leisure"),
        (37, "leisure"), (40, "high_speed"), (50, "service"), (52, "tug"), (55, "law_enforcement"),
        (60, "passenger"), (69, "passenger"), (70, "cargo"), (79, "cargo"), (80, "tanker"),
        (90, "other"), (1, "other"), (255, "other"), (0, "unknown"), (None, "unknown"),
    ],
)  # fmt: skip
def test_the_class_is_that_of_the_ship_type(ship_type: int | None, kind: str) -> None:
    assert classes_of(pl.Series([ship_type], dtype=pl.UInt8)).to_list() == [kind]
    assert kind in vessel_classes()


def test_the_ranges_of_the_class_table_cover_every_code_once() -> None:
    table = pl.read_csv(StringIO(read_text("classes/ship_types.csv")))
    codes = [code for row in table.iter_rows() for code in range(row[0], row[1] + 1)]
    assert codes == list(range(1, 256))


@pytest.mark.parametrize(
    ("imo", "is_valid"),
    [
        (9_074_729, True),
        (9_781_085, True),
        (9_074_728, False),
        (1_234_567, False),  # its check digit holds
        (5_555_555, False),  # its too
        (0, False),
        (999_999, False),
        (10_000_000, False),
        (None, False),
    ],
)
def test_an_imo_number_counts_if_its_check_digit_holds(imo: int | None, *, is_valid: bool) -> None:
    assert valid_imo(pl.Series([imo], dtype=pl.Int32)).to_list() == [imo if is_valid else None]


@pytest.mark.parametrize(
    ("kind", "length_m", "ais_class", "is_small"),
    [
        ("fishing", 14, 1, True), ("fishing", 15, 2, False), ("fishing", None, 1, False),
        ("fishing", None, 2, True), ("leisure", 44, 1, True), ("leisure", 45, 1, False),
        ("leisure", None, 1, True), ("cargo", 10, 2, False), ("unknown", None, 2, False),
    ],
)  # fmt: skip
def test_small_craft_are_small_fishing_vessels_and_leisure_craft(
    kind: str, length_m: int | None, ais_class: int, *, is_small: bool
) -> None:
    frame = pl.DataFrame(
        {"vessel_class": [kind], "length_m": [length_m], "ais_class": [ais_class]},
        schema_overrides={"length_m": pl.UInt16},
    )
    assert frame.select(is_small_craft()).item() is is_small
