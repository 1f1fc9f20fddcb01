"""What an event is of, in; its id, out: content only, so equal runs give equal ids."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Final

HEX_DIGITS: Final = 16


def event_id(kind: str, rule: str, mmsis: Sequence[int], thing: str, t_from_ms: int, nth: int = 0) -> str:  # fmt: skip  # noqa: E501 - the parts of an id
    """Return the id of one event: the first 16 hex digits of a SHA-256 over its content.

    The content is a JSON list without blanks: kind, rule, sorted MMSIs, thing, beginning, and a
    counter if it is not 0. An open event keeps its id when it closes: its end is not part of it.

    Args:
        kind: event kind.
        rule: rule id with version.
        mmsis: radios that took part, any order.
        thing: zone, gate, cable or port; empty if there is none.
        t_from_ms: beginning, ms since 1970.
        nth: counter of events of which all that is equal.
    """
    parts: list[object] = [kind, rule, sorted(mmsis), thing, t_from_ms, *([nth] if nth else [])]
    text = json.dumps(parts, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:HEX_DIGITS]


def event_ids(
    kind: str, rule: str, mmsi: Sequence[int], things: Sequence[str], t_from_ms: Sequence[int]
) -> list[str]:
    """Return the ids of events of one vessel each, row by row; rows alike are counted in order."""
    seen: Counter[tuple[int, str, int]] = Counter()
    # The text of `event_id`, put together from parts that are encoded once.
    head = json.dumps([kind, rule], separators=(",", ":"))[:-1]
    encoded = {thing: json.dumps(thing) for thing in set(things)}
    ids = []
    for key in zip(mmsi, things, t_from_ms, strict=True):
        nth = seen[key]
        seen[key] = nth + 1
        tail = f",{nth}]" if nth else "]"
        text = f"{head},[{key[0]}],{encoded[key[1]]},{key[2]}{tail}"
        ids.append(hashlib.sha256(text.encode("ascii")).hexdigest()[:HEX_DIGITS])
    return ids
