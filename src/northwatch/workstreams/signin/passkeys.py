"""What a browser's authenticator says, in; a passkey kept, or a member signed in by it, out.

The full host name is the passkey's place (RP ID), so that one made for this server opens no other.
The authenticator must have verified its user: that is both factors. Source: W3C Web Authentication.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import delete, insert, select, update
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from northwatch.errors import InputError, MissingError
from northwatch.workstreams.guard import Reader
from northwatch.workstreams.record import Record
from northwatch.workstreams.signin.logins import start_login
from northwatch.workstreams.signin.membership import is_member
from northwatch.workstreams.tables import failed_try, member, passkey

_HOLDS_MS: Final = 120_000
_REQUIRED: Final = UserVerificationRequirement.REQUIRED
_REFUSED: Final = "this passkey cannot be used here; try again, or use your password"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser is asked, and the seal it sends back with the answer.

    Attributes:
        options: for the browser's authenticator, JSON.
        seal: the challenge and when it was made, signed by this server.
    """

    options: dict[str, Any]
    seal: str


@dataclass(frozen=True, slots=True)
class ShownPasskey:
    """A passkey as its owner sees it."""

    id: str
    label: str
    made_ms: int


def _seals(record: Record) -> URLSafeSerializer:
    return URLSafeSerializer(record.secret, salt="passkey")


def _challenge(record: Record) -> tuple[bytes, str]:
    challenge = hashlib.sha256(f"{record.mint()} {record.mint()}".encode()).digest()
    told = [bytes_to_base64url(challenge), record.now_ms()]
    return challenge, str(_seals(record).dumps(told))


def _opened(record: Record, seal: str) -> bytes:
    """Return the challenge of a seal that is ours, fresh and unused; it is used up."""
    try:
        told, made_ms = _seals(record).loads(seal)
    except (BadSignature, ValueError, TypeError) as error:
        raise InputError(_REFUSED) from error
    used = hashlib.sha256(f"used {told}".encode()).hexdigest()
    now = record.now_ms()
    with record.writing(even_closed=True) as connection:
        known = connection.execute(select(failed_try.c.id).where(failed_try.c.key == used)).first()
        if known or not 0 <= now - made_ms < _HOLDS_MS:
            raise InputError(_REFUSED)
        connection.execute(insert(failed_try).values(id=record.mint(), key=used, t_ms=now))
    return base64url_to_bytes(told)


def ask_new(record: Record, reader: Reader, host: str, name: str) -> Asked:
    """Return what the browser is asked to make a passkey for a member."""
    challenge, seal = _challenge(record)
    options = generate_registration_options(
        rp_id=host, rp_name=host, user_name=name, user_id=reader.member.encode(),
        challenge=challenge, exclude_credentials=[
            PublicKeyCredentialDescriptor(base64url_to_bytes(one.id))
            for one in passkeys_of(record, reader)
        ],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_REQUIRED
        ),
    )  # fmt: skip
    return Asked(json.loads(options_to_json(options)), seal)


def keep(record: Record, reader: Reader, asked: tuple[str, str], answer: str, label: str) -> None:
    """Keep a new passkey.

    Args:
        record: the record.
        reader: whose passkey it is.
        asked: host name and origin of this server.
        answer: what the browser said, JSON, and after a blank line the seal.
        label: what its owner calls it.

    Raises:
        InputError: it is not an answer to what was asked.
    """
    host, origin = asked
    said, _, seal = answer.rpartition("\n")
    try:
        made = verify_registration_response(
            credential=said, expected_challenge=_opened(record, seal), expected_rp_id=host,
            expected_origin=origin, require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError) as error:
        raise InputError(_REFUSED) from error
    with record.writing() as connection:
        connection.execute(
            insert(passkey).values(
                credential_id=bytes_to_base64url(made.credential_id), member_id=reader.member,
                public_key=made.credential_public_key, sign_count=made.sign_count,
                label=label[:255], made_ms=record.now_ms(),
            )
        )  # fmt: skip
        record.enter(connection, reader.member, "make passkey")


def passkeys_of(record: Record, reader: Reader) -> list[ShownPasskey]:
    """Return a member's own passkeys, the newest first."""
    query = select(passkey).where(passkey.c.member_id == reader.member)
    with record.reading() as connection:
        rows = connection.execute(query.order_by(passkey.c.made_ms.desc())).all()
    return [ShownPasskey(row.credential_id, row.label, row.made_ms) for row in rows]


def drop(record: Record, reader: Reader, passkey_id: str) -> None:
    """Forget one of the reader's own passkeys.

    Raises:
        MissingError: it is not there or somebody else's: the two are one.
    """
    own = delete(passkey).where(
        passkey.c.credential_id == passkey_id, passkey.c.member_id == reader.member
    )
    with record.writing(even_closed=True) as connection:
        done: Any = connection.execute(own)
        if done.rowcount != 1:
            raise MissingError(what="what was asked for")
        record.enter(connection, reader.member, "end passkey")


def ask_signin(record: Record, host: str) -> Asked:
    """Return what the browser is asked to sign somebody in; it names nobody."""
    challenge, seal = _challenge(record)
    options = generate_authentication_options(
        rp_id=host, challenge=challenge, user_verification=_REQUIRED
    )
    return Asked(json.loads(options_to_json(options)), seal)


def sign_in_by_passkey(record: Record, host: str, origin: str, answer: str) -> str | None:
    """Return what the browser is to hold; None if this does not sign anybody in."""
    said, _, seal = answer.rpartition("\n")
    try:
        challenge = _opened(record, seal)
        named = str(json.loads(said)["id"])
    except (InputError, ValueError, KeyError, TypeError):
        return None
    query = select(passkey, member.c.party, member.c.t_from_ms, member.c.t_to_ms).join(
        member, member.c.id == passkey.c.member_id
    )
    with record.writing(even_closed=True) as connection:
        row = connection.execute(query.where(passkey.c.credential_id == named)).first()
        now = record.now_ms()
        if row is None or not is_member(record, row, now):
            return None
        try:
            found = verify_authentication_response(
                credential=said, expected_challenge=challenge, expected_rp_id=host,
                expected_origin=origin, credential_public_key=row.public_key,
                credential_current_sign_count=row.sign_count, require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, ValueError, KeyError):
            return None
        used = update(passkey).where(passkey.c.credential_id == named)
        connection.execute(used.values(sign_count=found.new_sign_count))
        return start_login(connection, record, row.member_id)
