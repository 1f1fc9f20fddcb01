"""Every view this server has: its address, the function that makes it, its further suffixes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from northwatch.web.answers import Download, View
from northwatch.web.ask import Ask
from northwatch.web.map_page import (
    coast_file,
    layers,
    map_events,
    map_list,
    map_page,
    map_panel,
    positions_arrow,
)
from northwatch.web.supporting_pages import rejects_page, sources_page, zones_page
from northwatch.web.trends_page import figure_page, trends_page
from northwatch.web.vessel_pages import vessel_list, vessel_page, vessel_part, vessel_track


@dataclass(frozen=True, slots=True)
class Page:
    """A view: its path, what makes it, and whether its rows have a geometry."""

    path: str
    make: Callable[[Ask], View]
    summary: str
    has_geometry: bool = False


@dataclass(frozen=True, slots=True)
class Data:
    """Bytes for an island: path, what makes them, and whether the address never changes meaning."""

    path: str
    make: Callable[[Ask], Download]
    summary: str
    for_good: bool = False


PAGES: Final = (
    Page("/trends", trends_page, "Access by flag, zone and period"),
    Page("/figure", figure_page, "The rows behind one figure"),
    Page("/map", map_page, "Vessels in a view and window", has_geometry=True),
    Page("/map/list", map_list, "The list beside the map", has_geometry=True),
    Page("/map/events", map_events, "Gate crossings and gaps in a window", has_geometry=True),
    Page("/map/panel/{vessel_id}", map_panel, "One vessel in a window"),
    Page("/vessels", vessel_list, "Vessels by number or name"),
    Page("/vessels/{vessel_id}", vessel_page, "One vessel"),
    Page("/vessels/{vessel_id}/identities", partial(vessel_part, "identities"), "Its identities"),
    Page("/vessels/{vessel_id}/positions", partial(vessel_part, "positions"), "Its positions"),
    Page("/vessels/{vessel_id}/track", vessel_track, "Its tracks", has_geometry=True),
    Page("/zones", zones_page, "Zones and gates with their sources"),
    Page("/sources", sources_page, "Files the picture rests on"),
    Page("/rejects", rejects_page, "Lines refused, with reasons"),
)
DATA: Final = (
    Data("/positions.arrow", positions_arrow, "Positions for the map's drawing layer"),
    Data("/layers.json", layers, "Gates, and the zone asked for, on the map's plane"),
    Data("/coast/{tag}.json", coast_file, "The coast on the map's plane", for_good=True),
)
