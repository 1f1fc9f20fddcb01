"""A build, in; what its figures must say of it, out: rules, versions, exclusions, days heard."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import polars as pl

from northwatch import __version__
from northwatch.access import MEASURES
from northwatch.events import Profile
from northwatch.geo import Gate, Zone
from northwatch.pipeline.pieces import EPOCH
from northwatch.tracks import ARCTIC as TRACK_RULE
from northwatch.tracks import CLASS_TABLE
from northwatch.units import MS_PER_DAY

PRESENCE_RULE: Final = "presence/arctic-1"
ACTOR_SOURCE: Final = "first digits of the MMSI (ITU table of maritime identification digits)"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildNote:
    """What a build knows of itself.

    Attributes:
        profile: rules of its events.
        zones, gates: what it measured by.
        ingests: `schema.INGESTS` of the positions it read.
        intervals: listening intervals.
        as_of_ms: end of the data.
        counts: positions and vessels by what became of them.
        keep_small_craft: whether small craft are in it.
    """

    profile: Profile
    zones: Sequence[Zone]
    gates: Sequence[Gate]
    ingests: pl.DataFrame
    intervals: pl.DataFrame
    as_of_ms: int
    counts: Counter[str]
    keep_small_craft: bool

    def table(self) -> pl.DataFrame:
        """Return it as rows of `schema.BUILD_FACTS`."""
        facts = self.facts()
        values = [json.dumps(value, sort_keys=True) for value in facts.values()]
        return pl.DataFrame({"name": list(facts), "value": values}).sort("name")

    def facts(self) -> dict[str, Any]:
        """Return each fact by its name."""
        return {
            "as_of_ms": self.as_of_ms,
            "code_version": __version__,
            "input_hash": _input_hash(self.ingests),
            "profile": self.profile.version,
            "track_rule": TRACK_RULE.id,
            "measure_rules": self._measure_rules(),
            "actor_source": ACTOR_SOURCE,
            "class_table": CLASS_TABLE,
            "place_versions": {z.id: z.version for z in self.zones}
            | {g.id: g.version for g in self.gates},
            "zones": [
                {"id": z.id, "name": z.name, "kind": z.kind, "version": z.version}
                for z in self.zones
            ],
            "exclusions": self._exclusions(),
            "heard_days": _heard_days(self.intervals),
            "counts": dict(sorted(self.counts.items())),
        }

    def _measure_rules(self) -> dict[str, str]:
        crossing = self.profile.gate_crossing
        rules = dict.fromkeys(MEASURES, PRESENCE_RULE)
        rules["visits"] = self.profile.zone_visit.id
        rules["entries"] = crossing.id if crossing else "not made"
        return rules

    def _exclusions(self) -> list[str]:
        if self.keep_small_craft:
            return []
        return [
            f"small craft: {self.counts['small_craft']} vessels, "
            f"{self.counts['small_craft_positions']} positions "
            "(fishing under 15 m, leisure under 45 m)"
        ]


def _input_hash(ingests: pl.DataFrame) -> str:
    """Return the hash of the source files behind the positions, whatever files hold the rows."""
    contents = sorted(ingests["sha256"])
    return hashlib.sha256("\n".join(contents).encode()).hexdigest()


def _heard_days(intervals: pl.DataFrame) -> list[str]:
    """Return each UTC day that some supplier was listening in."""
    days = {
        EPOCH + timedelta(days=day)
        for first, last in intervals.select("t_from_ms", "t_to_ms").iter_rows()
        for day in range(first // MS_PER_DAY, (last - 1) // MS_PER_DAY + 1)
    }
    return [day.isoformat() for day in sorted(days)]
