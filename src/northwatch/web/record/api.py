"""Programs' requests, in; items as JSON, out: the same desk as the pages, under the same rules."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Body, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from northwatch.errors import InputError, MissingError, ParameterError
from northwatch.web.record.fields import told_of
from northwatch.web.record.frame import check_form, desk_of
from northwatch.workstreams import log
from northwatch.workstreams.items import Item, Label
from northwatch.workstreams.kinds import KINDS, Kind
from northwatch.workstreams.kinds import Body as ItemBody
from northwatch.workstreams.people import members_seen_by
from northwatch.workstreams.release import (
    Choice,
    Redaction,
    bring_in,
    choose,
    confirm,
    consent,
    file_of,
    propose,
    refuse,
    sign,
    standing,
    submit,
)

_ItemId = Annotated[str, Field(max_length=64)]
_MOST_BYTES: Final = 64 << 20
_BINARY: Final = "application/octet-stream"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Marking(_Strict):
    """A marking as programs send it."""

    level: Annotated[str, Field(max_length=64)]
    rel_to: list[Annotated[str, Field(max_length=64)]]
    caveats: Annotated[str, Field(max_length=300)] = ""

    def label(self) -> Label:
        """Return it as the record takes it."""
        return Label(self.level, frozenset(self.rel_to), self.caveats)


class NewItem(_Strict):
    """A new item or a new version: its fields, its marking, and why it is lowered if it is."""

    fields: dict[str, Any]
    marking: Marking | None = None
    reason: Annotated[str, Field(max_length=300)] = ""


class Reason(_Strict):
    """Why."""

    reason: Annotated[str, Field(min_length=1, max_length=300)]


class Search(_Strict):
    """Words that must all be in an item; the last may be a beginning."""

    words: Annotated[str, Field(max_length=300)]
    after: Annotated[str, Field(max_length=500)] | None = None
    limit: Annotated[int, Field(ge=1, le=1_000)] = 100


class LeaveOut(_Strict):
    """What to leave out of one item of a release."""

    item: _ItemId
    fields: list[Annotated[str, Field(max_length=64)]] = []
    words: list[Annotated[str, Field(max_length=1_000)]] = []


class NewRelease(_Strict):
    """What is to be let out, for whom, on which terms, and how the draft is marked here."""

    items: Annotated[list[_ItemId], Field(min_length=1, max_length=500)]
    title: Annotated[str, Field(min_length=1, max_length=300)]
    audience: Annotated[str, Field(min_length=1, max_length=1_000)]
    terms: Annotated[str, Field(min_length=1, max_length=1_000)]
    issuer: Annotated[str, Field(min_length=1, max_length=300)]
    leave_out: list[LeaveOut] = []
    documents: bool = False
    marking: Marking


class StepTaken(_Strict):
    """The digest that a step of a release is about, and words on it."""

    digest: Annotated[str, Field(max_length=64)] = ""
    words: Annotated[str, Field(max_length=1_000)] = ""


class ItemOut(BaseModel):
    """An item as programs get it, field by field."""

    id: str
    root: str
    kind: str
    title: str
    fields: dict[str, Any]
    level: str
    rel_to: list[str]
    caveats: str
    made_ms: int
    made_by: str
    party: str
    origin: str
    state: str
    review: str
    superseded_by: str | None


class PageOut(BaseModel):
    """Some items and where the next ones begin."""

    items: list[ItemOut]
    after: str | None
    total: int | None = None


class WhyOut(BaseModel):
    """Who can read an item and why."""

    why: str


class EntryOut(BaseModel):
    """An entry of the log."""

    t_ms: int
    person: str
    act: str
    item: str
    purpose: str


class MemberOut(BaseModel):
    """A member the reader knows of."""

    person: str
    party: str
    roles: list[str]
    is_head: bool


class CharterOut(BaseModel):
    """The charter in words, and what fields may name."""

    name: str
    words: list[str]
    scope: str
    parties: dict[str, str]
    issues: dict[str, str]
    levels: list[str]


class StandingOut(BaseModel):
    """How far a release is."""

    id: str
    state: str
    digest: str
    missing: list[str]
    steps: list[str]


def _only_known(request: Request) -> None:
    """Refuse parameters that an operation does not know: none is ever ignored."""
    route = request.scope["route"]
    known = {param.alias for param in route.dependant.query_params}
    for name in request.query_params:
        if name not in known:
            allowed = ", ".join(sorted(known)) or "none"
            raise ParameterError(name="parameter", value="...", allowed=allowed)


def _only_ours(request: Request) -> None:
    """Refuse a change that neither a token nor a page of ours sent."""
    if request.method not in {"GET", "HEAD"}:
        check_form(request, request.headers.get("x-csrf"))


router: Final = APIRouter(
    prefix="/api", dependencies=[Depends(_only_known), Depends(_only_ours)], tags=["record"]
)


def _out(item: Item) -> ItemOut:
    return ItemOut(
        id=item.id, root=item.root, kind=item.kind, title=item.title,
        fields=item.body.model_dump(mode="json"), level=item.label.level,
        rel_to=sorted(item.label.rel_to), caveats=item.label.caveats, made_ms=item.made_ms,
        made_by=item.made_by_name, party=item.party, origin=item.origin, state=item.state.value,
        review=item.review, superseded_by=item.superseded_by,
    )  # fmt: skip


def _body(kind: Kind, fields: dict[str, Any]) -> ItemBody:
    try:
        return kind.body.model_validate(fields)
    except ValidationError as error:
        raise InputError(told_of(error)) from error


def _typed(name: str) -> Kind:
    if name not in KINDS or not KINDS[name].is_typed:
        typed = ", ".join(kind for kind, of in KINDS.items() if of.is_typed)
        raise ParameterError(name="kind", value="...", allowed=typed)
    return KINDS[name]


@router.get("/charter", summary="Who takes part, and by which rules")
def charter(request: Request) -> CharterOut:
    """Return the charter in words."""
    held = desk_of(request).record.charter
    return CharterOut(
        name=held.name, words=held.in_words(), scope=held.scope, parties=dict(held.party_names),
        issues=dict(held.issue_titles), levels=list(held.levels),
    )  # fmt: skip


@router.get("/members", summary="Members that the reader knows of")
def members(request: Request) -> list[MemberOut]:
    """Return own delegation, heads of others, and makers of readable items."""
    return [
        MemberOut(person=m.person, party=m.party, roles=list(m.roles), is_head=m.is_head)
        for m in members_seen_by(desk_of(request))
    ]


@router.get("/entries", summary="Entries of the log that the reader may see")
def entries(request: Request, limit: Annotated[int, Query(ge=1, le=1_000)] = 200) -> list[EntryOut]:
    """Return entries of readable items, and the reader's own."""
    desk = desk_of(request)
    return [
        EntryOut(t_ms=e.t_ms, person=e.person, act=e.act, item=e.item_id, purpose=e.purpose)
        for e in log.entries_seen_by(desk.record, desk.reader, limit=limit)
    ]


@router.get("/items", summary="Items of a kind, the newest first")
def items(
    request: Request,
    kind: Annotated[str, Query(max_length=64)],
    after: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> PageOut:
    """Return current items that the reader may read, and how many there are."""
    desk = desk_of(request)
    found = desk.listing(kind, after=after, limit=limit)
    return PageOut(
        items=[_out(i) for i in found.items], after=found.after, total=desk.count(kind)
    )  # fmt: skip


@router.post("/search", summary="Items that hold all the words")
def search(request: Request, sought: Search) -> PageOut:
    """Return current items; the order is by date alone."""
    found = desk_of(request).search(sought.words, after=sought.after, limit=sought.limit)
    return PageOut(items=[_out(i) for i in found.items], after=found.after)


@router.post("/items/{kind}", status_code=201, summary="Put a new item on the record")
def add(request: Request, kind: str, new: NewItem) -> ItemOut:
    """Return the item made; its marking is the default unless one is given."""
    desk, described = desk_of(request), _typed(kind)
    default = desk.record.charter.default_marking
    label = new.marking.label() if new.marking else Label(default.level, frozenset(default.rel_to))
    return _out(desk.add(kind, _body(described, new.fields), label))


@router.get("/items/{item_id}", summary="One item")
def item(request: Request, item_id: str) -> ItemOut:
    """Return an item; absent, removed and hidden are one answer."""
    return _out(desk_of(request).get(item_id))


@router.put("/items/{item_id}", summary="Put a new version in an item's place")
def supersede(request: Request, item_id: str, new: NewItem) -> ItemOut:
    """Return the new version."""
    desk = desk_of(request)
    found = desk.get(item_id)
    body = _body(_typed(found.kind), new.fields)
    label = new.marking.label() if new.marking else None
    return _out(desk.supersede(item_id, body, label, reason=new.reason))


@router.delete("/items/{item_id}", status_code=204, summary="Remove an item for good")
def remove(request: Request, item_id: str, why: Annotated[Reason, Body()]) -> None:
    """Erase an item's content; a row without words stays."""
    desk_of(request).remove(item_id, reason=why.reason)


@router.post("/items/{item_id}/confirm", summary="Confirm a proposed item")
def confirm_item(request: Request, item_id: str) -> ItemOut:
    """Return the confirmed version, which names the reader."""
    return _out(desk_of(request).confirm(item_id))


@router.post("/items/{item_id}/reject", summary="Reject a proposed or confirmed item")
def reject_item(request: Request, item_id: str, why: Reason) -> ItemOut:
    """Return the rejected version."""
    return _out(desk_of(request).reject(item_id, reason=why.reason))


@router.get("/items/{item_id}/history", summary="An item's versions")
def history(request: Request, item_id: str) -> list[ItemOut]:
    """Return the versions the reader may read, the oldest first."""
    return [_out(i) for i in desk_of(request).history(item_id)]


@router.get("/items/{item_id}/resting", summary="What rests on an item")
def resting(request: Request, item_id: str) -> list[ItemOut]:
    """Return current items that rest on it."""
    return [_out(i) for i in desk_of(request).links_to(item_id)]


@router.get("/items/{item_id}/why", summary="Who can read an item and why")
def why(request: Request, item_id: str) -> WhyOut:
    """Return one sentence."""
    return WhyOut(why=desk_of(request).why(item_id))


@router.get(
    "/items/{item_id}/bytes", summary="An item's bytes", response_class=Response,
    responses={200: {"content": {_BINARY: {}}}},
)  # fmt: skip
def content(request: Request, item_id: str) -> Response:
    """Return the bytes as they were kept."""
    return Response(desk_of(request).bytes_of(item_id).content, media_type=_BINARY)


@router.post("/releases", status_code=201, summary="Build the draft of a release")
def draft(request: Request, new: NewRelease) -> StandingOut:
    """Return the draft's id and digest; its file is built once, here."""
    desk = desk_of(request)
    choice = Choice(
        items=tuple(new.items), title=new.title, audience=new.audience, terms=new.terms,
        issuer=new.issuer, documents=new.documents,
        redactions={
            one.item: Redaction(frozenset(one.fields), tuple(one.words)) for one in new.leave_out
        },
    )  # fmt: skip
    return _standing(request, propose(desk, choose(desk, choice), new.marking.label()).id)


@router.get("/releases/{release_id}", summary="How far a release is")
def release(request: Request, release_id: str) -> StandingOut:
    """Return its state, and whose consent is missing."""
    return _standing(request, release_id)


def _standing(request: Request, release_id: str) -> StandingOut:
    desk = desk_of(request)
    found = desk.get(release_id)
    if found.kind != "release":
        raise MissingError(what="what was asked for")
    now = standing(desk, found)
    return StandingOut(
        id=found.id, state=now.state, digest=found.body.digest,  # type: ignore[attr-defined]
        missing=list(now.missing), steps=[f"{g.party} {g.step}" for g in now.given],
    )  # fmt: skip


@router.post("/releases/{release_id}/{step}", summary="Take a step of a release")
def take(
    request: Request,
    release_id: str,
    step: Literal["submit", "consent", "refuse", "confirm", "sign"],
    taken: StepTaken,
) -> StandingOut:
    """Return how far it is afterwards. Steps that bind others need a fresh second factor."""
    desk = desk_of(request)
    _standing(request, release_id)
    steps: dict[str, Any] = {
        "submit": lambda: submit(desk, release_id),
        "consent": lambda: consent(desk, release_id, taken.digest, taken.words),
        "refuse": lambda: refuse(desk, release_id, taken.digest, taken.words),
        "confirm": lambda: confirm(desk, release_id, taken.digest),
        "sign": lambda: sign(desk, release_id),
    }
    steps[step]()
    return _standing(request, release_id)


@router.get(
    "/releases/{release_id}/file", summary="The signed file", response_class=Response,
    responses={200: {"content": {_BINARY: {}}}},
)  # fmt: skip
def file(request: Request, release_id: str) -> Response:
    """Return the file of a signed release."""
    return Response(file_of(desk_of(request), release_id), media_type=_BINARY)


@router.post("/imports", status_code=201, summary="Bring in a release's file")
def take_in(
    request: Request,
    data: Annotated[bytes, Body(media_type=_BINARY, max_length=_MOST_BYTES)],
    level: Annotated[str, Query(max_length=64)],
    rel_to: Annotated[str, Query(max_length=1_000)],
) -> ItemOut:
    """Return the import; `rel_to` lists party codes with commas between."""
    label = Label(level, frozenset(code for code in rel_to.split(",") if code))
    return _out(bring_in(desk_of(request), data, label))
