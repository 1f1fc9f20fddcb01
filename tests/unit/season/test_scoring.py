import polars as pl
import pytest

from northwatch import schema
from northwatch.errors import ParameterError, SchemaError
from northwatch.season import Truth, score, unpaired
from northwatch.season.truth import GAPS, GATE_CROSSINGS, SILENCES, ZONE_VISITS

H = 3_600_000


def _truth(**tables: pl.DataFrame) -> Truth:
    empty = pl.DataFrame()
    return Truth(
        vessels=empty,
        zone_visits=tables.get("zone_visits", pl.DataFrame(schema=ZONE_VISITS)),
        gate_crossings=tables.get("gate_crossings", pl.DataFrame(schema=GATE_CROSSINGS)),
        gaps=tables.get("gaps", pl.DataFrame(schema=GAPS)),
        silences=pl.DataFrame(schema=SILENCES),
        shared=empty,
        reflagged=empty,
        counts=empty,
    )


def _visits(*rows: tuple[int, str, int, int | None, bool]) -> Truth:
    told = [
        {"transmitter": k, "hull": k, "mmsi": mmsi, "zone_id": zone, "zone_version": "1",
         "t_from_ms": t0, "t_to_ms": t1, "open_from": False, "open_to": t1 is None,
         "n_heard": 9, "observable": known, "reason": None if known else "no_report_inside"}
        for k, (mmsi, zone, t0, t1, known) in enumerate(rows)
    ]  # fmt: skip
    return _truth(zone_visits=pl.DataFrame(told, schema=ZONE_VISITS))


def _found(*rows: tuple[int, str, int, int | None]) -> pl.DataFrame:
    names = ["mmsi", "zone_id", "t_from_ms", "t_to_ms"]
    types = {n: schema.ZONE_VISITS.polars[n] for n in names}
    return pl.DataFrame(rows, schema=types, orient="row")


def test_what_is_found_as_planted_scores_one() -> None:
    truth = _visits((1, "a", 0, 10 * H, True), (1, "b", 0, 10 * H, True))
    told = score(_found((1, "a", 0, 10 * H), (1, "b", 6_000, 10 * H)), truth, "zone_visit")
    assert (told.precision, told.recall, told.n_found, told.n_truth) == (1.0, 1.0, 2, 2)
    assert told.median_time_error_s == 0.0
    assert told.p95_time_error_s == pytest.approx(5.1)


@pytest.mark.parametrize(
    "found",
    [
        (2, "a", 0, 10 * H),  # another vessel
        (1, "b", 0, 10 * H),  # another zone
        (1, "a", 6 * H, 16 * H),  # overlap 4 of 16
        (1, "a", 0, 21 * H),  # overlap 10 of 21
    ],
)
def test_other_vessels_zones_and_times_are_no_partners(
    found: tuple[int, str, int, int],
) -> None:
    told = score(_found(found), _visits((1, "a", 0, 10 * H, True)), "zone_visit")
    assert (told.precision, told.recall) == (0.0, 0.0)


def test_half_of_the_union_is_enough() -> None:
    told = score(_found((1, "a", 0, 20 * H)), _visits((1, "a", 0, 10 * H, True)), "zone_visit")
    assert told.recall == 1.0


def test_one_partner_each_so_that_the_total_overlap_is_greatest() -> None:
    # Greedy would give the first found row the second planted one (9 of 11) and leave one alone.
    truth = _visits((1, "a", 0, 10 * H, True), (1, "a", 4 * H, 14 * H, True))
    found = _found((1, "a", 3 * H, 13 * H), (1, "a", 9 * H, 18 * H), (1, "a", 8 * H, 14 * H))
    told = score(found, truth, "zone_visit")
    assert told.n_found_paired == 2
    assert told.recall == 1.0
    alone, missed = unpaired(found, truth, "zone_visit")
    assert alone["t_from_ms"].to_list() == [9 * H]
    assert missed.height == 0


def test_open_events_last_to_the_end_of_the_data() -> None:
    truth = _visits((1, "a", 0, 10 * H, True), (2, "a", 0, 100 * H, True))
    told = score(_found((2, "a", 0, None), (1, "a", 0, None)), truth, "zone_visit")
    assert (told.n_found_paired, told.recall) == (1, 0.5)


def test_what_could_not_be_known_neither_helps_nor_harms() -> None:
    truth = _visits((1, "a", 0, 10 * H, True), (2, "a", 0, 10 * H, False))
    nothing = score(_found((1, "a", 0, 10 * H)), truth, "zone_visit")
    assert (nothing.precision, nothing.recall, nothing.n_not_observable) == (1.0, 1.0, 1)
    part = score(_found((1, "a", 0, 10 * H), (2, "a", 0, 2 * H)), truth, "zone_visit")
    assert (part.precision, part.n_excused) == (1.0, 1)
    whole = score(_found((1, "a", 0, 10 * H), (2, "a", 0, 10 * H)), truth, "zone_visit")
    assert (whole.precision, whole.n_found_paired, whole.n_truth_paired) == (1.0, 2, 1)


def test_nothing_found_has_no_precision_and_nothing_planted_no_recall() -> None:
    nothing = score(_found(), _visits((1, "a", 0, H, True)), "zone_visit")
    assert (nothing.precision, nothing.recall) == (None, 0.0)
    assert score(_found((1, "a", 0, H)), _visits(), "zone_visit").recall is None
    assert score(_found(), _visits(), "zone_visit").n_found == 0


def _crossings(*rows: tuple[int, str, int, int, bool]) -> Truth:
    told = [
        {"transmitter": k, "hull": k, "mmsi": mmsi, "gate_id": gate, "gate_version": "1",
         "from_side": "x", "to_side": "y", "sign": sign, "t_ms": t, "n_raw": 1, "silence_h": 0.1,
         "settled": True, "observable": known, "reason": None}
        for k, (mmsi, gate, sign, t, known) in enumerate(rows)
    ]  # fmt: skip
    return _truth(gate_crossings=pl.DataFrame(told, schema=GATE_CROSSINGS))


def _crossed(*rows: tuple[int, str | None, int, int, int, int]) -> pl.DataFrame:
    names = ["mmsi", "gate_id", "sign", "t_from_ms", "t_from_lo_ms", "t_from_hi_ms"]
    types = {n: schema.GATE_CROSSINGS.polars[n] for n in names}
    frame = pl.DataFrame(rows, schema=types, orient="row")
    return frame.with_columns(t_to_ms=pl.col("t_from_ms"))


def test_instants_pair_within_a_minute_or_their_own_bounds() -> None:
    truth = _crossings((1, "g", 1, 10 * H, True))
    near = _crossed((1, "g", 1, 10 * H + 60_000, 10 * H + 50_000, 10 * H + 70_000))
    told = score(near, truth, "gate_crossing")
    assert (told.recall, told.in_bounds_share, told.median_time_error_s) == (1.0, 0.0, 60.0)
    far = _crossed((1, "g", 1, 10 * H + 61_000, 10 * H + 50_000, 10 * H + 70_000))
    assert score(far, truth, "gate_crossing").recall == 0.0
    vague = _crossed((1, "g", 1, 11 * H, 9 * H, 12 * H))
    told = score(vague, truth, "gate_crossing")
    assert (told.recall, told.in_bounds_share) == (1.0, 1.0)


def test_the_wrong_way_through_a_gate_is_wrong() -> None:
    truth = _crossings((1, "g", 1, 10 * H, True))
    told = score(_crossed((1, "g", -1, 10 * H, 10 * H, 10 * H)), truth, "gate_crossing")
    assert (told.precision, told.recall) == (0.0, 0.0)


def test_crossings_without_a_gate_are_left_out() -> None:
    truth = _crossings((1, "g", 1, 10 * H, True))
    found = _crossed((1, None, 1, 10 * H, 10 * H, 10 * H), (1, "g", 1, 10 * H, 10 * H, 10 * H))
    assert score(found, truth, "gate_crossing").n_found == 1


def test_a_gap_is_found_by_vessel_and_time() -> None:
    same = {"transmitter": 0, "hull": 0, "mmsi": 1, "planted": True, "n_lost": 9,
            "observable": True, "reason": None}  # fmt: skip
    told = [
        same | {"t_from_ms": 0, "t_to_ms": 20 * H, "silence_h": 20.0},
        same | {"t_from_ms": 50 * H, "t_to_ms": None, "silence_h": 50.0},
    ]
    truth = _truth(gaps=pl.DataFrame(told, schema=GAPS))
    found = pl.DataFrame(
        {"mmsi": [1, 1, 3], "t_from_ms": [0, 50 * H, 0], "t_to_ms": [20 * H, None, 90 * H],
         "as_of_ms": [100 * H] * 3},
        schema_overrides={"mmsi": pl.Int32},
    )  # fmt: skip
    result = score(found, truth, "gap")
    assert (result.precision, result.recall) == (2 / 3, 1.0)
    assert result.as_row()["kind"] == "gap"


def test_an_unknown_kind_and_a_missing_column_are_refused_by_name() -> None:
    with pytest.raises(ParameterError, match="loitering"):
        score(_found(), _visits(), "loitering")  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="t_from_ms"):
        score(_found().drop("t_from_ms"), _visits(), "zone_visit")
