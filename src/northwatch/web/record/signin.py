"""What is typed at the door, in; a login in the browser, out. One page whatever went wrong."""

from typing import Annotated, Any, Final, TypedDict

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import JSONResponse, RedirectResponse

from northwatch.errors import MissingError, ProviderError
from northwatch.units import MS_PER_S
from northwatch.web.record.draw import page
from northwatch.web.record.frame import COOKIE, Sent, desk_of, login_in, record_of
from northwatch.workstreams.guard import is_fresh
from northwatch.workstreams.settings import Provider, read_settings
from northwatch.workstreams.signin import (
    BACK,
    HALF_MS,
    Login,
    ask_new,
    ask_signin,
    drop,
    end_login,
    end_token,
    finish_half,
    keep,
    make_token,
    passkeys_of,
    renew,
    send,
    sign_in,
    sign_in_by_passkey,
    take_back,
    tokens_of,
)


class _Kept(TypedDict):
    """How every cookie of ours is kept: sent encrypted, to this server, and to no script."""

    secure: bool
    httponly: bool
    path: str


_REFUSED: Final = "That does not sign anybody in. Check the name, the password and a fresh code."
_NOBODY: Final = "That does not sign anybody in. Wait for the next code, or begin again."
_HALF: Final = "__Host-half"
_HALF_S: Final = HALF_MS // MS_PER_S
_OURS: Final[_Kept] = {"secure": True, "httponly": True, "path": "/"}
_WRONG_CODE: Final = "That code is not right, or was used before. Wait for the next one."
router: Final = APIRouter(include_in_schema=False)

_Text = Annotated[str, Form(max_length=1_000)]
_Answer = Annotated[str, Form(max_length=20_000)]


def signin_page(request: Request, *, refused: bool = False) -> Response:
    """Return the page for whoever is not signed in: it names nothing but the program."""
    return _door(request, _REFUSED if refused else "")


def _door(request: Request, said: str) -> Response:
    shown = {"said": said, "has_provider": _provider(request) is not None}
    return page(request, "record/signin.html", shown, status=401)


def _provider(request: Request) -> Provider | None:
    return read_settings(record_of(request).folder).provider


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _with_login(held: str, to: str) -> Response:
    response = RedirectResponse(to, 303)
    response.set_cookie(COOKIE, held, samesite="strict", **_OURS)
    return response


@router.get("/signin")
def ask(request: Request) -> Response:
    """Show the form."""
    return signin_page(request)


@router.post("/signin")
def take(request: Request, name: _Text = "", password: _Text = "", code: _Text = "") -> Response:
    """Take name, password and code."""
    held = sign_in(record_of(request), name.strip(), password, code.strip(), _address(request))
    return signin_page(request, refused=True) if held is None else _with_login(held, "/")


@router.get("/signin/passkey")
def ask_passkey(request: Request) -> JSONResponse:
    """Return what the browser's authenticator is asked; the same for everybody."""
    asked = ask_signin(record_of(request), _host(request))
    return JSONResponse({"options": asked.options, "seal": asked.seal})


@router.post("/signin/passkey")
def take_passkey(request: Request, answer: _Answer = "") -> Response:
    """Sign in by a passkey."""
    held = sign_in_by_passkey(record_of(request), _host(request), _origin(request), answer)
    return signin_page(request, refused=True) if held is None else _with_login(held, "/")


@router.get("/signin/provider")
def leave_for_provider(request: Request) -> Response:
    """Send a browser to the identity provider."""
    provider = _provider(request)
    if provider is None:
        return signin_page(request)
    try:
        sent = send(record_of(request), provider)
    except ProviderError as error:
        return _door(request, _sentence(error))
    response = RedirectResponse(sent.url, 303)
    # Lax: it must come along when the provider, another site, sends the browser back.
    response.set_cookie(_HALF, sent.held, max_age=_HALF_S, samesite="lax", **_OURS)
    return response


@router.get(BACK)
def come_back(request: Request) -> Response:
    """Take what the provider says of a browser; ask for the code whomever it vouches for."""
    provider, held = _provider(request), request.cookies.get(_HALF, "")
    if provider is None:
        return signin_page(request)
    try:
        answer = dict(request.query_params)
        take_back(record_of(request), provider, held, answer, _address(request))
    except ProviderError as error:
        return _door(request, _sentence(error))
    return page(request, "record/code.html", {"said": ""}, status=401)


@router.post("/signin/code")
def take_code(request: Request, code: _Text = "") -> Response:
    """Take the second factor of whom the provider has vouched for."""
    if _provider(request) is None:
        return signin_page(request)
    half = request.cookies.get(_HALF, "")
    held = finish_half(record_of(request), half, code.strip(), _address(request))
    if held is None:
        return page(request, "record/code.html", {"said": _NOBODY}, status=401)
    return _with_login(held, "/")


def _sentence(error: ProviderError) -> str:
    told = str(error)
    return f"{told[0].upper()}{told[1:]}."


def _host(request: Request) -> str:
    return request.url.hostname or ""


def _origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


@router.post("/signout")
def leave(request: Request, _form: Sent) -> Response:
    """End this login."""
    login: Login | None = request.state.login
    if login is not None:
        end_login(record_of(request), login)
    response = RedirectResponse("/signin", 303)
    response.delete_cookie(COOKIE, samesite="strict", **_OURS)
    return response


@router.get("/again")
def ask_again(request: Request, to: str = "/") -> Response:
    """Ask for a fresh second factor, then go on."""
    return page(request, "record/again.html", {"to": _inside(to), "said": ""})


@router.post("/again")
def take_again(request: Request, form: Sent) -> Response:
    """Take the fresh code."""
    login: Login | None = login_in(request)
    to = _inside(form.get("to"))
    held = renew(record_of(request), login, form.get("code"), _address(request)) if login else None
    if held is None:
        return page(request, "record/again.html", {"to": to, "said": _WRONG_CODE}, status=401)
    return _with_login(held, to)


def _inside(path: str) -> str:
    """Return a path of this server; anything else becomes its home."""
    is_path = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if is_path else "/"


@router.get("/account")
def account(request: Request) -> Response:
    """Show the reader's own tokens and login."""
    return page(request, "record/account.html", _account(request, ""))


@router.get("/account/passkeys")
def ask_for_passkey(request: Request) -> JSONResponse:
    """Return what the browser's authenticator is asked to make a passkey."""
    login: Login | None = request.state.login
    if login is None:
        raise MissingError(what="what was asked for")
    asked = ask_new(record_of(request), login.reader, _host(request), login.name)
    return JSONResponse({"options": asked.options, "seal": asked.seal})


@router.post("/account/passkeys")
def add_passkey(request: Request, form: Sent) -> Response:
    """Keep a new passkey; asks for a fresh second factor first."""
    reader = desk_of(request).reader
    if not is_fresh(reader, record_of(request).now_ms()):
        return RedirectResponse("/again?to=/account", 303)
    here = (_host(request), _origin(request))
    keep(record_of(request), reader, here, form.get("answer"), form.get("label"))
    return RedirectResponse("/account", 303)


@router.post("/account/passkeys/{passkey_id}/end")
def stop_passkey(request: Request, passkey_id: str, _form: Sent) -> Response:
    """Forget a passkey."""
    drop(record_of(request), desk_of(request).reader, passkey_id)
    return RedirectResponse("/account", 303)


@router.post("/account/tokens")
def add_token(request: Request, form: Sent) -> Response:
    """Make a token and show it once."""
    days = int(form.get("days")) if form.get("days").isdigit() else 0
    reader = desk_of(request).reader
    made = make_token(
        record_of(request), reader, form.get("label"), frozenset(form.all("roles")), days
    )
    return page(request, "record/account.html", _account(request, made))


@router.post("/account/tokens/{token_id}/end")
def stop_token(request: Request, token_id: str, _form: Sent) -> Response:
    """End a token."""
    end_token(record_of(request), desk_of(request).reader, token_id)
    return RedirectResponse("/account", 303)


def _account(request: Request, made: str) -> dict[str, Any]:
    record, reader = record_of(request), desk_of(request).reader
    return {
        "reader": reader,
        "level": record.charter.levels[reader.level],
        "tokens": tokens_of(record, reader),
        "made": made,
        "passkeys": passkeys_of(record, reader),
    }
