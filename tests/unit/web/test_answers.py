import io
import json

import polars as pl
import pyarrow.parquet as pq

from northwatch.web.answers import JSON_ROWS, View, answer
from northwatch.web.ask import AFTER
from northwatch.web.cite import Cite, cite, hash_rows
from northwatch.web.parameters import read_state


def _cite(rows: pl.DataFrame) -> Cite:
    return cite(
        root="http://here", address="/made?by=day", rows=rows, definition={"what": "made"},
        picture="1-abc", sources=(),
    )  # fmt: skip


def _view(rows: pl.DataFrame, after: str = "") -> View:
    state = read_state([("after", after)] if after else [], [AFTER])
    return View(
        name="made", title="Made", template="made.html", path="/made", state=state, rows=rows,
        cite=_cite(rows),
    )  # fmt: skip


ROWS = pl.DataFrame({"mmsi": [2, 1], "name": ['Å, "B"', None], "evidence": [["1:0", "1:60"], []]})


def _body(view: View, suffix: str) -> bytes:
    made = answer(view, suffix)
    assert made is not None
    return made.content


def test_json_has_the_cite_block_the_rows_and_where_the_next_ones_are() -> None:
    told = json.loads(_body(_view(ROWS), "json"))
    assert told["meta"]["data_hash"] == hash_rows(ROWS)
    assert told["rows"] == ROWS.to_dicts()
    assert told["next"] is None


def test_json_ends_after_ten_thousand_rows_and_names_the_rest() -> None:
    rows = pl.DataFrame({"n": range(JSON_ROWS + 5)})
    first = json.loads(_body(_view(rows), "json"))
    assert len(first["rows"]) == JSON_ROWS
    assert first["next"] == f"/made.json?after={JSON_ROWS}"
    rest = json.loads(_body(_view(rows, str(JSON_ROWS)), "json"))
    assert [row["n"] for row in rest["rows"]] == list(range(JSON_ROWS, JSON_ROWS + 5))
    assert rest["next"] is None


def test_no_rows_are_no_rows_in_every_format() -> None:
    none = ROWS.clear()
    assert json.loads(_body(_view(none), "json"))["rows"] == []
    assert _body(_view(none), "csv").decode().strip() == "mmsi,name,evidence"
    assert pq.read_table(io.BytesIO(_body(_view(none), "parquet"))).num_rows == 0


def test_csv_has_a_header_and_no_comment_lines() -> None:
    assert _body(_view(ROWS), "csv").decode().splitlines() == [
        "mmsi,name,evidence",
        '2,"Å, ""B""",1:0 1:60',
        "1,,",
    ]


def test_parquet_has_the_rows_and_the_cite_block_in_its_metadata() -> None:
    table = pq.read_table(io.BytesIO(_body(_view(ROWS), "parquet")))
    assert pl.DataFrame(table).equals(ROWS)
    told = json.loads(table.schema.metadata[b"northwatch.cite"])
    assert told["data_hash"] == hash_rows(ROWS)


def test_a_view_without_geometry_has_no_geojson() -> None:
    assert answer(_view(ROWS), "geojson") is None


def test_the_same_rows_give_the_same_hash_and_another_order_gives_another() -> None:
    assert hash_rows(ROWS) == hash_rows(ROWS.clone())
    assert hash_rows(ROWS) != hash_rows(ROWS.reverse())


def test_the_query_id_does_not_depend_on_the_host() -> None:
    here = _cite(ROWS)
    there = cite(
        root="http://there", address="/made?by=day", rows=ROWS, definition={}, picture="x",
        sources=(),
    )  # fmt: skip
    assert here.query_id == there.query_id
    assert here.url != there.url
