"""The state of a map, in; the vessels and the events in its view and window, out."""

import math
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from northwatch.errors import ParameterError
from northwatch.units import MS_PER_DAY, MS_PER_H, MS_PER_S
from northwatch.web.held import Held, at, ms
from northwatch.web.parameters import Parameter, State, instant, number, one_of, some_of, whole
from northwatch.web.places import names
from northwatch.web.positions_arrow import activity
from northwatch.web.words import told, utc

# The whole Arctic down to about 60 N in a box of 1,000 by 760 pixels, Greenland's meridian down.
_X, _Y, _RES, _UP = "0", "0", "10500", "-45"
WIDTH, HEIGHT = "1000", "760"
_DEFAULT_DAYS: Final = 3
SHORTEST_DRAWN_GAP_H: Final = 12.0


def view_parameters(held: Held) -> tuple[Parameter, ...]:
    """Return the parameters of the map and of its list, events and drawing."""
    t_from, t_to = default_window(held)
    return (
        Parameter(name="x", parse=number(-9e6, 9e6), default=_X,
                  allowed="metres, EPSG:3995, from -9,000,000 to 9,000,000", meaning="centre"),
        Parameter(name="y", parse=number(-9e6, 9e6), default=_Y,
                  allowed="metres, EPSG:3995, from -9,000,000 to 9,000,000", meaning="centre"),
        Parameter(name="res", parse=number(5, 60_000), default=_RES,
                  allowed="metres per pixel, from 5 to 60,000", meaning="scale"),
        Parameter(name="up", parse=number(-180, 360), default=_UP,
                  allowed="degrees east, from -180 to 360", meaning="meridian drawn straight down"),
        Parameter(name="w", parse=whole(50, 8000), default=WIDTH,
                  allowed="pixels, from 50 to 8,000", meaning="width of the map"),
        Parameter(name="h", parse=whole(50, 8000), default=HEIGHT,
                  allowed="pixels, from 50 to 8,000", meaning="height of the map"),
        Parameter(name="t_from", parse=instant, default=t_from,
                  allowed="an instant in UTC such as 2024-08-31T06:00Z", meaning="window begins"),
        Parameter(name="t_to", parse=instant, default=t_to,
                  allowed="an instant in UTC, later than t_from", meaning="window ends, exclusive"),
        Parameter(name="actor", parse=some_of(held.flags),
                  allowed=f"flags in the picture: {', '.join(held.flags)}", meaning="flags shown"),
        Parameter(name="class", parse=some_of(held.classes),
                  allowed=f"classes in the picture: {', '.join(held.classes)}",
                  meaning="vessel classes shown"),
        Parameter(name="zone", parse=one_of(names()), allowed=f"a zone: {', '.join(names())}",
                  meaning="only vessels that were in this zone within the window"),
        Parameter(name="bench", parse=one_of(("1",)), allowed="1", meaning="hooks for measuring"),
    )  # fmt: skip


def default_window(held: Held) -> tuple[str, str]:
    """Return the last days of the data, as URL text; an empty picture has none."""
    first, last = held.span_ms
    if not last:
        return "1970-01-01T00:00Z", "1970-01-02T00:00Z"
    begin = max(last - _DEFAULT_DAYS * MS_PER_DAY, first)
    return url_time(begin), url_time(last)


def url_time(t_ms: int) -> str:
    """Return milliseconds as `2024-08-31T06:00Z`, seconds added where there are any."""
    moment = at(t_ms)
    form = "%Y-%m-%dT%H:%MZ" if t_ms % 60_000 < MS_PER_S else "%Y-%m-%dT%H:%M:%SZ"
    return f"{moment:{form}}"


@dataclass(frozen=True, slots=True)
class MapView:
    """What of the picture is on the map.

    Attributes:
        x_m, y_m: centre, EPSG:3995.
        res: metres per pixel.
        up_deg: meridian drawn straight down.
        width, height: pixels.
        window_ms: half-open.
        actors, classes: filters; empty for all.
        zone: only vessels that were in it within the window; None for all.
    """

    x_m: float
    y_m: float
    res: float
    up_deg: float
    width: int
    height: int
    window_ms: tuple[int, int]
    actors: tuple[str, ...]
    classes: tuple[str, ...]
    zone: str | None


def map_view(state: State) -> MapView:
    """Return the view that a state stands for.

    Raises:
        ParameterError: the window ends before it begins.
    """
    begin, end = ms(state["t_from"]), ms(state["t_to"])
    if end <= begin:
        raise ParameterError(name="t_to", value=str(state["t_to"]), allowed="later than t_from")
    return MapView(
        state["x"], state["y"], state["res"], state["up"], state["w"], state["h"], (begin, end),
        state["actor"] or (), state["class"] or (), state["zone"],
    )  # fmt: skip


def rotated(x: pl.Expr, y: pl.Expr, view: MapView) -> tuple[pl.Expr, pl.Expr]:
    """Return places as pixels right of and below the centre of the view."""
    angle = math.radians(view.up_deg)
    dx, dy = x - view.x_m, y - view.y_m
    right = (dx * math.cos(angle) + dy * math.sin(angle)) / view.res
    down = (dx * math.sin(angle) - dy * math.cos(angle)) / view.res
    return right, down


def shown_mmsi(held: Held, view: MapView) -> pl.DataFrame:
    """Return the vessels that the filters let through, by MMSI."""
    shown = held.vessels
    if view.actors:
        shown = shown.filter(pl.col("flag").is_in(view.actors))
    if view.classes:
        shown = shown.filter(pl.col("vessel_class").is_in(view.classes))
    if view.zone is not None:
        shown = shown.filter(pl.col("mmsi").is_in(visitors(held, view.zone, view.window_ms)))
    return shown.select("mmsi", "vessel_id", "name", "flag", "vessel_class")


def visitors(held: Held, zone: str, window_ms: tuple[int, int]) -> list[int]:
    """Return the MMSI of vessels whose stay in a zone overlaps the window."""
    visits = held.table("zone_visits").filter(
        pl.col("zone_id") == zone,
        pl.col("t_from_ms") < window_ms[1],
        pl.col("t_to_ms").fill_null(window_ms[1]) >= window_ms[0],
    )
    return visits["mmsi"].unique().sort().to_list()


def vessels_in_view(held: Held, view: MapView) -> pl.DataFrame:
    """Return the vessels with a drawn position in view and window, each with its last such one.

    Returns:
        vessel_id, mmsi, name, flag, vessel_class, t_ms, lat_deg, lon_deg, speed_kn, course_deg,
        x_m, y_m; by name, those without one last, then by MMSI.
    """
    right, down = rotated(pl.col("x_m").cast(pl.Float64), pl.col("y_m").cast(pl.Float64), view)
    last = (
        held.scan("track_points")
        .filter(
            pl.col("t_ms").is_between(*view.window_ms, closed="left"),
            right.abs() <= view.width / 2,
            down.abs() <= view.height / 2,
        )
        .join(shown_mmsi(held, view).lazy(), on="mmsi", how="inner")
        .group_by("mmsi")
        .agg(
            pl.col("vessel_id", "name", "flag", "vessel_class").first(),
            pl.col("t_ms", "lat_i", "lon_i", "sog_i", "cog_i", "x_m", "y_m").sort_by("t_ms").last(),
        )
    )
    return (
        last.select(
            "vessel_id", "mmsi", "name", "flag", "vessel_class", "t_ms",
            lat_deg=(pl.col("lat_i") / 600_000).round(6),
            lon_deg=(pl.col("lon_i") / 600_000).round(6),
            speed_kn=pl.col("sog_i") / 10, course_deg=pl.col("cog_i") / 10, x_m="x_m", y_m="y_m",
        )
        .sort("name", "mmsi", nulls_last=True)
        .collect()
    )  # fmt: skip


def events_in_window(held: Held, view: MapView) -> pl.DataFrame:
    """Return gate crossings and gaps within the window, of the vessels that the filters let by.

    Returns:
        event_id, kind, t_from_ms, t_to_ms, vessel_id, mmsi, name, flag, words, lat_deg, lon_deg,
        evidence; newest first.
    """
    shown = shown_mmsi(held, view)
    parts = [
        _events_of(kind, held.table(table), shown, view)
        for kind, table in (("gate_crossing", "gate_crossings"), ("gap", "gaps"))
    ]
    return pl.concat(parts).sort(["t_from_ms", "event_id"], descending=[True, False])


def _events_of(kind: str, table: pl.DataFrame, shown: pl.DataFrame, view: MapView) -> pl.DataFrame:
    within = table.filter(
        pl.col("t_from_ms") < view.window_ms[1],
        pl.col("t_to_ms").fill_null(view.window_ms[1]) >= view.window_ms[0],
    )
    if kind == "gap":
        within = within.filter(pl.col("silence_h") >= SHORTEST_DRAWN_GAP_H)
    else:
        within = within.filter(pl.col("t_from_ms") >= view.window_ms[0])
    joined = within.drop("vessel_id").join(shown, on="mmsi", how="inner", maintain_order="left")
    phrases = [told(kind, row, names()) for row in joined.iter_rows(named=True)]
    return joined.select(
        "event_id", "kind", "t_from_ms", "t_to_ms", "vessel_id", "mmsi", "name", "flag",
        pl.Series("words", phrases, pl.String), "lat_deg", "lon_deg", "evidence",
    )  # fmt: skip


def histogram(held: Held) -> dict[str, Any]:
    """Return positions per bin over the whole picture, for the time brush.

    Returns:
        `t_from_ms`, `bin_ms` and the list `n`; bins of whole hours, at most 720 of them.
    """
    hours = activity(held)
    if hours.is_empty():
        return {"t_from_ms": 0, "bin_ms": MS_PER_H, "n": []}
    first, last = int(hours["hour"][0]), int(hours["hour"][-1])
    size = next(h for h in (1, 3, 6, 12, 24, 72, 168, 8760) if (last - first) / h < 720)  # noqa: PLR2004
    start = first - first % min(size, 24)
    bins = hours.group_by(bin=(pl.col("hour") - start) // size).agg(pl.col("n").sum())
    n = [0] * ((last - start) // size + 1)
    for row in bins.iter_rows(named=True):
        n[row["bin"]] = row["n"]
    return {"t_from_ms": start * MS_PER_H, "bin_ms": size * MS_PER_H, "n": n}


def empty_reason(held: Held, view: MapView) -> str:
    """Say which nothing it is that a map without a vessel shows."""
    first, last = held.span_ms
    if not last:
        return "No data are loaded: ingest a file and build the picture."
    if view.window_ms[0] >= last or view.window_ms[1] <= first:
        return f"No data are loaded for this window: they run from {utc(first)} to {utc(last)}."
    return (
        "No position in this view, window and filter. How well ships could be heard here is not "
        "yet measured: none heard is not the same as none there."
    )
