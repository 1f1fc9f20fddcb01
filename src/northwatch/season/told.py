"""A fleet and its plan, in; what each ship tells of herself, in the words of both forms, out."""

from datetime import timedelta
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from northwatch.season.fleets import CLASS_A, Fleet
from northwatch.season.plan import SeasonPlan

_FIX_STREAM: Final = 2**35
FIX_UNDEFINED, FIX_GPS, FIX_COMBINED = 0, 1, 3
_GPS_SHARE: Final = 0.84
_KNOWN_SHARE: Final = 0.92


class Sides(NamedTuple):
    """Where the antenna stands: metres to bow, stern, port and starboard; each shape (n,)."""

    bow: NDArray[np.int64]
    stern: NDArray[np.int64]
    port: NDArray[np.int64]
    starboard: NDArray[np.int64]


def sides(fleet: Fleet) -> Sides:
    """Return the four dimensions of each ship."""
    length, width, bow, port = (
        fleet.ships[name].cast(pl.Int64).to_numpy()
        for name in ("length_m", "width_m", "bow_m", "port_m")
    )
    return Sides(bow, length - bow, port, width - port)


def fixes(plan: SeasonPlan, fleet: Fleet) -> NDArray[np.int64]:
    """Return the AIS code of each ship's position-fixing device, shape (n,)."""
    chance = np.random.default_rng([plan.seed, _FIX_STREAM]).random(fleet.ships.height)
    known = [chance < _GPS_SHARE, chance < _KNOWN_SHARE]
    return np.select(known, [FIX_GPS, FIX_COMBINED], FIX_UNDEFINED)


def arrivals(plan: SeasonPlan, fleet: Fleet) -> list[tuple[int, int, int, int, int]]:
    """Return year, month, day, hour and minute each ship says she will arrive; 0s for class B."""
    rng = np.random.default_rng([plan.seed, _FIX_STREAM + 1])
    hours = rng.integers(0, plan.days * 24, fleet.ships.height)
    instants = [plan.t_from + timedelta(hours=int(hour)) for hour in hours]
    return [
        (t.year, t.month, t.day, t.hour, t.minute) if ais_class == CLASS_A else (0, 0, 0, 24, 60)
        for t, ais_class in zip(instants, fleet.ships["ais_class"], strict=True)
    ]
