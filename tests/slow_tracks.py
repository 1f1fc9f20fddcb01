"""The track rule as a plain loop, written from the events reference (section 2) alone: the oracle.

Positions of one MMSI in, the track of each out. Dictionaries, one object per position, no
shortcuts: slow on purpose, so that it can be read beside the text. The kernel must agree with it.

Where the text leaves room it is read as Global Fishing Watch's published matcher does: the score
kept and weighed is not divided by the depth of the look-back; a type 27 report is dropped if it
comes within the hour after the position it would join. Ours: no position older than the longest
silence is looked back on (so that no track holds a longer one); an unknown class matches any; in
a set, new tracks are opened after all its positions are assigned.

On the sample of 1.3 the text as read here gives 5 tracks, the longest of 775 of 1,023 positions,
where the text says 4 and 949 (gfw: 21 and 224, text 15 and 454). It hangs on one ghost of reports
with wrong clocks: it has ten positions, just enough to be a rival. 1,023 is the count without
copies of equal time only; the copy window of 30 s leaves 962.
"""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field

R_NM = 6_371_008.8 / 1852.0
MS_PER_H = 3_600_000
MS_PER_DAY = 86_400_000

Vector = tuple[float, float, float]


@dataclass(eq=False)
class Position:
    """One position as the rule sees it; null is None."""

    row: int
    t_ms: int
    lat_i: int
    lon_i: int
    sog_i: int | None = None
    cog_i: int | None = None
    ais_class: int = 0
    pos_res_i: int = 1
    source: int = 0
    joined: float = 0.0  # the score with which it joined its track
    derived: tuple[float, Vector] = (0.0, (0.0, 0.0, 0.0))  # velocity from its track

    @property
    def place(self) -> Vector:
        lat, lon = (math.radians(x / 600_000) for x in (self.lat_i, self.lon_i))
        return (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))

    def arc_nm_to(self, other: "Position") -> float:
        return arc_nm(self.place, other.place)


@dataclass(eq=False)
class Track:
    """One track; `end_reason` is set when it closes."""

    positions: list[Position]
    n_strays: int = 0
    end_reason: str = "open"
    born: int = 0

    @property
    def newest(self) -> Position:
        return self.positions[-1]


@dataclass(frozen=True)
class Rule:
    """Parameters of section 2; hours, knots, nautical miles."""

    arctic: bool
    max_silence_h: float = 24.0
    penalty_h: float = 4.0
    penalty_exp: float = 0.5
    max_speed_kn: float = 25.0
    buffer_h: float = 0.25
    lookback: int = 5
    lookback_factor: float = 2.0
    ambiguity_factor: float = 10.0
    rival_min_n: int = 10
    short_track_n: int = 10
    class_mismatch_weight: float = 0.1
    penalty_speed_kn: float = 5.0
    shape_factor: float = 4.0
    very_slow_kn: float = 0.35
    long_range_min_h: float = 1.0
    long_range_tolerance_nm: float = 0.1
    base_min_ms: int = 600_000
    base_max_ms: int = 3 * MS_PER_H
    constant_share: float = 0.95
    constant_min: int = 100
    max_open_tracks: int = 100


GFW = Rule(arctic=False, rival_min_n=1)
ARCTIC = Rule(arctic=True)


# --- the sphere ----------------------------------------------------------------------------------


def dot(u: Vector, v: Vector) -> float:
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2]


def cross(u: Vector, v: Vector) -> Vector:
    return (u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0])


def arc_nm(u: Vector, v: Vector) -> float:
    half_chord = math.dist(u, v) / 2
    return R_NM * 2 * math.asin(min(1.0, half_chord))


def tangent(p: Position, course_deg: float) -> Vector:
    lat, lon = (math.radians(x / 600_000) for x in (p.lat_i, p.lon_i))
    c = math.radians(course_deg)
    north = (-math.sin(lat) * math.cos(lon), -math.sin(lat) * math.sin(lon), math.cos(lat))
    east = (-math.sin(lon), math.cos(lon), 0.0)
    return (
        math.cos(c) * north[0] + math.sin(c) * east[0],
        math.cos(c) * north[1] + math.sin(c) * east[1],
        math.cos(c) * north[2] + math.sin(c) * east[2],
    )


def moved(place: Vector, along: Vector, distance_nm: float) -> Vector:
    a = distance_nm / R_NM
    return (
        place[0] * math.cos(a) + along[0] * math.sin(a),
        place[1] * math.cos(a) + along[1] * math.sin(a),
        place[2] * math.cos(a) + along[2] * math.sin(a),
    )


def off_course(place: Vector, along: Vector, reach_nm: float, other: Vector) -> float:
    """Distance of `other` from the course line; infinite unless it lies ahead and within reach."""
    along_nm = R_NM * math.atan2(dot(other, along), dot(other, place))
    if not 0 < along_nm <= reach_nm:
        return math.inf
    return R_NM * abs(math.asin(max(-1.0, min(1.0, dot(other, cross(place, along))))))


# --- velocity ------------------------------------------------------------------------------------


def is_complete(p: Position, rule: Rule) -> bool:
    """Whether the report itself says how it moves: speed, and course unless very slow."""
    return p.sog_i is not None and (p.cog_i is not None or p.sog_i / 10 <= rule.very_slow_kn)


def own_velocity(p: Position, rule: Rule) -> tuple[float, Vector]:
    assert p.sog_i is not None
    if p.sog_i / 10 <= rule.very_slow_kn:
        return 0.0, (0.0, 0.0, 0.0)
    assert p.cog_i is not None
    return p.sog_i / 10, tangent(p, p.cog_i / 10)


def derived_velocity(track: list[Position], rule: Rule) -> tuple[float, Vector]:
    """Velocity from the newest position and the newest one at least ten minutes before it."""
    zero = 0.0, (0.0, 0.0, 0.0)
    p = track[-1]
    bases = [b for b in track if p.t_ms - b.t_ms >= rule.base_min_ms]
    if not bases or p.t_ms - bases[-1].t_ms > rule.base_max_ms:
        return zero
    base = bases[-1]
    speed_kn = arc_nm(base.place, p.place) / ((p.t_ms - base.t_ms) / MS_PER_H)
    if speed_kn <= rule.very_slow_kn:
        return zero
    towards = dot(base.place, p.place)
    away = tuple(towards * x - y for x, y in zip(p.place, base.place, strict=True))
    size = math.hypot(*away)
    return speed_kn, (away[0] / size, away[1] / size, away[2] / size)


# --- steps 2 to 4 --------------------------------------------------------------------------------


def discrepancy_nm(p: Position, q: Position, h_eff: float, rule: Rule) -> float:
    u, v = p.place, q.place
    both = is_complete(p, rule) and is_complete(q, rule)
    speed, along = own_velocity(p, rule) if is_complete(p, rule) else p.derived
    aheads = [arc_nm(moved(u, along, speed * h_eff), v)]
    aside = [off_course(u, along, speed * h_eff, v)]
    if both:
        speed, along = own_velocity(q, rule)
        back = (-along[0], -along[1], -along[2])
        aheads.append(arc_nm(moved(v, back, speed * h_eff), u))
        aside.append(off_course(v, back, speed * h_eff, u))
    ahead = sum(aheads) / len(aheads)
    stayed = rule.shape_factor * arc_nm(u, v)
    on_the_way = rule.shape_factor * sum(aside) / len(aside)
    return min(ahead, stayed, on_the_way)


def score(p: Position, q: Position, seen: set[int], rule: Rule) -> float:
    h = (q.t_ms - p.t_ms) / MS_PER_H
    h_eff = h / (1 + (h / rule.penalty_h) ** (1 - rule.penalty_exp))
    padded = math.hypot(h, rule.buffer_h)
    allowed = rule.max_speed_kn * padded
    if rule.arctic and 1000 in (p.pos_res_i, q.pos_res_i):
        allowed += rule.long_range_tolerance_nm
    off = discrepancy_nm(p, q, h_eff, rule)
    if off > allowed:
        return 0.0
    x = rule.max_speed_kn / rule.penalty_speed_kn * off / allowed
    known = seen - {0}
    mismatch = q.ais_class != 0 and bool(known) and q.ais_class not in known
    return math.exp(-x * x) / padded * (rule.class_mismatch_weight if mismatch else 1.0)


def best_join(track: Track, q: Position, rule: Rule) -> tuple[float, int]:
    """Score of `q` on the track, and how many of its newest positions would become strays."""
    looked_at = [
        p
        for p in reversed(track.positions[-rule.lookback :])
        if (q.t_ms - p.t_ms) / MS_PER_H <= rule.max_silence_h
    ]
    seen = {p.ais_class for p in track.positions[-rule.lookback :]}
    best, best_score, best_k = 0.0, 0.0, 0
    for k, p in enumerate(looked_at):
        s = score(p, q, seen, rule)
        divided = s / max(1.0, k * rule.lookback_factor)
        to_beat = track.positions[-k].joined if k else 0.0
        if divided > to_beat and divided > best:
            best, best_score, best_k = divided, s, k
    return best_score, best_k


def weighed(s: float, track: Track, rule: Rule) -> float:
    a = len(track.positions) / rule.short_track_n
    return s * a / math.sqrt(1 + a * a)


# --- steps 1, 5, 6, 7 ----------------------------------------------------------------------------


@dataclass
class Result:
    """What the rule made of one MMSI."""

    tracks: list[Track] = field(default_factory=list)  # in order of their first position
    dropped: list[int] = field(default_factory=list)  # rows the gfw profile leaves out

    @property
    def rows(self) -> list[list[int]]:
        return [[p.row for p in track.positions] for track in self.tracks]


def without_constant_course(positions: list[Position], rule: Rule) -> None:
    """Make null, in place, the course that nearly all of a source-day's moving positions share."""
    groups = defaultdict(list)
    for p in positions:
        groups[p.source, p.t_ms // MS_PER_DAY].append(p)
    for group in groups.values():
        moving = [p for p in group if p.sog_i is not None and p.sog_i / 10 > rule.very_slow_kn]
        counts = Counter(p.cog_i for p in moving if p.cog_i is not None)
        if len(moving) < rule.constant_min or not counts:
            continue
        course, n = counts.most_common(1)[0]
        if n >= rule.constant_share * len(moving):
            for p in group:
                p.cog_i = None if p.cog_i == course else p.cog_i


def slow_tracks(positions: list[Position], rule: Rule) -> Result:
    """Tell the positions of one MMSI apart into tracks.

    Args:
        positions: of one MMSI, in the total order, without copies.
        rule: `GFW` or `ARCTIC`, or a variation.
    """
    if rule.arctic:
        without_constant_course(positions, rule)
    open_tracks: list[Track] = []
    result = Result()
    instants: dict[int, list[Position]] = {}
    for p in positions:
        instants.setdefault(p.t_ms, []).append(p)
    for t_ms, arrived in instants.items():
        for track in [*open_tracks]:
            if (t_ms - track.newest.t_ms) / MS_PER_H > rule.max_silence_h:
                close(track, "silence", open_tracks)
        kept = arrived
        if not rule.arctic:
            kept = [q for q in arrived if is_complete(q, rule)]
            result.dropped += [q.row for q in arrived if not is_complete(q, rule)]
        for q in assign(kept, open_tracks, rule, result):
            start(q, open_tracks, rule, result)
    result.tracks.sort(key=lambda track: track.positions[0].row)
    return result


def close(track: Track, reason: str, open_tracks: list[Track]) -> None:
    track.end_reason = reason
    open_tracks.remove(track)


def start(q: Position, open_tracks: list[Track], rule: Rule, result: Result) -> None:
    if len(open_tracks) >= rule.max_open_tracks:
        close(min(open_tracks, key=lambda t: (t.newest.t_ms, t.born)), "evicted", open_tracks)
    q.derived = derived_velocity([q], rule)
    track = Track([q], born=len(result.tracks))
    result.tracks.append(track)
    open_tracks.append(track)


def assign(  # noqa: C901, PLR0912 - steps 5 and 6 as they stand in the text
    arrived: list[Position], open_tracks: list[Track], rule: Rule, result: Result
) -> list[Position]:
    """Give the positions of one instant to open tracks; return those that must open a new one."""
    offers = []
    for q in arrived:
        for track in open_tracks:
            s, k = best_join(track, q, rule)
            if s > 0:
                offers.append((weighed(s, track, rule), q, track, s, k))
    offers.sort(key=lambda o: (-o[0], o[1].row, o[2].born))
    starts, done, used = [], set(), set()
    for value, q, track, s, k in offers:
        if q in done or track in used or track not in open_tracks:
            continue
        rivals = [
            o[2]
            for o in offers
            if o[1] is q
            and o[2] not in used
            and o[2] in open_tracks
            and o[0] * rule.ambiguity_factor >= value
            and len(o[2].positions) >= rule.rival_min_n
        ]
        done.add(q)
        p = track.positions[-1 - k]
        if (
            not rule.arctic
            and q.pos_res_i == 1000
            and ((q.t_ms - p.t_ms) / MS_PER_H < rule.long_range_min_h)
        ):
            result.dropped.append(q.row)
            continue
        if len(rivals) >= 2:
            for rival in rivals:
                close(rival, "ambiguous", open_tracks)
            starts.append(q)
            continue
        if k:
            del track.positions[-k:]
            track.n_strays += k
        track.positions.append(q)
        q.joined = s
        q.derived = derived_velocity(track.positions, rule)
        used.add(track)
    starts += [q for q in arrived if q not in done]
    return sorted(starts, key=lambda q: q.row)
