"""What a made season is to be: seed, days, ships, who hears them, how dirty the lines are."""

import math
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Literal, Self

from northwatch.errors import ParameterError

S_PER_DAY: Final = 86_400
Theatre = Literal["arctic", "danish"]

# Where no interval is asked for, `sized` writes this many rows a day, as the Danish files hold.
ROWS_PER_DAY: Final = 10_000_000
_SIZED_INTERVAL_S: Final = 30.0
_REST_SHARE: Final = 0.4  # of a ship's time at rest, over the fleets; only to size the fleet
_FEWEST_VESSELS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Dirt:
    """How often a row is wrong, and in which way; shares of rows.

    Defaults are those of events.md 15.2, which start from the real samples.

    Attributes:
        copies_share: heard once more by another station, up to `copy_delay_s` later.
        copy_delay_s: latest copy, whole seconds; under the 30 s within which copies are one.
        spikes_share: the place is wrong by 20 to 4,000 km.
        sentinels_share: latitude 91 and longitude 181, "not available".
        wrong_clocks_share: the receive time is wrong by 5 to 110 minutes either way; ships with
            a planted silence are spared, so that the silence stays what it is.
        bad_checksums_share: NMEA only: one digit of the checksum is wrong.
        cut_lines_share: NMEA only: the line ends early.
    """

    copies_share: float = 0.04
    copy_delay_s: int = 25
    spikes_share: float = 0.0004
    sentinels_share: float = 0.0002
    wrong_clocks_share: float = 0.00001
    bad_checksums_share: float = 0.0002
    cut_lines_share: float = 0.00005

    @classmethod
    def none(cls) -> Self:
        """Return no dirt at all."""
        return cls(
            copies_share=0.0,
            spikes_share=0.0,
            sentinels_share=0.0,
            wrong_clocks_share=0.0,
            bad_checksums_share=0.0,
            cut_lines_share=0.0,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """Who hears the fleet.

    Attributes:
        everywhere: every report is heard, by one station that is everywhere; then only `holes`
            counts of the rest.
        satellites: number in polar orbit; each passes a place near the pole every 96 minutes,
            further south more seldom. 0: shore stations only.
        satellites_from_day: the satellites' data begin that many days into the season.
        long_range: class A ships also send type 27 every three minutes, for satellites.
        class_a_heard_share: share of a class A ship's reports a satellite in view takes in.
        class_b_heard_share: the same for class B, which sends at a sixth of the power or less.
        outages_share: share of six-hour watches that a shore station misses.
        holes: intervals [from, to), in days from the beginning, in which nothing was recorded by
            anyone: a missing day file is (3.0, 4.0).
    """

    everywhere: bool = False
    satellites: int = 8
    satellites_from_day: float = 0.0
    long_range: bool = False
    class_a_heard_share: float = 0.6
    class_b_heard_share: float = 0.12
    outages_share: float = 0.01
    holes: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonPlan:
    """Everything a made season follows from: equal plans give equal bytes.

    Attributes:
        seed: any whole number; another seed is another season.
        t_from: first instant, midnight UTC.
        days: length.
        vessels: number of hulls.
        theatre: `arctic`, or `danish` for Danish waters.
        interval_s: mean time between the reports of a ship under way that a receiver keeps. AIS
            sends every 2 to 10 s (class A); files are thinned.
        rest_interval_s: the same at rest (AIS: 3 min); never shorter than `interval_s`.
        static_interval_s: time between static reports (AIS: 6 min).
        jitter_share: reports come up to this share of the interval late; 0: on the beat.
        spread: how unlike ships are in how often they are kept; sigma of a log-normal factor.
        noise_m: largest error of a place, north and east.
        silences_per_vessel: planted silences per vessel and 30 days.
        silence_h: shortest and longest; log-uniform in between.
        reflag_share: of ships with an IMO number, those that change flag and MMSI once.
        shared_pairs: pairs of ships, far apart, on one MMSI.
        reception: who hears.
        dirt: what is wrong with the rows.
        rows: if given, `interval_s` is fitted so that the Danish form has about this many rows.
    """

    seed: int = 1
    t_from: datetime = datetime(2026, 7, 1, tzinfo=UTC)
    days: int = 30
    vessels: int = 100
    theatre: Theatre = "arctic"
    interval_s: float = 60.0
    rest_interval_s: float = 180.0
    static_interval_s: float = 360.0
    jitter_share: float = 0.5
    spread: float = 0.3
    noise_m: float = 2.0
    silences_per_vessel: float = 0.5
    silence_h: tuple[float, float] = (3.0, 48.0)
    reflag_share: float = 0.03
    shared_pairs: int = 1
    reception: Reception = field(default_factory=Reception)
    dirt: Dirt = field(default_factory=Dirt)
    rows: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be sailed.

        Raises:
            ParameterError: naming the field.
        """
        for name, good, allowed in self._rules():
            if not good:
                raise ParameterError(name=name, value=getattr(self, name, None), allowed=allowed)

    def _rules(self) -> tuple[tuple[str, bool, str], ...]:
        aware = self.t_from.utcoffset() is not None
        return (
            ("t_from", aware and self.t_from_s % S_PER_DAY == 0, "midnight UTC"),
            ("days", self.days >= 1, "1 or more"),
            ("vessels", self.vessels >= 1, "1 or more"),
            ("theatre", self.theatre in {"arctic", "danish"}, "arctic, danish"),
            ("interval_s", self.interval_s >= 2.0, "2 or more"),  # noqa: PLR2004 - AIS's shortest
            ("jitter_share", 0.0 <= self.jitter_share < 1.0, "0 to less than 1"),
            ("silence_h", 0.0 < self.silence_h[0] <= self.silence_h[1], "shortest, longest"),
            ("copy_delay_s", 0 <= self.dirt.copy_delay_s < 30, "0 to 29"),  # noqa: PLR2004 - events.md 1.4
            ("rows", self.rows is None or self.rows >= 1, "1 or more, or None"),
        )

    @property
    def seconds(self) -> int:
        """Length in seconds."""
        return self.days * S_PER_DAY

    @property
    def t_from_s(self) -> int:
        """First instant, seconds since 1970."""
        return round(self.t_from.timestamp())

    @classmethod
    def demo(cls, seed: int = 2026) -> Self:
        """Return the small season of the demo: 46 days of summer 2026, some 250,000 positions."""
        return cls(
            seed=seed,
            days=46,
            vessels=110,
            interval_s=780.0,
            rest_interval_s=2340.0,
            static_interval_s=3600.0,
            silences_per_vessel=0.25,
            silence_h=(6.0, 48.0),
            reflag_share=0.03,
            shared_pairs=1,
            reception=Reception(satellites=12, class_a_heard_share=0.7),
        )

    @classmethod
    def sized(
        cls,
        rows: int,
        seed: int = 1,
        days: int | None = None,
        interval_s: float | None = None,
    ) -> Self:
        """Return a season of about `rows` rows in the Danish form, everything heard.

        Args:
            rows: position rows wanted; the truth tells how many there are.
            seed: of the season.
            days: length; by default one day for each 10 million rows, as in real Danish files.
            interval_s: exact mean between reports under way (60.0: a minute apart). By default
                it is fitted to `rows`, near 30 s.

        Error: within 2 % of `rows` if the interval is fitted, else within 15 %.
        """
        length = days or math.ceil(rows / ROWS_PER_DAY)
        plan = cls(
            seed=seed,
            days=length,
            interval_s=interval_s or _SIZED_INTERVAL_S,
            spread=0.0 if interval_s else 0.3,
            reception=Reception(everywhere=True),
            rows=None if interval_s else rows,
        )
        vessels = max(_FEWEST_VESSELS, round(rows / (length * plan.rows_per_vessel_day)))
        return replace(plan, vessels=vessels, shared_pairs=max(1, vessels // 150))

    @property
    def rows_per_vessel_day(self) -> float:
        """About how many rows one vessel makes in a day if everything is heard."""
        rest_s = max(self.rest_interval_s, self.interval_s)
        per_s = (1.0 - _REST_SHARE) / self.interval_s + _REST_SHARE / rest_s
        return S_PER_DAY * per_s * (1.0 + self.dirt.copies_share)
