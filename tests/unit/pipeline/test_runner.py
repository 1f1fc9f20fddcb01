"""The runner: order, bounds, errors."""

import threading
import time

import pytest

from northwatch.pipeline.runner import LocalRunner


def test_results_come_in_the_order_of_tasks() -> None:
    def slow_first(task: int) -> int:
        time.sleep(0.02 if task == 0 else 0)
        return task * task

    assert list(LocalRunner(3).map(slow_first, range(6))) == [0, 1, 4, 9, 16, 25]


def test_no_more_tasks_than_threads_are_begun_and_not_taken() -> None:
    begun: list[int] = []
    lock = threading.Lock()

    def note(task: int) -> int:
        with lock:
            begun.append(task)
        return task

    for taken in LocalRunner(2).map(note, range(20)):
        assert len(begun) <= taken + 3


def test_a_failing_task_ends_the_run_with_its_error() -> None:
    def fail(task: int) -> int:
        if task == 2:
            raise ValueError(task)
        return task

    with pytest.raises(ValueError, match="2"):
        list(LocalRunner(2).map(fail, range(50)))
