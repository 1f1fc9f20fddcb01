"""Every request to a workstream's server, in: signed in it goes on, else the sign-in page, out.

Whoever is not signed in gets one page, byte for byte the same on every path, there or not. The one
place where this is decided stands before all routes, so that no route can forget it.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import Request, Response
from starlette.responses import JSONResponse

from northwatch.web.record.frame import login_in, reader_in
from northwatch.web.record.signin import signin_page

OPEN: Final = ("/signin", "/invitation", "/assets/", "/static/")
"""Beginnings of paths that need no login: they say nothing of the record."""

NO_STORE: Final = "no-store"
_LARGEST: Final = 64 << 20

Proceed = Callable[[Request], Awaitable[Response]]


async def gate(request: Request, proceed: Proceed) -> Response:
    """Let a reader through; give anybody else the sign-in page."""
    request.state.login = None
    request.state.reader = None
    path = request.url.path
    if any(path == one or path.startswith(one.rstrip("/") + "/") for one in OPEN):
        return await proceed(request)
    if int(request.headers.get("content-length") or 0) > _LARGEST:
        return JSONResponse({"error": {"code": "too-large", "status": 413}}, 413)
    request.state.login = login_in(request)
    request.state.reader = reader_in(request)
    response = await proceed(request) if request.state.reader else signin_page(request)
    response.headers["Cache-Control"] = NO_STORE
    return response
