import polars as pl

from northwatch.web.held import Held
from northwatch.web.map_view import histogram, map_view, vessels_in_view, view_parameters
from northwatch.web.parameters import read_state
from northwatch.web.positions_arrow import activity
from tests.unit.web.made_picture import T0_MS
from tests.unit.web.reader import Reader

EVERYTHING = "t_from=2024-08-01&t_to=2024-09-01"
WIDE = f"{EVERYTHING}&res=20000"


def _ids(client: Reader, query: str) -> set[str]:
    return {row["vessel_id"] for row in client.get(f"/map.json?{query}").json()["rows"]}


def test_the_whole_view_lists_every_vessel_once(client: Reader, held: Held) -> None:
    assert _ids(client, WIDE) == set(held.vessels["vessel_id"])


def test_a_vessel_is_listed_with_its_last_position_in_the_window(
    client: Reader, held: Held
) -> None:
    rows = client.get(f"/map.json?{WIDE}").json()["rows"]
    last = held.scan("track_points").group_by("mmsi").agg(pl.col("t_ms").max()).collect()
    assert {row["mmsi"]: row["t_ms"] for row in rows} == dict(last.iter_rows())


def test_the_window_is_half_open(client: Reader) -> None:
    before = "t_from=2024-07-30&t_to=2024-08-01T00:00Z&res=20000"
    assert _ids(client, before) == set()
    assert "mmsi-257000102" in _ids(client, "t_from=2024-08-01&t_to=2024-08-01T00:01Z&res=20000")


def test_a_close_view_of_the_pole_lists_the_ships_there_whatever_is_up(client: Reader) -> None:
    for up in (-45, 0, 180, 19):
        query = f"t_from=2024-08-01&t_to=2024-08-02&res=100&up={up}"
        assert _ids(client, query) == {"mmsi-257000100", "mmsi-257000102"}


def test_filters_leave_only_flags_and_classes_asked_for(client: Reader) -> None:
    rows = client.get(f"/map.json?{WIDE}&actor=RUS,CHN&class=cargo").json()["rows"]
    assert rows
    assert {row["flag"] for row in rows} <= {"RUS", "CHN"}
    assert {row["vessel_class"] for row in rows} == {"cargo"}


def test_page_and_list_and_download_hold_the_same_vessels(client: Reader) -> None:
    query = f"{WIDE}&actor=RUS"
    page = client.get(f"/map?{query}").text
    fragment = client.get(f"/map/list?{query}", headers={"HX-Request": "true"}).text
    for vessel in _ids(client, query):
        assert f'data-vessel="{vessel}"' in page
        assert f'data-vessel="{vessel}"' in fragment
    assert "<html" not in fragment


def test_an_empty_view_says_which_nothing_it_is(client: Reader) -> None:
    outside = client.get("/map?t_from=2020-01-01&t_to=2020-02-01").text
    assert "No data are loaded for this window: they run from 2024-08-01" in outside
    inside = client.get("/map?t_from=2024-08-02&t_to=2024-08-03&res=10&x=2000000&y=2000000").text
    assert "none heard is not the same as none there" in inside


def test_events_have_words_places_and_evidence(client: Reader) -> None:
    rows = client.get(f"/map/events.json?{EVERYTHING}").json()["rows"]
    kinds = {row["kind"] for row in rows}
    assert kinds == {"gate_crossing", "gap"}
    assert all(row["words"] and row["evidence"] for row in rows)
    gaps = {row["words"].split(": ", 1)[1] for row in rows if row["kind"] == "gap"}
    assert gaps <= {
        "silent where it would have been heard", "could not have been heard",
        "not knowable: no reference here",
    }  # fmt: skip


def test_the_panel_says_position_course_zone_and_when_last_heard(client: Reader) -> None:
    text = client.get(f"/map/panel/imo-9000001?{EVERYTHING}", headers={"HX-Request": "1"}).text
    for words in ("Last heard", "Position", "Course, speed", "UTC", "MMSI", "Open the vessel"):
        assert words in text


def test_the_panel_of_a_ship_not_heard_in_the_window_says_so(client: Reader) -> None:
    text = client.get("/map/panel/imo-9000001?t_from=2024-07-01&t_to=2024-07-02").text
    assert "not heard" in text


def test_the_histogram_holds_every_drawn_position(held: Held) -> None:
    made = histogram(held)
    assert sum(made["n"]) == activity(held)["n"].sum()
    assert made["t_from_ms"] <= T0_MS
    assert len(made["n"]) <= 720


def test_the_server_drawn_map_shows_each_listed_ship(client: Reader) -> None:
    rows = client.get("/map.json?res=9000&w=900&h=900").json()["rows"]
    svg = client.get("/map.svg?res=9000&w=900&h=900").text
    marks = len(svg.split("<g transform")[0].split('stroke="#15222c"/>')) - 1
    assert marks == len(rows)


def test_a_picture_view_of_defaults_is_the_bare_address(held: Held) -> None:
    state = read_state([], view_parameters(held))
    assert state.query() == ""
    assert vessels_in_view(held, map_view(state)).height > 0
