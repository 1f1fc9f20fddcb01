"""Law: the pairing of found and planted events is the best of all pairings."""

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from northwatch.season.paths import Floats
from northwatch.season.scoring import best_assignment

WEIGHTS = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    elements=st.integers(0, 8).map(lambda k: k / 8.0),
)


def _best(weight: Floats) -> float:
    """Try everything."""
    n, m = weight.shape
    if n > m:
        return _best(weight.T)
    return max(
        float(sum(weight[row, column] for row, column in enumerate(columns)))
        for chosen in combinations(range(m), n)
        for columns in permutations(chosen)
    )


@settings(max_examples=200, deadline=None)
@given(weight=WEIGHTS)
def test_no_other_assignment_weighs_more(weight: Floats) -> None:
    pairs = best_assignment(weight)
    assert len({row for row, _ in pairs}) == len(pairs) == min(weight.shape)
    assert len({column for _, column in pairs}) == len(pairs)
    assert sum(weight[pair] for pair in pairs) == pytest.approx(_best(weight))
