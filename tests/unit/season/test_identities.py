import numpy as np
import pytest

from northwatch.season.identities import Register, flags, imo_number
from tests.unit.season.build import heard_season, small_season


def _check_digit_holds(imo: int) -> bool:
    digits = [int(letter) for letter in str(imo)]
    return sum(d * w for d, w in zip(digits, range(7, 1, -1), strict=False)) % 10 == digits[-1]


@pytest.mark.parametrize("imo", [9074729, 9319466, 8814275])
def test_the_check_digit_is_that_of_published_numbers(imo: int) -> None:
    assert imo_number(imo // 10) == imo


def test_every_imo_number_of_a_fleet_passes_its_check_and_is_nobody_s() -> None:
    imos = small_season().fleet.ships["imo"].drop_nulls().to_list()
    assert len(imos) > 30
    assert all(_check_digit_holds(imo) for imo in imos)
    assert all(2_000_000 <= imo < 5_000_000 for imo in imos)


def test_every_mmsi_begins_with_digits_of_the_flag() -> None:
    ships = heard_season().fleet.ships
    shared = ships["mmsi"].is_duplicated()
    for mmsi, flag in ships.filter(~shared).select("mmsi", "flag").iter_rows():
        assert mmsi // 1_000_000 in flags()[flag]["mids"], (mmsi, flag)


def test_numbers_and_names_are_given_once() -> None:
    register, rng = Register(), np.random.default_rng(5)
    mmsis = [register.mmsi("RUS", rng, large=True) for _ in range(3000)]
    names = [register.name(rng) for _ in range(9000)]
    signs = [register.call_sign("HKG", rng) for _ in range(900)]
    assert len(set(mmsis)) == 3000
    assert len(set(names)) == 9000
    assert len(set(signs)) == 900
    assert max(len(name) for name in names) <= 20
    assert max(len(sign) for sign in signs) <= 7


def test_flags_that_matter_have_the_digits_the_itu_gave_them() -> None:
    told = {flag: facts["mids"] for flag, facts in flags().items()}
    assert told["RUS"] == [273]
    assert told["GRL"] == [331]
    assert told["CAN"] == [316]
    assert told["ISL"] == [251]
    assert told["FIN"] == [230]
    assert set(told["CHN"]) == {412, 413, 414}
    assert set(told["USA"]) <= {338, 366, 367, 368, 369}
    assert 636 in told["LBR"]
    assert 351 in told["PAN"]
