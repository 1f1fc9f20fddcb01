"""Files as suppliers send them, in; bytes with where they came from, out."""

from northwatch.sources.dialects import find_dialect, read_dialect, shipped_dialects
from northwatch.sources.opening import Source, open_source, open_sources

__all__ = [
    "Source",
    "find_dialect",
    "open_source",
    "open_sources",
    "read_dialect",
    "shipped_dialects",
]
