"""When sources were listening, from when they were heard."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from northwatch.events import heard_spans, listening_intervals
from northwatch.events.listening import Listening
from tests.build_tracked import H, ms

MINUTE = 60_000
DAY = 24 * H


def reports(*spans: tuple[float, float], every: int = MINUTE // 2) -> NDArray[np.int64]:
    """Return times of reports, one each `every`, in spans of hours after the epoch."""
    return np.concatenate([np.arange(ms(a), ms(b), every) for a, b in spans])


def intervals(
    t: NDArray[np.int64], source: NDArray[np.int32] | None = None
) -> list[tuple[int, int, int]]:
    one = np.zeros(t.size, np.int32) if source is None else source
    return listening_intervals(heard_spans(t, one)).rows()


def test_nothing_heard_is_no_listening() -> None:
    assert intervals(np.empty(0, np.int64)) == []


def test_a_source_listens_from_its_first_report_to_its_last() -> None:
    t = reports((0, 48))
    assert intervals(t) == [(0, ms(0), int(t[-1]) + 1)]


def test_the_order_of_reports_does_not_matter() -> None:
    t = reports((0, 30), (40, 72))
    shuffled = np.random.default_rng(1).permutation(t)
    assert intervals(t) == intervals(shuffled)


def test_a_missing_day_is_not_listened_to() -> None:
    first, second = intervals(reports((0, 24), (48, 72)))
    assert first[2] - ms(24) <= 0
    assert second[1] == ms(48)


def test_a_missing_hour_of_a_single_day_is_not_listened_to() -> None:
    assert len(intervals(reports((0, 10), (11, 24)))) == 2


def test_pauses_below_ten_minutes_are_no_holes() -> None:
    assert len(intervals(reports((0, 24), (24 + 9 / 60, 48)))) == 1
    assert len(intervals(reports((0, 24), (24 + 11 / 60, 48)))) == 2


def test_pauses_that_are_usual_are_no_holes() -> None:
    """Satellites: ten minutes heard, then an hour and a half nothing, for a week; one day none."""
    passes = [(k * 1.6, k * 1.6 + 0.15) for k in range(105)]
    assert len(intervals(reports(*passes))) == 1
    most = [span for span in passes if not 60 < span[0] < 80]
    assert len(intervals(reports(*most))) == 2


def test_sources_listen_each_by_themselves() -> None:
    t = np.concatenate([reports((0, 24)), reports((10, 40))])
    source = np.repeat([3, 1], [reports((0, 24)).size, reports((10, 40)).size]).astype(np.int32)
    assert [(row[0], row[1]) for row in intervals(t, source)] == [(1, ms(10)), (3, ms(0))]


def test_spans_of_parts_give_the_intervals_of_the_whole() -> None:
    t = reports((0, 24), (30, 90), every=45_000)
    rng = np.random.default_rng(5)
    part = rng.integers(0, 8, t.size)
    spans = [heard_spans(t[part == k], np.zeros((part == k).sum(), np.int32)) for k in range(8)]
    assert listening_intervals(pl.concat(spans)).rows() == intervals(t)


def test_moving_all_times_moves_all_intervals() -> None:
    t = reports((0, 24), (30, 90), every=45_000)
    moved = intervals(t + 12_345_678)
    assert [(s, a - 12_345_678, b - 12_345_678) for s, a, b in moved] == intervals(t)


def test_listening_time_counts_the_union_once() -> None:
    held = pl.DataFrame(
        {"source": [1, 2, 1], "t_from_ms": [0, 50, 200], "t_to_ms": [100, 120, 300]}
    )
    listening = Listening.of(held)
    at = np.array([-5, 0, 60, 120, 150, 200, 250, 300, 999])
    assert listening.until_ms(at).tolist() == [0, 0, 60, 120, 120, 120, 170, 220, 220]
    assert listening.end_ms == 300


def test_no_interval_is_no_listening_time() -> None:
    listening = Listening.of(heard_spans(np.empty(0, np.int64), np.empty(0, np.int32)))
    assert listening.until_ms(np.array([5, 6])).tolist() == [0, 0]
    assert listening.end_ms == 0


def test_a_report_of_another_century_does_no_harm() -> None:
    t = np.append(reports((0, 24)), [-(10**12), 10**14])
    found = intervals(t)
    assert len(found) == 3
    assert found[1][1] == ms(0)


def test_many_sources_are_told_apart() -> None:
    source = np.repeat(np.arange(40, dtype=np.int32)[::-1], 5)
    t = ms(0) + np.arange(200) * 1000
    assert heard_spans(t, source)["source"].to_list() == list(range(40))
