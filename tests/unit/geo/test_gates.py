from itertools import pairwise

import numpy as np
import pytest

from northwatch.geo import (
    crossing,
    gate_on_map,
    geodesic_km,
    shipped_gates,
    shipped_routes,
    unit_vector,
)

BY_ID = {gate.id: gate for gate in shipped_gates()}


def sign(gate_id: str, *places: tuple[float, float]) -> int:
    """The sum of the crossings of a gate on a course through places (latitude, longitude)."""
    gate = BY_ID[gate_id]
    a, b = unit_vector(gate.lat_a, gate.lon_a), unit_vector(gate.lat_b, gate.lon_b)
    track = [unit_vector(*place) for place in places]
    return sum(crossing(p, q, a, b)[0] for p, q in pairwise(track))


def test_all_gates_and_routes_ship() -> None:
    assert len(BY_ID) == 42
    assert len(shipped_routes()) == 15
    assert sum(route.is_ring for route in shipped_routes()) == 4


@pytest.mark.parametrize("gate", shipped_gates(), ids=lambda gate: gate.id)
def test_every_gate_is_named_sided_and_as_long_as_its_water(gate) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    assert all((gate.name, gate.version, gate.left, gate.right, gate.source))
    ends = (np.array([round(v * 600_000)], np.int32) for v in
            (gate.lat_a, gate.lon_a, gate.lat_b, gate.lon_b))  # fmt: skip
    assert geodesic_km(*ends)[0] >= gate.water_km - 1


def test_routes_name_only_gates_there_are() -> None:
    for route in shipped_routes():
        assert route.steps
        for step in route.steps:
            assert set(step.any_of) <= set(BY_ID), route.id
            assert step.any_of


def test_straits_that_a_land_mask_closes_are_narrow() -> None:
    assert {gate.id for gate in shipped_gates() if gate.is_narrow} == {
        "matochkin-shar", "bellot-strait",
    }  # fmt: skip


def test_only_the_legal_lines_of_the_nsr_end_at_sea() -> None:
    at_sea = {gate.id for gate in shipped_gates() if not gate.ends_on_land}
    assert at_sea == {"nsr-west-meridian", "nsr-east-parallel", "nsr-east-meridian"}


@pytest.mark.parametrize(
    ("gate_id", "places", "expected"),
    [
        # Chukchi Sea is left of the Bering Strait gate, Bering Sea right: southbound is +1.
        ("bering-strait", [(67.0, -168.5), (65.0, -168.5)], 1),
        ("bering-strait", [(65.0, -168.5), (67.0, -168.5)], -1),
        ("bering-strait", [(64.0, -172.0), (69.0, -165.0), (64.0, -172.0)], 0),
        ("bering-strait", [(64.5, -166.0), (66.5, -162.0)], 0),  # over Alaska, round the end
        ("long-strait", [(69.9, 176.0), (70.2, -179.0)], 1),  # East Siberian to Chukchi, over 180
        ("fram-strait", [(82.0, 0.0), (75.0, 0.0)], 1),  # out of the Arctic Ocean
        ("kara-gate", [(70.0, 57.0), (71.0, 59.5)], 1),
        ("davis-strait", [(64.0, -57.0), (70.0, -60.0)], -1),
        ("nsr-west-meridian", [(79.0, 60.0), (79.0, 75.0)], 1),
        ("nsr-west-meridian", [(88.0, 60.0), (88.0, 75.0)], 0),  # north of the line
        ("vilkitsky", [(77.9, 101.0), (78.0, 106.0)], 1),  # Kara to Laptev
    ],
)
def test_gates_are_crossed_with_the_sign_their_sides_say(
    gate_id: str, places: list[tuple[float, float]], expected: int
) -> None:
    assert sign(gate_id, *places) == expected


def test_a_gate_on_the_map_runs_from_end_to_end() -> None:
    line = gate_on_map(BY_ID["fram-strait"])
    assert line.shape[1] == 2
    assert np.hypot(*(line[-1] - line[0])) == pytest.approx(680_000, rel=0.02)
