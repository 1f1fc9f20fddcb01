"""A request, in; who reads and what stands around every page of a workstream's server, out."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from itsdangerous import BadSignature, URLSafeSerializer
from starlette.datastructures import FormData, UploadFile

from northwatch.errors import MissingError, ParameterError
from northwatch.workstreams.desk import Desk
from northwatch.workstreams.guard import Act, Reader
from northwatch.workstreams.record import Record
from northwatch.workstreams.signin import PREFIX, Login, login_of, reader_of_token

COOKIE: Final = "__Host-login"
_BEARER: Final = "Bearer "


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around a page of a workstream's server.

    Attributes:
        name: of the workstream.
        band: name and default marking, in words: on screen and on every printed page.
        person: who is signed in.
        csrf: the word every form sends back.
        may_write: whether forms that put something on the record are shown.
    """

    name: str
    band: str
    person: str
    csrf: str
    may_write: bool


def record_of(request: Request) -> Record:
    """Return the one record of this server."""
    record: Record = request.app.state.record
    return record


def login_in(request: Request) -> Login | None:
    """Return the login that a request carries; None if it carries none that holds."""
    held = request.cookies.get(COOKIE)
    return login_of(record_of(request), held) if held else None


def reader_in(request: Request) -> Reader | None:
    """Return the reader of a request, by cookie or by token."""
    bearer = request.headers.get("authorization", "")
    if bearer.startswith(_BEARER + PREFIX):
        return reader_of_token(record_of(request), bearer.removeprefix(_BEARER))
    login: Login | None = request.state.login
    return login.reader if login else None


def desk_of(request: Request) -> Desk:
    """Return the record as the reader of this request sees it; the gate has let them in."""
    desk: Desk = request.state.desk
    return desk


def _forms(record: Record) -> URLSafeSerializer:
    return URLSafeSerializer(record.secret, salt="form")


def frame_of(request: Request) -> Frame | None:
    """Return the frame of a page; None on the public server and for whoever is not signed in."""
    login: Login | None = getattr(request.state, "login", None)
    if login is None:
        return None
    record = record_of(request)
    charter = record.charter
    default = charter.default_marking
    return Frame(
        name=charter.name,
        band=f"{charter.name} · default marking {default.level}, REL TO {rel_to(default.rel_to)}",
        person=f"{login.person}, {charter.party_names[login.reader.party]}",
        csrf=str(_forms(record).dumps(login.hash)),
        may_write=bool(record.for_reader(login.reader).may(Act.WRITE)),
    )


_FEW: Final = 5


def rel_to(codes: Any) -> str:  # noqa: ANN401 - any collection of codes
    """Return party codes in words; many are told by the first and their number."""
    listed = list(codes) if isinstance(codes, tuple) else sorted(codes)
    if not listed:
        return "nobody"
    if len(listed) <= _FEW:
        return ", ".join(listed)
    return f"{', '.join(listed[:3])} and {len(listed) - 3} further parties"


def check_form(request: Request, word: str | None) -> None:
    """Refuse a change that no page of ours sent.

    Raises:
        MissingError: the word is not the one this login's forms send; nothing more is said.
    """
    if request.headers.get("authorization", "").startswith(_BEARER):
        return  # no browser sends this on its own
    login: Login | None = request.state.login
    try:
        told = _forms(record_of(request)).loads(word or "")
    except BadSignature as error:
        raise MissingError(what="what was asked for") from error
    if login is None or told != login.hash:
        raise MissingError(what="what was asked for")


class Form:
    """What a form sent: every value by name."""

    def __init__(self, data: FormData) -> None:
        """Hold what was sent."""
        self._data = data

    def get(self, name: str) -> str:
        """Return one value, without spaces around it; empty if it was not sent."""
        value = self._data.get(name, "")
        return value.strip().replace("\r\n", "\n") if isinstance(value, str) else ""

    def all(self, name: str) -> list[str]:
        """Return all values of a name that are not empty."""
        return [v.strip() for v in self._data.getlist(name) if isinstance(v, str) and v.strip()]

    def file(self, name: str) -> UploadFile | None:
        """Return a file that was sent; None if there is none."""
        value = self._data.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None


async def form_of(request: Request) -> AsyncIterator[Form]:
    """Give a form sent by a page of ours; its files are let go afterwards.

    Raises:
        MissingError: it was not sent by a page of ours.
        ParameterError: it is not a form.
    """
    try:
        data = await request.form(max_files=1, max_fields=500)
    except (ValueError, AssertionError) as error:
        raise ParameterError(name="form", value="...", allowed="fields of the form") from error
    try:
        form = Form(data)
        check_form(request, form.get("csrf"))
        yield form
    finally:
        await data.close()


Sent = Annotated[Form, Depends(form_of)]
