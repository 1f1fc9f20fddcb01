"""Numbers and times in cells: exact, rounded once, and refused where they are neither."""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest

from northwatch.ais import Decoded, DelimitedDecoder
from northwatch.dialect import Dialect, Field

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def dialect(time_format: str = "epoch_s", decimal: str = ".", scale: float = 600_000) -> Dialect:
    return Dialect(
        id="test/values", form="delimited", title="x", separator=";", decimal=decimal,
        time_format=time_format,
        fields={"t_ms": Field(("t",)), "mmsi": Field(("m",)),
                "lat_i": Field(("a",), scale=scale), "lon_i": Field(("b",), scale=600_000)},
    )  # fmt: skip


def read(lines: list[str], form: Dialect) -> Decoded:
    decoder = DelimitedDecoder(form)
    data = "\n".join(["t;m;a;b", *lines]).encode()
    return Decoded.join([decoder.feed(data), decoder.close()])


def latitudes(cells: list[str], form: Dialect | None = None) -> list[int | None]:
    decoded = read([f"1;2;{cell};0" for cell in cells], form or dialect())
    assert decoded.reports.height == len(cells), decoded.rejects
    return decoded.reports["lat_i"].to_list()


def instants(cells: list[str], time_format: str) -> list[int | None]:
    decoded = read([f"{cell};2;0;0" for cell in cells], dialect(time_format))
    told = dict(zip(decoded.reports["offset"], decoded.reports["t_ms"], strict=True))
    at, found = len("t;m;a;b\n"), []
    for cell in cells:
        found.append(told.get(at))
        at += len(f"{cell};2;0;0\n")
    return found


def exact(cell: str, scale: int = 600_000) -> int:
    return int((Decimal(cell) * scale).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def test_every_place_that_ais_can_send_comes_back_from_six_decimals() -> None:
    sent = np.random.default_rng(1).integers(-54_000_000, 54_000_001, 20_000)
    cells = [f"{k / 600_000:.6f}" for k in sent.tolist()]
    assert latitudes(cells) == sent.tolist()


def test_degrees_are_rounded_exactly_halves_to_even() -> None:
    cells = [
        "0.0000025", "0.00000083333", "0.000000833333334", "0.0000041", "57.12345678901234",
        "-0.0000025", "89.999999166666666", "1e-05", "5.5E1", "12", "7.", ".5", "+3.25",
        "00000000000000000012.5", "0.83333333333333333333333",
    ]  # fmt: skip
    assert latitudes(cells) == [exact(cell) for cell in cells]
    assert latitudes(["0.0000025"]) == [2]  # 1.5 units
    assert latitudes(["0.0000041666666666"]) == [2]  # a hair under 2.5


def test_shortest_decimals_of_doubles_come_back_exactly() -> None:
    values = np.random.default_rng(2).uniform(-90, 90, 5_000).tolist()
    cells = [repr(value) for value in values]
    assert latitudes(cells) == [exact(cell) for cell in cells]


def test_a_decimal_comma_is_read_where_the_dialect_has_one() -> None:
    assert latitudes(["57,5", "57.5"], dialect(decimal=",")) == [34_500_000, 34_500_000]
    assert read(["1;2;57,5;0"], dialect()).counters == {"header": 1, "bad_number": 1}


def test_other_factors_are_taken() -> None:
    assert latitudes(["600000", "-3"], dialect(scale=1)) == [600_000, -3]
    assert latitudes(["10"], dialect(scale=0.25)) == [2]  # 2.5, to even
    assert latitudes(["5"], dialect(scale=3000)) == [15_000]


@pytest.mark.parametrize(
    "cell", ["", "-", ".", "1.2.3", "1e", "1e+", "1-", "0x10", "١٢", "1 2", "NaN", "inf", "1e99999"]
)
def test_what_is_not_a_decimal_number_is_none(cell: str) -> None:
    decoded = read([f"1;2;{cell};0"], dialect())
    if cell:
        assert decoded.counters == {"header": 1, "bad_number": 1}
    else:
        assert decoded.reports["lat_i"].to_list() == [None]


def test_numbers_too_great_are_impossible_not_wrapped() -> None:
    cells = ["9" * n for n in range(3, 40)] + ["1e30", "-1e18"]
    assert latitudes(cells) == [None] * len(cells)


def test_days_are_those_of_the_calendar() -> None:
    days = [EPOCH + timedelta(days=k) for k in range(0, 48_000, 13)]
    want = [(day - EPOCH) // timedelta(milliseconds=1) + 3_723_000 for day in days]
    assert instants([f"{day:%d/%m/%Y} 01:02:03" for day in days], "dmy") == want
    assert instants([f"{day:%Y-%m-%d}T01:02:03" for day in days], "iso") == want
    assert instants([f"{day:%Y%m%d}_010203" for day in days], "compact") == want


def test_times_have_parts_of_seconds_and_zones_and_are_rounded_down() -> None:
    whole = 1_685_613_600_000
    cells = [
        "2023-06-01 10:00:00", "2023-06-01T10:00", "2023-06-01T10:00:00.1239",
        "2023-06-01T10:00:00Z", "2023-06-01T12:00:00+02:00", "2023-06-01T05:30:00-0430",
        "2023-06-01T12:00:00+02", "2023-06-01 10:00:00.000000000Z",
    ]  # fmt: skip
    assert instants(cells, "iso") == [whole + (123 if ".1239" in cell else 0) for cell in cells]


@pytest.mark.parametrize(
    ("cell", "time_format"),
    [
        ("2023-02-29T10:00:00", "iso"), ("2023-06-01T24:00:00", "iso"),
        ("2023-06-01T10:60:00", "iso"), ("2023-06-01T10:00:60", "iso"), ("2023-06-01", "iso"),
        ("2023/06-01T10:00:00", "iso"), ("2023-06-01T10:00:00+25:00", "iso"),
        ("2023-06-01T10:00:00 UTC", "iso"), ("01/06/2023 10:00:00", "iso"),
        ("2023-06-01 10:00:00", "dmy"), ("01/13/2023 10:00:00", "dmy"),
        ("00/06/2023 10:00:00", "dmy"), ("1/6/2023 10:00:00", "dmy"),
        ("20230601 10:00:00", "compact"), ("20230601_1000", "compact"),
        ("20230631_100000", "compact"), ("-5", "epoch_s"), ("soon", "epoch_ms"),
        ("1e300", "epoch_s"),
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused(cell: str, time_format: str) -> None:
    assert instants([cell], time_format) == [None]


def test_a_bad_time_leaves_the_next_as_it_is() -> None:
    cells = ["01/06/2023 10:00:00", "01/06/2023 10:00:xx", "01/06/2023 10:00:00"]
    assert instants(cells, "dmy") == [1_685_613_600_000, None, 1_685_613_600_000]


def test_seconds_and_milliseconds_since_1970_are_told_apart_by_the_dialect() -> None:
    assert instants(["1700000000", "1700000000.9999"], "epoch_s") == [
        1_700_000_000_000, 1_700_000_000_999,
    ]  # fmt: skip
    assert instants(["1700000000123", "1700000000123.7"], "epoch_ms") == [1_700_000_000_123] * 2


def test_a_number_with_noughts_after_its_point_is_an_mmsi() -> None:
    decoded = read(["1;219000001.0;0;0", "1;219000001.5;0;0"], dialect())
    assert decoded.reports["mmsi"].to_list() == [219_000_001]
    assert decoded.counters == {"header": 1, "position": 1, "bad_mmsi": 1}
