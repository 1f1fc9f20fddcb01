"""Packed files: read whole in blocks, or refused where they end early or are damaged."""

import bz2
import gzip
import hashlib
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from northwatch.errors import EmptyError, UnreadableError
from northwatch.sources import open_source, open_sources
from northwatch.sources.archives import stored

HEADER = b"mmsi,date_time_utc,longitude,latitude,speed_over_ground\n"
ROWS = HEADER + b"".join(
    b"%d,2023-06-01T10:00:%02d,10.%06d,57.%06d,12.5\n" % (219_000_000 + k, k % 60, n, n)
    for k in range(30_000)
    for n in [random.Random(k).randrange(1_000_000)]  # noqa: S311 - made data
)


def zst_of(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


PACK: dict[str, Callable[[bytes], bytes]] = {
    "csv": bytes,
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "zst": zst_of,
}


def zip_of(path: Path, method: int = zipfile.ZIP_DEFLATED, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return path


@pytest.fixture
def put(tmp_path: Path) -> Callable[[bytes, str], Path]:
    def put_file(data: bytes, name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return put_file


Put = Callable[[bytes, str], Path]


@pytest.mark.parametrize("packing", PACK)
@pytest.mark.parametrize("size", [1000, 8 << 20])
def test_a_packed_file_gives_the_bytes_that_were_packed(put: Put, packing: str, size: int) -> None:
    packed = PACK[packing](ROWS)
    source = open_source(put(packed, f"x.{packing}"))
    blocks = list(source.blocks(size))
    assert b"".join(blocks) == ROWS
    assert max(map(len, blocks)) <= size
    assert source.progress == 1.0
    assert source.sha256 == hashlib.sha256(packed).hexdigest()
    assert (source.name, source.bytes) == (f"x.{packing}", len(packed))
    assert source.dialect.id == "kystverket-hais/csv"
    assert source.licence == "NLOD 2.0"


def test_the_name_says_nothing_of_the_packing(put: Put) -> None:
    assert b"".join(open_source(put(gzip.compress(ROWS), "x.csv")).blocks()) == ROWS


def test_the_hash_is_the_same_whether_asked_for_first_or_last(put: Put) -> None:
    path = put(gzip.compress(ROWS), "x.gz")
    first, last = open_source(path), open_source(path)
    asked_first = first.sha256
    assert list(last.blocks())
    assert asked_first == last.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_progress_grows_with_the_bytes_taken(put: Put) -> None:
    source = open_source(put(ROWS, "x.csv"))
    assert source.progress == 0.0
    shares = [source.progress for _ in source.blocks(100_000)]
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.1
    assert shares[-1] == 1.0


@pytest.mark.parametrize("packing", ["gz", "bz2", "zst"])
def test_several_packed_pieces_in_a_row_are_one_file(put: Put, packing: str) -> None:
    half = len(ROWS) // 2
    packed = PACK[packing](ROWS[:half]) + PACK[packing](ROWS[half:])
    assert b"".join(open_source(put(packed, "x")).blocks()) == ROWS


def test_padding_after_a_gzip_file_is_no_part_of_it(put: Put) -> None:
    assert b"".join(open_source(put(gzip.compress(ROWS) + bytes(600), "x")).blocks()) == ROWS


@pytest.mark.parametrize("packing", ["gz", "bz2", "zst"])
@pytest.mark.parametrize("lost", [1, 5, 1000])
def test_a_file_cut_off_is_refused(put: Put, packing: str, lost: int) -> None:
    path = put(PACK[packing](ROWS)[:-lost], f"x.{packing}")
    with pytest.raises(
        UnreadableError, match=rf"x\.{packing}: it is cut off.*Fetch the file again"
    ):
        list(open_source(path).blocks())


@pytest.mark.parametrize("packing", ["gz", "bz2", "zst"])
def test_a_damaged_file_is_refused(put: Put, packing: str) -> None:
    packed = bytearray(PACK[packing](ROWS))
    packed[len(packed) // 2 : len(packed) // 2 + 64] = bytes(64)
    with pytest.raises(UnreadableError, match=r"damaged|cut off"):
        list(open_source(put(bytes(packed), "x")).blocks())


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_each_member_of_a_zip_is_a_source_of_its_own(tmp_path: Path, method: int) -> None:
    path = zip_of(tmp_path / "day.zip", method, a_csv=ROWS, b_csv=HEADER + b"1,x,1,1,1\n")
    one, other = open_sources(path)
    assert (one.name, other.name) == ("day.zip/a.csv", "day.zip/b.csv")
    assert one.path == other.path == path
    assert b"".join(one.blocks(5000)) == ROWS
    assert one.sha256 != other.sha256
    assert one.progress == 1.0
    with pytest.raises(UnreadableError, match=r"it holds 2 files"):
        open_source(path)


def test_a_zip_of_one_member_is_one_source(tmp_path: Path) -> None:
    assert open_source(zip_of(tmp_path / "day.zip", a_csv=ROWS)).name == "day.zip/a.csv"


def test_folders_in_a_zip_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "day.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.mkdir("FtpRoot")
        archive.writestr("FtpRoot/a.csv", ROWS)
    assert [source.name for source in open_sources(path)] == ["day.zip/FtpRoot/a.csv"]


def test_a_member_that_is_no_ais_does_not_stop_the_others(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "day.zip", README_txt=b"Columns in *.csv file\n", a_csv=ROWS)
    readme, rows = open_sources(path)
    assert readme.dialect.id == "unknown"
    with pytest.raises(UnreadableError, match=r"day\.zip/README\.txt, line 1: no dialect fits"):
        list(readme.blocks())
    assert b"".join(rows.blocks()) == ROWS


def test_a_zip_cut_off_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "day.zip", a_csv=ROWS)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(UnreadableError, match=r"day\.zip: the zip is cut off or damaged"):
        open_sources(path)


def test_a_damaged_member_is_refused_and_the_next_is_not(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "day.zip", zipfile.ZIP_STORED, a_csv=ROWS, b_csv=ROWS)
    data = bytearray(path.read_bytes())
    data[1_000_000] ^= 1
    path.write_bytes(bytes(data))
    one, other = open_sources(path)
    with pytest.raises(UnreadableError, match=r"checksum is wrong"):
        list(one.blocks())
    assert b"".join(other.blocks()) == ROWS


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "day.zip", a_csv=ROWS)
    data = bytearray(path.read_bytes())
    central = data.rindex(b"PK\x01\x02")
    data[central + 8] |= 1
    path.write_bytes(bytes(data))
    with pytest.raises(UnreadableError, match=r"a\.csv: it is encrypted. Unpack it first"):
        open_sources(path)


def test_an_archive_without_members_is_empty(tmp_path: Path) -> None:
    with pytest.raises(EmptyError, match=r"x\.zip"):
        open_sources(zip_of(tmp_path / "x.zip"))


def test_what_is_not_a_file_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"it is a folder. Name the files in it"):
        open_source(tmp_path)
    with pytest.raises(UnreadableError, match=r"No such file"):
        open_source(tmp_path / "absent.csv")


def test_a_file_that_shrinks_while_it_is_read_is_cut_off(put: Put) -> None:
    path = put(ROWS, "x.csv")
    (found,) = stored(path)
    path.write_bytes(ROWS[:-10])
    with pytest.raises(UnreadableError, match=r"cut off"):
        list(found.unpacked(1000))
