"""Tracked positions, zones, gates and land, in; what all kinds of events share, out, once.

A *scene* holds per position the zones it lies in, the length of the arc from the position before
it, and whether that arc leads over land; and the same for the links between tracks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from northwatch.events.chains import Chains, chains_of
from northwatch.events.clearance import edge_clearance, land_clearance, may_meet
from northwatch.events.zone_cuts import ZoneCuts, zones_and_cuts
from northwatch.geo import Gate, LandMask, ZoneIndex, consecutive_km, geodesic_km
from northwatch.tracks import Tracked

# Shorter arcs are not tested against the land: at 12 kn a quarter of an hour (project's choice).
LAND_CHECK_KM: Final = 5.0
# An arc is over land if more of it than this lies on land: above the 1-km cell of common land
# masks, so that an islet does not make one (project's choice).
LAND_TOLERANCE_KM: Final = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """All that finding events needs to know of some vessels.

    Attributes:
        tracked: positions and tracks.
        zone_bits: shape (n, n_words); bit k of the words is set if the position lies in
            `index.zones[k]`.
        arc_km: geodesic on WGS 84 from the position before on the same track, shape (n,); 0 at a
            track's first position and at strays.
        over_land: whether that arc lies on land for more than `LAND_TOLERANCE_KM`, shape (n,).
        index: zones.
        gates: gates.
        land: land.
        chains: tracks put in the order in which they continue each other.
        link_km: geodesic over the link that ends at each track's first position, shape
            (n_tracks,); 0 where there is none.
        link_over_land: whether that link leads over land, shape (n_tracks,).
        cuts: where arcs cut edges of zones.
        as_of_ms: end of the data, ms since 1970.
        vessels: columns `mmsi` and `vessel_id`; vessels missing are known by their MMSI.
    """

    tracked: Tracked
    zone_bits: NDArray[np.uint64]
    arc_km: NDArray[np.float64]
    over_land: NDArray[np.bool_]
    index: ZoneIndex
    gates: tuple[Gate, ...]
    land: LandMask
    chains: Chains
    link_km: NDArray[np.float64]
    link_over_land: NDArray[np.bool_]
    cuts: ZoneCuts
    as_of_ms: int
    vessels: pl.DataFrame

    def vessel_id(self, mmsi: pl.Expr) -> pl.Expr:
        """Return the hull's key for a column of MMSIs, as column `vessel_id`."""
        by_number = pl.concat_str(pl.lit("mmsi-"), mmsi.cast(pl.String))
        if self.vessels.is_empty():
            return by_number.alias("vessel_id")
        known = mmsi.replace_strict(
            self.vessels["mmsi"], self.vessels["vessel_id"], default=None, return_dtype=pl.String
        )
        return pl.coalesce(known, by_number).alias("vessel_id")


def make_scene(
    tracked: Tracked,
    index: ZoneIndex,
    gates: Sequence[Gate],
    land: LandMask,
    *,
    as_of_ms: int | None = None,
    vessels: pl.DataFrame | None = None,
) -> Scene:
    """Return the scene of some vessels.

    Args:
        tracked: their positions and tracks.
        index: zones.
        gates: gates, in the order in which crossings name them.
        land: land.
        as_of_ms: end of the data of all vessels (the end of the last listening interval); None
            for the last position here.
        vessels: columns `mmsi` and `vessel_id`.

    Cost: about what `index.lookup` costs and a tenth of a microsecond a row
    (tests/unit/events/test_scene.py compares it with plain steps).
    """
    arc_km = consecutive_km(tracked.lat_i, tracked.lon_i)
    arc_km[tracked.starts] = 0.0
    strays = np.flatnonzero(tracked.track < 0)
    arc_km[strays] = 0.0
    far = np.flatnonzero(arc_km > LAND_CHECK_KM)
    over_land = np.zeros(arc_km.size, np.bool_)
    over_land[far] = _over_land(tracked, land, far - 1, far, arc_km[far])
    chains = chains_of(tracked.tracks)
    linked = np.flatnonzero(chains.before >= 0)
    ends, begins = tracked.stops[chains.before[linked]] - 1, tracked.starts[linked]
    link_km = np.zeros(chains.before.size)
    link_km[linked] = geodesic_km(
        tracked.lat_i[ends], tracked.lon_i[ends], tracked.lat_i[begins], tracked.lon_i[begins]
    )
    link_over_land = np.zeros(chains.before.size, np.bool_)
    link_over_land[linked] = _over_land(tracked, land, ends, begins, link_km[linked])
    bits = np.empty((arc_km.size, index.n_words), np.uint64)
    bits[strays] = index.lookup(tracked.lat_i[strays], tracked.lon_i[strays])
    cuts, shares = zones_and_cuts(
        tracked.starts,
        tracked.stops,
        chains.before,
        tracked.t_ms,
        tracked.lat_i,
        tracked.lon_i,
        arc_km,
        over_land,
        link_km,
        link_over_land,
        index.arrays,
        edge_clearance(index.arrays),
        bits,
    )
    last = int(tracked.t_ms.max()) if tracked.t_ms.size else 0
    empty = pl.DataFrame(schema={"mmsi": pl.Int32, "vessel_id": pl.String})
    return Scene(
        tracked=tracked,
        zone_bits=bits,
        arc_km=arc_km,
        over_land=over_land,
        index=index,
        gates=tuple(gates),
        land=land,
        chains=chains,
        link_km=link_km,
        link_over_land=link_over_land,
        cuts=ZoneCuts(
            row=cuts[:, 0].copy(),
            zone=cuts[:, 1].copy(),
            enters=cuts[:, 2] != 0,
            share=shares,
        ),
        as_of_ms=last if as_of_ms is None else as_of_ms,
        vessels=empty if vessels is None else vessels.select("mmsi", "vessel_id"),
    )


def _over_land(
    tracked: Tracked,
    land: LandMask,
    before: NDArray[np.int64],
    after: NDArray[np.int64],
    km: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Return whether the arcs between rows lie on land for longer than is tolerated.

    Most arcs are shorter than the way to the nearest land, and need no test.
    """
    tested = np.flatnonzero(km > LAND_CHECK_KM)
    clearance = land_clearance(land.arrays)
    tested = tested[may_meet(tracked.lat_i, tracked.lon_i, before[tested], km[tested], clearance)]
    p, q = before[tested], after[tested]
    out = np.zeros(before.size, np.bool_)
    out[tested] = (
        land.over_land_km(tracked.lat_i[p], tracked.lon_i[p], tracked.lat_i[q], tracked.lon_i[q])
        > LAND_TOLERANCE_KM
    )
    return out
