"""The shipped profiles do not change under their names."""

from datetime import timedelta

import pytest

from northwatch.errors import ParameterError
from northwatch.events import ARCTIC, GFW, PROFILES, profile


def test_the_arctic_profile_is_what_its_version_says() -> None:
    assert ARCTIC.version == "arctic-1"
    assert ARCTIC.zone_visit.id == "zone_visit/arctic-1"
    assert ARCTIC.zone_visit.max_silence == timedelta(hours=72)
    assert ARCTIC.zone_visit.bridge == timedelta(hours=1)
    assert (ARCTIC.zone_visit.bridge_km, ARCTIC.zone_visit.min_chord_km) == (2.0, 5.0)
    crossing = ARCTIC.gate_crossing
    assert crossing is not None
    assert crossing.id == "gate_crossing/arctic-1"
    assert (crossing.max_silence, crossing.turn_back) == (timedelta(hours=72),) * 2
    assert (crossing.clear_km, crossing.max_speed_kn) == (2.0, 30.0)
    assert ARCTIC.gap.id == "gap/arctic-1"
    assert (ARCTIC.gap.min_silence, ARCTIC.gap.min_silence_deaf) == (
        timedelta(hours=2),
        timedelta(hours=6),
    )
    reception = ARCTIC.gap.reception
    assert reception is not None
    assert (reception.silent_max_rate, reception.deaf_min_rate) == (0.001, 0.1)
    assert (reception.cell_km, reception.max_vessel_share) == (50.0, 0.05)


def test_the_gfw_profile_makes_bare_visits_and_gaps_and_no_crossings() -> None:
    assert GFW.version == "gfw-2026"
    assert GFW.gate_crossing is None
    assert not GFW.zone_visit.arcs
    assert GFW.zone_visit.max_silence == timedelta(hours=24)
    assert GFW.zone_visit.bridge == timedelta(0)
    assert GFW.gap.min_silence == timedelta(hours=6)
    assert not GFW.gap.listening_time
    assert GFW.gap.reception is None


def test_profiles_are_found_by_name() -> None:
    assert profile("gfw") is GFW
    assert set(PROFILES) == {"arctic", "gfw"}
    with pytest.raises(ParameterError, match="allowed: arctic, gfw"):
        profile("antarctic")
