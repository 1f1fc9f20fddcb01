"""A season's plan, in; its fleet, out: who the ships are, their ways, and when they are silent."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from northwatch import data
from northwatch.season.charts import shipped_chart
from northwatch.season.identities import Register
from northwatch.season.paths import Ints, Paths, Way, angles, place
from northwatch.season.plan import SeasonPlan
from northwatch.season.voyages import MOORED, RESTING, S_PER_H, Employment, way_of
from northwatch.units import SPHERE_RADIUS_M

CLASS_A: Final = 1
CLASS_B: Final = 2
_LARGE_M: Final = 60.0
_GOLDEN: Final = 0.6180339887498949
_APART_KM: Final = 1500.0  # ships that share an MMSI never come nearer
_SILENCE_DAYS: Final = 30
_SILENCE_ROOM_H: Final = 30.0  # a planted silence keeps this far from the ends of the season
_NEW_FLAGS: Final = ("PAN", "LBR", "MHL", "COK", "PLW", "RUS", "HKG")
# Streams of chance beside those of the ships, which are numbered from 0.
_SHARED, _REFLAGGED, _SILENCES, _FLAGS = 2**32, 2**32 + 1, 2**32 + 2, 2**32 + 3

SHIPS: Final = pl.Schema(
    {
        "transmitter": pl.Int32(),
        "hull": pl.Int32(),
        "mmsi": pl.Int32(),
        "imo": pl.Int32(),
        "name": pl.String(),
        "call_sign": pl.String(),
        "flag": pl.String(),
        "kind": pl.String(),
        "fleet": pl.String(),
        "ais_class": pl.UInt8(),
        "ship_type": pl.UInt8(),
        "length_m": pl.UInt16(),
        "width_m": pl.UInt16(),
        "bow_m": pl.UInt16(),
        "port_m": pl.UInt16(),
        "draught_i": pl.UInt8(),
        "on_s": pl.Int64(),
        "off_s": pl.Int64(),
        "has_heading": pl.Boolean(),
        "has_turn": pl.Boolean(),
        "has_status": pl.Boolean(),
        "keeps_status": pl.Boolean(),
    }
)


@dataclass(frozen=True, slots=True)
class Fleet:
    """The ships of a season.

    A row of `ships` is a transmitter: a hull that changes its flag has two, one after the other.

    Attributes:
        ships: `SHIPS`; `on_s` and `off_s` are when the transmitter is in use, seconds from the
            beginning, [on, off); `has_...` say what its sets send, `keeps_status` that the
            status is set by hand to moored and back.
        paths: their ways.
        silence_starts: shape (n + 1,): ship k's planted silences are
            `silence_starts[k]:silence_starts[k + 1]`.
        silence_off_s: first second without transmission, whole seconds.
        silence_on_s: first second with it again.
    """

    ships: pl.DataFrame
    paths: Paths
    silence_starts: Ints
    silence_off_s: Ints
    silence_on_s: Ints


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads(data.read_text("season/fleets.toml"))


def drawn_fleet(plan: SeasonPlan) -> Fleet:
    """Return the fleet that follows from a plan.

    Cost: about 0.4 ms per vessel and month.
    """
    register = Register()
    rows: list[dict[str, Any]] = []
    ways: list[Way] = []
    specs = [fleet for fleet in _told()["fleets"] if fleet["theatre"] == plan.theatre]
    counts = apportioned(plan.vessels, [fleet["weight"] for fleet in specs])
    offset = float(np.random.default_rng([plan.seed, _FLAGS]).random())
    for spec, count in zip(specs, counts, strict=True):
        for turn in range(count):
            rng = np.random.default_rng([plan.seed, len(rows)])
            flag = _flag(spec["flags"], (offset + turn * _GOLDEN) % 1.0)
            row, job = _ship(spec, flag, rng, register)
            row |= {"transmitter": len(rows), "hull": len(rows), "on_s": 0, "off_s": plan.seconds}
            rows.append(row)
            ways.append(way_of(job, rng, plan.seconds))
    _share(rows, ways, plan)
    _reflag(rows, ways, plan, register)
    return fleet_of(rows, ways, _silences(rows, ways, plan))


def fleet_of(
    rows: Sequence[dict[str, Any]],
    ways: Sequence[Way],
    silences: Sequence[Sequence[tuple[int, int]]],
) -> Fleet:
    """Return a fleet of given ships, ways and silences (off, on in seconds), all of one length."""
    flat = [pair for pairs in silences for pair in pairs]
    off_on = np.array(flat, np.int64).reshape(-1, 2)
    return Fleet(
        pl.DataFrame(list(rows), schema=SHIPS, orient="row"),
        Paths.of(ways),
        np.cumsum([0, *(len(pairs) for pairs in silences)]).astype(np.int64),
        np.ascontiguousarray(off_on[:, 0]),
        np.ascontiguousarray(off_on[:, 1]),
    )


def apportioned(total: int, weights: Sequence[float]) -> list[int]:
    """Return whole numbers near total x weight / sum of weights that sum to `total`.

    Each gets at least one while there are enough (largest remainders for the rest).
    """
    share = np.asarray(weights) / np.sum(weights)
    each = 1 if total >= len(weights) else 0
    wanted = share * (total - each * len(weights))
    counts = np.floor(wanted).astype(np.int64)
    rest = total - each * len(weights) - int(counts.sum())
    counts[np.argsort(counts - wanted, kind="stable")[:rest]] += 1
    return [int(count) + each for count in counts]


def _flag(weights: dict[str, float], share: float) -> str:
    names = list(weights)
    edges = np.cumsum([weights[name] for name in names]) / sum(weights.values())
    return names[int(np.searchsorted(edges, share, side="right"))]


def _between(low_high: Sequence[float], rng: np.random.Generator) -> float:
    return float(low_high[0] + (low_high[1] - low_high[0]) * rng.random())


def _ship(
    spec: dict[str, Any], flag: str, rng: np.random.Generator, register: Register
) -> tuple[dict[str, Any], Employment]:
    """Return who a ship is and what she does."""
    kind = _told()["kinds"][spec["kind"]]
    trips = tuple(spec.get("trips", ()))
    if trips:
        trips, flag = _home_trips(trips, flag, rng, follow=spec.get("home_flag", False))
    job = Employment(
        lanes=tuple(spec.get("lanes", ())),
        trips=trips,
        work=spec.get("work", ""),
        stay_h=tuple(spec["stay_h"]),
        calls_share=spec.get("calls_share", 0.0),
        speed_kn=_between(kind["speed_kn"], rng),
        status=kind["way"],
    )
    return _identity(kind, flag, rng, register) | {"kind": spec["kind"], "fleet": spec["name"]}, job


def _home_trips(
    trips: tuple[str, ...], flag: str, rng: np.random.Generator, *, follow: bool
) -> tuple[tuple[str, ...], str]:
    """Return the trips from ports of the ship's flag, or one trip and its port's flag."""
    chart = shipped_chart()
    if follow:
        name = trips[int(rng.random() * len(trips))]
        return (name,), chart.trips[name].flag
    own = tuple(name for name in trips if chart.trips[name].flag == flag)
    return own or trips, flag


def _identity(
    kind: dict[str, Any], flag: str, rng: np.random.Generator, register: Register
) -> dict[str, Any]:
    """Return the numbers, name and size a ship tells."""
    length_m = _between(kind["length_m"], rng)
    ais_class = CLASS_A if kind["class"] == "A" else CLASS_B
    return {
        "mmsi": register.mmsi(flag, rng, large=length_m >= _LARGE_M),
        "imo": register.imo(rng) if rng.random() < kind["imo_share"] else None,
        "name": register.name(rng),
        "call_sign": register.call_sign(flag, rng),
        "flag": flag,
        "ais_class": ais_class,
        "ship_type": kind["types"][int(rng.random() * len(kind["types"]))],
        "length_m": round(length_m),
        "width_m": max(3, round(length_m / (3.0 + 0.0125 * length_m))),
        "bow_m": round(length_m * (0.3 + 0.5 * rng.random())),
        "port_m": 1 + int(rng.random() * 2),
        "draught_i": round(10.0 * _between(kind["draught_m"], rng)),
        "has_heading": rng.random() < (0.78 if ais_class == CLASS_A else 0.05),
        "has_turn": ais_class == CLASS_A and rng.random() < 0.7,  # noqa: PLR2004 - share
        "has_status": ais_class == CLASS_A and rng.random() < 0.9,  # noqa: PLR2004 - share
        "keeps_status": rng.random() < 0.35,  # noqa: PLR2004 - share
    }


def _share(rows: list[dict[str, Any]], ways: list[Way], plan: SeasonPlan) -> None:
    """Give ships that never come near another the other's MMSI."""
    rng = np.random.default_rng([plan.seed, _SHARED])
    large = [k for k, row in enumerate(rows) if row["ais_class"] == CLASS_A]
    order = [large[k] for k in rng.permutation(len(large))]
    instants = np.arange(0.0, plan.seconds, 6.0 * S_PER_H)
    given = 0
    while order and given < plan.shared_pairs:
        one = order.pop(0)
        here = place(ways[one], instants)
        for other in order:
            apart = angles(here, place(ways[other], instants)).min() * SPHERE_RADIUS_M / 1000.0
            if apart > _APART_KM:
                rows[other]["mmsi"] = rows[one]["mmsi"]
                order.remove(other)
                given += 1
                break


def _reflag(
    rows: list[dict[str, Any]], ways: list[Way], plan: SeasonPlan, register: Register
) -> None:
    """Let some ships change flag, MMSI, call sign and name while they lie in port."""
    rng = np.random.default_rng([plan.seed, _REFLAGGED])
    seen = [row["mmsi"] for row in rows]
    able = [k for k, row in enumerate(rows) if row["imo"] and seen.count(row["mmsi"]) == 1]
    wanted = round(plan.reflag_share * len(able))
    for hull in (able[k] for k in rng.permutation(len(able))):
        change_s = _in_port(ways[hull], plan.seconds, rng)
        if wanted == 0:
            return
        if change_s is None:
            continue
        wanted -= 1
        flag = [name for name in _NEW_FLAGS if name != rows[hull]["flag"]][int(rng.random() * 6)]
        row = rows[hull] | {
            "transmitter": len(rows),
            "flag": flag,
            "mmsi": register.mmsi(flag, rng, large=rows[hull]["length_m"] >= _LARGE_M),
            "call_sign": register.call_sign(flag, rng),
            "name": register.name(rng),
            "on_s": change_s,
        }
        rows[hull]["off_s"] = change_s
        rows.append(row)
        ways.append(ways[hull])


def _in_port(way: Way, seconds: int, rng: np.random.Generator) -> int | None:
    """Return the middle of a stay in port in the middle of the season; None if there is none."""
    middle_s = 0.5 * (way.t_s[:-1] + way.t_s[1:])
    good = (way.status[:-1] == MOORED) & (middle_s > 0.2 * seconds) & (middle_s < 0.8 * seconds)
    stays = middle_s[good]
    return int(stays[int(rng.random() * stays.size)]) if stays.size else None


def _silences(
    rows: list[dict[str, Any]], ways: list[Way], plan: SeasonPlan
) -> list[list[tuple[int, int]]]:
    """Draw planted silences: they begin under way, keep apart, and end before the season does."""
    rng = np.random.default_rng([plan.seed, _SILENCES])
    mean = plan.silences_per_vessel * plan.days / _SILENCE_DAYS
    counts = rng.poisson(mean, len(rows))
    return [
        _silent_times(row, way, int(count), plan, rng)
        for row, way, count in zip(rows, ways, counts, strict=True)
    ]


def _silent_times(
    row: dict[str, Any], way: Way, count: int, plan: SeasonPlan, rng: np.random.Generator
) -> list[tuple[int, int]]:
    """Return up to `count` silences of one transmitter, in order; fewer if there is no room."""
    room = int(min(_SILENCE_ROOM_H * S_PER_H, 0.1 * plan.seconds))
    low, high = np.log(plan.silence_h)
    drawn: list[tuple[int, int]] = []
    for _ in range(8 * count):
        off_s = int(rng.random() * plan.seconds)
        on_s = off_s + int(np.exp(low + (high - low) * rng.random()) * S_PER_H)
        leg = int(np.clip(np.searchsorted(way.t_s, off_s, side="right") - 1, 0, way.t_s.size - 1))
        inside = row["on_s"] + room <= off_s and on_s <= row["off_s"] - room
        alone = all(
            on_s + room < other_off or other_on + room < off_s for other_off, other_on in drawn
        )
        if len(drawn) < count and inside and alone and way.status[leg] not in RESTING:
            drawn.append((off_s, on_s))
    return sorted(drawn)


def columns(ships: pl.DataFrame, *names: str) -> tuple[NDArray[np.int64], ...]:
    """Return columns as whole numbers; null is 0."""
    return tuple(ships[name].cast(pl.Int64).fill_null(0).to_numpy() for name in names)
