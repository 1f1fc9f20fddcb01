"""Positions, in; tracks and dated identities, out."""
