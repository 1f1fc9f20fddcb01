"""A lake's path, in; a server of its picture, out; with a record given, of that record too."""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, RedirectResponse
from starlette.staticfiles import StaticFiles

from northwatch import __version__
from northwatch.errors import DeniedError, NorthwatchError, ParameterError
from northwatch.web.answers import TABLE_SUFFIXES, Download, View, answer
from northwatch.web.ask import AS_OF, Ask
from northwatch.web.assets import ICON, STATIC, STYLE, asset_bytes
from northwatch.web.held import Held, Pictures
from northwatch.web.map_page import map_svg_context
from northwatch.web.pages import DATA, PAGES, Data, Page
from northwatch.web.parameters import read_state
from northwatch.web.record import add_record
from northwatch.web.record.frame import Frame, frame_of
from northwatch.web.render import error_html, fragment, page_html, svg_document
from northwatch.web.statuses import TOLD, status_of
from northwatch.workstreams.record import Record

_LOG: Final = logging.getLogger(__name__)
_STYLE_OF_PLOT: Final = "'sha256-jSYQUrW7J0b3jPqhZP9C2Xh1PyJKHKXd4s0fpGGKrww='"
HEADERS: Final = {
    "Content-Security-Policy": (
        f"default-src 'self'; style-src 'self' {_STYLE_OF_PLOT}; object-src 'none'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"

Clock = Callable[[], datetime]


def create_app(
    lake_path: Path,
    *,
    clock: Clock = lambda: datetime.now(UTC),
    record: Record | None = None,
) -> FastAPI:
    """Return the server of the picture that a lake holds.

    It answers while there is no lake yet, with an error page that says what to do.

    Args:
        lake_path: folder of the lake; a workstream's server has a copy of its own.
        clock: what time it is; only for `/healthz`.
        record: the one record of a workstream's server; None for the public server.
    """
    app = FastAPI(
        title="northwatch", version=__version__, docs_url=None, redoc_url=None,
        description="The common picture: who was in which Arctic zone, and on what evidence.",
    )  # fmt: skip
    app.state.pictures = Pictures(lake_path)
    app.state.clock = clock
    app.state.is_sealed = record is not None
    if record is None:
        # Never where a record is: the size of what is packed beside a reader's own words tells.
        app.add_middleware(GZipMiddleware, minimum_size=600, compresslevel=6)
    else:
        add_record(app, record)
    app.middleware("http")(_with_headers)
    _add_pages(app)
    _add_files(app)
    app.add_exception_handler(NorthwatchError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _not_served)
    app.add_exception_handler(Exception, _defect)
    return app


def _add_pages(app: FastAPI) -> None:
    _add_page(app, PAGES[0], at="/")
    for data in DATA:
        app.add_api_route(data.path, _data_endpoint(data), summary=data.summary)
    # Suffixes first, the longest first: `{vessel_id}` would take `imo-1.cite.json` for an id.
    for suffix in ("cite.json", *(s for s in (*TABLE_SUFFIXES, "geojson") if s != "cite.json")):
        for page in PAGES:
            if suffix != "geojson" or page.has_geometry:
                made = _download_endpoint(page, suffix)
                app.add_api_route(f"{page.path}.{suffix}", made, summary=page.summary)
    for page in sorted(PAGES, key=lambda page: page.path.count("{")):
        _add_page(app, page, at=page.path)
    app.add_api_route("/map.svg", _map_svg, summary="The map drawn on the server")
    app.add_api_route("/healthz", _healthz, summary="Whether a picture is held")


def _add_page(app: FastAPI, page: Page, *, at: str) -> None:
    app.add_api_route(at, _page_endpoint(page), summary=page.summary)


def _add_files(app: FastAPI) -> None:
    for name, media_type in ((STYLE, "text/css; charset=utf-8"), (ICON, "image/svg+xml")):
        made = _asset_endpoint(name, media_type)
        app.add_api_route(f"/assets/{{tag}}/{name}", made, include_in_schema=False)
    if STATIC.is_dir():
        app.mount("/static", StaticFiles(directory=STATIC), name="static")


def _ask(request: Request, *, suffix: str = "") -> Ask:
    as_of = request.query_params.get(AS_OF.name)
    state = read_state([(AS_OF.name, as_of)] if as_of else [], [AS_OF])
    held: Held = request.app.state.pictures.held(state[AS_OF.name])
    return Ask(
        path=request.url.path.removesuffix(f".{suffix}") if suffix else request.url.path,
        pairs=tuple(request.query_params.multi_items()),
        names=request.path_params,
        held=held,
        root=f"{request.url.scheme}://{request.url.netloc}",
    )


def _page_endpoint(page: Page) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        ask = _ask(request)
        view = page.make(ask)
        draw = fragment if "hx-request" in request.headers else page_html
        return _html(draw(view, ask.held, _frame(request)), view)

    return endpoint


def _download_endpoint(page: Page, suffix: str) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        view = page.make(_ask(request, suffix=suffix))
        made = answer(view, suffix)
        if made is None:
            raise HTTPException(404)
        return _bytes(made, view)

    return endpoint


def _data_endpoint(data: Data) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        response = _bytes(data.make(_ask(request)), None)
        if data.for_good:
            response.headers["Cache-Control"] = _FOR_GOOD
        return response

    return endpoint


def _html(body: str, view: View) -> Response:
    response = Response(body, media_type="text/html; charset=utf-8")
    response.headers["Link"] = _link(view)
    return response


def _bytes(made: Download, view: View | None) -> Response:
    response = Response(made.content, media_type=made.media_type)
    if made.file:
        response.headers["Content-Disposition"] = f'attachment; filename="{made.file}"'
    if made.media_type.startswith("application/vnd.apache"):
        # Columns of floats hardly shrink, and a million positions take a second to try.
        response.headers["Content-Encoding"] = "identity"
    if view is not None:
        response.headers["Link"] = _link(view)
    return response


def _link(view: View) -> str:
    url = view.cite.url.encode("ascii", "ignore").decode()
    return f'<{url}>; rel="cite-as"'


def _map_svg(request: Request) -> Response:
    ask = _ask(request)
    return Response(svg_document(map_svg_context(ask)), media_type="image/svg+xml")


def _healthz(request: Request) -> dict[str, str]:
    held: Held = request.app.state.pictures.held(None)
    now: datetime = request.app.state.clock()
    return {"status": "ok", "picture": held.id, "time": f"{now:%Y-%m-%dT%H:%M:%SZ}"}


def _asset_endpoint(name: str, media_type: str) -> Callable[[], Response]:
    def endpoint() -> Response:
        response = Response(asset_bytes(name), media_type=media_type)
        response.headers["Cache-Control"] = _FOR_GOOD
        return response

    return endpoint


async def _with_headers(
    request: Request, proceed: Callable[[Request], Awaitable[Response]]
) -> Response:
    response = await proceed(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    hashed = request.url.path.startswith("/static/")
    response.headers.setdefault("Cache-Control", _FOR_GOOD if hashed else _ASK_AGAIN)
    return response


def _frame(request: Request) -> Frame | None:
    return frame_of(request) if request.app.state.is_sealed else None


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, NorthwatchError)  # noqa: S101 - registered for this class alone
    status = status_of(error)
    if isinstance(error, DeniedError) and error.reason in TOLD:
        return _told(request, error)
    if request.app.state.is_sealed and status == 404:  # noqa: PLR2004 - the status
        # Hidden, removed, absent, not allowed, no such page: one answer.
        return _not_served(request, HTTPException(404))
    said = {"name": error.name} if isinstance(error, ParameterError) else {}
    return _error(request, status, error.code, str(error), said)


def _told(request: Request, error: DeniedError) -> Response:
    """Say why not, to somebody who may read the item all the same."""
    if error.reason == "factor" and not _wants_json(request):
        back = request.url.path.rpartition("/")[0]
        return RedirectResponse(f"/again?to={quote(back)}", 303, headers=HEADERS)
    return _error(request, 409, error.reason, TOLD[error.reason], {})


def _invalid(request: Request, error: Exception) -> Response:
    """Say which field of a request is wrong; no value is repeated."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class alone
    names = {".".join(str(part) for part in e["loc"][1:]) or "body" for e in error.errors()}
    words = f"These fields are missing or wrong: {', '.join(sorted(names))}."
    return _error(request, 400, "parameter", words, {})


def _not_served(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    words = "This page is not here." if error.status_code == 404 else "This cannot be done."  # noqa: PLR2004 - the status
    return _error(request, error.status_code, "missing", words, {})


def _defect(request: Request, error: Exception) -> Response:
    _LOG.error("a page failed: %s", request.url.path, exc_info=error)
    words = "Something in the program went wrong; the log of the server says what."
    return _error(request, 500, "defect", words, {})


def _error(request: Request, status: int, code: str, words: str, more: dict[str, str]) -> Response:
    if _wants_json(request):
        body = {"error": {"code": code, "status": status, "message": words, **more}}
        return JSONResponse(body, status_code=status, headers=HEADERS)
    partial = "hx-request" in request.headers
    html = error_html(status, code, words, partial=partial, frame=_frame(request))
    return Response(html, status, media_type="text/html; charset=utf-8", headers=HEADERS)


def _wants_json(request: Request) -> bool:
    last = request.url.path.rsplit("/", 1)[-1]
    is_file = "." in last and not last.endswith(".svg")
    return is_file or request.url.path.startswith("/api/")
