"""Proposals on labelled sentences: right and found as often as the goals say; `-s` prints both."""

import math

import pytest

from tests.gold.labelled import GOLD, LEAST_WORDS, Score, read_cases, score, tables


def interval(right: int, of: int) -> tuple[float, float]:
    """Return Wilson's interval of 95 % for a share."""
    z, n = 1.96, max(of, 1)
    middle = (right / n + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(right / n * (1 - right / n) / n + z * z / (4 * n * n))
    return middle - half, middle + half


def line(name: str, made: Score) -> str:
    low, high = interval(made.right, made.proposed)
    return (
        f"{name:28} P {made.precision:.3f} ({made.right}/{made.proposed}, {low:.2f} to {high:.2f})"
        f"  R {made.recall:.3f} ({made.found}/{made.labelled})"
    )


@pytest.mark.parametrize("name", ["tuning", "acceptance"])
def test_direct_quotes_are_right_and_found(name: str) -> None:
    cases = read_cases(GOLD / f"{name}.txt")
    made = score(cases, tables(), least=LEAST_WORDS)
    print(f"\n{line(f'{name}, direct, 4 words up', made)}")  # noqa: T201 - the table is the point
    print(line(f"{name}, direct, all", score(cases, tables())))  # noqa: T201
    print(line(f"{name}, indirect", score(cases, tables(), label="I")))  # noqa: T201
    assert made.precision >= 0.95, made.wrong
    assert made.recall >= 0.85, made.wrong


def test_reported_words_are_right() -> None:
    made = score(read_cases(GOLD / "acceptance.txt"), tables(), label="I")
    assert made.precision >= 0.85, made.wrong
    assert made.recall >= 0.85, made.wrong


def test_every_kind_is_there_as_often_as_it_must_be() -> None:
    kinds = [case.kind for case in read_cases(GOLD / "acceptance.txt")]
    least = {
        ("plain",): 40, ("split",): 15, ("colon", "multi", "nested"): 15,
        ("pronoun", "surname", "office", "body", "joint"): 25, ("according", "unnamed"): 15,
        ("indirect", "mixed"): 25, ("nobody",): 15,
    }  # fmt: skip
    assert len(kinds) >= 150
    for names, count in least.items():
        assert sum(kind in names for kind in kinds) >= count, names


def test_no_name_of_a_quote_by_nobody_is_proposed() -> None:
    nobody = [case for case in read_cases(GOLD / "acceptance.txt") if case.kind == "nobody"]
    assert score(nobody, tables()).proposed == 0
