"""A new charter with the consents of all parties, in; the charter in force, out. The old one stays.

Consents are given outside the program, as the charter's signatures are; who keeps the folder puts
them on the record, each with the digest it was given to.
"""

import json
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert, select

from northwatch.errors import InputError, UnreadableError
from northwatch.workstreams import log
from northwatch.workstreams.charter import Charter, charter_digest, parse_charter, read_charter
from northwatch.workstreams.keys import write_private
from northwatch.workstreams.record import Record
from northwatch.workstreams.tables import charter as charter_table

_FIELDS: Final = {"party": str, "person": str, "on": date, "digest": str}


@dataclass(frozen=True, slots=True)
class CharterConsent:
    """A party's yes to a charter.

    Attributes:
        party: its code.
        person: who gave it.
        on: the day.
        digest: SHA-256 of the file that they saw.
    """

    party: str
    person: str
    on: date
    digest: str


def read_consents(path: Path) -> list[CharterConsent]:
    """Return the consents in a TOML file, one `[[consents]]` table each.

    Raises:
        UnreadableError: it is not such a file.
    """
    remedy = "Write [[consents]] with party, person, on (a day) and digest for each"
    try:
        rows = tomllib.loads(path.read_bytes().decode())["consents"]
        if not all(_is_consent(row) for row in rows):
            raise UnreadableError(file=str(path), problem="a field is not right", remedy=remedy)
        return [CharterConsent(**row) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableError(file=str(path), problem="no consents", remedy=remedy) from error


def _is_consent(row: Any) -> bool:  # noqa: ANN401 - as TOML has it
    if not isinstance(row, dict):
        return False
    return {name: type(value) for name, value in row.items()} == _FIELDS and all(row.values())


def amend(record: Record, file: Path, consents: Iterable[CharterConsent]) -> str:
    """Put a new charter in force; return its digest. Servers take it when they start again.

    Args:
        record: the record, open.
        file: the new charter.
        consents: of every party of the charter in force and of the new one.

    Raises:
        UnreadableError: the new charter is not one.
        InputError: a consent is missing or to another file, or what rests on the charter in
            force would lose its meaning; nothing was changed.
        ClosedError: the record is closed.
    """
    text = file.read_bytes().decode() if read_charter(file) else ""
    new, digest, given = parse_charter(text, str(file)), charter_digest(text), list(consents)
    for problem in (*_missing(record.charter, new, digest, given), *_lost(record.charter, new)):
        raise InputError(problem)
    with record.writing() as connection:
        query = select(charter_table.c.digest, charter_table.c.t_ms)
        *before, last = connection.execute(query.order_by(charter_table.c.t_ms)).all()
        if digest in {row.digest for row in before}:
            problem = "this very file was in force before; add a comment that says why it is again"
            raise InputError(problem)
        if last.digest != digest:
            t_ms = max(record.now_ms(), last.t_ms + 1)
            told = json.dumps([{**asdict(one), "on": f"{one.on}"} for one in given])
            connection.execute(
                insert(charter_table).values(digest=digest, toml=text, consents=told, t_ms=t_ms)
            )
            record.enter(connection, log.SERVER, "amend charter", purpose=digest)
    # After the transaction: a charter without its consents on the record is never in force. If
    # this is cut short, opening the record puts the file in its place.
    write_private(record.folder.charter, text.encode())
    record.charter = new
    return digest


def _missing(
    old: Charter, new: Charter, digest: str, consents: list[CharterConsent]
) -> Iterable[str]:
    """Say what the consents lack."""
    for one in consents:
        if one.digest != digest:
            yield f"the consent of {one.party} is to another file; the digest of this is {digest}"
    given = {one.party for one in consents}
    for code, name in {**old.party_names, **new.party_names}.items():
        if code not in given:
            yield f"{name} ({code}) has not consented; an amendment needs every party"


def _lost(old: Charter, new: Charter) -> Iterable[str]:
    """Say what on the record would lose its meaning: items and members name it."""
    for code in sorted(set(old.party_names) - set(new.party_names)):
        yield f"{code} is gone; a party that leaves stays in the charter with the day in `to`"
    for slug in sorted(set(old.issue_titles) - set(new.issue_titles)):
        yield f"the issue {slug} is gone; items are filed under it, so keep it"
    if new.levels[: len(old.levels)] != old.levels:
        yield f"levels change; keep {', '.join(old.levels)} and add new ones above them"
    if new.example != old.example:
        yield "`example` changes; found a workstream of its own instead"
