"""Reports, in; clean positions in their total order, each once, and rejects with reasons, out."""

from northwatch.positions.cleaning import REASONS, Cleaned, clean, with_keys
from northwatch.positions.columns import column, frozen
from northwatch.positions.copies import COPY_WINDOW, drop_copies
from northwatch.positions.ordering import sort_order

__all__ = [
    "COPY_WINDOW",
    "REASONS",
    "Cleaned",
    "clean",
    "column",
    "drop_copies",
    "frozen",
    "sort_order",
    "with_keys",
]
