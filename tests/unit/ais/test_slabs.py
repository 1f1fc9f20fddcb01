"""Slabs: the memory of tables that are gone is used again, and never that of tables still held."""

import gc
from threading import Thread

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from northwatch.ais import slabs

SIZE = 9 << 20


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slabs, "_FREE", [])


def frame_of(value: int, size: int = SIZE) -> pl.DataFrame:
    view, slab = slabs.take_slab(size)
    view[:] = value
    array = pa.Array.from_buffers(pa.uint8(), size, [None, slab])
    return pl.DataFrame(pa.table({"value": array}))


def address(frame: pl.DataFrame) -> int:
    return int(frame["value"].to_numpy(allow_copy=False).ctypes.data)


def test_memory_comes_back_with_the_last_table_and_is_used_again() -> None:
    frame = frame_of(1)
    first, part = address(frame), frame.slice(5, 10)
    del frame
    gc.collect()
    assert address(frame_of(2)) != first, "a part of the table is still held"
    assert part["value"].to_list() == [1] * 10
    del part
    gc.collect()
    again = [frame_of(value) for value in (3, 4)]
    assert first in {address(each) for each in again}
    assert [each["value"].unique().to_list() for each in again] == [[3], [4]]


def test_a_slab_that_is_too_small_is_left_for_others() -> None:
    small, large = frame_of(1), frame_of(2, 3 * SIZE)
    where = address(small), address(large)
    del small, large
    gc.collect()
    assert address(frame_of(3, 2 * SIZE)) == where[1]


def test_no_more_is_kept_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slabs, "KEPT_BYTES", 2 * SIZE)
    held = [frame_of(value) for value in range(5)]
    del held
    gc.collect()
    assert 0 < sum(each.size for each in slabs._FREE) <= 2 * SIZE  # noqa: SLF001 - what is kept


def test_small_slabs_are_left_to_arrow() -> None:
    frame = frame_of(7, 1_000)
    assert frame["value"].sum() == 7_000
    del frame
    gc.collect()
    assert not slabs._FREE  # noqa: SLF001 - what is kept


def test_tables_let_go_by_many_threads_keep_their_values() -> None:
    wrong: list[int] = []

    def work(seed: int) -> None:
        chance = np.random.default_rng(seed)
        held: list[tuple[int, pl.DataFrame]] = []
        for value in chance.integers(0, 255, 60).tolist():
            held.append((value, frame_of(value, 4 << 20)))
            if len(held) > 4:
                wanted, frame = held.pop(int(chance.integers(0, len(held))))
                if frame["value"].unique().to_list() != [wanted]:
                    wrong.append(wanted)

    threads = [Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
