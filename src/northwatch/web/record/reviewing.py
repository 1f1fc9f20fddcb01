"""A document to be read, or a proposal to be judged, in; the queue of what waits, out."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from northwatch.errors import InputError, SourceError
from northwatch.pipeline.proposing import read_onto
from northwatch.web.record.draw import page
from northwatch.web.record.frame import Sent, desk_of
from northwatch.web.record.pages import QUEUE, item_page, passages
from northwatch.workstreams.guard import Act
from northwatch.workstreams.queue import waiting

router: Final = APIRouter(include_in_schema=False)
_SHOWN: Final = 50
_REASONS: Final = (
    "nobody said this", "another speaker", "not these words", "not for this workstream",
    "said twice",
)  # fmt: skip


@router.get(QUEUE)
def review(request: Request) -> Response:
    """Show what waits for a person, what is worth their minute first."""
    desk = desk_of(request)
    found = waiting(desk)
    rows: list[dict[str, Any]] = [
        {
            "item": one,
            "passages": passages(desk, one.body),
            "may_confirm": bool(desk.may(Act.CONFIRM, one)),
        }
        for one in found[:_SHOWN]
    ]
    return page(
        request, "record/review.html", {"rows": rows, "total": len(found), "reasons": _REASONS}
    )


@router.post("/record/item/{item_id}/read")
def read(request: Request, item_id: str, _form: Sent) -> Response:
    """Read a document, and put what it proposes into the queue."""
    desk = desk_of(request)
    try:
        read_onto(desk, item_id)
    except (SourceError, InputError) as error:
        return item_page(request, desk, desk.get(item_id), str(error), status=400)
    return RedirectResponse(QUEUE, 303)
