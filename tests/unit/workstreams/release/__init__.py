"""Releases out and in."""
