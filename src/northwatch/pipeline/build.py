"""Positions and statics of a lake, in; the whole picture derived from them, out, in one commit.

The picture is a function: the same positions, rules and code give the same rows, byte for byte.
Vessels are cut into tasks of bounded size; what needs all vessels (the natural rate of silences)
is small and comes last.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import polars as pl

from northwatch.access import presence
from northwatch.errors import MissingError
from northwatch.events import (
    ARCTIC,
    Profile,
    find_gaps,
    find_gate_crossings,
    find_zone_visits,
    judge_gaps,
    make_scene,
    reference_days,
    statics_within,
)
from northwatch.geo import (
    Gate,
    LandMask,
    Zone,
    ZoneIndex,
    shipped_gates,
    shipped_land,
    shipped_zones,
    zones_from_geojson,
)
from northwatch.lake import Change, Lake, Picture, Segment, Writer
from northwatch.pipeline.heaps import share_heaps
from northwatch.pipeline.hearing import listening
from northwatch.pipeline.note import BuildNote
from northwatch.pipeline.runner import LocalRunner
from northwatch.pipeline.track_points import track_points
from northwatch.pipeline.watching import Watch, unwatched
from northwatch.positions import drop_copies, sort_order
from northwatch.schema import (
    BUCKETS,
    BUILD_FACTS,
    DERIVED,
    GAPS,
    GATE_CROSSINGS,
    IDENTITIES,
    INGESTS,
    POSITIONS,
    PRESENCE,
    STATICS,
    TRACK_POINTS,
    TRACKS,
    VESSELS,
    ZONE_VISITS,
)
from northwatch.tracks import ARCTIC as ARCTIC_TRACKS
from northwatch.tracks import (
    NO_SPEED,
    STRAY,
    assign_tracks,
    identities,
    small_craft,
    vessels,
    without_ghosts,
)

# A task holds about this many positions at 250 bytes each while it works.
ROWS_PER_TASK: Final = 500_000
_COLUMNS: Final = tuple(name for name in POSITIONS.names if name not in {"day", "bucket"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildPlan:
    """How to build.

    Attributes:
        zone_documents: file name and GeoJSON document of zones to add to the shipped ones.
        keep_small_craft: keep fishing vessels under 15 m and leisure craft under 45 m.
        threads: cores to use; memory grows with them.
        profile: rules of events.
        rows_per_task: positions that a task holds, about; it changes no row.
    """

    zone_documents: tuple[tuple[str, dict[str, Any]], ...] = ()
    keep_small_craft: bool = False
    threads: int = 1
    profile: Profile = ARCTIC
    rows_per_task: int = ROWS_PER_TASK


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildResult:
    """What a build made: rows by table, and counts of what went where."""

    picture: str
    rows: dict[str, int]
    counts: dict[str, int]


class _Task(NamedTuple):
    bucket: int
    mmsi_from: int
    mmsi_to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """What all tasks share."""

    picture: Picture
    writer: Writer
    plan: BuildPlan
    index: ZoneIndex
    gates: tuple[Gate, ...]
    land: LandMask
    intervals: pl.DataFrame
    as_of_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What one task gave: its segments, and the small tables that the end needs."""

    segments: dict[str, Segment]
    rows: Counter[str]
    counts: Counter[str]
    gaps: pl.DataFrame
    reference: pl.DataFrame
    statics: pl.DataFrame


def build(lake: Lake, plan: BuildPlan, *, watch: Watch = unwatched) -> BuildResult:
    """Derive the picture from the newest positions and publish it; readers see all of it or none.

    Args:
        lake: a lake with positions.
        plan: how.
        watch: told of progress.

    Raises:
        MissingError: the lake holds no positions.
        LockedError: another process writes to this lake.
        UnreadableError: a zone document is not what it should be.
    """
    share_heaps()
    zones = (*shipped_zones(), *_added_zones(plan))
    with lake.writer() as writer:
        picture = lake.picture()
        if not picture.segments(POSITIONS.name):
            raise MissingError(what="any position", remedy="Run `northwatch ingest FILES` first")
        setting = _setting(picture, writer, plan, zones)
        tasks = [
            _Task(bucket, *vessel_range)
            for bucket in range(BUCKETS)
            for vessel_range in picture.vessel_ranges(bucket, plan.rows_per_task)
        ]
        made = _Gathered()
        runner = LocalRunner(plan.threads)
        for done, one in enumerate(runner.map(lambda task: _make(setting, task), tasks), start=1):
            made.add(one)
            watch("tracks and events", done / (len(tasks) + 1))
        for name, frame in (
            (GAPS.name, made.judged(plan.profile)),
            (BUILD_FACTS.name, _note(setting, made.counts).table()),
        ):
            made.write(name, writer, frame)
        published = writer.commit(
            {
                table.name: Change(add=tuple(made.segments[table.name]), replace_all=True)
                for table in DERIVED
            }
        )
        watch("tracks and events", 1.0)
    return BuildResult(picture=published.id, rows=dict(made.rows), counts=dict(made.counts))


def _added_zones(plan: BuildPlan) -> list[Zone]:
    return [
        zone
        for name, document in plan.zone_documents
        for zone in zones_from_geojson(document, file=name)
    ]


def _setting(
    picture: Picture, writer: Writer, plan: BuildPlan, zones: tuple[Zone, ...]
) -> _Setting:
    intervals = listening(picture.read(INGESTS.name))
    return _Setting(
        picture=picture,
        writer=writer,
        plan=plan,
        index=ZoneIndex.build(zones),
        gates=tuple(shipped_gates()),
        land=shipped_land(),
        intervals=intervals,
        as_of_ms=int(intervals["t_to_ms"].max() or 0),  # type: ignore[arg-type]  # a column of integers
    )


def _make(setting: _Setting, task: _Task) -> _Made:
    """Derive all that the vessels of one task give, and write it."""
    counts: Counter[str] = Counter()
    statics = _read(setting, STATICS.name, STATICS.names, task)
    positions = _read(setting, POSITIONS.name, _COLUMNS, task)
    counts["positions_read"] = positions.height
    if not setting.plan.keep_small_craft:
        positions = _without_small_craft(positions, statics, counts)
    tracked = assign_tracks(_each_once(positions, counts), ARCTIC_TRACKS, as_of_ms=setting.as_of_ms)
    counts["strays"] = int((tracked.track == STRAY).sum())
    counts["positions_on_tracks"] = tracked.track.size - counts["strays"]
    seen = vessels(tracked, statics)
    scene = make_scene(
        without_ghosts(tracked),
        setting.index,
        setting.gates,
        setting.land,
        as_of_ms=setting.as_of_ms,
        vessels=seen,
    )
    said = identities(statics.filter(pl.col("mmsi").is_in(seen["mmsi"].implode())))
    profile = setting.plan.profile
    crossings = (
        find_gate_crossings(scene, profile.gate_crossing)
        if profile.gate_crossing
        else GATE_CROSSINGS.empty()
    )
    frames = {
        TRACKS.name: tracked.tracks,
        TRACK_POINTS.name: track_points(tracked),
        IDENTITIES.name: said,
        VESSELS.name: seen,
        ZONE_VISITS.name: find_zone_visits(scene, profile.zone_visit, crossings),
        GATE_CROSSINGS.name: crossings,
        PRESENCE.name: presence(scene),
    }
    gaps = find_gaps(scene, setting.intervals, profile.gap)
    return _Made(
        segments={
            name: setting.writer.write(name, frame, bucket=task.bucket)
            for name, frame in frames.items()
        },
        rows=Counter({name: frame.height for name, frame in frames.items()}),
        counts=counts,
        gaps=gaps,
        reference=reference_days(scene, setting.intervals, profile.gap),
        statics=statics_within(gaps, statics),
    )


def _without_small_craft(
    positions: pl.DataFrame, statics: pl.DataFrame, counts: Counter[str]
) -> pl.DataFrame:
    """Leave out small craft, whose positions can be personal data, and count them."""
    small = small_craft(statics)
    if small.is_empty():
        return positions
    kept = positions.filter(~pl.col("mmsi").is_in(small.implode()))
    counts["small_craft_positions"] = positions.height - kept.height
    counts["small_craft"] = small.len()
    return kept


def _read(setting: _Setting, table: str, columns: tuple[str, ...], task: _Task) -> pl.DataFrame:
    return setting.picture.read_bucket(
        table, task.bucket, columns=columns, mmsi_from=task.mmsi_from, mmsi_to=task.mmsi_to
    )


def _each_once(positions: pl.DataFrame, counts: Counter[str]) -> pl.DataFrame:
    """Put positions in their total order and leave out copies."""
    order = sort_order(*(positions[name].to_numpy() for name in POSITIONS.order))
    ordered = positions[order]
    keep, n_copies = drop_copies(
        *(ordered[name].to_numpy() for name in ("mmsi", "t_ms", "lat_i", "lon_i")),
        *(ordered[name].fill_null(NO_SPEED).to_numpy() for name in ("sog_i", "cog_i")),
    )
    counts["copies"] = n_copies
    return ordered.filter(pl.Series(keep)) if n_copies else ordered


class _Gathered:
    """What all tasks gave."""

    def __init__(self) -> None:
        self.segments: dict[str, list[Segment]] = defaultdict(list)
        self.rows: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self._gaps: list[pl.DataFrame] = []
        self._reference: list[pl.DataFrame] = []
        self._statics: list[pl.DataFrame] = []

    def add(self, made: _Made) -> None:
        """Take what one task gave; tasks come in their order."""
        for name, segment in made.segments.items():
            self.segments[name].append(segment)
        self.rows.update(made.rows)
        self.counts.update(made.counts)
        self._gaps.append(made.gaps)
        self._reference.append(made.reference)
        self._statics.append(made.statics)

    def judged(self, profile: Profile) -> pl.DataFrame:
        """Return the gaps of all vessels, each with what it means."""
        return judge_gaps(
            pl.concat(self._gaps),
            pl.concat(self._reference),
            profile.gap,
            statics=pl.concat(self._statics),
        )

    def write(self, name: str, writer: Writer, frame: pl.DataFrame) -> None:
        """Write a table that needed all vessels."""
        self.segments[name].append(writer.write(name, frame))
        self.rows[name] += frame.height


def _note(setting: _Setting, counts: Counter[str]) -> BuildNote:
    return BuildNote(
        profile=setting.plan.profile,
        zones=setting.index.zones,
        gates=setting.gates,
        ingests=setting.picture.read(INGESTS.name),
        intervals=setting.intervals,
        as_of_ms=setting.as_of_ms,
        counts=counts,
        keep_small_craft=setting.plan.keep_small_craft,
    )
