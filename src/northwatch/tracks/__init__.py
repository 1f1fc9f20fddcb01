"""Positions, in; tracks and dated identities, out."""

from northwatch.tracks.assigning import assign_tracks
from northwatch.tracks.attributes import CLASS_TABLE, flags_of, valid_imo, vessel_classes
from northwatch.tracks.ghosts import without_ghosts
from northwatch.tracks.identities import identities
from northwatch.tracks.rules import ARCTIC, GFW, TrackRule
from northwatch.tracks.tracked import NO_SPEED, STRAY, Tracked
from northwatch.tracks.vessels import small_craft, vessels

__all__ = [
    "ARCTIC",
    "CLASS_TABLE",
    "GFW",
    "NO_SPEED",
    "STRAY",
    "TrackRule",
    "Tracked",
    "assign_tracks",
    "flags_of",
    "identities",
    "small_craft",
    "valid_imo",
    "vessel_classes",
    "vessels",
    "without_ghosts",
]
