import csv
import io

import polars as pl

from northwatch.web.held import Held
from tests.unit.web.reader import Reader


def test_a_vessel_is_found_by_number_and_by_part_of_its_name(client: Reader, held: Held) -> None:
    some = held.vessels.filter(pl.col("imo").is_not_null()).row(3, named=True)
    for query in (f"mmsi={some['mmsi']}", f"imo={some['imo']}", f"name={some['name'][5:12]}"):
        rows = client.get(f"/vessels.json?{query}").json()["rows"]
        assert some["vessel_id"] in {row["vessel_id"] for row in rows}, query


def test_nobody_found_is_said_with_what_it_does_not_mean(client: Reader) -> None:
    assert "may still have been there" in client.get("/vessels?name=zzzz").text


def test_the_page_has_identity_timeline_track_and_gaps(client: Reader, held: Held) -> None:
    mmsi = held.table("gaps")["mmsi"][0]
    vessel = held.vessels.filter(pl.col("mmsi") == mmsi)["vessel_id"][0]
    text = client.get(f"/vessels/{vessel}").text
    for part in ("Who, as claimed", '<ol class="timeline">', "gap-line", "Such silences here"):
        assert part in text
    assert "UTC" in text


def test_the_timeline_is_in_time_order_and_has_every_event(client: Reader, held: Held) -> None:
    vessel = "imo-9000001"
    rows = client.get(f"/vessels/{vessel}.json").json()["rows"]
    times = [row["t_from_ms"] for row in rows]
    assert times == sorted(times)
    expected = sum(
        held.table(table).filter(pl.col("vessel_id") == vessel).height
        for table in ("zone_visits", "gate_crossings", "gaps")
    )
    assert len(rows) == expected


def test_positions_are_all_of_them_as_rows_with_their_place_in_the_source(
    client: Reader, held: Held
) -> None:
    row = held.vessels.filter(pl.col("vessel_id") == "imo-9000001").row(0, named=True)
    text = client.get("/vessels/imo-9000001/positions.csv").text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == row["n_positions"]
    assert {"source", "offset", "lat_deg", "lon_deg"} <= set(rows[0])


def test_identities_have_from_to_and_evidence(client: Reader) -> None:
    (row,) = client.get("/vessels/imo-9000001/identities.json").json()["rows"]
    assert row["t_from_ms"] < row["t_to_ms"]
    assert row["evidence"] == f"{row['source']}:{row['offset']}"


def test_the_track_is_cut_at_180_and_longitude_comes_first(client: Reader, held: Held) -> None:
    bering = held.vessels.filter(pl.col("name").str.contains("CARGO 4$"))["vessel_id"][0]
    told = client.get(f"/vessels/{bering}/track.geojson").json()
    lines = [line for f in told["features"] for line in f["geometry"]["coordinates"]]
    assert len(lines) > 1
    for line in lines:
        lon = [place[0] for place in line]
        assert max(lon) - min(lon) < 180
        assert all(60 < place[1] <= 90 for place in line)


def test_a_vessel_at_the_pole_has_a_page(client: Reader) -> None:
    assert client.get("/vessels/mmsi-257000102").status_code == 200
    assert client.get("/vessels/mmsi-257000102/track.geojson").status_code == 200
