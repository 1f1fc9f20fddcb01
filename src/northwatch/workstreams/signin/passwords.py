"""Passwords, in; argon2id hashes, out. Known and unknown names cost the same work."""

import secrets
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, update

from northwatch.errors import InputError
from northwatch.workstreams.tables import member

LEAST_LENGTH: Final = 12
_MOST_LENGTH: Final = 1_000
_RANDOM_BYTES: Final = 15
_HASHER: Final = PasswordHasher()  # RFC 9106's second recommended choice, the library's default


@cache
def _dummy() -> str:
    return _HASHER.hash("nobody has this password")


def first_password() -> str:
    """Return a password nobody has, to be handed over once and changed."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


def set_password(connection: Connection, member_id: str, password: str) -> None:
    """Keep the hash of a new password.

    Raises:
        InputError: it is too short or too long.
    """
    if not LEAST_LENGTH <= len(password) <= _MOST_LENGTH:
        problem = f"a password has {LEAST_LENGTH} characters or more; a few words make a good one"
        raise InputError(problem)
    hashed = _HASHER.hash(password)
    connection.execute(update(member).where(member.c.id == member_id).values(password_hash=hashed))


def is_password(held: str, password: str) -> bool:
    """Say whether a password is the one behind a hash; an empty hash costs as much and is no."""
    try:
        _HASHER.verify(held or _dummy(), password[:_MOST_LENGTH])
    except (VerifyMismatchError, InvalidHashError):
        return False
    return bool(held)


def rehashed(held: str, password: str) -> str | None:
    """Return a new hash if the old one was made with weaker parameters."""
    return _HASHER.hash(password) if _HASHER.check_needs_rehash(held) else None
