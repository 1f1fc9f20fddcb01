"""Every request to a workstream's server, in: signed in it goes on, else the sign-in page, out.

Whoever is not signed in gets one page, byte for byte the same on every path, there or not. The one
place where this is decided stands before all routes, so that no route can forget it.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from northwatch.web.record.frame import login_in, reader_in, record_of
from northwatch.web.record.signin import signin_page

DOOR: Final = (
    "/signin", "/signin/passkey", "/signin/provider", "/signin/provider/back", "/signin/code",
)  # fmt: skip
FILES: Final = ("/assets/", "/static/")
"""What needs no login: the door itself, and files that are the same on every server."""

NO_STORE: Final = "no-store"
_LARGEST: Final = 64 << 20

Proceed = Callable[[Request], Awaitable[Response]]


async def gate(request: Request, proceed: Proceed) -> Response:
    """Let a reader through; give anybody else the sign-in page."""
    request.state.login = None
    request.state.desk = None
    path = request.url.path
    if path.startswith(FILES):
        return await proceed(request)
    response = _too_large(request) or await _let_in(request, proceed)
    response.headers["Cache-Control"] = NO_STORE
    return response


def _too_large(request: Request) -> Response | None:
    """Refuse a body that is too large, or that does not say how large it is."""
    told = request.headers.get("content-length", "0")
    if "transfer-encoding" not in request.headers and told.isdigit() and int(told) <= _LARGEST:
        return None
    return JSONResponse({"error": {"code": "too-large", "status": 413}}, 413)


async def _let_in(request: Request, proceed: Proceed) -> Response:
    if request.url.path in DOOR:
        return await proceed(request)
    # The database may make one wait, and here everybody else would wait too.
    await run_in_threadpool(_look, request)
    if request.state.desk is None:
        return await run_in_threadpool(signin_page, request)
    response = await proceed(request)
    await run_in_threadpool(request.state.desk.enter_notes)
    return response


def _look(request: Request) -> None:
    """Find who reads, and open the record for them."""
    request.state.login = login_in(request)
    reader = reader_in(request)
    if reader:
        request.state.desk = record_of(request).for_reader(reader)
        request.state.desk.hold_notes()
