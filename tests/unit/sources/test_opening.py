"""Sources as the pipeline meets them."""

from pathlib import Path

from northwatch import sources
from northwatch.sources import open_source


def test_every_public_name_is_there() -> None:
    assert all(hasattr(sources, name) for name in sources.__all__)


def test_a_line_that_a_reject_names_can_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "x.nm4"
    path.write_text("!AIVDM,1,1,,A,1,0*00\nsecond line\nthird\n")
    source = open_source(path)
    assert source.text_at(21, 11) == b"second line"
    assert source.text_at(33, 100) == b"third\n"


def test_blocks_can_be_read_twice(tmp_path: Path) -> None:
    path = tmp_path / "x.nm4"
    path.write_text("!AIVDM,1,1,,A,1,0*00\n" * 10)
    source = open_source(path)
    assert b"".join(source.blocks(7)) == b"".join(source.blocks()) == path.read_bytes()
