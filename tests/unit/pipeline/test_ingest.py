"""Ingest: real files of made lines, from bytes to rows."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from northwatch.lake import Lake, Picture
from northwatch.pipeline import FileResult, ingest, reject_log
from northwatch.pipeline.ingest import after_cleaning
from northwatch.schema import INGESTS, POSITIONS
from tests.made import PLAN, made_files

TWO_DAYS = replace(PLAN, days=2, vessels=12)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two day files of NMEA."""
    return made_files(tmp_path / "season", plan=TWO_DAYS)


def read(folder: Path, paths: list[Path], threads: int = 1) -> tuple[Lake, list[FileResult]]:
    """Read files into a new lake."""
    lake = Lake.open(folder, create=True)
    return lake, ingest(lake, paths, threads=threads)


def positions(picture: Picture) -> pl.DataFrame:
    """Return all positions in their total order."""
    return picture.read(POSITIONS.name).sort(POSITIONS.order)


def test_counters_of_each_file_sum_to_its_lines(tmp_path: Path, files: list[Path]) -> None:
    lake, results = read(tmp_path / "lake", files)
    for path, result in zip(files, results, strict=True):
        assert result.state == "read"
        assert sum(result.counters.values()) == result.lines == path.read_bytes().count(b"\n")
        assert result.counters["position"] == result.n_positions
    rows = lake.picture().read(INGESTS.name)
    assert rows["n_positions"].sum() == positions(lake.picture()).height


def test_a_position_names_the_byte_at_which_its_line_begins(
    tmp_path: Path, files: list[Path]
) -> None:
    lake, _ = read(tmp_path / "lake", files[:1])
    content = files[0].read_bytes()
    for offset in positions(lake.picture())["offset"].head(50):
        assert content[offset : offset + 1] == b"\\"
        assert offset == 0 or content[offset - 1 : offset] == b"\n"


def test_the_same_file_again_changes_nothing(tmp_path: Path, files: list[Path]) -> None:
    lake, _ = read(tmp_path / "lake", files)
    before = lake.picture().id
    assert [result.state for result in ingest(lake, files)] == ["known", "known"]
    assert lake.picture().id == before


def test_the_order_of_files_and_the_number_of_threads_change_no_row(
    tmp_path: Path, files: list[Path]
) -> None:
    one, _ = read(tmp_path / "one", files)
    other, _ = read(tmp_path / "other", files[::-1], threads=3)
    assert positions(one.picture()).equals(positions(other.picture()))


def test_a_packed_file_gives_the_rows_of_the_plain_one(tmp_path: Path, files: list[Path]) -> None:
    packed = tmp_path / "day.nmea.gz"
    packed.write_bytes(gzip.compress(files[0].read_bytes()))
    plain, _ = read(tmp_path / "plain", files[:1])
    other, results = read(tmp_path / "packed", [packed])
    assert results[0].state == "read"
    without = pl.exclude("source")
    assert (
        positions(plain.picture())
        .select(without)
        .equals(positions(other.picture()).select(without))
    )


def test_a_corrected_file_of_a_known_name_replaces_the_old_rows(
    tmp_path: Path, files: list[Path]
) -> None:
    lake, _ = read(tmp_path / "lake", files)
    kept = set(positions(lake.picture())["source"])
    lines = files[0].read_bytes().splitlines(keepends=True)
    files[0].write_bytes(b"".join(lines[: len(lines) // 2]))
    assert [result.state for result in ingest(lake, files)] == ["read", "known"]
    corrected, _ = read(tmp_path / "corrected", files)
    assert positions(lake.picture()).equals(positions(corrected.picture()))
    assert set(positions(lake.picture())["source"]) != kept


def test_a_file_that_cannot_be_read_is_refused_and_the_others_go_on(
    tmp_path: Path, files: list[Path]
) -> None:
    (tmp_path / "cut.nmea.gz").write_bytes(gzip.compress(files[0].read_bytes())[:-400])
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "odd.csv").write_bytes(b"when,who,where\n1,2,3\n")
    bad = [tmp_path / name for name in ("cut.nmea.gz", "empty.csv", "odd.csv", "absent.nmea")]
    lake, results = read(tmp_path / "lake", [*bad, files[1]])
    assert [result.state for result in results] == ["refused"] * 4 + ["read"]
    for path, result in zip(bad, results, strict=False):
        assert path.name in result.error
    assert lake.picture().read(INGESTS.name)["file"].to_list() == [files[1].name]


def test_a_file_without_a_position_is_refused_with_its_counters(tmp_path: Path) -> None:
    path = tmp_path / "noise.nmea"
    path.write_bytes(b"!AIVDM,1,1,,A,13m=TP001TNuWu0diVL3Q2lD0000,0*00\n" * 3)
    lake = Lake.open(tmp_path / "lake", create=True)
    (result,) = ingest(lake, [path])
    assert result.state == "refused"
    assert "bad_checksum 3" in result.error


def test_refused_lines_are_logged_with_reason_and_place(tmp_path: Path, files: list[Path]) -> None:
    content = files[0].read_bytes()
    broken = b"!AIVDM,1,1,,A,13m=TP001TNuWu0diVL3Q2lD0000,0*00\n"
    files[0].write_bytes(content + broken)
    lake, results = read(tmp_path / "lake", files[:1])
    counted, refused = reject_log(lake.picture(), files[0].name)
    assert counted["lines"].sum() == results[0].lines
    last = refused.filter(pl.col("offset") == len(content)).row(0, named=True)
    assert (last["reason"], last["length"]) == ("bad_checksum", len(broken) - 1)


def test_lines_that_cleaning_refuses_leave_the_counter_of_positions() -> None:
    told = after_cleaning({"position": 10, "static": 2}, {"no_time": 3, "no_place": 0})
    assert told == {"no_time": 3, "position": 7, "static": 2}
    assert json.dumps(told) == '{"no_time": 3, "position": 7, "static": 2}'
