"""Bytes of AIS, in; columns, rejects and counters, out."""

from northwatch.ais.decoded import Decoded
from northwatch.ais.delimited import DelimitedDecoder
from northwatch.ais.nmea import NmeaDecoder

__all__ = ["Decoded", "DelimitedDecoder", "NmeaDecoder"]
