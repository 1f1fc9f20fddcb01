"""An identity provider's word, in; a member who lacks only the second factor, out.

OpenID Connect Core 1.0, code flow (§3.1) with PKCE (RFC 7636) and the issuer in the answer
(RFC 9207). The provider stands in for the password alone: the code is asked here. A member is
linked to an account there beforehand; no claim makes a member. The browser holds 256 random bits;
state, nonce and verifier follow from them, so that nothing is kept for whoever merely asks.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import delete, insert, select

from northwatch.errors import InputError, ParameterError, ProviderError
from northwatch.workstreams.keys import read_provider_secret
from northwatch.workstreams.record import Record
from northwatch.workstreams.settings import Provider, is_safe, read_settings, write_settings
from northwatch.workstreams.signin import throttle
from northwatch.workstreams.signin.logins import start_half
from northwatch.workstreams.signin.membership import is_member
from northwatch.workstreams.tables import member, provider_account

BACK: Final = "/signin/provider/back"
"""Where the provider sends a browser back to; its keeper must allow this address."""

HALF_MS: Final = 10 * 60_000
_LONGEST: Final = 255
_BYTES: Final = 32
_TIMEOUT_S: Final = 10
_LEEWAY_S: Final = 60
# Signatures with a public key only: a shared secret would let the client forge the provider.
_ALGORITHMS: Final = ["RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"]
_NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_DISCOVERY: Final = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Sent:
    """A browser about to be sent to the provider.

    Attributes:
        url: where to.
        held: what the browser is to hold until it comes back.
    """

    url: str
    held: str


def discover(provider: Provider) -> dict[str, Any]:
    """Return what a provider says of itself.

    Raises:
        ProviderError: it does not answer, names itself otherwise, or lacks what is needed.
    """
    told = _asked(provider.issuer.rstrip("/") + _DISCOVERY)
    if told.get("issuer") != provider.issuer:
        raise ProviderError(problem="it names itself by another issuer than the one set")
    if not all(is_safe(str(told.get(name, ""))) for name in _NEEDED):
        raise ProviderError(problem="an address it gives is missing or not encrypted")
    return told


def _asked(url: str) -> dict[str, Any]:
    try:
        answer = requests.get(url, timeout=_TIMEOUT_S, allow_redirects=False)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return dict(told)
    except (requests.RequestException, ValueError, TypeError) as error:
        raise ProviderError(problem="it does not answer as a provider does") from error


def _derived(held: str, use: str) -> str:
    return hmac.new(held.encode(), use.encode(), hashlib.sha256).hexdigest()


def _client(record: Record, provider: Provider, told: Mapping[str, Any]) -> OAuth2Session:
    ways = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    is_basic = "client_secret_basic" in ways
    return OAuth2Session(
        provider.client_id, read_provider_secret(record.folder.keys), scope="openid",
        redirect_uri=provider.address.rstrip("/") + BACK, code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic" if is_basic else "client_secret_post",
    )  # fmt: skip


def send(record: Record, provider: Provider) -> Sent:
    """Return where a browser is sent to, and what it is to hold meanwhile.

    Raises:
        ProviderError: the provider does not answer as one.
    """
    told, held = discover(provider), secrets.token_urlsafe(_BYTES)
    with _client(record, provider, told) as client:
        url, _ = client.create_authorization_url(
            told["authorization_endpoint"], state=_derived(held, "state"),
            nonce=_derived(held, "nonce"), code_verifier=_derived(held, "verifier"),
        )  # fmt: skip
    return Sent(str(url), held)


def take_back(
    record: Record, provider: Provider, held: str, answer: Mapping[str, str], address: str
) -> None:
    """Take what a browser brings back; a member's login is half made, for others nothing is.

    Nobody can tell the two from each other: the code is asked of both.

    Args:
        record: the record.
        provider: the record's provider.
        held: what the browser holds.
        answer: what the provider made it say (code, state, iss).
        address: where it comes from, for the throttle.

    Raises:
        ProviderError: this is no answer of the provider to what was asked.
    """
    state = _derived(held, "state")
    if not held or not hmac.compare_digest(answer.get("state", "").encode(), state.encode()):
        raise ProviderError(problem="this browser did not ask for it, or asked anew since")
    with record.reading() as connection:
        heard = throttle.is_heard(connection, record, None, address)
    if not heard:
        return
    subject = _vouched(record, provider, held, answer)
    account = select(member).join(
        provider_account, provider_account.c.member_id == member.c.id
    ).where(
        provider_account.c.issuer == provider.issuer, provider_account.c.subject == subject
    )  # fmt: skip
    with record.writing(even_closed=True) as connection:
        row = connection.execute(account).first()
        if row is not None and is_member(record, row, record.now_ms()):
            start_half(connection, record, row.id, held, HALF_MS)


def _vouched(record: Record, provider: Provider, held: str, answer: Mapping[str, str]) -> str:
    """Return the subject for whom the provider vouches."""
    told = discover(provider)
    is_named = told.get("authorization_response_iss_parameter_supported", False)
    if answer.get("iss", "" if is_named else provider.issuer) != provider.issuer:
        raise ProviderError(problem="the answer is another provider's")
    try:
        with _client(record, provider, told) as client:
            tokens = client.fetch_token(
                told["token_endpoint"], code=answer.get("code", ""),
                grant_type="authorization_code", code_verifier=_derived(held, "verifier"),
                timeout=_TIMEOUT_S, allow_redirects=False,
            )  # fmt: skip
        keys = KeySet.import_key_set(_asked(told["jwks_uri"]))  # type: ignore[arg-type]  # looked at there
        signed = jwt.decode(str(tokens["id_token"]), keys, algorithms=_ALGORITHMS)
        claims = CodeIDToken(
            signed.claims, signed.header,
            options={"iss": {"value": provider.issuer}, "aud": {"value": provider.client_id}},
            params={"nonce": _derived(held, "nonce"), "client_id": provider.client_id,
                    "access_token": tokens.get("access_token")},
        )  # fmt: skip
        claims.validate(now=record.now_ms() // 1000, leeway=_LEEWAY_S)
        return str(claims["sub"])
    except (AuthlibBaseError, JoseError, requests.RequestException, ValueError, KeyError) as error:
        raise ProviderError(problem="it does not vouch for this") from error


def set_provider(record: Record, provider: Provider | None) -> None:
    """Let a provider vouch for members, or none; log it."""
    known = read_settings(record.folder)
    with record.writing(even_closed=True) as connection:
        write_settings(record.folder, known.model_copy(update={"provider": provider}))
        record.enter(connection, "", "set provider", purpose=provider.issuer if provider else "")


def link(record: Record, provider: Provider, member_id: str, subject: str) -> None:
    """Link a member to an account at the provider, in place of an older link; log it.

    Raises:
        ParameterError: no account is named.
        InputError: the account is a member's already.
    """
    if not 0 < len(subject) <= _LONGEST:
        raise ParameterError(name="subject", value=subject, allowed=f"1 to {_LONGEST} characters")
    account = (
        provider_account.c.issuer == provider.issuer,
        provider_account.c.subject == subject,
    )
    with record.writing() as connection:
        if connection.execute(select(provider_account).where(*account)).first():
            problem = "this account is linked already; end that link first"
            raise InputError(problem)
        connection.execute(
            delete(provider_account).where(provider_account.c.member_id == member_id)
        )
        connection.execute(
            insert(provider_account).values(
                issuer=provider.issuer, subject=subject, member_id=member_id
            )
        )
        record.enter(connection, "", "link account", purpose=member_id)


def unlink(record: Record, member_id: str) -> None:
    """End a member's links to accounts at providers; log it."""
    with record.writing(even_closed=True) as connection:
        connection.execute(
            delete(provider_account).where(provider_account.c.member_id == member_id)
        )
        record.enter(connection, "", "unlink account", purpose=member_id)
