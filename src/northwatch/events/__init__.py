"""Tracks, in; events, out. One file per kind."""

from northwatch.events.gap_verdicts import expected_by_chance, judge_gaps, statics_within
from northwatch.events.gaps import find_gaps
from northwatch.events.gate_crossings import find_gate_crossings
from northwatch.events.listening import JOIN_MS, heard_spans, listening_intervals
from northwatch.events.reception import Reception
from northwatch.events.rules import (
    ARCTIC,
    GFW,
    PROFILES,
    GapRule,
    GateCrossingRule,
    Profile,
    ReceptionRule,
    ZoneVisitRule,
    profile,
)
from northwatch.events.scene import Scene, make_scene
from northwatch.events.silences import reference_days
from northwatch.events.zone_visits import find_zone_visits

__all__ = [
    "ARCTIC",
    "GFW",
    "JOIN_MS",
    "PROFILES",
    "GapRule",
    "GateCrossingRule",
    "Profile",
    "Reception",
    "ReceptionRule",
    "Scene",
    "ZoneVisitRule",
    "expected_by_chance",
    "find_gaps",
    "find_gate_crossings",
    "find_zone_visits",
    "heard_spans",
    "judge_gaps",
    "listening_intervals",
    "make_scene",
    "profile",
    "reference_days",
    "statics_within",
]
