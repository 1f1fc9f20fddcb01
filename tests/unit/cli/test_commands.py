"""Commands: run as a user runs them, on a built lake."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from northwatch.cli import main
from northwatch.lake import Lake

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process; return its status, standard output and standard error."""

    def run_it(*words: str) -> tuple[int, str, str]:
        status: Any = 0
        try:
            main(list(words))
        except SystemExit as end:
            status = end.code or 0
        told = capsys.readouterr()
        return int(status), told.out, told.err

    return run_it


@pytest.mark.parametrize(
    "words",
    [
        ("trends",),
        ("trends", "--measure", "entries", "--actor", "all", "--by", "all"),
        ("trends", "--measure", "visits", "--zone", "barents-sea", "--by", "day"),
        ("events",),
        ("events", "--kind", "gap"),
        ("rejects",),
    ],
)
def test_json_is_one_document_and_tables_go_to_standard_output(
    run: Run, lake: Lake, words: tuple[str, ...]
) -> None:
    status, out, err = run(*words, "--lake", str(lake.path), "--json")
    assert (status, err) == (0, "")
    assert isinstance(json.loads(out), dict)
    status, out, _ = run(*words, "--lake", str(lake.path))
    assert status == 0
    assert out.strip()


def test_figures_come_with_their_definition(run: Run, lake: Lake) -> None:
    _, out, _ = run("trends", "--lake", str(lake.path), "--json")
    document = json.loads(out)
    assert document["definition"]["correction"].startswith("none: naive")
    assert document["definition"]["sources"][0]["dialect"].startswith("nmea")
    assert document["place_versions"] == {"polar-code": document["place_versions"]["polar-code"]}
    assert sum(row["value"] for row in document["rows"]) > 0


def test_events_of_one_gate_are_only_of_that_gate(run: Run, lake: Lake) -> None:
    _, out, _ = run("events", "--kind", "gate_crossing", "--lake", str(lake.path), "--json")
    gates = {row["gate_id"] for row in json.loads(out)["rows"]}
    one = min(gates)
    _, out, _ = run("events", "--place", one, "--lake", str(lake.path), "--json")
    assert {row["gate_id"] for row in json.loads(out)["rows"]} == {one}


def test_a_vessel_is_found_by_number_id_and_name(run: Run, lake: Lake) -> None:
    row = lake.picture().read("vessels").filter(name=lake.picture().read("vessels")["name"][0])
    for which in (str(row["mmsi"][0]), row["vessel_id"][0], row["name"][0].lower()):
        _, out, _ = run("vessel", which, "--lake", str(lake.path), "--json")
        assert json.loads(out)["vessels"][0]["mmsi"] == row["mmsi"][0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("trends", "--measure", "ships"), "allowed: vessels, vessel_days"),
        (("trends", "--zone", "atlantis"), "allowed: amundsen-gulf-w"),
        (("vessel", "no such ship"), "is not there"),
        (("events", "--kind", "landing"), "allowed: zone_visit"),
        (("rejects", "--file", "absent.nmea"), "is not there"),
    ],
)
def test_an_error_is_one_sentence_that_says_what_is_allowed(
    run: Run, lake: Lake, words: tuple[str, ...], said: str
) -> None:
    status, out, err = run(*words, "--lake", str(lake.path))
    assert (status, out) == (1, "")
    assert err.startswith("northwatch: ")
    assert said in err
    assert "Traceback" not in err


def test_a_folder_that_is_no_lake_says_what_to_do(run: Run, tmp_path: Path) -> None:
    status, _, err = run("trends", "--lake", str(tmp_path / "absent"))
    assert status == 1
    assert "northwatch ingest" in err


def test_finding_something_is_told_by_the_status_if_asked(run: Run, lake: Lake) -> None:
    words = ("events", "--kind", "zone_visit", "--lake", str(lake.path), "--exit-code")
    assert run(*words)[0] == 3
    assert run(*words, "--t-from", "2030-01-01")[0] == 0


def test_a_batch_with_a_bad_file_goes_on_and_its_status_tells(
    run: Run, tmp_path: Path, lake: Lake
) -> None:
    good = next((lake.path.parent / "season").glob("*.nmea"))
    (tmp_path / "odd.csv").write_text("when,who\n1,2\n", encoding="utf-8")
    words = ("ingest", str(tmp_path / "odd.csv"), str(good), "--lake", str(tmp_path / "lake"))
    status, out, err = run(*words, "--json")
    assert status == 1
    assert "odd.csv" in err
    assert [file["state"] for file in json.loads(out)["files"]] == ["refused", "read"]


def test_zones_name_the_source_of_their_boundary(run: Run) -> None:
    _, out, _ = run("zones", "--json")
    document = json.loads(out)
    assert all(zone["source"] and zone["version"] for zone in document["zones"])
    assert len(document["gates"]) >= 40


def test_a_season_is_written_with_its_truth(run: Run, tmp_path: Path) -> None:
    status, out, _ = run("season", str(tmp_path), "--rows", "3000", "--form", "dma", "--json")
    document = json.loads(out)
    assert status == 0
    assert all(Path(file["file"]).stat().st_size == file["bytes"] for file in document["files"])
    assert any("gaps" in path for path in document["truth"])


def test_help_needs_no_heavy_library() -> None:
    code = (
        "import sys; from northwatch.cli import app; "
        "print([m for m in ('polars', 'numba', 'pyarrow', 'duckdb') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "[]"


def test_texts_are_counted_compared_and_written_back(run: Run, tmp_path: Path) -> None:
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_text("@ 1 | bracketed\nThey [shall {DNK} / should {USA}] meet.\n")
    new.write_text("@ 1 | bracketed\nThey [shall]{DNK, USA} meet.\n")
    assert "1 paragraphs, 1 brackets" in run("text", "left", str(old))[1]
    told = json.loads(run("text", "left", str(old), "--json")[1])
    assert told["parties"]["USA"] == {"proposes": 1, "opposes": 0}
    assert "support gained" in run("text", "compare", str(old), str(new))[1]
    assert run("text", "compare", str(old), str(old)) == (0, "The two say the same.\n", "")
    written = "@ 1 | bracketed\nThey [shall]{DNK}[should]{USA} meet.\n"
    assert run("text", "plain", str(old)) == (0, written, "")
    old.write_text("@ 1 | bracketed\nThey\n[shall meet.\n")
    status, _, told = run("text", "left", str(old))
    assert status != 0
    assert "old.txt, line 3" in told


def test_documents_are_read_and_the_rest_goes_on(run: Run, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text('Karin Holt said: "The survey ends in May." \n')
    bad.write_bytes(b"\0\0")
    status, out, err = run("read", str(bad), str(good), "--json")
    assert status == 1
    assert "bad.txt" in err
    (document,) = json.loads(out)["documents"]
    (statement,) = document["statements"]
    assert statement["words"] == "The survey ends in May."
    assert (statement["review"], statement["place"]) == ("proposed", "line 1")
    shown = run("read", str(good))[1]
    assert "Karin Holt" in shown
    assert "characters 18 to 41" in shown
    tables = tmp_path / "ours.toml"
    tables.write_text("[[people]]\naliases = ['x']\n")
    status, _, err = run("read", str(good), "--tables", str(tables))
    assert status == 1
    assert "ours.toml" in err
