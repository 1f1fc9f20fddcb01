"""Real samples: known counts, and every field against the reference decodes made with pyais."""

import csv
import gzip
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from itertools import accumulate
from typing import Any, Literal

import pytest

from northwatch.ais import Decoded
from northwatch.ais.columns import FLAGS, T_SOURCES
from tests.shared_data import shared
from tests.unit.ais.nmea_forms import DATA, decode, everyone

KYSTVERKET = "a1_kystverket_norway_20190807.nm4"
DANISH = "a2_dma_aislib_stream_2010.nmea"
HAKEFJORD = "a8_opencpn_hakefjord_20150720.nmea.gz"

Row = dict[str, Any]


@cache
def decoded(name: str, tag_checksum: Literal["use", "ignore"] = "use") -> Decoded:
    return decode([(DATA / name).read_bytes()], tag_checksum=tag_checksum)


def flagged(got: Decoded, flag: str) -> int:
    bit = 1 << FLAGS.index(flag)
    return sum(value & bit > 0 for value in everyone(got)["flags"])


def test_kystverket_sample_gives_the_known_counts() -> None:
    got = decoded(KYSTVERKET)
    assert got.counters == {"position": 748, "static": 129, "part": 123}
    assert everyone(got).height == 877
    assert everyone(got)["mmsi"].n_unique() == 833
    assert Counter(everyone(got)["ais_type"]) == {1: 621, 3: 115, 5: 123, 18: 12, 24: 6}
    assert got.rejects.height == 0


def test_kystverket_messages_of_two_lines_have_no_time_for_their_tags_are_wrong() -> None:
    got = everyone(decoded(KYSTVERKET))
    assert got["t_ms"].null_count() == 123
    assert set(got.filter(got["t_ms"].is_null())["ais_type"]) == {5}
    assert flagged(decoded(KYSTVERKET), "tag_bad_checksum") == 123


def test_wrong_tags_are_used_on_demand_and_still_flagged() -> None:
    got = decoded(KYSTVERKET, "ignore")
    assert everyone(got)["t_ms"].null_count() == 0
    assert flagged(got, "tag_bad_checksum") == 123
    assert got.counters == decoded(KYSTVERKET).counters


def test_danish_sample_gives_the_known_counts() -> None:
    got = decoded(DANISH)
    assert got.counters == {
        "position": 2989,
        "static": 498,
        "base": 129,
        "aid": 37,
        "other_type": 398,
        "part": 449,
        "time_line": 4051,
    }
    assert everyone(got).height == 4051
    assert everyone(got)["mmsi"].n_unique() == 1933
    assert got.rejects.height == 0


def test_every_danish_message_is_timed_by_its_pghp_line() -> None:
    got = decoded(DANISH)
    assert everyone(got)["t_ms"].null_count() == 0
    pghp = T_SOURCES.index("pghp") + 1
    tables = (got.reports, got.statics, got.bases, got.aids, got.others)
    assert {source for table in tables for source in table["t_source"]} == {pghp}
    assert flagged(got, "pghp_mismatch") == 0


def test_danish_sample_without_talker_dashes_has_the_messages_of_the_reference() -> None:
    raw = (DATA / DANISH).read_bytes().split(b"\n")
    dashed = {place for place, line in enumerate(raw) if line.startswith(b"!--VDM")}
    # Each has its own $PGHP line just before it.
    kept = [line for place, line in enumerate(raw) if not {place, place + 1} & dashed]
    got = decode([b"\n".join(kept)])
    assert len(dashed) == 18
    assert everyone(got).height == 4033


def test_own_log_between_other_sentences_gives_the_known_counts() -> None:
    got = decode([gzip.decompress(shared(HAKEFJORD).read_bytes())])
    assert got.counters == {
        "position": 9640,
        "static": 296,
        "base": 956,
        "other_type": 4932,
        "part": 88,
        "other_sentence": 87023,
    }
    assert flagged(got, "own_ship") == 5236
    assert everyone(got)["t_ms"].null_count() == everyone(got).height


@pytest.mark.parametrize(("name", "lines"), [(KYSTVERKET, 1000), (DANISH, 8551)])
def test_counters_sum_to_the_lines(name: str, lines: int) -> None:
    assert sum(decoded(name).counters.values()) == lines


# --- field by field ------------------------------------------------------------------------------

# What pyais writes where there is nothing; here that is null.
NOT_AVAILABLE = {
    "lat": "91.0",
    "lon": "181.0",
    "sog": "102.3",
    "cog": "360.0",
    "heading": "511",
    "nav_status": "15",
    "imo": "0",
    "ship_type": "0",
}


def by_line(name: str) -> dict[int, Row]:
    """Return each message's columns by the line that completed it, counted from 1."""
    raw = (DATA / name).read_bytes()
    starts = list(accumulate((len(line) + 1 for line in raw.split(b"\n")), initial=0))
    got = decoded(name, "ignore")
    found: dict[int, Row] = {}
    for table in (got.reports, got.statics, got.bases, got.aids, got.others):
        for row in table.iter_rows(named=True):
            found.setdefault(bisect_right(starts, row["offset"]), {}).update(row)
    return found


def in_reference_form(row: Row) -> Row:
    """Return a message as the reference writes it."""

    def scaled(name: str, per_unit: int) -> str:
        value = row.get(name)
        return "" if value is None else str(round(value / per_unit, 6))

    def plain(name: str) -> str:
        return "" if row.get(name) is None else str(row[name])

    t = datetime.fromtimestamp(row["t_ms"] // 1000, UTC)
    return {
        "time_utc": t.strftime("%Y-%m-%dT%H:%M:%S"),
        "msg_type": plain("ais_type"),
        "mmsi": plain("mmsi"),
        "lat": scaled("lat_i", 600_000),
        "lon": scaled("lon_i", 600_000),
        "sog": scaled("sog_i", 10),
        "cog": scaled("cog_i", 10),
        "heading": plain("heading_deg"),
        "nav_status": plain("nav_status"),
        "imo": plain("imo"),
        "shipname": plain("name"),
        "callsign": plain("call_sign"),
        "ship_type": plain("ship_type"),
        "destination": plain("destination"),
    }


# Reserved, regional and future codes, in no table of ship types.
UNNAMED_SHIP_TYPES = {*range(1, 20), 38, 39, *range(100, 256)}

Rule = tuple[str, Callable[[str, str, str, str], bool]]
RULES: tuple[Rule, ...] = (
    (
        "a filter of group assignment, not decoded here",
        lambda field, _theirs, mine, kind: not mine and (field, kind) == ("ship_type", "23"),
    ),
    (
        "code for not available",
        lambda field, theirs, mine, _kind: not mine and theirs == NOT_AVAILABLE.get(field),
    ),
    (
        "code for not available, in whole knots",
        lambda field, theirs, mine, kind: (
            not mine and (field, theirs, kind) == ("sog", "1023.0", "9")
        ),
    ),
    (
        "pyais drops leading blanks",
        lambda field, theirs, mine, _kind: (
            field in ("shipname", "destination") and mine.lstrip(" ") == theirs
        ),
    ),
    (
        "the reference has names of ships only, not of aids",
        lambda field, theirs, _mine, kind: (field, theirs, kind) == ("shipname", "", "21"),
    ),
    (
        "a place inside a broadcast that is not decoded here",
        lambda field, _theirs, mine, kind: (
            not mine and field in ("lat", "lon") and kind in ("8", "17")
        ),
    ),
    (
        "pyais folds reserved ship types into one",
        lambda field, theirs, mine, _kind: (
            field == "ship_type" and (theirs, mine) in (("65", "66"), ("75", "76"))
        ),
    ),
    (
        "pyais turns ship types without a name into 0",
        lambda field, theirs, mine, _kind: (
            field == "ship_type" and theirs == "0" and int(mine) in UNNAMED_SHIP_TYPES
        ),
    ),
    (
        "the reference takes the last part's time, the rule the first part's",
        lambda field, _theirs, _mine, kind: (field, kind) == ("time_utc", "5"),
    ),
)


def why_different(field: str, theirs: str, mine: str, kind: str) -> str:
    """Return the known reason for which pyais says something else, or `unexplained`."""
    found = (reason for reason, holds in RULES if holds(field, theirs, mine, kind))
    return next(found, "unexplained")


@pytest.mark.parametrize(
    ("name", "reference", "explained"),
    [
        (
            KYSTVERKET,
            "a1_kystverket_pyais_decode.csv",
            {
                "code for not available": 430,
                "pyais folds reserved ship types into one": 2,
                "pyais turns ship types without a name into 0": 3,
                "the reference takes the last part's time, the rule the first part's": 3,
            },
        ),
        (
            DANISH,
            "a2_dma_pyais_decode.csv",
            {
                "code for not available": 1074,
                "code for not available, in whole knots": 1,
                "pyais drops leading blanks": 6,
                "pyais turns ship types without a name into 0": 4,
                "the reference has names of ships only, not of aids": 37,
                "a place inside a broadcast that is not decoded here": 66,
                "a filter of group assignment, not decoded here": 4,
            },
        ),
    ],
)
def test_every_field_equals_the_reference_or_differs_for_a_known_reason(
    name: str, reference: str, explained: dict[str, int]
) -> None:
    mine = by_line(name)
    reasons: Counter[str] = Counter()
    with (DATA / reference).open(encoding="utf-8", newline="") as file:
        for wanted in csv.DictReader(file):
            got = in_reference_form(mine.pop(int(wanted["line"])))
            for field, value in got.items():
                if value != wanted[field]:
                    reason = why_different(field, wanted[field], value, wanted["msg_type"])
                    assert reason != "unexplained", (wanted, field, value)
                    reasons[reason] += 1
    assert reasons == explained
    # What is left has talker `--`, which pyais refuses.
    assert {row["ais_type"] for row in mine.values()} <= {8}
    assert len(mine) == {KYSTVERKET: 0, DANISH: 18}[name]


def test_reserved_ship_types_are_what_the_radio_sent() -> None:
    types = {row["mmsi"]: row.get("ship_type") for row in by_line(KYSTVERKET).values()}
    folded = [mmsi for mmsi, value in types.items() if value in (66, 76)]
    assert len(folded) == 2
