"""Bytes of AIS, in; columns, rejects and counters, out."""
