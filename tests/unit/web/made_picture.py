"""A small made picture for the pages' tests: every table of the schema, in a real lake."""

import json
import math
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from northwatch.access import MEASURES
from northwatch.geo import to_map
from northwatch.lake import Change, Lake
from northwatch.schema import TABLES, bucket_of
from northwatch.units import AIS_UNITS_PER_DEGREE, MS_PER_DAY, MS_PER_H

T0 = datetime(2024, 8, 1, tzinfo=UTC)
T0_MS = int(T0.timestamp()) * 1000
NSR = ((70.5, 32.0), (72.5, 45.0), (77.2, 68.0), (77.9, 103.5), (74.0, 128.0), (70.5, 170.0))
TRANS_ARCTIC = ((66.0, -168.9), (76.0, -170.0), (89.9, 175.0), (84.0, 20.0), (78.0, 8.0))
GREENLAND = ((59.0, -43.0), (63.0, -52.5), (69.0, -54.0), (75.5, -62.0))
BARENTS = ((71.5, 27.0), (74.0, 30.0), (73.0, 38.0), (71.0, 33.0), (71.5, 27.0))
BERING = ((66.2, -169.5), (69.5, -179.5), (70.2, 179.5), (69.8, 176.0))
KINDS = (
    ("cargo", 70, NSR, 13.0),
    ("tanker", 80, NSR, 12.0),
    ("fishing", 30, BARENTS, 4.0),
    ("passenger", 60, GREENLAND, 14.0),
    ("cargo", 70, BERING, 11.0),
    ("icebreaker", 90, TRANS_ARCTIC, 9.0),
)
FLAGS = (
    ("RUS", 273), ("NOR", 257), ("CHN", 413), ("RUS", 273), ("DNK", 219), ("CAN", 316),
    ("USA", 338), ("NOR", 257), ("FIN", 230), ("ISL", 251), ("LBR", 636), ("SWE", 265),
    ("GBR", 232), ("PAN", 351),
)  # fmt: skip


@dataclass(slots=True)
class Ship:
    """One made ship: its numbers and its positions."""

    mmsi: int
    imo: int | None
    name: str
    flag: str
    vessel_class: str
    ship_type: int
    t_ms: NDArray[np.int64]
    lat_deg: NDArray[np.float64]
    lon_deg: NDArray[np.float64]
    sog_kn: float = 10.0
    gap_h: float = 0.0
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def vessel_id(self) -> str:
        """The hull's id."""
        return f"imo-{self.imo}" if self.imo else f"mmsi-{self.mmsi}"


def ships(count: int = 28, *, days: float = 20.0, step_min: float = 30.0) -> list[Ship]:
    """Return made ships of several kinds and flags under way for `days`."""
    return [_ship(n, days, step_min) for n in range(count)]


def polar_ships() -> list[Ship]:
    """Return ships at the places where maps go wrong: the pole, 180 degrees, every sector."""
    places = [
        (89.9, 30.0), (85.06, -75.0), (90.0, 0.0), (72.0, 179.9), (72.0, -179.9),
        *((75.0, lon) for lon in range(-165, 180, 30)),
    ]  # fmt: skip
    return [
        Ship(
            mmsi=257000100 + n,
            imo=None,
            name=f"PLACE {n}",
            flag="NOR",
            vessel_class="cargo",
            ship_type=70,
            t_ms=T0_MS + np.array([0, 600_000, 1_200_000], np.int64),
            lat_deg=np.array([lat, lat, lat]),
            lon_deg=np.array([lon, lon, lon], np.float64),
        )
        for n, (lat, lon) in enumerate(places)
    ]


def _ship(n: int, days: float, step_min: float) -> Ship:
    kind, ship_type, way, speed_kn = KINDS[n % len(KINDS)]
    flag, mid = FLAGS[n % len(FLAGS)]
    rng = np.random.default_rng(n)
    start_h = float(rng.integers(0, max(int(days * 24 * 0.4), 1)))
    hours = np.arange(0.0, days * 24 - start_h, step_min / 60)
    lat, lon = _sail(way[::-1] if n % 2 else way, hours * speed_kn, float(rng.uniform(-0.4, 0.4)))
    t_ms = T0_MS + ((start_h + hours) * MS_PER_H).astype(np.int64)
    keep = np.ones(hours.size, bool)
    gap_h = 0.0
    if n % 5 == 0 and hours.size > 200:
        gap_h = 30.0
        keep[(hours > 60) & (hours < 90)] = False
    return Ship(
        mmsi=mid * 1_000_000 + 100_000 + n * 37,
        imo=9_000_000 + n if n % 4 else None,
        name=f"MADE {kind.upper()} {n}" if n % 7 else f"FRÅM <b>{n}</b> & Co",
        flag=flag,
        vessel_class=kind,
        ship_type=ship_type,
        t_ms=t_ms[keep],
        lat_deg=lat[keep],
        lon_deg=lon[keep],
        sog_kn=speed_kn,
        gap_h=gap_h,
    )


def _sail(
    way: tuple[tuple[float, float], ...], sailed_nm: NDArray[np.float64], aside_deg: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return places along the way, to and fro, in the plane of the map."""
    lat = np.array([p[0] + aside_deg for p in way])
    lon = np.array([p[1] for p in way])
    x, y = np.cos(np.radians(lon)) * (90 - lat), np.sin(np.radians(lon)) * (90 - lat)
    length = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))))
    at = sailed_nm / 60.0
    at = np.abs((at + length[-1]) % (2 * length[-1]) - length[-1])
    px, py = np.interp(at, length, x), np.interp(at, length, y)
    return 90 - np.hypot(px, py), np.degrees(np.arctan2(py, px))


def frames(fleet: list[Ship]) -> dict[str, pl.DataFrame]:
    """Return every table of the picture made by these ships."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    points: list[pl.DataFrame] = []
    offset = 0
    for ship in fleet:
        points.append(_points(ship, offset))
        _describe(ship, rows, offset)
        offset += ship.t_ms.size * 60
    rows["ingests"].append(_ingest(fleet))
    rows["build_facts"] = _facts(fleet)
    rows["rejects"] = [
        {"source": 1, "offset": 5, "line": 2, "length": 40, "reason": "bad_checksum"}
    ]
    made = {name: pl.DataFrame(values, schema=TABLES[name].polars) for name, values in rows.items()}
    made["track_points"] = pl.concat(points)
    made["positions"] = _positions(made["track_points"])
    return {name: _in_order(name, frame) for name, frame in made.items()}


def write(path: Path, tables: dict[str, pl.DataFrame]) -> None:
    """Write the tables into a new lake and publish one picture."""
    lake = Lake.open(path, create=True)
    with lake.writer() as writer:
        changes = {}
        for name, frame in tables.items():
            if TABLES[name].partitioned:
                parts = frame.partition_by("day", "bucket", as_dict=True)
                made = tuple(
                    writer.write(name, part, day=key[0], bucket=key[1], sources=("1",))
                    for key, part in parts.items()
                )
            else:
                made = (writer.write(name, frame),) if frame.height else ()
            changes[name] = Change(add=made, replace_all=True)
        writer.commit(changes)


def _in_order(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    return TABLES[name].conform(frame).sort(*TABLES[name].order)


def _points(ship: Ship, offset: int) -> pl.DataFrame:
    x, y = to_map(ship.lat_deg, ship.lon_deg)
    n = ship.t_ms.size
    bucket = int(bucket_of(np.array([ship.mmsi], np.int32))[0])
    return pl.DataFrame(
        {
            "bucket": np.full(n, bucket, np.int32),
            "track_id": [f"{ship.mmsi}-{ship.t_ms[0]}-0"] * n,
            "mmsi": np.full(n, ship.mmsi, np.int32),
            "t_ms": ship.t_ms,
            "lat_i": np.round(ship.lat_deg * AIS_UNITS_PER_DEGREE).astype(np.int32),
            "lon_i": np.round(ship.lon_deg * AIS_UNITS_PER_DEGREE).astype(np.int32),
            "sog_i": np.full(n, int(ship.sog_kn * 10), np.uint16),
            "cog_i": np.zeros(n, np.uint16),
            "x_m": x.astype(np.float32),
            "y_m": y.astype(np.float32),
            "source": np.ones(n, np.uint16),
            "offset": offset + 60 * np.arange(n, dtype=np.int64),
        }
    )


def _positions(points: pl.DataFrame) -> pl.DataFrame:
    return points.with_columns(
        day=pl.from_epoch(pl.col("t_ms") // MS_PER_DAY, time_unit="d"),
        heading_deg=pl.lit(None, pl.UInt16),
        nav_status=pl.lit(0, pl.UInt8),
        ais_class=pl.lit(1, pl.UInt8),
        pos_res_i=pl.lit(6, pl.UInt16),
        receiver=pl.lit(2, pl.UInt8),
    )


def _describe(ship: Ship, rows: dict[str, list[dict[str, Any]]], offset: int) -> None:
    first, last = int(ship.t_ms[0]), int(ship.t_ms[-1])
    bucket = int(bucket_of(np.array([ship.mmsi], np.int32))[0])
    shared = {"bucket": bucket, "mmsi": ship.mmsi, "vessel_id": ship.vessel_id}
    said = {
        "imo": ship.imo,
        "name": ship.name,
        "call_sign": f"C{ship.mmsi % 10000}",
        "ship_type": ship.ship_type,
        "length_m": 140,
        "width_m": 20,
        "draught_i": 71,
        "destination": "MURMANSK",
    }
    rows["identities"].append(
        {
            **shared, **said, "flag": ship.flag, "vessel_class": ship.vessel_class,
            "t_from_ms": first, "t_to_ms": last, "n_reports": 40, "source": 1, "offset": offset,
        }
    )  # fmt: skip
    rows["vessels"].append(
        {
            **shared, "imo": ship.imo, "name": ship.name, "call_sign": said["call_sign"],
            "flag": ship.flag, "ship_type": ship.ship_type, "vessel_class": ship.vessel_class,
            "length_m": 140, "ais_class": 1, "is_small_craft": False,
            "n_positions": ship.t_ms.size, "n_tracks": 1, "t_first_ms": first, "t_last_ms": last,
        }
    )  # fmt: skip
    rows["tracks"].append(
        {
            "bucket": bucket, "track_id": f"{ship.mmsi}-{first}-0", "mmsi": ship.mmsi,
            "t_from_ms": first, "t_to_ms": last, "n_positions": ship.t_ms.size, "n_strays": 0,
            "end_reason": "open", "overlap_share": 0.0, "is_short": False, "is_overlapped": False,
            "max_implied_speed_kn": 14.0, "distance_km": 1000.0, "link_next": None,
            "link_reason": None,
        }
    )  # fmt: skip
    _present(ship, shared, rows)
    _happened(ship, shared, rows)


def _zones_of(ship: Ship) -> dict[str, NDArray[np.bool_]]:
    return {
        "arctic-circle": ship.lat_deg >= 66.5634,
        "polar-code": (ship.lat_deg >= 60) & ~((ship.lon_deg > -10) & (ship.lat_deg < 72)),
        "barents-sea": (ship.lon_deg > 20) & (ship.lon_deg < 60) & (ship.lat_deg < 79),
    }


def _present(ship: Ship, shared: dict[str, Any], rows: dict[str, list[dict[str, Any]]]) -> None:
    days = ship.t_ms // MS_PER_DAY
    for zone, inside in _zones_of(ship).items():
        for day in np.unique(days[inside]):
            at = inside & (days == day)
            hours = float(ship.t_ms[at][-1] - ship.t_ms[at][0]) / MS_PER_H
            rows["presence"].append(
                {
                    **shared, "zone_id": zone, "zone_version": "1",
                    "day": date.fromordinal(date(1970, 1, 1).toordinal() + int(day)),
                    "n_positions": int(at.sum()), "distance_km": hours * ship.sog_kn * 1.852,
                    "hours": hours, "max_lat_deg": float(ship.lat_deg[at].max()),
                }
            )  # fmt: skip


def _event(ship: Ship, kind: str, i: int, j: int) -> dict[str, Any]:
    t_from, t_to = int(ship.t_ms[i]), int(ship.t_ms[j])
    return {
        "event_id": f"{ship.mmsi:09d}{kind[0]}{i:06d}", "kind": kind, "rule": f"{kind}/arctic-1",
        "track_id": f"{ship.mmsi}-{ship.t_ms[0]}-0", "t_from_ms": t_from, "t_to_ms": t_to,
        "t_from_lo_ms": t_from, "t_from_hi_ms": t_from, "t_to_lo_ms": t_to, "t_to_hi_ms": t_to,
        "open_from": False, "open_to": False, "lat_deg": float(ship.lat_deg[i]),
        "lon_deg": float(ship.lon_deg[i]), "n_positions": j - i + 1, "longest_silence_h": 0.5,
        "over_land": False, "evidence": [f"1:{60 * i}", f"1:{60 * j}"],
        "as_of_ms": int(ship.t_ms[-1]),
    }  # fmt: skip


def _happened(ship: Ship, shared: dict[str, Any], rows: dict[str, list[dict[str, Any]]]) -> None:
    for zone, inside in _zones_of(ship).items():
        at = np.flatnonzero(inside)
        if at.size:
            hours = float(ship.t_ms[at[-1]] - ship.t_ms[at[0]]) / MS_PER_H
            rows["zone_visits"].append(
                {
                    **shared, **_event(ship, "zone_visit", int(at[0]), int(at[-1])),
                    "event_id": f"{ship.mmsi}{zone[:7]}", "zone_id": zone, "zone_version": "1",
                    "entered_how": "edge", "left_how": "last_seen_inside", "gate_from": None,
                    "gate_to": None, "n_edge_crossings": 1, "inferred": False,
                    "distance_in_km": hours * ship.sog_kn * 1.852,
                    "max_lat_deg": float(ship.lat_deg[at].max()), "hours_in": hours,
                }
            )  # fmt: skip
    for i in np.flatnonzero(np.diff(np.sign(ship.lon_deg - 62.0)) > 0)[:3]:
        rows["gate_crossings"].append(
            {
                **shared, **_event(ship, "gate_crossing", int(i), int(i) + 1),
                "gate_id": "kara-gate", "gate_version": "1", "from_side": "Barents Sea",
                "to_side": "Kara Sea", "sign": 1, "share_along_gate": 0.5,
                "speed_kn": ship.sog_kn, "silence_h": 0.5, "n_raw": 1, "settled": True,
                "turned_back": False, "assigned": "arc", "candidates": ["kara-gate"],
            }
        )  # fmt: skip
    for i in np.flatnonzero(np.diff(ship.t_ms) > 12 * MS_PER_H):
        hours = float(ship.t_ms[i + 1] - ship.t_ms[i]) / MS_PER_H
        verdict = ("silent", "could_not_have_been_heard", None)[ship.mmsi % 3]
        rows["gaps"].append(
            {
                **shared, **_event(ship, "gap", int(i), int(i) + 1), "silence_h": hours,
                "lat_on_deg": float(ship.lat_deg[i + 1]), "lon_on_deg": float(ship.lon_deg[i + 1]),
                "distance_km": hours * 10, "implied_speed_kn": 10.0, "n_before_12h": 24,
                "verdict": verdict, "verdict_reason": None if verdict else "no reference here",
                "natural_rate_per_d": 0.02, "natural_rate_hi": 0.05, "reference_days": 120.0,
                "mmsi_heard_elsewhere": False, "unlistened_h": 0.0,
            }
        )  # fmt: skip


def _ingest(fleet: list[Ship]) -> dict[str, Any]:
    n = int(sum(ship.t_ms.size for ship in fleet))
    return {
        "source": 1, "sha256": "0" * 64, "file": "made.nmea", "bytes": n * 60,
        "dialect": "nmea/1", "licence": "made data, no licence needed", "lines": n + 1,
        "counters": json.dumps({"position": n, "bad_checksum": 1}), "n_positions": n,
        "n_statics": len(fleet), "t_from_ms": int(min(ship.t_ms[0] for ship in fleet)),
        "t_to_ms": int(max(ship.t_ms[-1] for ship in fleet)), "heard": "[]",
    }  # fmt: skip


def _facts(fleet: list[Ship]) -> list[dict[str, str]]:
    days = sorted({int(day) for ship in fleet for day in np.unique(ship.t_ms // MS_PER_DAY)})
    epoch = date(1970, 1, 1).toordinal()
    places = ("arctic-circle", "polar-code", "barents-sea", "kara-gate")
    facts = {
        "as_of_ms": int(max(ship.t_ms[-1] for ship in fleet)),
        "code_version": "made",
        "input_hash": "0" * 16,
        "measure_rules": dict.fromkeys(MEASURES, "made/1"),
        "place_versions": dict.fromkeys(places, "1"),
        "exclusions": ["small craft"],
        "actor_source": "first three digits of the MMSI",
        "class_table": "made/1",
        "heard_days": [str(date.fromordinal(epoch + day)) for day in days],
    }
    return [{"name": name, "value": json.dumps(value)} for name, value in sorted(facts.items())]


def many_points(count: int, *, days: int = 30) -> list[Ship]:
    """Return ships whose track points sum to about `count`, one each 35 minutes, for the bench."""
    per_ship = 1_250
    fleet = []
    for n in range(max(count // per_ship, 1)):
        kind, ship_type, way, speed_kn = KINDS[n % len(KINDS)]
        flag, mid = FLAGS[n % len(FLAGS)]
        hours = np.linspace(0, days * 24 - 1, per_ship)
        lat, lon = _sail(way, hours * speed_kn + 40 * n, 0.4 * math.sin(n))
        fleet.append(
            Ship(
                mmsi=mid * 1_000_000 + n,
                imo=None,
                name=f"BENCH {n}",
                flag=flag,
                vessel_class=kind,
                ship_type=ship_type,
                t_ms=T0_MS + (hours * MS_PER_H).astype(np.int64),
                lat_deg=lat,
                lon_deg=lon,
                sog_kn=speed_kn,
            )
        )
    return fleet
