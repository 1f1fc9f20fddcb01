"""Bytes of AIS, in; columns, rejects and counters, out."""

from northwatch.ais.decoded import Decoded
from northwatch.ais.delimited import DelimitedDecoder

__all__ = ["Decoded", "DelimitedDecoder"]
