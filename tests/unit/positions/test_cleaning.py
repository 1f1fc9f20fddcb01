"""Every report is kept or rejected, with a reason."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from northwatch.errors import SchemaError
from northwatch.positions import REASONS, clean, with_keys
from northwatch.schema import POSITIONS, REJECTS, REPORTS, bucket_of

GOOD = {
    "offset": 0, "mmsi": 257_123_456, "t_ms": 1_700_000_000_000, "lat_i": 42_000_000,
    "lon_i": 6_000_000, "sog_i": 120, "cog_i": 900, "heading_deg": 91, "nav_status": 0,
    "ais_class": 1, "pos_res_i": 1, "receiver": 1,
}  # fmt: skip


def reports(*changes: dict[str, Any]) -> pl.DataFrame:
    rows = [GOOD | {"offset": 10 * k} | change for k, change in enumerate(changes)]
    return pl.DataFrame(rows, schema=REPORTS.polars)


def reason_of(**change: Any) -> str | None:  # noqa: ANN401 - any column
    """Return why a report is rejected; None if it is kept."""
    cleaned = clean(reports(change))
    assert cleaned.positions.height + cleaned.rejects.height == 1
    return cleaned.rejects["reason"].item() if cleaned.rejects.height else None


def test_a_good_report_is_kept_as_it_is() -> None:
    cleaned = clean(reports({}).with_columns(pl.lit("VDM").alias("further")))
    names = [name for name in POSITIONS.names if name not in {"day", "bucket", "source"}]
    assert cleaned.positions.columns == names
    assert cleaned.positions.row(0, named=True) == {name: GOOD[name] for name in names}
    assert cleaned.rejects.height == sum(cleaned.counts.values()) == 0


@pytest.mark.parametrize("t_ms", [946_684_800_000, 4_102_444_799_999])
def test_a_time_from_2000_to_2099_is_kept(t_ms: int) -> None:
    assert reason_of(t_ms=t_ms) is None


@pytest.mark.parametrize("t_ms", [0, 946_684_799_999, 4_102_444_800_000, -1])
def test_a_time_before_ais_or_far_ahead_is_rejected(t_ms: int) -> None:
    assert reason_of(t_ms=t_ms) == "implausible_time"


@pytest.mark.parametrize(
    "place",
    [{"lat_i": None}, {"lon_i": None}, {"lat_i": 54_000_001}, {"lon_i": -108_000_001}],
)
def test_a_report_without_a_possible_place_is_rejected(place: dict[str, Any]) -> None:
    assert reason_of(**place) == "no_place"


def test_the_pole_and_180_are_places() -> None:
    assert reason_of(lat_i=54_000_000, lon_i=108_000_000) is None
    assert reason_of(lat_i=-54_000_000, lon_i=-108_000_000) is None


@pytest.mark.parametrize(
    ("mmsi", "reason"),
    [
        (200_000_000, None),
        (799_999_999, None),
        (982_191_234, None),  # a craft of a Danish ship
        (987_999_999, None),
        (981_999_999, "bad_mmsi"),
        (988_000_000, "bad_mmsi"),
        (970_123_456, "not_a_ship"),  # a search-and-rescue transmitter
        (972_123_456, "not_a_ship"),  # a man overboard
        (974_123_456, "not_a_ship"),  # an emergency beacon
        (971_123_456, "bad_mmsi"),
        (992_191_234, "not_a_ship"),  # an aid to navigation
        (111_219_501, "not_a_ship"),  # a rescue aircraft
        (112_219_501, "bad_mmsi"),
        (812_345_678, "not_a_ship"),  # a handheld
        (2_190_047, "not_a_ship"),  # a coast station, 002190047
        (21_912_345, "not_a_ship"),  # a group of ships, 021912345
        (19_999_999, "bad_mmsi"),
        (80_000_000, "bad_mmsi"),
        (8_000_000, "bad_mmsi"),
        (123_456_789, "bad_mmsi"),
        (1_193_046, "bad_mmsi"),
        (0, "bad_mmsi"),
        (1, "bad_mmsi"),
        (-5, "bad_mmsi"),
        (1_073_741_823, "bad_mmsi"),
    ],
)
def test_only_ships_numbers_are_kept(mmsi: int, reason: str | None) -> None:
    assert reason_of(mmsi=mmsi) == reason


def test_what_says_it_is_no_ship_is_rejected() -> None:
    assert reason_of(ais_class=3) == "not_a_ship"
    assert reason_of(ais_class=0) is None


def test_the_first_reason_that_holds_is_given() -> None:
    assert reason_of(t_ms=None, lat_i=None, mmsi=0) == "no_time"
    assert reason_of(t_ms=5, lat_i=None, mmsi=0) == "implausible_time"
    assert reason_of(lat_i=None, ais_class=3) == "no_place"


def test_every_report_is_counted_once_and_can_be_found_again() -> None:
    cleaned = clean(reports({}, {"t_ms": None}, {"mmsi": 5}, {}, {"t_ms": None}))
    assert cleaned.positions["offset"].to_list() == [0, 30]
    assert cleaned.rejects.rows() == [
        (10, -1, 0, "no_time"),
        (20, -1, 0, "bad_mmsi"),
        (40, -1, 0, "no_time"),
    ]
    assert cleaned.rejects.schema == REJECTS.empty().drop("source").schema
    assert cleaned.counts == dict.fromkeys(REASONS[1:], 0) | {"no_time": 2, "bad_mmsi": 1}


def test_no_reports_make_no_positions() -> None:
    cleaned = clean(REPORTS.empty())
    assert cleaned.positions.height == cleaned.rejects.height == 0


def test_a_missing_column_is_named() -> None:
    with pytest.raises(SchemaError, match="lat_i"):
        clean(reports({}).drop("lat_i"))


def test_keys_are_the_utc_day_the_bucket_and_the_source() -> None:
    just_before = {"t_ms": 1_704_067_199_999}  # 2023-12-31 23:59:59.999
    keyed = with_keys(clean(reports(just_before, {"t_ms": 1_704_067_200_000})).positions, 77)
    assert keyed.schema == POSITIONS.polars
    assert keyed["day"].to_list() == [date(2023, 12, 31), date(2024, 1, 1)]
    assert keyed["source"].to_list() == [77, 77]
    assert (keyed["bucket"].to_numpy() == bucket_of(keyed["mmsi"].to_numpy())).all()
