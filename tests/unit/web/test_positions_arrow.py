import json

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from northwatch.geo import to_map
from northwatch.web.held import Held
from northwatch.web.positions_arrow import activity, loaded_period, thinned
from tests.unit.web.reader import Reader


def _table(client: Reader, query: str = "") -> tuple[pa.Table, dict[str, object]]:
    response = client.get(f"/positions.arrow{query}")
    assert response.status_code == 200
    table = pa.ipc.open_stream(response.content).read_all()
    return table, json.loads(table.schema.metadata[b"northwatch"])


def test_a_position_takes_fifteen_bytes_and_a_bit(client: Reader) -> None:
    table, _ = _table(client)
    types = {field.name: str(field.type) for field in table.schema}
    assert types == {
        "x": "float", "y": "float", "t": "float", "vessel": "uint16", "actor": "uint8",
        "starts": "bool",
    }  # fmt: skip


def test_all_that_the_picture_holds_is_sent_where_it_fits(client: Reader, held: Held) -> None:
    table, told = _table(client)
    assert table.num_rows == told["total"] == held.scan("track_points").collect().height


def test_rows_of_a_track_stand_together_in_time_order_and_its_first_row_is_marked(
    client: Reader,
) -> None:
    table, _ = _table(client)
    t, starts = table["t"].to_numpy(), np.array(table["starts"].to_pylist())
    vessel = table["vessel"].to_numpy()
    assert starts[0]
    later = ~starts[1:]
    assert (np.diff(t)[later] >= 0).all()
    assert (np.diff(vessel.astype(int))[later] == 0).all()


def test_a_ship_is_where_the_server_projects_it(client: Reader) -> None:
    table, told = _table(client)
    vessels = told["vessels"]
    assert isinstance(vessels, dict)
    at = vessels["mmsi"].index(257000100)  # the made ship at 89.9 N
    rows = table["vessel"].to_numpy() == at
    x, y = to_map(np.array([89.9]), np.array([30.0]))
    assert table["x"].to_numpy()[rows] == pytest.approx(x[0], abs=1)
    assert table["y"].to_numpy()[rows] == pytest.approx(y[0], abs=1)


def test_the_actor_code_is_that_of_the_ships_flag(client: Reader, held: Held) -> None:
    table, told = _table(client)
    vessels, actors = told["vessels"], told["actors"]
    assert isinstance(vessels, dict)
    assert isinstance(actors, list)
    codes = {actor["actor"]: actor["code"] for actor in actors}
    flags = [vessels["flag"][v] for v in table["vessel"].to_pylist()]
    assert table["actor"].to_pylist() == [codes.get(f, codes["other"]) for f in flags]
    assert set(codes) == set(held.marks)


def test_a_zone_leaves_only_the_vessels_that_were_in_it(client: Reader, held: Held) -> None:
    _, told = _table(client, "?zone=barents-sea")
    vessels = told["vessels"]
    assert isinstance(vessels, dict)
    visitors = set(held.table("zone_visits").filter(pl.col("zone_id") == "barents-sea")["mmsi"])
    assert 0 < len(vessels["mmsi"]) < held.vessels.height
    assert set(vessels["mmsi"]) <= visitors


HOURS = pl.DataFrame({"hour": np.arange(100, 200), "n": np.full(100, 10)})


def test_the_loaded_period_grows_about_the_window_until_the_limit() -> None:
    lo, hi = loaded_period(HOURS, (140, 150), 300)
    assert (lo, hi) == (130, 160)
    assert loaded_period(HOURS, (140, 150), 10_000)[0] <= 100
    assert loaded_period(HOURS, (140, 150), 10_000)[1] >= 200


def test_a_window_over_the_limit_is_loaded_whole_all_the_same() -> None:
    assert loaded_period(HOURS, (140, 190), 50) == (140, 190)


def test_a_picture_without_positions_loads_just_the_window() -> None:
    assert loaded_period(HOURS.clear(), (1, 2), 50) == (1, 2)


def test_thinning_keeps_the_ends_of_tracks_and_says_how_much_it_left_out() -> None:
    starts = [True, *[False] * 99, True, *[False] * 49]
    points = pl.DataFrame({"n": range(150), "starts": starts})
    kept, stride = thinned(points, 50)
    assert stride == 3
    assert {0, 99, 100, 149} <= set(kept["n"])
    assert kept.height <= 56
    assert thinned(points, 150) == (points, 1) or thinned(points, 150)[0].equals(points)


def test_activity_counts_every_drawn_position_once(held: Held) -> None:
    assert activity(held)["n"].sum() == held.scan("track_points").collect().height
