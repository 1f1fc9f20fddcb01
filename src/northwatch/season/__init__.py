"""A seed and a fleet, in; a made season as AIS lines, and its truth as tables, out."""
