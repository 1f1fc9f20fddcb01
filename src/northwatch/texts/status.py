"""How far a paragraph is agreed, and the lattice of it: a text is as far as its least paragraph.

bracketed < agreed ad referendum (the more parties outstanding, the lower) < agreed < adopted.
Source: the reference "The record", §11.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Final, Literal

Name = Literal["bracketed", "agreed ad referendum", "agreed", "adopted"]
NAMES: Final[tuple[Name, ...]] = ("bracketed", "agreed ad referendum", "agreed", "adopted")


@dataclass(frozen=True, slots=True)
class Status:
    """A state of a paragraph or text.

    Attributes:
        name: one of `NAMES`.
        outstanding: parties whose confirmation is missing; only, and always, ad referendum.
    """

    name: Name
    outstanding: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what is no state."""
        if bool(self.outstanding) != (self.name == "agreed ad referendum"):
            problem = "parties are outstanding ad referendum, there alone, and there always"
            raise ValueError(problem)

    def __le__(self, other: "Status") -> bool:
        """Say whether this is no further than the other."""
        return meet(self, other) == self


def meet(one: Status, other: Status) -> Status:
    """Return the furthest state that is no further than either."""
    names = {one.name, other.name}
    if "bracketed" in names:
        return Status("bracketed")
    outstanding = one.outstanding | other.outstanding
    if outstanding:
        return Status("agreed ad referendum", outstanding)
    return Status("agreed") if "agreed" in names else Status("adopted")


def join(one: Status, other: Status) -> Status:
    """Return the least far state that is no less far than either."""
    for bracketed, rest in ((one, other), (other, one)):
        if bracketed.name == "bracketed":
            return rest
    names = {one.name, other.name}
    if "adopted" in names:
        return Status("adopted")
    outstanding = one.outstanding & other.outstanding
    return Status("agreed ad referendum", outstanding) if outstanding else Status("agreed")


def status_of(paragraphs: Iterable[Status]) -> Status:
    """Return the state of a text: the meet of its paragraphs'; one without any is adopted."""
    return reduce(meet, paragraphs, Status("adopted"))
