"""Who is told of progress."""

from collections.abc import Callable

Watch = Callable[[str, float], None]
"""Told of what is under way and the share of it that is done, 0 to 1."""


def unwatched(_name: str, _share: float) -> None:
    """Tell nobody."""
