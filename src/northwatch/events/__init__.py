"""Tracks, in; events, out. One file per kind."""

from northwatch.events.scene import Scene, make_scene

__all__ = ["Scene", "make_scene"]
