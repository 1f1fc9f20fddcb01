"""A draft, in; consents, a second person's yes, a signature, and the file in the outbox, out.

Order: propose, consents to the digest, a second person confirms, sign. Nothing is built again
after the draft; after signing nothing changes. The signed bytes lie in the record before the file
is written, so that a machine that stops in between loses neither.
"""

from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Connection, insert, select, update

from northwatch.errors import ConflictError, DeniedError, InputError
from northwatch.workstreams.charter import JOINTLY, Charter, ReleaseRule
from northwatch.workstreams.desk import Desk
from northwatch.workstreams.guard import Act, No
from northwatch.workstreams.items import Item, Label
from northwatch.workstreams.keys import read_signing_key, write_private
from northwatch.workstreams.kinds import Release
from northwatch.workstreams.release.draft import Draft
from northwatch.workstreams.release.file import digests_of, signed
from northwatch.workstreams.tables import blob, item, member
from northwatch.workstreams.tables import consent as consents

Step = Literal["consent", "confirm", "sign", "refuse"]
DRAFT: Final = "draft"
CONSENTING: Final = "consenting"
CONFIRMED: Final = "confirmed"
SIGNED: Final = "signed"
REFUSED: Final = "refused"


@dataclass(frozen=True, slots=True)
class Given:
    """One step that somebody took."""

    step: str
    party: str
    person: str
    member: str
    t_ms: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a release is.

    Attributes:
        state: consenting, confirmed, signed or refused.
        missing: whose consent it still needs, in words.
        given: the steps taken, oldest first.
    """

    state: str
    missing: tuple[str, ...]
    given: tuple[Given, ...]


def missing_consents(
    charter: Charter, originators: frozenset[str], given: frozenset[str]
) -> tuple[str, ...]:
    """Return whose consent a release still needs under the charter's rules, in words."""
    told: list[str] = []
    for rule in charter.release_rules:
        told += _missing(rule, charter, originators, given)
    return tuple(dict.fromkeys(told))


def _missing(
    rule: ReleaseRule, charter: Charter, originators: frozenset[str], given: frozenset[str]
) -> list[str]:
    names = charter.party_names
    if rule.name == "parties":
        wanting = rule.n - len(given & set(names))
        return [f"{wanting} more of the parties"] if wanting > 0 else []
    if rule.name == "originator":
        needed = [code for code in names if code in originators]
    elif rule.name == "lead" and charter.lead != JOINTLY:
        needed = [charter.lead]
    else:
        needed = list(names)
    return [names[code] for code in needed if code not in given]


def propose(desk: Desk, draft: Draft, label: Label) -> Item:
    """Put a draft on the record: its bytes are those that will be signed.

    Raises:
        DeniedError: the reader may not propose a release.
    """
    _must(desk, Act.RELEASE, None)
    manifest = draft.manifest
    body = Release(
        title=manifest.title, audience=manifest.audience, terms=manifest.terms,
        issuer=manifest.issuer, dated=manifest.dated, digest=draft.digest, items=draft.chosen,
        is_withdrawal=manifest.of is not None, left_out=dict(draft.left_out),
    )  # fmt: skip
    content = ("application/zip", draft.content)
    with desk.record.writing() as connection:
        return desk.put(connection, "release", body, label, content=content, review=DRAFT)


def submit(desk: Desk, release_id: str) -> None:
    """Ask for consents to a draft that the reader made.

    Raises:
        DeniedError: somebody else made it.
        ConflictError: it is no draft any more.
    """
    release = desk.get(release_id)
    _must(desk, Act.RELEASE, release)
    if release.made_by != desk.reader.member:
        raise DeniedError(No("role").code)
    if release.review != DRAFT or not isinstance(release.body, Release):
        raise ConflictError
    with desk.record.writing() as connection:
        _set_state(connection, release, CONSENTING)
        about = (release.id, release.body.digest)
        desk.record.enter(connection, desk.reader.member, "submit", about=about)


def standing(desk: Desk, release: Item) -> Standing:
    """Return how far a release is."""
    with desk.record.reading() as connection:
        return _standing(connection, desk, release)


def _standing(connection: Connection, desk: Desk, release: Item) -> Standing:
    query = (
        select(consents, member.c.person)
        .outerjoin(member, member.c.id == consents.c.member_id)
        .where(consents.c.release_id == release.id)
        .order_by(consents.c.t_ms, consents.c.id)
    )
    rows = connection.execute(query).all()
    given = tuple(
        Given(r.step, r.party, r.person or "", r.member_id, r.t_ms, r.words) for r in rows
    )
    yes = frozenset(one.party for one in given if one.step == "consent")
    body = release.body
    assert isinstance(body, Release)  # noqa: S101 - of this kind
    chosen = select(item.c.party).where(item.c.root.in_(body.items))
    originators = frozenset(connection.execute(chosen).scalars())
    missing = missing_consents(desk.record.charter, originators, yes)
    state = connection.execute(select(item.c.review).where(item.c.id == release.id)).scalar_one()
    return Standing(state=state, missing=missing, given=given)


def consent(desk: Desk, release_id: str, digest: str, words: str = "") -> None:
    """Say yes for the reader's party, to exactly this digest, with a fresh second factor."""
    _take(desk, release_id, digest, "consent", words)


def refuse(desk: Desk, release_id: str, digest: str, words: str = "") -> None:
    """Say no for the reader's party: the release ends."""
    _take(desk, release_id, digest, "refuse", words)


def confirm(desk: Desk, release_id: str, digest: str) -> None:
    """Confirm as the second person, once every consent is there.

    Raises:
        DeniedError: the reader proposed it, or is of the proposer's party where there is another.
        InputError: a consent is missing.
    """
    _take(desk, release_id, digest, "confirm", "")


def _take(desk: Desk, release_id: str, digest: str, step: Step, words: str) -> None:
    release = desk.get(release_id)
    _must(desk, Act.CONSENT, release)
    with desk.record.writing() as connection:
        now = _standing(connection, desk, release)
        _check(desk, release, digest, step, now)
        _write(connection, desk, release, step, digest, words)
        became = {"confirm": CONFIRMED, "refuse": REFUSED}.get(step)
        if became:
            _set_state(connection, release, became)


def _check(desk: Desk, release: Item, digest: str, step: Step, now: Standing) -> None:
    """Refuse a step that does not fit how far the release is."""
    if now.state != CONSENTING:
        raise ConflictError
    if not isinstance(release.body, Release) or release.body.digest != digest:
        problem = "this is not the digest that was shown; look at the preview again"
        raise InputError(problem)
    mine = [g for g in now.given if g.party == desk.reader.party and g.step == step]
    if step == "consent" and mine:
        problem = "your party has consented already"
        raise InputError(problem)
    if step == "confirm":
        _check_second(desk, release, now)


def _check_second(desk: Desk, release: Item, now: Standing) -> None:
    others = len(desk.record.charter.parties) > 1
    if release.made_by == desk.reader.member or (others and release.party == desk.reader.party):
        raise DeniedError(No("second-person").code)
    if now.missing:
        problem = f"consent is missing: {', '.join(now.missing)}"
        raise InputError(problem)


def sign(desk: Desk, release_id: str) -> bytes:
    """Sign a confirmed release and write its file to the outbox; return its bytes."""
    release = desk.get(release_id)
    _must(desk, Act.RELEASE, release)
    key = read_signing_key(desk.record.folder.keys, "release")
    with desk.record.writing() as connection:
        now = _standing(connection, desk, release)
        if now.state != CONFIRMED:
            raise ConflictError
        draft = connection.execute(select(blob.c.bytes).where(blob.c.item_id == release.id))
        content = signed(bytes(draft.scalar_one()), key)
        digest = digests_of({"": content})[""]
        changed = update(blob).where(blob.c.item_id == release.id)
        connection.execute(changed.values(bytes=content, sha256=digest))
        _set_state(connection, release, SIGNED)
        assert isinstance(release.body, Release)  # noqa: S101 - of this kind
        _write(connection, desk, release, "sign", release.body.digest, "")
    write_private(desk.record.folder.outbox / f"{digest[:16]}.release", content)
    return content


def file_of(desk: Desk, release_id: str) -> bytes:
    """Return the file of a signed release.

    Raises:
        ConflictError: it is not signed yet.
    """
    release = desk.get(release_id)
    if release.kind != "release" or release.review != SIGNED:
        raise ConflictError
    return desk.bytes_of(release_id).content


def _set_state(connection: Connection, release: Item, state: str) -> None:
    connection.execute(update(item).where(item.c.id == release.id).values(review=state))


def _write(
    connection: Connection, desk: Desk, release: Item, step: Step, digest: str, words: str
) -> None:
    connection.execute(
        insert(consents).values(
            id=desk.record.mint(), release_id=release.id, party=desk.reader.party,
            member_id=desk.reader.member, step=step, digest=digest, words=words[:1_000],
            t_ms=desk.record.now_ms(),
        )
    )  # fmt: skip
    desk.record.enter(
        connection, desk.reader.member, step, about=(release.id, digest), purpose=words[:1_000]
    )


def _must(desk: Desk, act: Act, of: Item | None) -> None:
    answer = desk.may(act, of)
    if not answer:
        raise DeniedError(answer.code)
