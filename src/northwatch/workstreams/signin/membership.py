"""A member's row and the charter, in; since when and until when they are a member, out.

Whoever's party has left, or has not come yet, is none: the days of the charter bind its members.
"""

from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Row

from northwatch.workstreams.record import Record


def membership(record: Record, row: Row[Any]) -> tuple[int, int | None]:
    """Return the first instant of a membership and the one after its last; None if it has none."""
    party = record.charter.party_of(row.party)
    starts = [row.t_from_ms, *([_midnight(party.t_from)] if party and party.t_from else [])]
    ends = [row.t_to_ms, _midnight(party.t_to) if party and party.t_to else None]
    return max(starts), min((end for end in ends if end is not None), default=None)


def is_member(record: Record, row: Row[Any], now: int) -> bool:
    """Say whether a row's membership holds now."""
    t_from_ms, t_to_ms = membership(record, row)
    return bool(t_from_ms <= now and (t_to_ms is None or now < t_to_ms))


def _midnight(day: date) -> int:
    """Return the beginning of a day, UTC."""
    return round(datetime.combine(day, time(), UTC).timestamp() * 1000)
