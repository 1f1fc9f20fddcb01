"""Presence and events, in; figures with their definitions, out."""
