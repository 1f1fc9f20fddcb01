"""Requests about the map, in; its page, list, panel, events and drawing data, out."""

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import polars as pl

from northwatch.errors import MissingError
from northwatch.geo import from_map
from northwatch.units import MS_PER_H
from northwatch.web.answers import Download, View
from northwatch.web.ask import PAGE_ROWS, Ask
from northwatch.web.charts import histogram_bars
from northwatch.web.coast import coast_bytes, coast_tag
from northwatch.web.held import Held
from northwatch.web.map_drawing import (
    Sheet,
    graticule_labels,
    graticule_path,
    land_path,
    path,
    scale_bar,
)
from northwatch.web.map_view import (
    MapView,
    empty_reason,
    events_in_window,
    histogram,
    map_view,
    rotated,
    shown_mmsi,
    url_time,
    vessels_in_view,
    view_parameters,
)
from northwatch.web.palette import mark_of
from northwatch.web.parameters import Parameter, State, read_state, whole
from northwatch.web.places import gate_outlines, name_of, zone_outline, zones
from northwatch.web.positions_arrow import DEFAULT_LIMIT, MOST, arrow_stream, drawn

UPS: Final = (
    ("-45", "Greenland", "45° W"), ("19", "Tromsø", "19° E"), ("100", "Taymyr", "100° E"),
    ("180", "Bering", "180°"), ("0", "Greenwich", "0°"),
)  # fmt: skip
_DRAWN_VERTICES: Final = 12_000
_LIMIT: Final = Parameter(
    name="limit", parse=whole(1000, MOST), default=str(DEFAULT_LIMIT),
    allowed=f"positions, from 1,000 to {MOST:,}", meaning="positions drawn at most",
)  # fmt: skip


def map_page(ask: Ask) -> View:
    """Return the map with the vessels in view and window as its rows."""
    return _vessels_view(ask, "map.html", _page_context)


def map_list(ask: Ask) -> View:
    """Return only the list beside the map, for a map that was moved."""
    return _vessels_view(ask, "map_list.html", _list_context)


def _vessels_view(ask: Ask, template: str, context: Any) -> View:  # noqa: ANN401 - a function below
    state = ask.state(*view_parameters(ask.held))
    view = map_view(state)
    rows = vessels_in_view(ask.held, view)
    definition = {
        "what": "vessels with a drawn position in view and window, each with its last such one",
        "positions": "track points: ends of tracks, and one in each ten minutes at most",
        "crs": "WGS 84; view in EPSG:3995",
        "t_from": url_time(view.window_ms[0]),
        "t_to": url_time(view.window_ms[1]),
        "filters": {"actor": view.actors, "class": view.classes, "zone": view.zone},
    }
    return View(
        name="northwatch-map",
        title="Map",
        template=template,
        path=ask.path,
        state=state,
        rows=rows,
        cite=ask.cite(state, rows, definition),
        context=lambda: context(ask, state, view, rows),
        geojson=lambda: _vessels_geojson(rows),
    )


def _vessels_geojson(rows: pl.DataFrame) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["lon_deg"], row["lat_deg"]]},
            "properties": {k: v for k, v in row.items() if k not in {"x_m", "y_m"}},
        }
        for row in rows.iter_rows(named=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _list_context(ask: Ask, state: State, view: MapView, rows: pl.DataFrame) -> Mapping[str, Any]:
    after = state["after"] or 0
    shown = rows.slice(after, PAGE_ROWS)
    return {
        "listed": shown.to_dicts(),
        "total": rows.height,
        "after": after,
        "page_rows": PAGE_ROWS,
        "marks": ask.held.marks,
        "empty": empty_reason(ask.held, view),
        "map_query": state.query(after=None),
    }


def _page_context(ask: Ask, state: State, view: MapView, rows: pl.DataFrame) -> Mapping[str, Any]:
    held = ask.held
    events = events_in_window(held, view)
    bars = histogram(held)
    return {
        **_list_context(ask, state, view, rows),
        "map_view": view,
        "events": events.head(PAGE_ROWS).to_dicts(),
        "n_events": events.height,
        "flags": held.flags,
        "flag_counts": _counts(held, "flag"),
        "classes": held.classes,
        "class_counts": _counts(held, "vessel_class"),
        "zones": [(zone.id, zone.name) for zone in zones().values()],
        "ups": UPS,
        "histogram": bars,
        "histogram_path": histogram_bars(bars["n"]),
        "svg_query": state.query(after=None),
        "map_state": json.dumps(_island(held, bars)),
    }


def _counts(held: Held, column: str) -> dict[str, int]:
    counted = held.vessels.group_by(column).agg(n=pl.col("vessel_id").n_unique())
    return dict(counted.iter_rows())


def _island(held: Held, bars: dict[str, Any]) -> dict[str, Any]:
    """Return what the browser's map needs to begin with; the address says the rest."""
    usual = map_view(read_state((), view_parameters(held)))
    return {
        "defaults": {
            "x": usual.x_m, "y": usual.y_m, "res": usual.res, "up": usual.up_deg,
            "t_from_ms": usual.window_ms[0], "t_to_ms": usual.window_ms[1],
        },
        "histogram": bars,
        "coast": f"/coast/{coast_tag()}.json",
    }  # fmt: skip


def map_panel(ask: Ask) -> View:
    """Return what is known of one vessel in the window: position, course, zone, last heard.

    Raises:
        MissingError: there is no such vessel.
    """
    state = ask.state(*view_parameters(ask.held))
    view = map_view(state)
    vessel_id = ask.names["vessel_id"]
    hull = ask.held.hulls.filter(pl.col("vessel_id") == vessel_id)
    if hull.is_empty():
        raise MissingError(what="This vessel")
    mmsi = ask.held.vessels.filter(pl.col("vessel_id") == vessel_id)["mmsi"].to_list()
    last = (
        ask.held.scan("track_points")
        .filter(
            pl.col("mmsi").is_in(mmsi), pl.col("t_ms").is_between(*view.window_ms, closed="left")
        )
        .sort("t_ms")
        .tail(1)
        .collect()
    )
    rows = hull.join(last.drop("bucket", "mmsi"), how="cross") if last.height else hull
    return View(
        name="northwatch-vessel",
        title=hull["name"][0] or vessel_id,
        template="map_panel.html",
        path=ask.path,
        state=state,
        rows=rows.drop("bucket"),
        cite=ask.cite(state, rows.drop("bucket"), {"what": "one vessel in a window"}),
        context=lambda: _panel_context(ask, view, hull.row(0, named=True), last, mmsi),
    )


def _panel_context(
    ask: Ask, view: MapView, hull: dict[str, Any], last: pl.DataFrame, mmsi: list[int]
) -> Mapping[str, Any]:
    held = ask.held
    visits = held.table("zone_visits").filter(pl.col("mmsi").is_in(mmsi))
    heard = last.row(0, named=True) if last.height else None
    inside: list[str] = []
    if heard is not None:
        at_ms = heard["t_ms"]
        covering = visits.filter(
            pl.col("t_from_ms") <= at_ms, pl.col("t_to_ms").fill_null(at_ms) >= at_ms
        )
        inside = [name_of(zone) for zone in covering["zone_id"].unique().sort()]
    events = events_in_window(held, view).filter(pl.col("mmsi").is_in(mmsi))
    return {
        "hull": hull, "last": heard, "inside": inside, "events": events.head(8).to_dicts(),
        "n_events": events.height, "mark": mark_of(held.marks, hull["flag"]),
    }  # fmt: skip


def map_events(ask: Ask) -> View:
    """Return the gate crossings and gaps in the window, with their places on the map."""
    state = ask.state(*view_parameters(ask.held))
    rows = events_in_window(ask.held, map_view(state))
    definition = {
        "what": "gate crossings that began, and gaps of 12 h or more that lie, in the window",
        "t_from": url_time(map_view(state).window_ms[0]),
        "t_to": url_time(map_view(state).window_ms[1]),
    }
    return View(
        name="northwatch-events",
        title="Events in the window",
        template="map_events.html",
        path=ask.path,
        state=state,
        rows=rows,
        cite=ask.cite(state, rows, definition),
        context=lambda: {"events": rows.head(PAGE_ROWS).to_dicts(), "n_events": rows.height},
        geojson=lambda: _vessels_geojson(rows),
    )


def positions_arrow(ask: Ask) -> Download:
    """Return the positions for the map's drawing layer."""
    state = ask.state(*view_parameters(ask.held), _LIMIT)
    view = map_view(state)
    key = ("arrow", view.window_ms, state["limit"], view.zone)
    body = ask.held.once_large(
        key,
        lambda: arrow_stream(ask.held, drawn(ask.held, view.window_ms, state["limit"], view.zone)),
    )
    return Download(body, "application/vnd.apache.arrow.stream")


def coast_file(ask: Ask) -> Download:
    """Return the coast; its address holds its hash.

    Raises:
        MissingError: the address is of another coast.
    """
    if ask.names["tag"] != coast_tag():
        raise MissingError(what="This coast")
    return Download(coast_bytes(), "application/json")


def layers(ask: Ask) -> Download:
    """Return the gates' lines, and the outline of the zone asked for, in EPSG:3995."""
    state = ask.state(*view_parameters(ask.held))
    outlines = [zone_outline(state["zone"])] if state["zone"] in zones() else []
    body = {
        "crs": "EPSG:3995",
        "gates": [{"id": g.id, "name": g.name, "parts": g.whole_metres()} for g in gate_outlines()],
        "zones": [{"id": z.id, "name": z.name, "parts": z.whole_metres()} for z in outlines],
    }
    return Download(json.dumps(body, separators=(",", ":")).encode(), "application/json")


def map_svg_context(ask: Ask) -> Mapping[str, Any]:
    """Return what the server-drawn map shows: land, graticule, gates, tracks and last positions."""
    state = ask.state(*view_parameters(ask.held))
    view = map_view(state)
    sheet = Sheet(view.x_m, view.y_m, view.res, view.up_deg, view.width, view.height)
    lat_deg, _ = from_map(np.array([view.x_m]), np.array([view.y_m]))
    rows = vessels_in_view(ask.held, view)
    spots = sheet.pixels(rows.select("x_m", "y_m").cast(pl.Float64).to_numpy())
    outlines = [zone_outline(view.zone)] if view.zone in zones() else []
    return {
        "sheet": sheet,
        "land": land_path(sheet),
        "graticule": graticule_path(sheet),
        "labels": graticule_labels(sheet),
        "gates": [path(sheet.pixels(g.parts[0])) for g in gate_outlines()],
        "zones": [path(sheet.pixels(part), closed=True) for z in outlines for part in z.parts],
        "tracks": _track_paths(ask.held, view, sheet),
        "ships": [
            (mark_of(ask.held.marks, flag), round(x, 1), round(y, 1))
            for flag, (x, y) in zip(rows["flag"], spots.tolist(), strict=True)
        ],
        "marks": ask.held.marks,
        "bar": scale_bar(sheet, float(lat_deg[0])),
        "window": (url_time(view.window_ms[0]), url_time(view.window_ms[1])),
    }


def _track_paths(held: Held, view: MapView, sheet: Sheet) -> list[tuple[str, str]]:
    """Return (colour, path data) of each track in view, thinned to a pixel."""
    right, down = rotated(pl.col("x_m").cast(pl.Float64), pl.col("y_m").cast(pl.Float64), view)
    points = (
        held.scan("track_points")
        .filter(pl.col("t_ms").is_between(*view.window_ms, closed="left"))
        .join(shown_mmsi(held, view).lazy(), on="mmsi", how="inner", maintain_order="left")
        .select(
            "track_id", "flag", right=right + sheet.width / 2, down=down + sheet.height / 2,
            hour=pl.col("t_ms") // MS_PER_H,
        )
        .collect()
    )  # fmt: skip
    stride = max(points.height // _DRAWN_VERTICES, 1)
    paths = []
    for (_, flag), track in points.group_by(["track_id", "flag"], maintain_order=True):
        thin = track.gather_every(stride).select("right", "down").to_numpy()
        if len(thin) > 1 and sheet.shows(thin):
            paths.append((mark_of(held.marks, str(flag)).colour, path(thin)))
    return paths
