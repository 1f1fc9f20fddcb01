"""Proposed statements, in; the order in which they are worth a person's minute, out.

Source: the reference "From documents to attributed statements", §9. The same for everybody.
"""

from typing import Final

from northwatch.workstreams.desk import Desk
from northwatch.workstreams.items import Item
from northwatch.workstreams.kinds import Statement

_MOST: Final = 1_000
_SURE: Final = 0.8


def waiting(desk: Desk) -> list[Item]:
    """Return the proposed statements that a reader may read, the newest thousand, in order.

    Direct speech with a sure cue, then other direct speech, then what is reported; within each what
    carries a claim, then by confidence, then as it stands in the text.
    """
    found = desk.listing("statement", review="proposed", limit=_MOST).items
    return sorted(found, key=_worth)


def _worth(one: Item) -> tuple[int, bool, float, str, int, str]:
    body = one.body
    if not isinstance(body, Statement):
        return (9, True, 0.0, "", 0, one.id)
    confidence = body.confidence or 0.0
    sure = 0 if confidence > _SURE else 1
    place = sure if body.mode == "direct" else 2
    first = body.evidence[0] if body.evidence else None
    where = (first.text, first.start) if first else ("", 0)
    return (place, not body.claims, -confidence, *where, one.id)
