"""Every kind of item a record holds: its fields, what it links to, by what it is found.

A kind is data to the rest of the room: `record` stores any of them alike, `web` draws any of them
alike. Fields are those of the reference "The record", §7. Negotiating texts, their paragraphs and
brackets, and read-outs have their place here: a kind each.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from northwatch.errors import InputError

if TYPE_CHECKING:
    from northwatch.workstreams.items import Item

_UUID: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
_MOST_CHARACTERS: Final = 2_000_000

Ref = Annotated[str, Field(pattern=_UUID)]
"""The root of another item of this record."""


def _normal(text: str) -> str:
    """Return text in Unicode's NFC: offsets count its code points."""
    return unicodedata.normalize("NFC", text)


Line = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_normal)]
Prose = Annotated[str, Field(max_length=20_000), AfterValidator(_normal)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,31}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")]
Lang = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Precision = Literal[
    "minute", "hour", "day", "week", "part of month", "month", "quarter", "season", "year"
]
Basis = Literal["stated", "inferred", "typed"]


class Body(BaseModel):
    """The fields of an item; nothing unknown, nothing changed after it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class When(Body):
    """An instant as far as it is known: half-open [from, to), how exactly, and on what basis."""

    t_from: AwareDatetime
    t_to: AwareDatetime
    precision: Precision = "day"
    basis: Basis = "typed"

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.t_from < self.t_to:
            problem = "the end of an interval must be later than its beginning"
            raise ValueError(problem)
        return self

    def in_words(self) -> str:
        """Return the interval as people write it, UTC."""
        start = self.t_from.astimezone(UTC)
        if self.precision in {"minute", "hour"}:
            return f"{start:%Y-%m-%d %H:%M} UTC"
        if self.precision == "day":
            return f"{start:%Y-%m-%d}"
        return f"{start:%Y-%m-%d} to {self.t_to.astimezone(UTC):%Y-%m-%d} ({self.precision})"


class Span(Body):
    """Characters of a document's text that prove something: `text[start:end] == quote`."""

    text: Ref
    start: int = Field(ge=0)
    end: int = Field(ge=1)
    quote: Prose


# --- people --------------------------------------------------------------------------------------


class Person(Body):
    """Somebody who is spoken of or speaks; no account comes with it."""

    name: Line
    variants: tuple[Line, ...] = ()
    languages: tuple[Lang, ...] = ()


class Capacity(Body):
    """The office in which a person speaks, with its dates."""

    person: Ref
    title: Line
    body: Line
    since: When
    until: When | None = None


class Delegation(Body):
    """A party's people at one round."""

    party: Code
    round: Ref
    head: Ref | None = None
    members: tuple[Ref, ...] = ()
    credentials: Ref | None = None


# --- meetings ------------------------------------------------------------------------------------


class Round(Body):
    """A series of meetings."""

    name: Line
    when: When
    place: Line


class Meeting(Body):
    """People talking, once."""

    title: Line
    place: Line
    when: When
    format: Literal["plenary", "informal", "bilateral", "call", "hearing", "press"]
    record_kind: Literal["verbatim", "summary", "none"] = "none"
    round: Ref | None = None
    chair: Line | None = None
    notes: Prose = ""


class Attendance(Body):
    """Whether a person or a party was at a meeting; absent only where somebody says so."""

    meeting: Ref
    person: Ref | None = None
    party: Code | None = None
    present: Literal["yes", "no", "unknown"]
    capacity: Line | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if (self.person is None) == (self.party is None):
            problem = "name a person or a party, one of them"
            raise ValueError(problem)
        return self


# --- documents -----------------------------------------------------------------------------------


class Document(Body):
    """Bytes from a supplier; they never change."""

    title: Line
    source: Line
    kind: Literal[
        "press statement", "transcript", "article", "letter", "aide-memoire", "non-paper",
        "text", "other",
    ]  # fmt: skip
    published: When | None = None
    retrieved: AwareDatetime | None = None
    lang: Lang = "en"
    licence: Line | None = None
    address: Annotated[str, Field(max_length=2_000)] | None = None
    reliability: Prose = ""


class DocumentText(Body):
    """The text of a document as one extractor read it; spans stay with the text they are of."""

    document: Ref
    extractor: Line
    text: Annotated[str, Field(max_length=_MOST_CHARACTERS), AfterValidator(_normal)]


# --- statements and stances ----------------------------------------------------------------------


class Statement(Body):
    """What a speaker said, with the words that prove it."""

    words: Prose
    speaker: Line | None = None
    person: Ref | None = None
    party: Code | None = None
    capacity: Line | None = None
    on_behalf_of: tuple[Code, ...] = ()
    addressee: Line | None = None
    mode: Literal["direct", "indirect", "mixed", "joint", "read_out", "unattributed"] = "direct"
    said_on: When | None = None
    occasion: Ref | None = None
    issues: tuple[Slug, ...] = ()
    claims: tuple[Literal["agreed point", "role", "no role", "commitment"], ...] = ()
    evidence: tuple[Span, ...] = ()
    lang: Lang = "en"
    confidence: float | None = Field(default=None, ge=0, le=1)
    extractor: Line | None = None


class Stance(Body):
    """A party's view on an issue from a day on."""

    party: Code
    issue: Slug
    direction: Literal["supports", "supports with conditions", "reserves", "opposes", "undecided"]
    summary: Line
    since: When
    basis: tuple[Ref, ...] = Field(min_length=1)


class AgreedPoint(Body):
    """What is said to have been agreed: a handle, not a finding of fact."""

    label: Line
    issue: Slug
    meeting: Ref | None = None
    agreed_on: When | None = None


class Reading(Body):
    """One party's attributed account of an agreed point."""

    agreed_point: Ref
    party: Code
    speaker: Line
    capacity: Line | None = None
    words: Prose
    said_on: When | None = None
    basis: tuple[Ref, ...] = Field(min_length=1)


class Commitment(Body):
    """Who owes what to whom by when."""

    owed_by: Code
    owed_to: tuple[Code, ...] = ()
    what: Line
    due: When | None = None
    conditions: Prose = ""
    issue: Slug | None = None
    source: Ref | None = None


class CommitmentCheck(Body):
    """Whether a commitment was met, according to one party, as of a day."""

    commitment: Ref
    party: Code
    as_of: AwareDatetime
    status: Literal["met", "not met", "partly", "lapsed"]
    words: Prose = ""
    evidence: tuple[Ref, ...] = ()


# --- from the picture, and across the wall -------------------------------------------------------


class Frozen(Body):
    """A view of the picture as it was: question, definition, rows, and where they came from.

    Attributes:
        path, query: the view's address on any server that has this picture.
        title: what the view is called.
        query_id, data_hash, picture: as the view's citation has them.
        definition: fields of the figure's definition, in words.
        columns, rows: the rows relied on, at most 1,000, as text.
        n_rows: how many rows the view had.
        sources: suppliers with dates and licences.
        made_by: program and version.
        frozen: when the copy was made.
    """

    path: Annotated[str, Field(max_length=500, pattern=r"^/[A-Za-z0-9/_.-]*$")]
    query: Annotated[str, Field(max_length=4_000)]
    title: Line
    query_id: Annotated[str, Field(max_length=64)]
    data_hash: Annotated[str, Field(max_length=64)]
    picture: Annotated[str, Field(max_length=64)]
    definition: dict[str, Annotated[str, Field(max_length=4_000)]] = Field(default_factory=dict)
    columns: tuple[Annotated[str, Field(max_length=100)], ...] = ()
    rows: tuple[tuple[Annotated[str, Field(max_length=4_000)], ...], ...] = Field(
        default=(), max_length=1_000
    )
    n_rows: int = Field(default=0, ge=0)
    sources: tuple[Annotated[str, Field(max_length=500)], ...] = ()
    licence: Annotated[str, Field(max_length=4_000)] = ""
    made_by: Annotated[str, Field(max_length=200)] = ""
    frozen: AwareDatetime


class Finding(Body):
    """A person's conclusion from the picture, with the rows relied on."""

    words: Line
    evidence: Frozen
    counter_evidence: Prose = ""
    issues: tuple[Slug, ...] = ()


class Release(Body):
    """A copy to be let out: what was chosen, on which terms. Its file is kept as its bytes."""

    title: Line
    audience: Prose
    terms: Prose
    issuer: Line
    dated: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    items: tuple[Ref, ...] = ()
    is_withdrawal: bool = False
    left_out: dict[str, int] = Field(default_factory=dict)


class Import(Body):
    """A release of others that came in; its file is kept as its bytes. Its words grant nothing."""

    title: Line
    issuer: Line
    signer_label: Line
    key_id: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    dated: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    audience: Prose
    terms: Prose
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    is_withdrawal: bool = False


class Received(Body):
    """One item out of an import: read-only words and rows, with where they came from."""

    of: Ref
    kind: Annotated[str, Field(max_length=64)]
    title: Line
    fields: dict[str, Any]


# --- the table of kinds --------------------------------------------------------------------------

Pairs = Iterable[tuple[str, str]]
Bases = Mapping[str, "Item"]


def _nothing(_: Any) -> Pairs:  # noqa: ANN401 - any body
    return ()


def _unchecked(_: Any, __: Bases) -> None:  # noqa: ANN401 - any body
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What the record and its pages need to know of a kind.

    Attributes:
        name, title, plural: its name in code; one and many of it in words.
        body: its fields.
        title_of: what people call an item of it.
        words: its text for search.
        tags: by what lists are narrowed.
        links: (role, root) of the items it names.
        check: refuses a body that breaks a rule of its kind; is given the items it links to.
        is_reviewed: it counts only once a person has confirmed it.
        needs_basis: it falls with the last confirmed item under the role `basis`.
        is_typed: people may add it by a form.
    """

    name: str
    title: str
    plural: str
    body: type[Body]
    title_of: Callable[[Any], str]
    words: Callable[[Any], str]
    tags: Callable[[Any], Pairs] = _nothing
    links: Callable[[Any], Pairs] = _nothing
    check: Callable[[Any, Bases], None] = _unchecked
    is_reviewed: bool = False
    needs_basis: bool = False
    is_typed: bool = True


def _some(role: str, *roots: str | None) -> list[tuple[str, str]]:
    return [(role, root) for root in dict.fromkeys(roots) if root is not None]


def _check_spans(body: Statement, bases: Bases) -> None:
    """Hold every span to the text it is of."""
    for span in body.evidence:
        text = bases[span.text].body
        if not isinstance(text, DocumentText) or text.text[span.start : span.end] != span.quote:
            problem = "a span's words are not those of its document; mark the words anew"
            raise InputError(problem)


def _check_basis(body: Stance | Reading, bases: Bases) -> None:
    """A stance or reading rests on confirmed, attributed statements and on nothing else."""
    for root in body.basis:
        basis = bases[root]
        if not isinstance(basis.body, Statement) or basis.review != "confirmed":
            problem = "what this rests on is no confirmed statement; confirm it first"
            raise InputError(problem)
        if basis.body.mode == "unattributed":
            problem = "an unattributed statement is no basis; choose one with a speaker"
            raise InputError(problem)


def _statement_tags(body: Statement) -> Pairs:
    tags = [("issue", slug) for slug in dict.fromkeys(body.issues)]
    tags += [("party", body.party)] if body.party else []
    return tags


def _statement_links(body: Statement) -> Pairs:
    texts = _some("evidence", *(span.text for span in body.evidence))
    return [*texts, *_some("person", body.person), *_some("occasion", body.occasion)]


def _statement_title(body: Statement) -> str:
    return f"{body.speaker or 'Unnamed'}: {shorten(body.words, 90, placeholder=' …')}"


def _delegation_links(body: Delegation) -> Pairs:
    return [
        *_some("round", body.round),
        *_some("member", body.head, *body.members),
        *_some("credentials", body.credentials),
    ]


def _finding_words(body: Finding) -> str:
    told = [cell for row in body.evidence.rows for cell in row if not cell.isdigit()]
    return " ".join([body.words, body.counter_evidence, body.evidence.title, *told])


def _received_words(body: Received) -> str:
    return " ".join(str(v) for v in body.fields.values() if isinstance(v, str))


KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind(
            name="person", title="Person", plural="People", body=Person,
            title_of=lambda b: b.name, words=lambda b: " ".join(b.variants),
        ),
        Kind(
            name="capacity", title="Capacity", plural="Capacities", body=Capacity,
            title_of=lambda b: f"{b.title}, {b.body}", words=lambda b: b.title,
            links=lambda b: _some("person", b.person),
        ),
        Kind(
            name="round", title="Round", plural="Rounds", body=Round,
            title_of=lambda b: b.name, words=lambda b: b.place,
        ),
        Kind(
            name="delegation", title="Delegation", plural="Delegations", body=Delegation,
            title_of=lambda b: f"Delegation of {b.party}", words=lambda b: b.party,
            tags=lambda b: [("party", b.party)], links=_delegation_links,
        ),
        Kind(
            name="meeting", title="Meeting", plural="Meetings", body=Meeting,
            title_of=lambda b: f"{b.title}, {b.when.in_words()}",
            words=lambda b: f"{b.place} {b.chair or ''} {b.notes}",
            links=lambda b: _some("round", b.round),
        ),
        Kind(
            name="attendance", title="Attendance", plural="Attendance", body=Attendance,
            title_of=lambda b: f"Present: {b.present}", words=lambda b: b.capacity or "",
            tags=lambda b: [("party", b.party)] if b.party else [],
            links=lambda b: [*_some("meeting", b.meeting), *_some("person", b.person)],
        ),
        Kind(
            name="document", title="Document", plural="Documents", body=Document,
            title_of=lambda b: b.title, words=lambda b: f"{b.source} {b.kind}",
        ),
        Kind(
            name="document_text", title="Text of a document", plural="Texts of documents",
            body=DocumentText, title_of=lambda b: f"Text by {b.extractor}",
            words=lambda b: b.text, links=lambda b: _some("document", b.document),
        ),
        Kind(
            name="statement", title="Statement", plural="Statements", body=Statement,
            title_of=_statement_title,
            words=lambda b: f"{b.words} {b.capacity or ''} {b.addressee or ''}",
            tags=_statement_tags, links=_statement_links, check=_check_spans, is_reviewed=True,
        ),
        Kind(
            name="stance", title="Stance", plural="Stances", body=Stance,
            title_of=lambda b: f"{b.party} {b.direction}: {b.summary}", words=lambda b: b.summary,
            tags=lambda b: [("party", b.party), ("issue", b.issue)],
            links=lambda b: _some("basis", *b.basis), check=_check_basis, needs_basis=True,
        ),
        Kind(
            name="agreed_point", title="Agreed point", plural="Agreed points", body=AgreedPoint,
            title_of=lambda b: f"Said to be agreed: {b.label}", words=lambda b: b.label,
            tags=lambda b: [("issue", b.issue)], links=lambda b: _some("meeting", b.meeting),
        ),
        Kind(
            name="reading", title="Reading", plural="Readings", body=Reading,
            title_of=lambda b: f"Reading of {b.party}", words=lambda b: f"{b.words} {b.speaker}",
            tags=lambda b: [("party", b.party)],
            links=lambda b: [*_some("agreed_point", b.agreed_point), *_some("basis", *b.basis)],
            check=_check_basis, needs_basis=True,
        ),
        Kind(
            name="finding", title="Finding", plural="Findings", body=Finding,
            title_of=lambda b: b.words, words=_finding_words, is_typed=False,
            tags=lambda b: [("issue", slug) for slug in dict.fromkeys(b.issues)],
        ),
        Kind(
            name="commitment", title="Commitment", plural="Commitments", body=Commitment,
            title_of=lambda b: f"{b.owed_by}: {b.what}", words=lambda b: b.conditions,
            tags=lambda b: [("party", b.owed_by), *([("issue", b.issue)] if b.issue else [])],
            links=lambda b: _some("source", b.source),
        ),
        Kind(
            name="commitment_check", title="Check of a commitment",
            plural="Checks of commitments", body=CommitmentCheck,
            title_of=lambda b: f"{b.status}, according to {b.party}", words=lambda b: b.words,
            tags=lambda b: [("party", b.party)],
            links=lambda b: [
                *_some("commitment", b.commitment), *_some("evidence", *b.evidence),
            ],
        ),
        Kind(
            name="release", title="Release", plural="Releases", body=Release,
            title_of=lambda b: b.title, words=lambda b: f"{b.audience} {b.terms}",
            links=lambda b: _some("chosen", *b.items), is_typed=False,
        ),
        Kind(
            name="import", title="Import", plural="Imports", body=Import,
            title_of=lambda b: b.title, words=lambda b: f"{b.issuer} {b.audience} {b.terms}",
            is_typed=False,
        ),
        Kind(
            name="received", title="Received item", plural="Received items", body=Received,
            title_of=lambda b: b.title, words=_received_words, is_typed=False,
            links=lambda b: _some("of", b.of),
        ),
    )
}  # fmt: skip


def commitment_status(
    commitment: Commitment, checks: Iterable[CommitmentCheck], as_of: datetime
) -> str:
    """Return a commitment's status as of an instant: open, overdue, met, disputed or lapsed."""
    newest: dict[str, CommitmentCheck] = {}
    for check in sorted(checks, key=lambda c: c.as_of):
        if check.as_of <= as_of:
            newest[check.party] = check
    told = {check.status for check in newest.values()}
    if len(told) > 1:
        return "disputed"
    if told:
        return told.pop()
    past = commitment.due is not None and commitment.due.t_to <= as_of
    return "overdue" if past else "open"
