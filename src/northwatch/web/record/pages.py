"""A reader's request, in; a page of the record, out. No rule lives here: the desk decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from northwatch.errors import ConflictError, InputError, MissingError, ParameterError
from northwatch.web.record.draw import page
from northwatch.web.record.fields import body_of, fields_of, shown
from northwatch.web.record.findings import MOST_SHOWN, freeze, live, view_of
from northwatch.web.record.frame import Form, Sent, desk_of
from northwatch.workstreams import log
from northwatch.workstreams.desk import Desk
from northwatch.workstreams.guard import Act, State
from northwatch.workstreams.items import Item, Label
from northwatch.workstreams.kinds import (
    KINDS,
    Body,
    Commitment,
    CommitmentCheck,
    DocumentText,
    Finding,
    Kind,
    Statement,
    commitment_status,
)
from northwatch.workstreams.people import members_seen_by

router: Final = APIRouter(include_in_schema=False)
QUEUE: Final = "/record/review"
_LATEST: Final = 6
_FEW: Final = 6
_ROWS: Final = 50
_PERSONS: Final = 100
_LISTED: Final = (
    "meeting", "person", "document", "statement", "stance", "agreed_point", "finding",
    "commitment", "release", "import",
)  # fmt: skip


def _now(desk: Desk) -> datetime:
    return datetime.fromtimestamp(desk.record.now_ms() / 1000, UTC)


@router.get("/")
def home(request: Request) -> Response:
    """Show who takes part, what is due, and what is new."""
    desk = desk_of(request)
    latest = {kind: desk.listing(kind, limit=_LATEST).items for kind in ("finding", "statement")}
    counts = desk.counts()
    return page(
        request,
        "record/home.html",
        {
            "charter": desk.record.charter,
            "due": [row for row in _commitments(desk) if row.status != "met"][:_LATEST],
            "latest": latest,
            "counts": {kind: counts[kind] for kind in _LISTED},
            "received": desk.listing("import", limit=_LATEST).items,
        },
    )


@router.get("/record/agenda")
def agenda(request: Request) -> Response:
    """Show where each party stands on each issue."""
    desk = desk_of(request)
    charter = desk.record.charter
    stances = desk.listing("stance", limit=1_000).items
    newest: dict[tuple[str, str], Item] = {}
    for item in sorted(stances, key=lambda i: (i.body.since.t_from, i.made_ms)):  # type: ignore[attr-defined]
        newest[item.body.issue, item.body.party] = item  # type: ignore[attr-defined]
    meetings = desk.listing("meeting", limit=1_000).items
    last = max((m.body.when.t_from for m in meetings), default=None)  # type: ignore[attr-defined]
    speaking = [c for c in charter.party_names if any(party == c for _, party in newest)]
    return page(
        request,
        "record/agenda.html",
        {
            "charter": charter,
            "parties": list(charter.party_names) if len(charter.parties) <= _FEW else speaking,
            "newest": newest,
            "last": last,
            "points": {
                slug: desk.count("agreed_point", tags={"issue": slug})
                for slug in charter.issue_titles
            },
        },
    )


@router.get("/record/issue/{slug}")
def issue(request: Request, slug: str) -> Response:
    """Show who moved on an issue, when and in which words."""
    desk = desk_of(request)
    titles = desk.record.charter.issue_titles
    if slug not in titles:
        raise MissingError(what="what was asked for")
    tags = {"issue": slug}
    found = {
        kind: desk.listing(kind, tags=tags, limit=500).items
        for kind in ("stance", "statement", "agreed_point", "commitment", "finding")
    }
    return page(request, "record/issue.html", {"title": titles[slug], "slug": slug, "found": found})


@router.get("/record/people")
def people(request: Request) -> Response:
    """Show the people on the record and the members this reader knows of."""
    desk = desk_of(request)
    return page(
        request,
        "record/people.html",
        {
            "members": members_seen_by(desk),
            "people": desk.listing("person", limit=_PERSONS),
            "capacities": desk.listing("capacity", limit=1_000).items,
            "charter": desk.record.charter,
        },
    )


@router.get("/record/audit")
def audit(request: Request) -> Response:
    """Show who did what with the items this reader may read."""
    desk = desk_of(request)
    entries = log.entries_seen_by(desk.record, desk.reader, limit=200)
    return page(
        request,
        "record/audit.html",
        {"entries": entries, "checkpoint": log.last_checkpoint_ms(desk.record)},
    )


@router.get("/record/search")
def ask(request: Request) -> Response:
    """Show the search form."""
    return page(request, "record/search.html", {"text": "", "found": None})


@router.post("/record/search")
def search(request: Request, form: Sent) -> Response:
    """Show what holds all the words."""
    text = form.get("text")[:300]
    found = desk_of(request).search(text)
    return page(request, "record/search.html", {"text": text, "found": found.items})


@router.get("/record/list/{kind}")
def listing(request: Request, kind: str, after: str | None = None) -> Response:
    """Show a kind's items, the newest first."""
    desk = desk_of(request)
    described = _kind(kind)
    found = desk.listing(kind, after=after, limit=_ROWS)
    may_add = described.is_typed and bool(desk.may(Act.WRITE))
    values = {
        "kind": described, "found": found, "total": desk.count(kind), "may_add": may_add,
        "rows": _commitments(desk) if kind == "commitment" else None,
    }  # fmt: skip
    return page(request, "record/list.html", values)


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise MissingError(what="what was asked for")
    return KINDS[name]


@dataclass(frozen=True, slots=True)
class CommitmentRow:
    """A commitment with its status as of now, and who says so."""

    item: Item
    status: str
    checks: list[Item]


def _commitments(desk: Desk) -> list[CommitmentRow]:
    """Return the commitments, overdue first, then by when they are due."""
    now, rows = _now(desk), []
    checks = desk.listing("commitment_check", limit=1_000).items
    for item in desk.listing("commitment", limit=1_000).items:
        body = item.body
        assert isinstance(body, Commitment)  # noqa: S101 - of this kind
        own = [c for c in checks if c.body.commitment == item.root]  # type: ignore[attr-defined]
        told = [c.body for c in own if isinstance(c.body, CommitmentCheck)]
        rows.append(CommitmentRow(item, commitment_status(body, told, now), own))
    far = datetime.max.replace(tzinfo=UTC)
    order = {"overdue": 0, "disputed": 1, "open": 2}
    due = {id(r): r.item.body.due.t_to if r.item.body.due else far for r in rows}  # type: ignore[attr-defined]
    return sorted(rows, key=lambda r: (order.get(r.status, 3), due[id(r)]))


# --- one item ------------------------------------------------------------------------------------


@router.get("/record/item/{item_id}")
def item(request: Request, item_id: str) -> Response:
    """Show an item: what it says, who can read it and why, what rests on it."""
    desk = desk_of(request)
    found = desk.get(item_id)
    return item_page(request, desk, found, "")


def item_page(
    request: Request, desk: Desk, found: Item, said: str, *, status: int = 200
) -> Response:
    """Return the page of an item, with a sentence about what went wrong if any is given."""
    body = found.body
    roots = dict.fromkeys(root for _, root in KINDS[found.kind].links(body))
    values = {
        "item": found,
        "kind": KINDS[found.kind],
        "why": desk.why_label(found.facts),
        "links": [held for root in roots if (held := desk.find(root))],
        "resting": desk.links_to(found.id),
        "history": desk.history(found.id),
        "fields": [(f, getattr(body, f.name)) for f in fields_of(KINDS[found.kind], desk)],
        "charter": desk.record.charter,
        "live": live(request, body.evidence) if isinstance(body, Finding) else None,
        "passages": passages(desk, body),
        "acts": _acts(desk, found),
        "people": _people(desk) if found.kind == "meeting" else {},
        "said": said,
    }
    return page(request, "record/item.html", values, status=status)


def _people(desk: Desk) -> dict[str, str]:
    """Return the names of persons on the record, by root."""
    return {item.root: item.title for item in desk.listing("person", limit=1_000).items}


def _acts(desk: Desk, found: Item) -> Mapping[str, bool]:
    """Return which forms stand on the page of an item."""
    typed = KINDS[found.kind].is_typed and found.state is State.CURRENT
    return {
        "edit": typed and bool(desk.may(Act.WRITE, found)),
        "confirm": bool(desk.may(Act.CONFIRM, found)),
        "remove": found.state is State.CURRENT and bool(desk.may(Act.WRITE, found)),
        "read": found.kind == "document" and bool(desk.may(Act.WRITE)),
    }


def passages(desk: Desk, body: Body) -> list[tuple[str, str, str, Item]]:
    """Return each span as the words before it, its own, those after it, and its document."""
    if not isinstance(body, Statement):
        return []
    made = []
    for span in body.evidence:
        held = desk.find(span.text)
        if held and isinstance(held.body, DocumentText):
            text, around = held.body.text, 240
            before = text[max(0, span.start - around) : span.start]
            made.append((before, span.quote, text[span.end : span.end + around], held))
    return made


@router.get("/record/item/{item_id}/bytes")
def content(request: Request, item_id: str) -> Response:
    """Send the bytes of an item, to be kept and never to be run."""
    held = desk_of(request).bytes_of(item_id)
    name = f'attachment; filename="{held.sha256[:16]}"'
    return Response(
        held.content, media_type="application/octet-stream", headers={"Content-Disposition": name}
    )


@router.post("/record/item/{item_id}/confirm")
def confirm(request: Request, item_id: str, form: Sent) -> Response:
    """Confirm a proposed item."""
    made = desk_of(request).confirm(item_id)
    return _judged(form, made)


def _judged(form: Form, made: Item) -> Response:
    """Go back to the queue if the form came from there, else to the item."""
    to = QUEUE if form.get("to") == QUEUE else f"/record/item/{made.id}"
    return RedirectResponse(to, 303)


@router.post("/record/item/{item_id}/reject")
def reject(request: Request, item_id: str, form: Sent) -> Response:
    """Reject a proposed or confirmed item."""
    made = desk_of(request).reject(item_id, reason=form.get("reason") or "no reason given")
    return _judged(form, made)


@router.post("/record/item/{item_id}/remove")
def remove(request: Request, item_id: str, form: Sent) -> Response:
    """Remove an item for good."""
    desk = desk_of(request)
    kind = desk.get(item_id).kind
    desk.remove(item_id, reason=form.get("reason") or "no reason given")
    return RedirectResponse(f"/record/list/{kind}", 303)


# --- forms ---------------------------------------------------------------------------------------


@router.get("/record/new/{kind}")
def ask_new(request: Request, kind: str) -> Response:
    """Show the form of a new item."""
    return _form_page(request, desk_of(request), _typed(kind), None, "")


def _typed(kind: str) -> Kind:
    described = _kind(kind)
    if not described.is_typed:
        raise MissingError(what="what was asked for")
    return described


@router.post("/record/new/{kind}")
def take_new(request: Request, kind: str, form: Sent) -> Response:
    """Put a new item on the record."""
    desk, described = desk_of(request), _typed(kind)
    try:
        body = body_of(described, form, fields_of(described, desk), desk)
        made = desk.add(kind, body, label_of(form, desk), content=_content(form))
    except (InputError, ParameterError) as error:
        return _form_page(request, desk, described, None, str(error), sent=form)
    return RedirectResponse(f"/record/item/{made.id}", 303)


def _content(form: Form) -> tuple[str, bytes] | None:
    file = form.file("file")
    if file is None:
        return None
    return file.content_type or "application/octet-stream", file.file.read()


@router.get("/record/item/{item_id}/edit")
def ask_edit(request: Request, item_id: str) -> Response:
    """Show the form that changes an item."""
    desk = desk_of(request)
    found = desk.get(item_id)
    return _form_page(request, desk, _typed(found.kind), found, "")


@router.post("/record/item/{item_id}/edit")
def take_edit(request: Request, item_id: str, form: Sent) -> Response:
    """Put a new version in an item's place."""
    desk = desk_of(request)
    found = desk.get(item_id)
    described = _typed(found.kind)
    try:
        body = body_of(described, form, fields_of(described, desk), desk)
        made = desk.supersede(item_id, body, label_of(form, desk), reason=form.get("reason"))
    except ConflictError as error:
        return item_page(request, desk, desk.find(found.root) or found, str(error), status=409)
    except (InputError, ParameterError) as error:
        return _form_page(request, desk, described, found, str(error), sent=form)
    return RedirectResponse(f"/record/item/{made.id}", 303)


def label_of(form: Form, desk: Desk) -> Label:
    """Return the marking that a form chose.

    Raises:
        ParameterError: the charter has no such level.
    """
    level = form.get("level")
    desk.record.charter.level_number(level)
    return Label(level, frozenset(form.all("rel_to")), form.get("caveats")[:300])


def _form_page(
    request: Request, desk: Desk, kind: Kind, old: Item | None, said: str,
    *, sent: Form | None = None,
) -> Response:  # fmt: skip
    fields = fields_of(kind, desk)
    values = {
        "kind": kind,
        "old": old,
        "said": said,
        "fields": [(field, _control(field, old, sent)) for field in fields],
        **marking_values(desk, old, sent),
    }
    return page(request, "record/form.html", values, status=400 if said else 200)


def _control(field: Any, old: Item | None, sent: Form | None) -> Any:  # noqa: ANN401 - as the template takes it
    """Return what a control shows: what was sent, else what the old version says."""
    if sent is None or field.widget == "check":
        return shown(field, old.body if old else None)
    if field.widget == "when":
        return {part: sent.get(f"{field.name}.{part}") for part in ("from", "to", "precision")}
    if field.widget == "spans":
        return {part: sent.get(f"{field.name}.{part}") for part in ("text", "quote")}
    return set(sent.all(field.name)) if field.widget == "choices" else sent.get(field.name)


def marking_values(desk: Desk, old: Item | None, sent: Form | None = None) -> dict[str, Any]:
    """Return what the chooser of a marking needs, with who could read the item then."""
    charter = desk.record.charter
    default = charter.default_marking
    label = old.label if old else Label(default.level, frozenset(default.rel_to))
    if sent is not None and sent.get("level") in charter.levels:
        label = label_of(sent, desk)
    return {
        "label": label,
        "levels": charter.levels[: desk.reader.level + 1],
        "parties": charter.party_names,
        "why": desk.why_label(desk.facts_of(label)),
    }


# --- from the picture ----------------------------------------------------------------------------


@router.post("/record/findings")
def ask_finding(request: Request, form: Sent) -> Response:
    """Show the form that puts a view of the picture on the record."""
    return _finding_form(request, desk_of(request), form, "")


def _finding_form(request: Request, desk: Desk, form: Form, said: str) -> Response:
    view = view_of(request, form.get("path"), form.get("query"))
    frozen = freeze(view, range(min(MOST_SHOWN, view.rows.height)), _now(desk))
    values = {
        "frozen": frozen,
        "words": form.get("words"),
        "issues": desk.record.charter.issue_titles,
        "said": said,
        **marking_values(desk, None, form if form.get("level") else None),
    }
    return page(request, "record/finding_form.html", values, status=400 if said else 200)


@router.post("/record/findings/add")
def take_finding(request: Request, form: Sent) -> Response:
    """Put a finding on the record, with its evidence frozen."""
    desk = desk_of(request)
    if not form.get("words"):
        return _finding_form(request, desk, form, "Say in a sentence what you conclude.")
    view = view_of(request, form.get("path"), form.get("query"))
    chosen = [int(place) for place in form.all("row") if place.isdigit()]
    every = range(min(MOST_SHOWN, view.rows.height))
    body = Finding(
        words=form.get("words")[:300],
        evidence=freeze(view, sorted(set(chosen)) or every, _now(desk)),
        counter_evidence=form.get("counter_evidence")[:20_000],
        issues=tuple(s for s in form.all("issues") if s in desk.record.charter.issue_titles),
    )
    made = desk.add("finding", body, label_of(form, desk))
    return RedirectResponse(f"/record/item/{made.id}", 303)
