"""A hull's id or words to find it by, in; its page, its rows and its track, out."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import polars as pl

from northwatch.errors import MissingError
from northwatch.geo import from_map
from northwatch.schema import TABLES
from northwatch.web.answers import View
from northwatch.web.ask import PAGE_ROWS, Ask
from northwatch.web.held import Held
from northwatch.web.map_drawing import (
    graticule_labels,
    graticule_path,
    land_path,
    path,
    scale_bar,
    sheet_about,
)
from northwatch.web.map_view import url_time
from northwatch.web.palette import mark_of
from northwatch.web.parameters import Parameter, one_of, some_of, whole, words
from northwatch.web.places import names
from northwatch.web.track_lines import track_features
from northwatch.web.words import told

SORTS: Final = ("name", "flag", "last", "positions")
_PART_ROWS: Final = 200
_MAP_VERTICES: Final = 3000
_EVENT_TABLES: Final = (
    ("zone_visit", "zone_visits"), ("gate_crossing", "gate_crossings"), ("gap", "gaps"),
)  # fmt: skip


def vessel_list(ask: Ask) -> View:
    """Return the hulls that match a number or name; all of them if nothing is asked."""
    held = ask.held
    state = ask.state(
        Parameter(name="mmsi", parse=whole(1, 999_999_999), allowed="an MMSI of up to nine digits"),
        Parameter(name="imo", parse=whole(1, 9_999_999), allowed="an IMO number of seven digits"),
        Parameter(name="name", parse=words, allowed="part of a name, up to 80 characters"),
        Parameter(name="actor", parse=some_of(held.flags),
                  allowed=f"flags in the picture: {', '.join(held.flags)}"),
        Parameter(name="class", parse=some_of(held.classes),
                  allowed=f"classes in the picture: {', '.join(held.classes)}"),
        Parameter(name="sort", parse=one_of(SORTS), default="name", allowed=", ".join(SORTS)),
    )  # fmt: skip
    rows = _matching(held, state)
    return View(
        name="northwatch-vessels",
        title="Vessels",
        template="vessels.html",
        path=ask.path,
        state=state,
        rows=rows,
        cite=ask.cite(state, rows, {"what": "hulls in the picture that match the words"}),
        context=lambda: {
            "listed": rows.slice(state["after"] or 0, PAGE_ROWS).to_dicts(),
            "total": rows.height,
            "after": state["after"] or 0,
            "page_rows": PAGE_ROWS,
            "marks": held.marks,
            "flags": held.flags,
            "classes": held.classes,
            "shared": _shared_number(held, state["mmsi"]),
        },
    )


def _matching(held: Held, state: Any) -> pl.DataFrame:  # noqa: ANN401 - a State
    found = held.hulls
    claims = held.table("identities")
    if state["mmsi"] is not None:
        own = held.vessels.filter(pl.col("mmsi") == state["mmsi"])["vessel_id"]
        said = claims.filter(pl.col("mmsi") == state["mmsi"])["vessel_id"]
        found = found.filter(pl.col("vessel_id").is_in([*own, *said]))
    if state["imo"] is not None:
        said = claims.filter(pl.col("imo") == state["imo"])["vessel_id"]
        found = found.filter((pl.col("imo") == state["imo"]) | pl.col("vessel_id").is_in([*said]))
    if state["name"] is not None:
        said = claims.filter(_holds("name", state["name"]))["vessel_id"].unique()
        found = found.filter(_holds("name", state["name"]) | pl.col("vessel_id").is_in([*said]))
    for name, column in (("actor", "flag"), ("class", "vessel_class")):
        if state[name]:
            found = found.filter(pl.col(column).is_in(state[name]))
    column, falling = {
        "name": ("name", False), "flag": ("flag", False), "last": ("t_last_ms", True),
        "positions": ("n_positions", True),
    }[state["sort"]]  # fmt: skip
    return found.drop("bucket").sort(
        [column, "vessel_id"], descending=[falling, False], nulls_last=True
    )


def _holds(column: str, text: str) -> pl.Expr:
    part = pl.col(column).str.to_lowercase().str.contains(text.lower(), literal=True)
    return part.fill_null(value=False)


def _shared_number(held: Held, mmsi: int | None) -> bool:
    """Return whether several IMO numbers were claimed on one MMSI: then nothing is guessed."""
    if mmsi is None:
        return False
    claimed = held.table("identities").filter(pl.col("mmsi") == mmsi)["imo"].drop_nulls()
    return claimed.n_unique() > 1


class Hull:
    """One hull's rows in the picture's tables."""

    def __init__(self, held: Held, vessel_id: str) -> None:
        """Find the hull.

        Raises:
            MissingError: there is no such hull.
        """
        rows = held.hulls.filter(pl.col("vessel_id") == vessel_id)
        if rows.is_empty():
            raise MissingError(what="This vessel", remedy="Look for it by name or number.")
        self.held = held
        self.vessel_id = vessel_id
        self.row = rows.row(0, named=True)
        self.numbers = held.vessels.filter(pl.col("vessel_id") == vessel_id)["mmsi"].to_list()

    def rows(self, table: str) -> pl.DataFrame:
        """Return the hull's rows of a small table, by MMSI."""
        return self.held.table(table).filter(pl.col("mmsi").is_in(self.numbers))

    def claims(self) -> pl.DataFrame:
        """Return every identity claimed on the hull's numbers, in time order."""
        claimed = self.rows("identities").drop("bucket")
        evidence = pl.format("{}:{}", "source", "offset").alias("evidence")
        return claimed.with_columns(evidence).sort("t_from_ms", "mmsi")

    def timeline(self) -> pl.DataFrame:
        """Return the hull's events with their words, in time order."""
        parts = [self._told(kind, self.rows(table)) for kind, table in _EVENT_TABLES]
        return pl.concat(parts).sort("t_from_ms", "event_id")

    def _told(self, kind: str, rows: pl.DataFrame) -> pl.DataFrame:
        phrases = [told(kind, row, names()) for row in rows.iter_rows(named=True)]
        return rows.select(
            "event_id", pl.lit(kind).alias("kind"), "rule", "t_from_ms", "t_to_ms",
            pl.Series("words", phrases, pl.String), "lat_deg", "lon_deg", "n_positions", "open_to",
            "evidence",
        )  # fmt: skip

    def points(self) -> pl.DataFrame:
        """Return the hull's track points, tracks together, in time."""
        return self._large("track_points").sort("mmsi", "track_id", "t_ms")

    def positions(self) -> pl.DataFrame:
        """Return all the hull's positions, in time order."""
        rows = self._large("positions").sort("t_ms", *TABLES["positions"].order)
        return rows.drop("bucket", "day").with_columns(
            lat_deg=(pl.col("lat_i") / 600_000).round(6),
            lon_deg=(pl.col("lon_i") / 600_000).round(6),
        )

    def _large(self, table: str) -> pl.DataFrame:
        kept = self.held.scan(table).filter(pl.col("mmsi").is_in(self.numbers))
        return kept.collect()


def vessel_page(ask: Ask) -> View:
    """Return the hull's timeline, and its page around it.

    Raises:
        MissingError: there is no such hull.
    """
    hull = Hull(ask.held, ask.names["vessel_id"])
    state = ask.state()
    rows = hull.timeline()
    return View(
        name=f"northwatch-{hull.vessel_id}",
        title=hull.row["name"] or hull.vessel_id,
        template="vessel.html",
        path=ask.path,
        state=state,
        rows=rows,
        cite=ask.cite(state, rows, {"what": "events of one hull", "hull": hull.vessel_id}),
        context=lambda: _context(hull, rows),
    )


def vessel_part(part: str, ask: Ask) -> View:
    """Return the hull's identities or positions as rows of their own.

    Raises:
        MissingError: there is no such hull.
    """
    hull = Hull(ask.held, ask.names["vessel_id"])
    state = ask.state()
    rows = hull.claims() if part == "identities" else hull.positions()
    after = state["after"] or 0
    return View(
        name=f"northwatch-{hull.vessel_id}-{part}",
        title=f"{hull.row['name'] or hull.vessel_id}: {part}",
        template="vessel_rows.html",
        path=ask.path,
        state=state,
        rows=rows,
        cite=ask.cite(state, rows, {"what": part, "hull": hull.vessel_id}),
        context=lambda: {
            "hull": hull.row,
            "part": part,
            "shown": rows.slice(after, PAGE_ROWS),
            "total": rows.height,
            "after": after,
            "page_rows": PAGE_ROWS,
        },
    )


def vessel_track(ask: Ask) -> View:
    """Return the hull's tracks as lines cut at 180 degrees; the rows are the tracks.

    Raises:
        MissingError: there is no such hull.
    """
    hull = Hull(ask.held, ask.names["vessel_id"])
    state = ask.state()
    rows = hull.rows("tracks").drop("bucket")
    return View(
        name=f"northwatch-{hull.vessel_id}-track",
        title=f"{hull.row['name'] or hull.vessel_id}: tracks",
        template="vessel_rows.html",
        path=ask.path,
        state=state,
        rows=rows,
        cite=ask.cite(state, rows, {"what": "tracks of one hull", "hull": hull.vessel_id}),
        context=lambda: {
            "hull": hull.row, "part": "tracks", "shown": rows, "total": rows.height, "after": 0,
            "page_rows": PAGE_ROWS,
        },
        geojson=lambda: track_features(hull.points(), hull.vessel_id),
    )  # fmt: skip


def _context(hull: Hull, timeline: pl.DataFrame) -> Mapping[str, Any]:
    points = hull.points()
    claims = hull.claims()
    tracks = hull.rows("tracks").sort("t_from_ms")
    zones = hull.rows("zone_visits").sort("t_from_ms")
    crossings = hull.rows("gate_crossings").sort("t_from_ms")
    gaps = hull.rows("gaps").sort("t_from_ms")
    return {
        "hull": hull.row,
        "numbers": hull.numbers,
        "mark": mark_of(hull.held.marks, hull.row["flag"]),
        "claims": claims.to_dicts(),
        "conflicts": _conflicts(claims),
        "timeline": timeline.head(_PART_ROWS).to_dicts(),
        "n_timeline": timeline.height,
        "tracks": tracks.to_dicts(),
        "zones": _by_zone(zones),
        "n_visits": zones.height,
        "n_crossings": crossings.height,
        "crossings": _by_gate(crossings),
        "gaps": gaps.to_dicts(),
        "track_map": _drawing(hull, points, gaps),
        "span": (hull.row["t_first_ms"], hull.row["t_last_ms"]),
        "lanes": _lanes(hull.row, tracks, zones, crossings, gaps),
        "map_query": _map_query(hull.row),
        "source_files": _files(hull.held),
    }


def _by_zone(visits: pl.DataFrame) -> list[dict[str, Any]]:
    """Return one row per zone: visits, time and distance inside, first and last."""
    still = pl.col("t_to_ms").is_null().any()
    grouped = visits.group_by("zone_id", "zone_version", "rule").agg(
        n=pl.len(),
        hours=pl.col("hours_in").sum(),
        km=pl.col("distance_in_km").sum(),
        first=pl.col("t_from_ms").min(),
        last=pl.when(~still).then(pl.col("t_to_ms").max()),
    )
    return grouped.sort("first", "zone_id").to_dicts()


def _by_gate(crossings: pl.DataFrame) -> list[dict[str, Any]]:
    """Return one row per gate and direction: crossings, longest silence, first and last."""
    grouped = crossings.group_by("gate_id", "gate_version", "from_side", "to_side", "rule").agg(
        n=pl.len(),
        back=pl.col("turned_back").sum(),
        silence_h=pl.col("silence_h").max(),
        first=pl.col("t_from_ms").min(),
        last=pl.col("t_from_ms").max(),
    )
    return grouped.sort("first", "gate_id", "to_side").to_dicts()


def _files(held: Held) -> list[dict[str, Any]]:
    return held.table("ingests").select("source", "file", "sha256", "dialect", "licence").to_dicts()


def _conflicts(claims: pl.DataFrame) -> list[str]:
    """Return which fields were claimed with more than one value."""
    fields = ("name", "imo", "call_sign", "flag", "ship_type", "length_m")
    told_as = {
        "imo": "IMO number",
        "call_sign": "call sign",
        "ship_type": "type",
        "length_m": "length",
    }
    return [told_as.get(f, f) for f in fields if claims[f].drop_nulls().n_unique() > 1]


def _map_query(row: Mapping[str, Any]) -> str:
    last = row["t_last_ms"] + 60_000
    begin = max(row["t_first_ms"], last - 7 * 86_400_000)
    return f"?t_from={url_time(begin - begin % 60_000)}&t_to={url_time(last - last % 60_000)}"


def _lanes(
    row: Mapping[str, Any], tracks: pl.DataFrame, zones: pl.DataFrame, crossings: pl.DataFrame,
    gaps: pl.DataFrame,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the drawing of the timeline: one lane per kind, spans in thousandths of the time."""
    begin = row["t_first_ms"]
    length = max(row["t_last_ms"] - begin, 1)

    def spans(frame: pl.DataFrame) -> list[tuple[float, float]]:
        made = []
        for t_from, t_to in frame.select("t_from_ms", "t_to_ms").iter_rows():
            lo = min(max((t_from - begin) / length, 0.0), 1.0)
            hi = min(max(((t_to or row["t_last_ms"]) - begin) / length, lo), 1.0)
            made.append((round(1000 * lo, 1), round(max(1000 * (hi - lo), 2.0), 1)))
        return made

    return [
        {"name": "tracks", "spans": spans(tracks)},
        {"name": "zones", "spans": spans(zones)},
        {"name": "gates", "spans": spans(crossings)},
        {"name": "gaps", "spans": spans(gaps)},
    ]


def _drawing(hull: Hull, points: pl.DataFrame, gaps: pl.DataFrame) -> Mapping[str, Any] | None:
    """Return the locator map: land, graticule, each track, gaps dashed, first and last place."""
    if points.is_empty():
        return None
    xy = points.select("x_m", "y_m").cast(pl.Float64).to_numpy()
    sheet = sheet_about(xy, 640, 420)
    lat_deg, _ = from_map(np.array([sheet.x_m]), np.array([sheet.y_m]))
    stride = max(points.height // _MAP_VERTICES, 1)
    lines = []
    ends: dict[int, Any] = {}
    for _, track in points.group_by("track_id", maintain_order=True):
        own = sheet.pixels(track.select("x_m", "y_m").cast(pl.Float64).to_numpy())
        lines.append(path(np.concatenate((own[::stride], own[-1:]))))
        times = track["t_ms"].to_numpy()
        ends.update(zip(times.tolist(), own.tolist(), strict=True))
    in_time = points.sort("t_ms").select("x_m", "y_m").cast(pl.Float64).to_numpy()
    marks = sheet.pixels(in_time[[0, -1]]).round(1).tolist()
    dashes = [
        path(np.array([ends[t_from], ends[t_to]]))
        for t_from, t_to in gaps.select("t_from_ms", "t_to_ms").iter_rows()
        if t_from in ends and t_to in ends
    ]
    return {
        "sheet": sheet, "land": land_path(sheet), "graticule": graticule_path(sheet),
        "labels": graticule_labels(sheet), "tracks": lines, "gaps": dashes, "first": marks[0],
        "last": marks[1], "bar": scale_bar(sheet, float(lat_deg[0])),
        "mark": mark_of(hull.held.marks, hull.row["flag"]),
    }  # fmt: skip
