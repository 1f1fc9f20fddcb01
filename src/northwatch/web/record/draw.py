"""A template and its values, in; a page of a workstream's server, out."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import Request, Response

from northwatch.units import MS_PER_S
from northwatch.web.record.frame import frame_of, rel_to
from northwatch.web.render import environment
from northwatch.workstreams.kinds import KINDS

_ISLANDS: Final = {
    "record/signin.html": "passkey",
    "record/account.html": "passkey",
    "record/review.html": "review",
}
_HTML: Final = "text/html; charset=utf-8"


def page(
    request: Request, template: str, values: Mapping[str, Any], *, status: int = 200
) -> Response:
    """Return a page; its title names no item, its address no word of one."""
    frame = frame_of(request)
    path = request.url.path if frame else "/signin"
    body = (
        environment()
        .get_template(template)
        .render(**values, frame=frame, here=path, kinds_of_items=KINDS, instant=instant,
                rel_to=rel_to, island=_ISLANDS.get(template, ""))
    )  # fmt: skip
    return Response(body, status, media_type=_HTML)


def instant(t_ms: int | None) -> str:
    """Return milliseconds since 1970 as people read them."""
    if t_ms is None:
        return "not set"
    return f"{datetime.fromtimestamp(t_ms / MS_PER_S, UTC):%Y-%m-%d %H:%M UTC}"
