"""What counts as an event of each kind: the parameters, their reasons, and the named profiles.

A rule is one kind's parameters; its `id` stands in every row it makes. A profile is a named,
versioned set of rules. The two shipped here never change under their name. Reasons marked
"project's choice" are defaults to calibrate, never to be quoted as a standard.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from northwatch.errors import ParameterError


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneVisitRule:
    """What counts as a stay in a zone.

    Attributes:
        id: kind and version, as written in the rows.
        arcs: whether the line between two positions counts. With reports hours apart, positions
            alone miss whole passages; without it (as Global Fishing Watch tags positions) a visit
            runs from the first position inside to the last, and none is inferred.
        max_silence: longest silence over which presence is claimed. 72 h is three days, 860 nm at
            12 kn; longer, the straight line says little (project's choice, as for gates).
        bridge: a stay outside shorter than this does not end a visit (with `bridge_km`): a ship
            working along the edge is one visit, not forty (project's choice).
        bridge_km: how far from the zone such a stay outside may go (project's choice).
        min_chord_km: shortest way through a zone, seen at neither end, that makes an inferred
            visit (project's choice).
        max_speed_kn: fastest a vessel can have sailed to or from the edge; sets bounds only.
        gate_within: a gate crossed this soon before or after is the one by which the zone was
            entered or left: 6 nm at 12 kn, for gates and edges are drawn a few miles apart (own
            judgement).
    """

    id: str = "zone_visit/arctic-1"
    arcs: bool = True
    max_silence: timedelta = timedelta(hours=72)
    bridge: timedelta = timedelta(hours=1)
    bridge_km: float = 2.0
    min_chord_km: float = 5.0
    max_speed_kn: float = 30.0
    gate_within: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCrossingRule:
    """What counts as a crossing of a gate.

    Attributes:
        id: kind and version, as written in the rows.
        max_silence: longest silence over which a crossing is believed: three days, 860 nm at
            12 kn (project's choice). With one position on each side within it, at least 0.995 of
            passages are seen even if reports come twelve hours apart.
        clear_km: how far beyond the line a vessel must have been; takes out position noise and
            ships waiting at a strait, and is less than half the way to the next gate (project's
            choice).
        turn_back: crossing and recrossing within this is an approach (project's choice, as
            `max_silence`).
        max_speed_kn: fastest a vessel can have sailed; sets bounds and candidates only.
        narrow_gate_km: lines no longer than this, which run 2.5 km inland at both ends, cross
            straits under 3 km that a land mask of 1 km closes (Matochkin Shar, Bellot Strait).
        candidate_radius_km: how far from a gate sea paths are sought for arcs over land.
    """

    id: str = "gate_crossing/arctic-1"
    max_silence: timedelta = timedelta(hours=72)
    clear_km: float = 2.0
    turn_back: timedelta = timedelta(hours=72)
    max_speed_kn: float = 30.0
    narrow_gate_km: float = 8.0
    candidate_radius_km: float = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceptionRule:
    """How the natural rate of silences is estimated, and what verdict it gives.

    Attributes:
        cell_km: side of the equal-area cells; a cell of one degree is 111 km wide at the equator
            and 10 km at 85 N (project's choice).
        rest_kn: at most this fast over ground is at rest: class A sets then send every three
            minutes and not every few seconds (the speed at which a vessel is called stopped in
            the transit rules).
        silent_max_rate: a silence is rare if the upper bound of the natural rate is at most this
            many per vessel-day: about one false alarm in 1,000 vessel-days (project's choice).
        deaf_min_rate: silences are common from this many per vessel-day on: natural at least
            once in ten days (project's choice).
        confidence: of the exact Poisson upper bound.
        max_vessel_share: of a vessel that gives more than this share of a cell's silences,
            silences and days count in part, so that it gives this share (project's choice).
        min_reference_days: fewer vessel-days allow no verdict at all: a rate of one in ten days
            would not be expected to show (own judgement: 1 / `deaf_min_rate`).
        pool_rings: neighbours are pooled up to this many cells away (project's choice).
        pool_lat_deg: and within this many degrees of latitude (project's choice).
        pool_ratio: and only if their mean time between positions is within this ratio of the
            cell's own. Stands for "like distance to the nearest station": sources do not tell
            where their stations are (own judgement).
        max_unlistened_share: with more of the gap than this not listened to, there is no verdict
            (project's choice).
    """

    cell_km: float = 50.0
    rest_kn: float = 0.5
    silent_max_rate: float = 0.001
    deaf_min_rate: float = 0.1
    confidence: float = 0.95
    max_vessel_share: float = 0.05
    min_reference_days: float = 10.0
    pool_rings: int = 6
    pool_lat_deg: float = 3.0
    pool_ratio: float = 2.0
    max_unlistened_share: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRule:
    """What counts as a gap.

    Attributes:
        id: kind and version, as written in the rows.
        min_silence: a silence must be longer. Over a cable within reach of shore stations two
            hours matter; all rows of Global Fishing Watch (6 h) remain.
        min_silence_deaf: the same where silences of `min_silence` are more frequent than
            `reception.deaf_min_rate`, or where that is not known.
        listening_time: whether a silence is measured in time in which some source delivered
            (else in elapsed time).
        max_link: an open gap ends, the vessel lost, after this long (project's choice).
        before: positions are counted in this long before the gap (Global Fishing Watch).
        reception: how verdicts are found; None for a profile that gives none.
    """

    id: str = "gap/arctic-1"
    min_silence: timedelta = timedelta(hours=2)
    min_silence_deaf: timedelta = timedelta(hours=6)
    listening_time: bool = True
    max_link: timedelta = timedelta(days=30)
    before: timedelta = timedelta(hours=12)
    reception: ReceptionRule | None = ReceptionRule()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A named, versioned set of rules.

    Attributes:
        name: what users call it.
        version: changes with any parameter.
        gate_crossing: None where the profile does not make the kind.
    """

    name: str
    version: str
    zone_visit: ZoneVisitRule
    gate_crossing: GateCrossingRule | None
    gap: GapRule


ARCTIC: Final = Profile(
    name="arctic",
    version="arctic-1",
    zone_visit=ZoneVisitRule(),
    gate_crossing=GateCrossingRule(),
    gap=GapRule(),
)

# Comparable with what Global Fishing Watch publishes (pipe-gaps README: 6 h, strictly more;
# tracks break at 24 h; positions are tagged with zones, arcs are not). It publishes no gates.
GFW: Final = Profile(
    name="gfw",
    version="gfw-2026",
    zone_visit=ZoneVisitRule(
        id="zone_visit/gfw-2026",
        arcs=False,
        max_silence=timedelta(hours=24),
        bridge=timedelta(0),
        bridge_km=0.0,
    ),
    gate_crossing=None,
    gap=GapRule(
        id="gap/gfw-2026",
        min_silence=timedelta(hours=6),
        min_silence_deaf=timedelta(hours=6),
        listening_time=False,
        reception=None,
    ),
)

PROFILES: Final = {profile.name: profile for profile in (ARCTIC, GFW)}


def profile(name: str) -> Profile:
    """Return the shipped profile of that name.

    Raises:
        ParameterError: there is none.
    """
    if name not in PROFILES:
        raise ParameterError(name="profile", value=name, allowed=", ".join(PROFILES))
    return PROFILES[name]
