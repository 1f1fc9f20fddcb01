from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from northwatch.errors import DamagedError, ParameterError
from northwatch.lake import Change, Lake, Picture
from northwatch.lake.log import hash_of
from northwatch.schema import DERIVED, GAPS, STORED
from tests.unit.lake.made import (
    DAY0,
    DAY0_MS,
    DAY_MS,
    ingest,
    made_row,
    names,
    positions,
    rows_of,
    ships,
    tracks,
)

DAYS, BUCKETS = range(3), range(2)


@pytest.fixture
def picture(tmp_path: Path) -> Picture:
    lake = Lake.open(tmp_path / "lake", create=True)
    ingest(lake, "a.csv", days=DAYS, buckets=BUCKETS)
    with lake.writer() as writer:
        made = tuple(writer.write("tracks", tracks(b), bucket=b) for b in BUCKETS)
        return writer.commit({"tracks": Change(add=made)})


def everything() -> pl.DataFrame:
    rows = pl.concat(positions(day=day, bucket=b) for day in DAYS for b in BUCKETS)
    return rows.sort(rows.columns)


def test_all_rows_are_there(picture: Picture) -> None:
    assert rows_of(picture, "positions").equals(everything())


def test_a_table_without_files_is_empty_and_has_its_columns(picture: Picture) -> None:
    for table in (*STORED, *DERIVED):
        assert picture.read(table.name).schema == table.polars


def test_a_table_that_is_not_there_is_refused(picture: Picture) -> None:
    with pytest.raises(ParameterError, match="reports"):
        picture.segments("reports")


def test_files_are_listed_by_day_and_bucket(picture: Picture) -> None:
    found = [(s.day, s.bucket) for s in picture.segments("positions")]
    assert found == [(DAY0 + timedelta(days=d), b) for d in DAYS for b in BUCKETS]


def test_days_and_buckets_prune_files_and_choose_rows(picture: Picture) -> None:
    window = (DAY0 + timedelta(days=1), DAY0 + timedelta(days=2))
    found = picture.segments("positions", days=window, buckets=[1])
    assert [(s.day, s.bucket) for s in found] == [(window[0], 1), (window[1], 1)]
    rows = picture.read("positions", days=window, buckets=[1])
    kept = everything().filter(pl.col("day").is_between(*window), pl.col("bucket") == 1)
    assert rows.sort(rows.columns).equals(kept)


def test_an_mmsi_is_looked_for_in_its_own_bucket_only(picture: Picture) -> None:
    mmsi = ships(1, 3)[1]
    assert {s.bucket for s in picture.segments("positions", mmsi=mmsi)} == {1}
    assert set(picture.read("positions", mmsi=mmsi)["mmsi"]) == {mmsi}
    assert picture.read("positions", mmsi=mmsi).height == 4 * len(DAYS)
    assert picture.segments("positions", mmsi=mmsi, buckets=[0]) == ()


def test_an_mmsi_out_of_a_files_bounds_prunes_it(picture: Picture) -> None:
    assert picture.segments("positions", mmsi=ships(0, 40)[-1]) == ()


def test_the_days_of_tracks_are_those_they_touch(picture: Picture) -> None:
    before, first = (DAY0 - timedelta(days=9), DAY0 - timedelta(days=1)), (DAY0, DAY0)
    assert picture.segments("tracks", days=before) == ()
    assert picture.read("tracks", days=before).height == 0
    assert picture.read("tracks", days=first).height == 6


def test_a_read_of_a_bucket_takes_columns_and_a_range_of_vessels(picture: Picture) -> None:
    one, two, three = ships(0, 3)
    rows = picture.read_bucket("positions", 0, columns=["t_ms", "mmsi"], mmsi_from=two)
    assert rows.columns == ["t_ms", "mmsi"]
    assert set(rows["mmsi"]) == {two, three}
    assert rows.height == 2 * 4 * len(DAYS)
    alone = picture.read_bucket("positions", 0, columns=["mmsi"], mmsi_from=one, mmsi_to=one)
    assert set(alone["mmsi"]) == {one}
    assert picture.read_bucket("positions", 0, columns=["mmsi"]).height == 3 * 4 * len(DAYS)
    assert picture.read_bucket("positions", 7, columns=["mmsi"]).is_empty()


def test_ranges_of_a_bucket_without_rows_are_none(picture: Picture) -> None:
    assert picture.vessel_ranges(7, 10) == []
    with pytest.raises(ParameterError, match="rows_per_task"):
        picture.vessel_ranges(0, 0)


def test_ranges_hold_about_as_many_rows_as_asked(picture: Picture) -> None:
    assert len(picture.vessel_ranges(0, 36)) == 1
    ranges = picture.vessel_ranges(0, 12)
    counts = [
        picture.read_bucket("positions", 0, columns=["mmsi"], mmsi_from=a, mmsi_to=b).height
        for a, b in ranges
    ]
    assert counts == [12, 12, 12]


def test_an_intact_picture_is_verified(picture: Picture) -> None:
    assert picture.verify() == len(DAYS) * len(BUCKETS) + 2 + 2


def test_one_flipped_bit_is_found_and_the_file_named(picture: Picture) -> None:
    victim = picture.segments("positions")[3]
    content = bytearray(victim.path.read_bytes())
    content[len(content) // 2] ^= 1
    victim.path.write_bytes(bytes(content))
    with pytest.raises(DamagedError, match=victim.relative):
        picture.verify()


def test_a_missing_file_is_named_by_the_read_that_needs_it(picture: Picture) -> None:
    victim = picture.segments("tracks", buckets=[1])[0]
    victim.path.unlink()
    with pytest.raises(DamagedError, match=victim.relative):
        picture.read("tracks")
    with pytest.raises(DamagedError, match=victim.relative):
        picture.read_bucket("tracks", 1, columns=["mmsi"])
    assert picture.read("tracks", buckets=[0]).height == 3


def test_a_cut_file_is_named_by_the_read_that_needs_it(picture: Picture) -> None:
    victim = picture.segments("positions")[0]
    victim.path.write_bytes(victim.path.read_bytes()[:-20])
    with pytest.raises(DamagedError, match=victim.relative):
        picture.read("positions")


def test_the_data_hash_is_that_of_paths_and_contents(picture: Picture) -> None:
    found = [s for table in picture.tables() for s in picture.segments(table)]
    assert picture.data_hash() == hash_of(reversed(found))
    assert picture.data_hash() != hash_of(found[1:])
    other = found[0]._replace(sha256="0" * 64)
    assert picture.data_hash() != hash_of([other, *found[1:]])
    assert picture.id == f"2-{picture.data_hash()[:8]}"


def test_files_that_are_not_listed_are_not_read(picture: Picture) -> None:
    """A stray or torn file beside the listed ones, even under a name like theirs, is nothing."""
    listed = picture.segments("positions")[0].path
    for name in ("b00-0123456789abcdef.parquet", "b00-x.parquet.12-34.unfinished"):
        listed.with_name(name).write_bytes(listed.read_bytes()[:50])
    assert rows_of(picture, "positions").equals(everything())


def test_the_folders_name_says_nothing(tmp_path: Path) -> None:
    """Hive partitioning would take `day` from the folder; the file's column counts."""
    lake = Lake.open(tmp_path / "day=1999-01-01" / "bucket=5", create=True)
    picture = ingest(lake, "a.csv")
    assert set(picture.read("positions")["day"]) == {DAY0}
    assert set(picture.read("positions")["bucket"]) == {0}


def test_an_event_open_to_the_future_touches_all_later_days(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake", create=True)
    gap = made_row(GAPS).with_columns(
        t_from_ms=pl.lit(DAY0_MS + DAY_MS), t_to_ms=pl.lit(None, dtype=pl.Int64)
    )
    with lake.writer() as writer:
        picture = writer.commit({"gaps": Change(add=(writer.write("gaps", gap, bucket=0),))})
    later = (DAY0 + timedelta(days=90), DAY0 + timedelta(days=91))
    assert picture.read("gaps", days=later).height == 1
    assert picture.read("gaps", days=(DAY0, DAY0)).height == 0
    assert names(picture.segments("gaps", days=later))
