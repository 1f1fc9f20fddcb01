"""What a figure means, field by field, and the figure, which cannot exist without it."""

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Final

from northwatch.errors import ParameterError, UnlikeError

MEASURES: Final = {
    "vessels": ("vessels", "hulls with at least one position in the zone"),
    "vessel_days": ("vessel-days", "hull and UTC day with at least one position in the zone"),
    "distance_km": ("km", "length of track inside the zone, WGS 84, silences bridged to 72 h"),
    "visits": ("visits", "stays in the zone that began in the period, by the rule named"),
    "entries": (
        "crossings",
        "settled crossings of the gate towards the side named, not turned back",
    ),
}
ACTOR_COLUMNS: Final = ("flag",)
PERIODS: Final = ("day", "month", "year", "all")
NAIVE: Final = "none: naive figure, not corrected for reception"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpan:
    """One supplier's files behind a figure: how they were read, their licence and time span."""

    dialect: str
    licence: str
    files: int
    t_from: datetime
    t_to: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """Every field that a figure must have before it may be shown.

    Attributes:
        measure: one of `MEASURES`; its unit and meaning follow from it.
        place, place_version: zone, or for `entries` gate and side, with the boundary's version.
        actor_by, actor, actor_source: the named column, the code in it (`all` for every actor)
            and where the column comes from.
        vessel_classes: classes counted; `("all",)` includes unknown.
        class_table: version of the shipped class table.
        rule: rule that makes the counted rows, with its version.
        t_from, t_to: half-open period, UTC days.
        sources: what was heard, by supplier.
        correction: `NAIVE` until a reception correction exists.
        exclusions: what was left out on purpose.
        as_of: end of the data.
        code_version, input_hash: for running it again.

    Source:
        Field list of the project's reference on figures, after PAME, CHNL and SPRI practice.
    """

    measure: str
    place: str
    place_version: str
    actor_by: str
    actor: str
    actor_source: str
    vessel_classes: tuple[str, ...]
    class_table: str
    rule: str
    t_from: date
    t_to: date
    sources: tuple[SourceSpan, ...]
    correction: str
    exclusions: tuple[str, ...]
    as_of: datetime
    code_version: str
    input_hash: str

    def __post_init__(self) -> None:
        """Refuse a definition with an empty or unknown field."""
        if self.measure not in MEASURES:
            raise ParameterError(name="measure", value=self.measure, allowed=", ".join(MEASURES))
        if self.actor_by not in ACTOR_COLUMNS:
            raise ParameterError(
                name="actor_by", value=self.actor_by, allowed=", ".join(ACTOR_COLUMNS)
            )
        for name in ("place", "place_version", "actor", "rule", "code_version", "input_hash"):
            if not getattr(self, name):
                raise ParameterError(name=name, value="", allowed="any text that is not empty")
        if self.t_to <= self.t_from:
            raise ParameterError(name="t_to", value=self.t_to, allowed=f"later than {self.t_from}")

    @property
    def unit(self) -> str:
        """The unit that follows from the measure."""
        return MEASURES[self.measure][0]

    @property
    def period_complete(self) -> bool:
        """Whether the data reach the end of the period."""
        end = datetime.combine(self.t_to, datetime.min.time(), UTC)
        # The last report of a full day comes some seconds before midnight.
        return self.as_of >= end - timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with its definition and what stands behind it.

    Attributes:
        value: the number; None if not knowable, with `reason`.
        low, high: interval; None for a naive count, which has none.
        n_vessels, n_positions: what it rests on; `n_unknown`: vessels of unknown class in it.
        days_heard, days: days of the period with data, and all its days.
    """

    definition: Definition
    value: float | None
    reason: str = ""
    low: float | None = None
    high: float | None = None
    n_vessels: int = 0
    n_positions: int = 0
    n_unknown: int = 0
    days_heard: int = 0
    days: int = 0

    def __post_init__(self) -> None:
        """Refuse anything but a whole definition; a missing value needs its reason."""
        if not isinstance(self.definition, Definition):
            raise ParameterError(name="definition", value=self.definition, allowed="a Definition")
        if self.value is None and not self.reason:
            raise ParameterError(name="reason", value="", allowed="why the value is not knowable")


def differing_fields(one: Definition, other: Definition) -> dict[str, tuple[object, object]]:
    """Return each field in which two definitions differ, with both values."""
    return {
        field.name: (getattr(one, field.name), getattr(other, field.name))
        for field in fields(Definition)
        if getattr(one, field.name) != getattr(other, field.name)
    }


def require_like(one: Definition, other: Definition, *, compared: str) -> None:
    """Refuse to put two figures side by side unless all fields but the compared one agree.

    Args:
        one: a definition.
        other: another.
        compared: the field that is being compared; `t_from` stands for the whole period.

    Raises:
        UnlikeError: other fields differ; it names them with both values.
    """
    free = {"t_from", "t_to"} if compared in {"t_from", "t_to", "period"} else {compared}
    if compared == "place":
        free |= {"place_version"}
    unlike = {k: v for k, v in differing_fields(one, other).items() if k not in free}
    if unlike:
        raise UnlikeError(fields=unlike)


def difference(one: Figure, other: Figure, *, compared: str) -> float | None:
    """Return `other` minus `one`, or None where either is not knowable.

    Raises:
        UnlikeError: the figures are unlike in more than the compared field.
    """
    require_like(one.definition, other.definition, compared=compared)
    if one.value is None or other.value is None:
        return None
    return other.value - one.value
