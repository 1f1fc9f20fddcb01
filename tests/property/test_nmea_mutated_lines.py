# ruff: noqa: S311 - seeded, for tests
"""Real lines hurt at random decode without a crash, and every line is counted."""

import random

import pytest

from bench.mutate import check, mutated, real_lines


@pytest.mark.parametrize("seed", range(3))
def test_hurt_lines_are_all_counted(seed: int) -> None:
    random_ = random.Random(seed)
    check(mutated(real_lines(), 3_000, random_), random_)


@pytest.mark.slow
def test_a_million_hurt_lines_are_all_counted() -> None:
    random_ = random.Random(27)
    lines = real_lines()
    for _ in range(10):
        assert check(mutated(lines, 100_000, random_), random_) >= 100_000
