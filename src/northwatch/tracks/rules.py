"""The track rule: its parameters with the reasons for their defaults, and the two that ship."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, NamedTuple

from northwatch.errors import ParameterError

_HOUR: Final = timedelta(hours=1)
_MS: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRule:
    """How positions of one MMSI are told apart into tracks.

    A position goes to the open track that best predicted it. Defaults marked G are published by
    Global Fishing Watch (gpsdio-segment, pipe-segment); D were worked out on the sample of two
    days of one ship heard by satellites with wrong clocks; the others are our own choice.

    Attributes:
        id: name with version, written on what the rule makes.
        max_silence: a track silent for longer is closed. 24 h G; a longer silence is a link.
        penalty: hours after which a ship is no longer expected to hold her course. 4 h G.
        penalty_exp: growth of the effective time after that. 0.5 G.
        max_speed_kn: allowed discrepancy per hour, not a ship's speed: a ship of 40 kn that sails
            straight has none. 25 G.
        buffer: time added to each silence, so that close reports allow some noise. 0.25 h G.
        lookback: newest positions of a track that a position may join; 5 G. If it joins an older
            one, those after that were false and leave the track as strays.
        lookback_factor: the k-th newest must be k times this much better. 2 G.
        ambiguity_factor: a track is a rival if its score times this reaches the best. 10 G.
        rival_min_n: positions a track must have to be a rival. 1 G; `arctic` 10 D: a ghost of a
            few rows must not cut a ship in two.
        short_track_n: a track of fewer positions is short, and weighs less. 10 G.
        class_mismatch_weight: of a position whose class A or B the track has not shown. 0.1 G.
        penalty_speed_kn: a discrepancy growing faster than this is strongly discouraged. 5 G.
        shape_factor: how close a ship must keep to her course or her place. 4 G.
        very_slow_kn: at or below, the course is ignored and the ship lies still. 0.35 G.
        base_min: a position without speed or course moves as from the newest one at least this
            long before it. 10 min D: a shorter base turns noise into false courses. None: such
            positions are left out, G.
        base_max: if that one is further back the ship lies still. 3 h.
        long_range_apart: a long-range report (AIS type 27) that comes sooner than this after the
            position it would join is left out. 1 h G; `arctic` zero: far from shore these reports
            are often all there is.
        long_range_tolerance_nm: added to the allowed discrepancy of long-range reports, whose
            places are rounded to a tenth of a minute. `arctic` 0.1.
        constant_course_n: moving positions of one ship, source and UTC day from which on a course
            that nearly all share is taken for "not available" in disguise. 100; 0 never, G.
        constant_course_share: what "nearly all" is. 0.95.
        max_open_tracks: at once on one MMSI; the stalest closes first. 100 G.
        max_link: longest silence over which two tracks are linked. 30 d.
        max_link_speed_kn: fastest speed over a link. 30.

    Raises:
        ParameterError: a share, factor or count is out of its range.
    """

    id: str = "track/arctic-1"
    max_silence: timedelta = timedelta(hours=24)
    penalty: timedelta = timedelta(hours=4)
    penalty_exp: float = 0.5
    max_speed_kn: float = 25.0
    buffer: timedelta = timedelta(minutes=15)
    lookback: int = 5
    lookback_factor: float = 2.0
    ambiguity_factor: float = 10.0
    rival_min_n: int = 10
    short_track_n: int = 10
    class_mismatch_weight: float = 0.1
    penalty_speed_kn: float = 5.0
    shape_factor: float = 4.0
    very_slow_kn: float = 0.35
    base_min: timedelta | None = timedelta(minutes=10)
    base_max: timedelta = timedelta(hours=3)
    long_range_apart: timedelta = timedelta(0)
    long_range_tolerance_nm: float = 0.1
    constant_course_n: int = 100
    constant_course_share: float = 0.95
    max_open_tracks: int = 100
    max_link: timedelta = timedelta(days=30)
    max_link_speed_kn: float = 30.0

    def __post_init__(self) -> None:
        """Refuse what the kernels would answer wrongly."""
        checks = (
            ("lookback", self.lookback, self.lookback >= 1, "1 or more"),
            ("lookback_factor", self.lookback_factor, self.lookback_factor >= 1, "1 or more"),
            ("ambiguity_factor", self.ambiguity_factor, self.ambiguity_factor >= 1, "1 or more"),
            ("max_open_tracks", self.max_open_tracks, self.max_open_tracks >= 1, "1 or more"),
            ("shape_factor", self.shape_factor, self.shape_factor >= 1, "1 or more"),
            (
                "constant_course_share",
                self.constant_course_share,
                0.5 < self.constant_course_share <= 1,  # noqa: PLR2004 - a majority
                "above 0.5, at most 1",
            ),
        )
        for name, value, is_allowed, allowed in checks:
            if not is_allowed:
                raise ParameterError(name=name, value=value, allowed=allowed)

    @property
    def numbers(self) -> "RuleNumbers":
        """The rule as kernels take it: hours, milliseconds, knots, nautical miles."""
        return RuleNumbers(
            max_silence_ms=self.max_silence // _MS,
            penalty_h=self.penalty / _HOUR,
            penalty_power=1.0 - self.penalty_exp,
            max_speed_kn=self.max_speed_kn,
            buffer_h=self.buffer / _HOUR,
            lookback=self.lookback,
            lookback_factor=self.lookback_factor,
            ambiguity_factor=self.ambiguity_factor,
            rival_min_n=self.rival_min_n,
            short_track_n=self.short_track_n,
            class_mismatch_weight=self.class_mismatch_weight,
            discouraged=self.max_speed_kn / self.penalty_speed_kn,
            shape_factor=self.shape_factor,
            very_slow_kn=self.very_slow_kn,
            base_min_ms=-1 if self.base_min is None else self.base_min // _MS,
            base_max_ms=self.base_max // _MS,
            long_range_apart_ms=self.long_range_apart // _MS,
            long_range_tolerance_nm=self.long_range_tolerance_nm,
            max_open_tracks=self.max_open_tracks,
            max_link_ms=self.max_link // _MS,
            max_link_kn=self.max_link_speed_kn,
        )


class RuleNumbers(NamedTuple):
    """`TrackRule` in plain numbers, for kernels."""

    max_silence_ms: int
    penalty_h: float
    penalty_power: float
    max_speed_kn: float
    buffer_h: float
    lookback: int
    lookback_factor: float
    ambiguity_factor: float
    rival_min_n: int
    short_track_n: int
    class_mismatch_weight: float
    discouraged: float
    shape_factor: float
    very_slow_kn: float
    base_min_ms: int
    base_max_ms: int
    long_range_apart_ms: int
    long_range_tolerance_nm: float
    max_open_tracks: int
    max_link_ms: int
    max_link_kn: float


ARCTIC: Final = TrackRule()
GFW: Final = TrackRule(
    id="track/gfw-2026",
    rival_min_n=1,
    base_min=None,
    long_range_apart=timedelta(hours=1),
    long_range_tolerance_nm=0.0,
    constant_course_n=0,
)
