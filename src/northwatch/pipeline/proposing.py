"""A document on a record, in; its text and proposed statements beside it on the record, out.

The one place where the rules for statements meet a record. What they propose counts for nothing
until a person confirms it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Final

from northwatch.data import read_text
from northwatch.errors import DeniedError, InputError
from northwatch.sources.documents import Document, read_bytes
from northwatch.statements import (
    VERSION,
    Capacity,
    Person,
    Proposal,
    Said,
    Tables,
    propose,
    read_tables,
)
from northwatch.workstreams import kinds
from northwatch.workstreams.desk import Desk
from northwatch.workstreams.guard import Act
from northwatch.workstreams.items import Item

SHIPPED: Final = ("cues", "claims", "people")
_TEXT_BY: Final = "northwatch text 1"
_SUFFIXES: Final = {"text/html": ".html", "application/xhtml+xml": ".html"}
_MOST_PEOPLE: Final = 1_000
_MOST_CHARACTERS: Final = 2_000_000


@lru_cache(maxsize=1)
def shipped_tables() -> Tables:
    """Return the words and people that are shipped."""
    return read_tables(*(read_text(f"statements/{name}.toml") for name in SHIPPED))


def read_onto(desk: Desk, document_id: str) -> int:
    """Read a document that is on a record; return how many statements were proposed anew.

    All of it or nothing is kept. Read again, it proposes nothing twice, and nothing that a person
    has rejected or changed.

    Args:
        desk: the record as the reader sees it.
        document_id: the document's item; its text and statements take over its marking.

    Raises:
        MissingError: it is not there, or has no bytes.
        DeniedError: the reader may not write.
        UnreadableError, EmptyError: as `sources.documents.read_bytes`.
        InputError: the item is no document, or its text is too long.
    """
    held = desk.get(document_id)
    if not isinstance(held.body, kinds.Document):
        problem = "only a document can be read for statements; open one and read it there"
        raise InputError(problem)
    answer = desk.may(Act.WRITE)
    if not answer:
        raise DeniedError(answer.code)
    kept = desk.bytes_of(document_id)
    # What it is called is a word of an item, and stands in no error.
    read = read_bytes(kept.content, f"document{_SUFFIXES.get(kept.media_type, '')}")
    if len(read.text) > _MOST_CHARACTERS:
        problem = f"its text has {len(read.text):,} characters; split it, {_MOST_CHARACTERS:,} fit"
        raise InputError(problem)
    published = held.body.published.t_from.date() if held.body.published else read.published
    persons = _persons(desk)
    proposals = propose(read.text, _tables(desk, persons), published=published)
    text, known = _text(desk, held, read)
    with desk.record.writing() as connection:
        if text is None:
            body = kinds.DocumentText(document=held.root, extractor=_TEXT_BY, text=read.text)
            text = desk.put(connection, "document_text", body, held.label).root
        # Where nobody is named there is no statement; what was judged before is not asked again.
        new = [
            one for one in proposals if one.speaker and (one.span.start, one.span.end) not in known
        ]
        for one in new:
            desk.put(connection, "statement", _statement(one, text, desk, persons), held.label)
    return len(new)


def _text(desk: Desk, held: Item, read: Document) -> tuple[str | None, set[tuple[int, int]]]:
    """Return the document's text if it is on the record, and the spans that statements show."""
    for one in desk.links_to(held.id):
        if isinstance(one.body, kinds.DocumentText) and one.body.text == read.text:
            resting = [each.body for each in desk.links_to(one.id)]
            return one.root, {
                (span.start, span.end)
                for body in resting
                if isinstance(body, kinds.Statement)
                for span in body.evidence
            }
    return None, set()


def _persons(desk: Desk) -> dict[str, Item]:
    """Return the persons on the record by every way to write their names."""
    found = desk.listing("person", limit=_MOST_PEOPLE).items
    return {
        name: one
        for one in found
        if isinstance(one.body, kinds.Person)
        for name in (one.body.name, *one.body.variants)
    }


def _tables(desk: Desk, persons: Mapping[str, Item]) -> Tables:
    """Return the shipped tables with the record's people in front."""
    shipped = shipped_tables()
    capacities = desk.listing("capacity", limit=_MOST_PEOPLE).items
    bodies = [one.body for one in capacities if isinstance(one.body, kinds.Capacity)]
    own = {one.root: one.body for one in persons.values()}
    people = [
        Person(
            name=body.name,
            aliases=body.variants,
            capacities=tuple(_capacity(each) for each in bodies if each.person == root),
        )
        for root, body in own.items()
        if isinstance(body, kinds.Person)
    ]
    known = {one.name: one for one in shipped.people}
    rest = [one for one in shipped.people if one.name not in {each.name for each in people}]
    return replace(shipped, people=(*(_joined(one, known.get(one.name)) for one in people), *rest))


def _joined(one: Person, shipped: Person | None) -> Person:
    """Return a person of the record with what the shipped table knows of the same name."""
    if shipped is None:
        return one
    held = (*one.capacities, *shipped.capacities)
    return replace(one, pronouns=shipped.pronouns, capacities=held)


def _capacity(body: kinds.Capacity) -> Capacity:
    held = Capacity(title=f"{body.title}, {body.body}", words=(body.title,))
    held = replace(held, t_from=body.since.t_from.date())
    return replace(held, t_to=body.until.t_to.date()) if body.until else held


def _statement(
    one: Proposal, text: str, desk: Desk, persons: Mapping[str, Item]
) -> kinds.Statement:
    """Return a proposal as the record keeps it."""
    speaker = one.speaker
    named = speaker.person or speaker.chain[-1] if speaker else None
    person = persons.get(named) if named and one.mode != "unattributed" else None
    party = speaker.party if speaker else None
    return kinds.Statement(
        words=one.words,
        speaker=named,
        person=person.root if person else None,
        party=party if party in desk.record.charter.party_names else None,
        capacity=one.capacity,
        mode=one.mode,
        said_on=_when(one.said) if one.said else None,
        claims=tuple(dict.fromkeys(claim.kind for claim in one.claims)),
        evidence=(kinds.Span(text=text, start=one.span.start, end=one.span.end, quote=one.words),),
        confidence=one.confidence,
        extractor=VERSION,
    )


def _when(said: Said) -> kinds.When:
    return kinds.When(
        t_from=_midnight(said.t_from),
        t_to=_midnight(said.t_to),
        precision=said.precision,
        basis="stated" if said.is_stated else "inferred",
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
