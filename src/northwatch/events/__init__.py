"""Tracks, in; events, out. One file per kind."""
