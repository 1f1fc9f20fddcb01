"""Choose, preview, consent, confirm, sign; and bring in: the pages of the two doors."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from northwatch.errors import InputError, MissingError, ReleaseError
from northwatch.web.record.draw import page
from northwatch.web.record.frame import Form, Sent, desk_of
from northwatch.web.record.pages import label_of, marking_values
from northwatch.workstreams.desk import Desk
from northwatch.workstreams.guard import Act
from northwatch.workstreams.items import Item
from northwatch.workstreams.kinds import Release
from northwatch.workstreams.release import (
    Choice,
    Draft,
    Redaction,
    bring_in,
    choose,
    choose_withdrawal,
    confirm,
    consent,
    file_of,
    propose,
    refuse,
    sign,
    standing,
    submit,
)
from northwatch.workstreams.release.draft import FIELDS
from northwatch.workstreams.release.file import read_draft, unsigned

router: Final = APIRouter(include_in_schema=False)
_MOST: Final = 200
_TERMS: Final = "For the receiver's own use. Not to be passed on without our consent."


@router.get("/record/releases")
def both(request: Request) -> Response:
    """Show what left, what is on its way, and what came in."""
    desk = desk_of(request)
    return _doors(request, desk, "")


def _doors(request: Request, desk: Desk, said: str) -> Response:
    values = {
        "out": desk.listing("release", limit=_MOST).items,
        "came": desk.listing("import", limit=_MOST).items,
        "may_release": _could(desk, Act.RELEASE),
        "may_bring": bool(desk.may(Act.WRITE)),
        "trusted": desk.record.charter.trusted_keys,
        "said": said,
        **marking_values(desk, None),
    }
    return page(request, "record/releases.html", values, status=400 if said else 200)


def _could(desk: Desk, act: Act, of: Item | None = None) -> bool:
    """Say whether nothing but a fresh second factor stands between the reader and an act."""
    return desk.may(act, of).code in {"yes", "factor"}


@router.get("/record/releases/choose")
def ask(request: Request) -> Response:
    """Show what could be let out."""
    return _choice(request, desk_of(request), "")


def _choice(request: Request, desk: Desk, said: str) -> Response:
    found = {kind: desk.listing(kind, limit=_MOST).items for kind in FIELDS}
    values = {
        "found": {
            kind: kept for kind, items in found.items()
            if (kept := [i for i in items if i.review in {"", "confirmed"}])
        },
        "fields": FIELDS, "terms": _TERMS, "said": said, **marking_values(desk, None),
    }  # fmt: skip
    return page(request, "record/choose.html", values, status=400 if said else 200)


@router.post("/record/releases/draft")
def draft(request: Request, form: Sent) -> Response:
    """Build the file, keep it as a draft, and go to its preview."""
    desk = desk_of(request)
    ids = form.all("item")
    choice = Choice(
        items=tuple(ids), title=form.get("title")[:300], audience=form.get("audience"),
        terms=form.get("terms"), issuer=form.get("issuer")[:300],
        redactions={i: left for i in ids if (left := _redaction(form, i))},
        documents=form.get("documents") == "yes",
    )  # fmt: skip
    try:
        made = propose(desk, choose(desk, choice), label_of(form, desk))
    except InputError as error:
        return _choice(request, desk, str(error))
    return RedirectResponse(f"/record/releases/{made.id}", 303)


def _redaction(form: Form, item_id: str) -> Redaction | None:
    fields = frozenset(form.all(f"leave.{item_id}"))
    runs = (line.strip() for line in form.get(f"words.{item_id}").splitlines())
    words = tuple(run for run in runs if run)
    return Redaction(fields, words) if fields or words else None


@router.get("/record/releases/{release_id}")
def show(request: Request, release_id: str) -> Response:
    """Show exactly what the other side will see, how far it is, and what the reader can do."""
    return _preview(request, desk_of(request), release_id, "")


def _preview(request: Request, desk: Desk, release_id: str, said: str) -> Response:
    release = _release(desk, release_id)
    content = desk.bytes_of(release_id).content
    manifest, lines = read_draft(unsigned(content))
    now = standing(desk, release)
    is_mine = release.made_by == desk.reader.member
    assert isinstance(release.body, Release)  # noqa: S101 - `_release` looked
    kinds = sorted({line.kind for line in lines})
    values = {
        "release": release, "body": release.body, "manifest": manifest, "lines": lines,
        "size": len(content), "now": now, "said": said,
        "why": desk.why_label(release.facts),
        "left_out": release.body.left_out if is_mine else {},
        "can": _can(desk, release, now.state),
        "earlier": [r for r in desk.listing("release", limit=_MOST).items
                    if r.review == "signed" and r.id != release.id],
        "infer": f"the day {manifest.dated}, {len(lines)} items of kind {', '.join(kinds)}, "
                 "and every name, place and day in them" if lines else "that an earlier release "
                 "should not be relied on",
        "party": desk.record.charter.party_names[desk.reader.party],
    }  # fmt: skip
    return page(request, "record/release.html", values, status=400 if said else 200)


def _release(desk: Desk, release_id: str) -> Item:
    found = desk.get(release_id)
    if found.kind != "release":
        raise MissingError(what="what was asked for")
    return found


def _can(desk: Desk, release: Item, state: str) -> dict[str, bool]:
    """Return which steps the reader could take; a fresh factor may still be asked for."""
    consents, releases = _could(desk, Act.CONSENT, release), _could(desk, Act.RELEASE, release)
    is_mine = release.made_by == desk.reader.member
    return {
        "submit": state == "draft" and is_mine and releases,
        "consent": state == "consenting" and consents,
        "confirm": state == "consenting" and consents and not is_mine,
        "sign": state == "confirmed" and releases,
        "withdraw": state == "signed" and releases,
    }


@router.post("/record/releases/{release_id}/{step}")
def take(request: Request, release_id: str, step: str, form: Sent) -> Response:
    """Take a step of a release, or none: each asks the rules again."""
    desk = desk_of(request)
    _release(desk, release_id)
    digest, words = form.get("digest"), form.get("words")
    steps: dict[str, Any] = {
        "submit": lambda: submit(desk, release_id),
        "consent": lambda: consent(desk, release_id, digest, words),
        "refuse": lambda: refuse(desk, release_id, digest, words),
        "confirm": lambda: confirm(desk, release_id, digest),
        "sign": lambda: sign(desk, release_id),
    }
    if step == "withdraw":
        return RedirectResponse(f"/record/releases/{_withdrawal(desk, release_id).id}", 303)
    if step not in steps:
        raise MissingError(what="what was asked for")
    try:
        steps[step]()
    except InputError as error:
        return _preview(request, desk, release_id, str(error))
    return RedirectResponse(f"/record/releases/{release_id}", 303)


def _withdrawal(desk: Desk, release_id: str) -> Item:
    """Draft the notice that a signed release should not be relied on."""
    release = _release(desk, release_id)
    manifest, _ = read_draft(unsigned(file_of(desk, release_id)))
    choice = Choice(
        items=(release.id,), title=f"Withdrawal of “{manifest.title}”"[:300],
        audience=manifest.audience, terms="The release named should not be relied on any more.",
        issuer=manifest.issuer,
    )  # fmt: skip
    made: Draft = choose_withdrawal(desk, release, choice, manifest.release)
    return propose(desk, made, release.label)


@router.get("/record/releases/{release_id}/file")
def save(request: Request, release_id: str) -> Response:
    """Send the signed file."""
    desk = desk_of(request)
    content = file_of(desk, _release(desk, release_id).id)
    name = 'attachment; filename="signed.release"'
    return Response(content, media_type="application/zip", headers={"Content-Disposition": name})


@router.post("/record/imports")
def take_in(request: Request, form: Sent) -> Response:
    """Bring a release's file onto the record."""
    desk = desk_of(request)
    file = form.file("file")
    if file is None:
        return _doors(request, desk, "Choose the file of a release.")
    try:
        made = bring_in(desk, file.file.read(), label_of(form, desk))
    except (ReleaseError, InputError) as error:
        return _doors(request, desk, str(error))
    return RedirectResponse(f"/record/item/{made.id}", 303)
