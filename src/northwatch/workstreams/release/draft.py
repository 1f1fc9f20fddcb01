"""Items a reader may read and what to leave out of them, in; the draft of a release, out.

What goes into the file is listed field by field: nothing goes because it is there. Ids in the file
are minted for it, times are days, nothing names a neighbour, a maker or a number of the record, and
redacted words become one mark whatever their length.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from northwatch.errors import InputError, ParameterError
from northwatch.workstreams.charter import rule_in_words
from northwatch.workstreams.desk import Desk
from northwatch.workstreams.guard import State
from northwatch.workstreams.items import Item
from northwatch.workstreams.keys import read_signing_key
from northwatch.workstreams.kinds import Document, DocumentText, Frozen, Span, When
from northwatch.workstreams.release.file import (
    Line,
    Manifest,
    digest_of,
    digests_of,
    members_of,
    packed,
)

REMOVED: Final = "[words removed]"
REDACTION_RULES: Final = ("fields left out, version 1", "words removed, one mark, version 1")
# The fields of each kind that may go; what links to a chosen item goes under the file's own id.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "person": ("name", "variants"),
    "capacity": ("person", "title", "body", "since", "until"),
    "round": ("name", "when", "place"),
    "meeting": ("title", "place", "when", "format", "record_kind", "chair"),
    "document": ("title", "source", "kind", "published", "lang", "licence", "address"),
    "statement": (
        "words", "speaker", "party", "capacity", "on_behalf_of", "addressee", "mode", "said_on",
        "issues", "claims", "lang", "evidence",
    ),
    "stance": ("party", "issue", "direction", "summary", "since", "basis"),
    "agreed_point": ("label", "issue", "agreed_on"),
    "reading": ("agreed_point", "party", "speaker", "capacity", "words", "said_on", "basis"),
    "finding": ("words", "evidence", "counter_evidence", "issues"),
    "commitment": ("owed_by", "owed_to", "what", "due", "conditions", "issue"),
    "commitment_check": ("commitment", "party", "as_of", "status", "words"),
    "received": ("kind", "title", "fields"),
}  # fmt: skip
_LINKS: Final = frozenset({"person", "agreed_point", "commitment", "basis"})


@dataclass(frozen=True, slots=True)
class Redaction:
    """What to leave out of an item: whole fields, and words within the others."""

    fields: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is to be let out, for whom and on which terms.

    Attributes:
        items: ids of items, in the order they are to have.
        title, audience, terms, issuer: in words; the issuer's label is public.
        redactions: by id of item.
        documents: whether the bytes of chosen documents go along.
    """

    items: tuple[str, ...]
    title: str
    audience: str
    terms: str
    issuer: str
    redactions: Mapping[str, Redaction] = field(default_factory=dict)
    documents: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A release's file as it will be signed, and what its proposer should know.

    Attributes:
        content: the file's bytes, without the signature.
        digest: what consents name.
        manifest, lines: what it holds.
        chosen: roots of the items it was made from.
        originators: parties from which these first came.
        left_out: how many of what was left out; for the proposer only.
    """

    content: bytes
    digest: str
    manifest: Manifest
    lines: tuple[Line, ...]
    chosen: tuple[str, ...]
    originators: tuple[str, ...]
    left_out: Mapping[str, int]


def choose(desk: Desk, choice: Choice) -> Draft:
    """Return the draft of a release; it is built once, and never again after this.

    Raises:
        MissingError: an item is not there, or not for this reader.
        InputError: nothing is chosen, or an item's kind does not travel.
    """
    if not choice.items:
        problem = "choose at least one item to release"
        raise InputError(problem)
    items = [desk.get(item_id) for item_id in dict.fromkeys(choice.items)]
    for item in items:
        _must_travel(item)
    for item_id, redaction in choice.redactions.items():
        _must_redact(item_id, redaction, items)
    return _built(desk, choice, items, _Building(desk, choice, items))


def _must_travel(item: Item) -> None:
    """Refuse what is not, or not yet, or no longer, on the record as it stands."""
    stands = item.state is State.CURRENT and item.review in {"", "confirmed"}
    if item.kind not in FIELDS or not stands:
        problem = f"a {item.kind.replace('_', ' ')} like this does not travel; leave it out"
        raise InputError(problem)


def _must_redact(item_id: str, redaction: Redaction, items: list[Item]) -> None:
    """Refuse a redaction that would leave out nothing: a slip there lets words out."""
    of = next((item for item in items if item.id == item_id), None)
    unknown = redaction.fields - set(FIELDS[of.kind]) if of else {"item"}
    if unknown:
        problem = (
            f"nothing to leave out under {', '.join(sorted(unknown))}; name fields of the item"
        )
        raise InputError(problem)


def choose_withdrawal(desk: Desk, release: Item, choice: Choice, of: str) -> Draft:
    """Return the draft of a notice that an earlier release should not be relied on."""
    building = _Building(desk, choice, [])
    return _built(desk, choice, [release], building, of=of)


def _built(
    desk: Desk, choice: Choice, items: list[Item], building: "_Building", *, of: str | None = None
) -> Draft:
    lines = building.lines()
    members = members_of(lines, building.documents())
    charter = desk.record.charter
    today = datetime.fromtimestamp(desk.record.now_ms() / 1000, UTC)
    for name in ("title", "audience", "terms", "issuer"):
        if not getattr(choice, name).strip():
            raise ParameterError(name=name, value="", allowed="words")
    manifest = Manifest(
        release=desk.record.mint(),
        form="notice of withdrawal" if of else "release",
        of=of,
        title=choice.title,
        issuer=choice.issuer,
        key=read_signing_key(desk.record.folder.keys, "release").id,
        dated=f"{today:%Y-%m-%d}",
        audience=choice.audience,
        terms=choice.terms,
        consents=[rule_in_words(rule, charter) for rule in charter.release_rules],
        redactions=list(REDACTION_RULES) if choice.redactions else [],
        members=digests_of(members),
    )
    return Draft(
        content=packed(manifest, members),
        digest=digest_of(manifest),
        manifest=manifest,
        lines=tuple(lines),
        chosen=tuple(item.root for item in items),
        originators=tuple(sorted({item.party for item in items})),
        left_out=dict(building.left_out),
    )


class _Building:
    """One draft under way."""

    def __init__(self, desk: Desk, choice: Choice, items: list[Item]) -> None:
        self._desk = desk
        self._choice = choice
        self._items = items
        self._ids = {item.root: desk.record.mint() for item in items}
        self.left_out: Counter[str] = Counter()

    def lines(self) -> list[Line]:
        return [self._line(item) for item in self._items]

    def documents(self) -> dict[str, bytes]:
        """Return the bytes of chosen documents, if they are to go along."""
        if not self._choice.documents:
            return {}
        held = [self._desk.bytes_of(i.id) for i in self._items if isinstance(i.body, Document)]
        return {one.sha256: one.content for one in held}

    def _line(self, item: Item) -> Line:
        redaction = self._choice.redactions.get(item.id, Redaction())
        fields: dict[str, Any] = {}
        for name in FIELDS[item.kind]:
            value = getattr(item.body, name)
            if name in redaction.fields:
                self.left_out["fields"] += 1
            elif value not in (None, "", ()):
                told = self._told(name, value)
                if told not in (None, "", []):
                    fields[name] = self._without(redaction.words, told)
        title = self._without(redaction.words, item.title)
        if redaction.fields:
            title = item.kind.replace("_", " ").capitalize()
        return Line(id=self._ids[item.root], kind=item.kind, title=title, fields=fields)

    def _told(self, name: str, value: Any) -> Any:  # noqa: ANN401 - a field of any kind
        """Return a field as the file has it."""
        if name in _LINKS:
            return self._links(value)
        if isinstance(value, When):
            return value.in_words()
        if isinstance(value, datetime):
            return f"{value.astimezone(UTC):%Y-%m-%d}"
        if isinstance(value, Frozen):
            frozen = value.model_dump(mode="json")
            return {**frozen, "frozen": f"{value.frozen.astimezone(UTC):%Y-%m-%d}"}
        if isinstance(value, tuple) and value and isinstance(value[0], Span):
            return self._cited(value)
        return list(value) if isinstance(value, tuple) else value

    def _links(self, value: Any) -> Any:  # noqa: ANN401 - one root or several
        roots = value if isinstance(value, tuple) else (value,)
        known = [self._ids[root] for root in roots if root in self._ids]
        self.left_out["links to items not chosen"] += len(roots) - len(known)
        return known if isinstance(value, tuple) else next(iter(known), None)

    def _cited(self, spans: tuple[Span, ...]) -> list[dict[str, Any]]:
        """Return spans in public documents by address and place; of sealed ones nothing."""
        told = []
        for span in spans:
            address, digest = self._public(span)
            if address:
                told.append({"address": address, "sha256_of_text": digest, "start": span.start,
                             "end": span.end})  # fmt: skip
            else:
                self.left_out["places in documents that are not public"] += 1
        return told

    def _public(self, span: Span) -> tuple[str, str]:
        text = self._desk.find(span.text)
        if text is None or not isinstance(text.body, DocumentText):
            return "", ""
        document = self._desk.find(text.body.document)
        address = document.body.address if document and isinstance(document.body, Document) else ""
        return address or "", digests_of({"": text.body.text.encode()})[""]

    def _without(self, words: tuple[str, ...], value: Any) -> Any:  # noqa: ANN401 - any JSON
        """Return a value with runs of words removed, wherever they stand in it."""
        if isinstance(value, str):
            for run in sorted((w for w in words if w), key=len, reverse=True):
                self.left_out["runs of words"] += value.count(run)
                value = value.replace(run, REMOVED)
            return value
        if isinstance(value, list):
            return [self._without(words, each) for each in value]
        if isinstance(value, dict):
            return {name: self._without(words, each) for name, each in value.items()}
        return value
