"""A made season, in; its truth as tables, out: what was planted, what could be known of it."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from northwatch.geo import shipped_gates, shipped_zones
from northwatch.season.emission import Emitter
from northwatch.season.fleets import Fleet
from northwatch.season.heard import COUNTED, Heard, heard_of
from northwatch.season.knowable import Scene, TruthRule, crossing_rows, gap_rows, visit_rows
from northwatch.season.paths import angles, place
from northwatch.season.planted import Arcs, GateLike, ZoneLike, gate_crossings, zone_stays
from northwatch.units import MS_PER_S, SPHERE_RADIUS_M

Zones = Sequence[ZoneLike]
Gates = Sequence[GateLike]

_I32, _I64, _F64, _STR, _BOOL = pl.Int32(), pl.Int64(), pl.Float64(), pl.String(), pl.Boolean()
_WHO: Final[dict[str, pl.DataType]] = {"transmitter": _I32, "hull": _I32, "mmsi": _I32}
_KNOWN: Final[dict[str, pl.DataType]] = {"observable": _BOOL, "reason": _STR}

ZONE_VISITS: Final = pl.Schema(
    _WHO
    | {"zone_id": _STR, "zone_version": _STR, "t_from_ms": _I64, "t_to_ms": _I64}
    | {"open_from": _BOOL, "open_to": _BOOL, "n_heard": _I32}
    | _KNOWN
)
GATE_CROSSINGS: Final = pl.Schema(
    _WHO
    | {"gate_id": _STR, "gate_version": _STR, "from_side": _STR, "to_side": _STR}
    | {"sign": pl.Int8(), "t_ms": _I64, "n_raw": _I32, "silence_h": _F64, "settled": _BOOL}
    | _KNOWN
)
GAPS: Final = pl.Schema(
    _WHO
    | {"t_from_ms": _I64, "t_to_ms": _I64, "silence_h": _F64, "planted": _BOOL, "n_lost": _I32}
    | _KNOWN
)
SILENCES: Final = pl.Schema(
    _WHO
    | {"t_off_ms": _I64, "t_on_ms": _I64, "last_heard_ms": _I64, "first_heard_ms": _I64}
    | {"n_lost": _I32}
    | _KNOWN
)


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth of a season. Every time is UTC, ms since 1970.

    `observable` says whether the reports that the rule needs were heard; `reason` why not.

    Attributes:
        vessels: one row per transmitter: identity, size, when in use, first and last heard.
        zone_visits: stays in zones, short stays outside bridged as events.md 3 does.
        gate_crossings: settled crossings as events.md 4 does; `n_raw` arc crossings in each.
        gaps: silences between good positions of at least `least_gap_h` of listening time;
            `t_to_ms` null: open at the end. `planted`: a planted silence lies in it; `n_lost`:
            reports kept back that would have been heard.
        silences: the planted ones, with the reception's judgement.
        shared: pairs of transmitters on one MMSI, and how near they came.
        reflagged: hulls that changed flag and MMSI, and when.
        counts: rows by kind and by dirt, over the season.
    """

    vessels: pl.DataFrame
    zone_visits: pl.DataFrame
    gate_crossings: pl.DataFrame
    gaps: pl.DataFrame
    silences: pl.DataFrame
    shared: pl.DataFrame
    reflagged: pl.DataFrame
    counts: pl.DataFrame

    def tables(self) -> dict[str, pl.DataFrame]:
        """Return the tables by name."""
        names = (
            *("vessels", "zone_visits", "gate_crossings", "gaps"),
            *("silences", "shared", "reflagged", "counts"),
        )
        return {name: getattr(self, name) for name in names}

    def parquet(self) -> Iterator[tuple[str, bytes]]:
        """Yield each table as a Parquet file: name and bytes."""
        for name, table in self.tables().items():
            buffer = io.BytesIO()
            table.write_parquet(buffer, compression="zstd")
            yield f"truth-{name}.parquet", buffer.getvalue()


def truth_of(
    emitter: Emitter, fleet: Fleet, zones: Zones | None, gates: Gates | None, rule: TruthRule
) -> Truth:
    """Return the truth of a season.

    Args:
        emitter: the maker of its rows.
        fleet: who sailed.
        zones: by default the shipped ones.
        gates: by default the shipped ones.
        rule: by which visits, crossings and gaps are told.

    Cost: makes every row once, a ship at a time, without writing it.
    """
    used_zones = shipped_zones() if zones is None else zones
    used_gates = shipped_gates() if gates is None else gates
    heard = [heard_of(emitter, ship) for ship in range(emitter.ships)]
    arcs = Arcs.of(fleet)
    scene = Scene.of(emitter.plan, fleet, heard, rule)
    stays = zone_stays(arcs, emitter.ships, used_zones)
    crossings = gate_crossings(arcs, used_gates)
    return Truth(
        _vessels(scene),
        _frame(visit_rows(scene, stays, used_zones), ZONE_VISITS),
        _frame(crossing_rows(scene, crossings, used_gates), GATE_CROSSINGS),
        _frame(gap_rows(scene), GAPS),
        _frame(_silence_rows(scene), SILENCES),
        _shared(scene),
        _reflagged(scene),
        pl.DataFrame({"what": COUNTED, "n": sum(one.counts for one in heard)}),
    )


def _frame(rows: Iterator[dict[str, Any]], schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def _vessels(scene: Scene) -> pl.DataFrame:
    def edge(heard: Heard, k: int) -> int | None:
        return scene.ms(float(heard.t_s[k])) if heard.t_s.size else None

    return scene.fleet.ships.with_columns(
        t_on_ms=pl.col("on_s") * MS_PER_S + scene.plan.t_from_s * MS_PER_S,
        t_off_ms=pl.col("off_s") * MS_PER_S + scene.plan.t_from_s * MS_PER_S,
        n_heard=pl.Series([one.t_s.size for one in scene.heard], dtype=pl.Int64),
        first_heard_ms=pl.Series([edge(one, 0) for one in scene.heard], dtype=pl.Int64),
        last_heard_ms=pl.Series([edge(one, -1) for one in scene.heard], dtype=pl.Int64),
    ).drop("on_s", "off_s")


def _silence_rows(scene: Scene) -> Iterator[dict[str, Any]]:
    fleet = scene.fleet
    for ship, heard in enumerate(scene.heard):
        for k in range(fleet.silence_starts[ship], fleet.silence_starts[ship + 1]):
            off_s, on_s = int(fleet.silence_off_s[k]), int(fleet.silence_on_s[k])
            before, after = np.searchsorted(heard.t_s, [off_s, on_s]).tolist()
            lost = int(np.diff(np.searchsorted(heard.lost_s, [off_s, on_s]))[0])
            reason = (
                "not_heard_before" if before == 0
                else "not_heard_after" if after == heard.t_s.size
                else "would_not_have_been_heard" if lost == 0
                else None
            )  # fmt: skip
            yield scene.who(ship) | {
                "t_off_ms": scene.ms(off_s),
                "t_on_ms": scene.ms(on_s),
                "last_heard_ms": scene.ms(float(heard.t_s[before - 1])) if before else None,
                "first_heard_ms": (
                    scene.ms(float(heard.t_s[after])) if after < heard.t_s.size else None
                ),
                "n_lost": lost,
                "observable": reason is None,
                "reason": reason,
            }


def _shared(scene: Scene) -> pl.DataFrame:
    rows = []
    instants = np.arange(0.0, scene.plan.seconds, 3600.0)
    doubled = scene.fleet.ships.group_by("mmsi", maintain_order=True).agg("transmitter", "hull")
    for mmsi, ships, hulls in doubled.iter_rows():
        if len(set(hulls)) > 1:
            one, other = (place(scene.fleet.paths.way(ship), instants) for ship in ships[:2])
            least = float(angles(one, other).min()) * SPHERE_RADIUS_M / 1000.0
            rows.append((mmsi, ships[0], ships[1], least))
    schema = {"mmsi": _I32, "transmitter_a": _I32, "transmitter_b": _I32, "least_km": _F64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _reflagged(scene: Scene) -> pl.DataFrame:
    ships = scene.fleet.ships
    old = ships.filter(pl.col("off_s") < scene.plan.seconds)
    new = ships.filter(pl.col("on_s") > 0)
    return old.join(new, on="hull", suffix="_new").select(
        "hull",
        "imo",
        "mmsi",
        "mmsi_new",
        "flag",
        "flag_new",
        t_ms=pl.col("off_s") * MS_PER_S + scene.plan.t_from_s * MS_PER_S,
    )
