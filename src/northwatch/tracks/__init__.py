"""Positions, in; tracks and dated identities, out."""

from northwatch.tracks.assigning import assign_tracks
from northwatch.tracks.rules import ARCTIC, GFW, TrackRule
from northwatch.tracks.tracked import NO_SPEED, STRAY, Tracked

__all__ = ["ARCTIC", "GFW", "NO_SPEED", "STRAY", "TrackRule", "Tracked", "assign_tracks"]
