"""The shipped coast, in; rings in the map's plane (EPSG:3995, metres), out."""

import hashlib
import json
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from northwatch.data import read_bytes

FILE: Final = "land/coast-3995.json"
Rings = tuple[NDArray[np.float64], ...]


@cache
def coast_bytes() -> bytes:
    """Return the file as shipped: the browser reads the same rings."""
    return read_bytes(FILE)


@cache
def coast_tag() -> str:
    """Return a short hash of the file, for an address that can be kept for good."""
    return hashlib.sha256(coast_bytes()).hexdigest()[:12]


@cache
def coast_rings() -> Rings:
    """Return the rings of land and of lakes in it, closed, each shape (n, 2), metres.

    Filled by the even-odd rule they are the land.
    """
    document = json.loads(coast_bytes())
    unit_m = float(document["unit_m"])
    return tuple(_closed(ring) * unit_m for polygon in document["polygons"] for ring in polygon)


def _closed(ring: list[int]) -> NDArray[np.float64]:
    places = np.cumsum(np.array(ring, np.float64).reshape(-1, 2), axis=0)
    return np.concatenate((places, places[:1]))


def thinned(ring: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Return the ring on a grid of `step` with neighbours in one cell made one; first = last."""
    cells = np.round(ring / step)
    keep = np.ones(len(ring), bool)
    keep[1:] = (np.diff(cells, axis=0) != 0).any(axis=1)
    keep[-1] = True
    return ring[keep]
