"""Six digits or a recovery code, in; whether they are the member's, each once, out.

Source: RFC 6238 (time-based one-time passwords), steps of 30 s, one step of tolerance each way.
"""

import hashlib
import secrets
from typing import Any, Final

import pyotp
from sqlalchemy import Connection, delete, insert, update

from northwatch.workstreams.tables import member, recovery_code

_STEP_MS: Final = 30_000
_TOLERANCE: Final = (0, -1, 1)
_CODES: Final = 8


def new_totp_secret() -> str:
    """Return a fresh secret, base 32."""
    return pyotp.random_base32()


def code_now(secret: str) -> str:
    """Return the six digits that an authenticator shows now."""
    return pyotp.TOTP(secret).now()


def set_totp(connection: Connection, member_id: str, secret: str) -> None:
    """Keep a member's new secret."""
    changed = update(member).where(member.c.id == member_id)
    connection.execute(changed.values(totp_secret=secret, totp_last_step=0))


def takes_code(connection: Connection, member_id: str, secret: str, code: str, t_ms: int) -> bool:
    """Say whether a code is the member's, and use it up: no code counts twice."""
    code = code.replace(" ", "")
    if code.isdigit() and secret:
        return _takes_totp(connection, member_id, secret, code, t_ms)
    used = (
        update(recovery_code)
        .where(
            recovery_code.c.hash == _digest(member_id, code),
            recovery_code.c.member_id == member_id,
            recovery_code.c.used_ms.is_(None),
        )
        .values(used_ms=t_ms)
    )
    done: Any = connection.execute(used)
    return bool(done.rowcount == 1)


def _takes_totp(connection: Connection, member_id: str, secret: str, code: str, t_ms: int) -> bool:
    totp, now = pyotp.TOTP(secret), t_ms // _STEP_MS
    for step in (now + offset for offset in _TOLERANCE):
        if secrets.compare_digest(totp.at(step * 30), code):
            used = update(member).where(member.c.id == member_id, member.c.totp_last_step < step)
            done: Any = connection.execute(used.values(totp_last_step=step))
            return bool(done.rowcount == 1)
    return False


def new_recovery_codes(connection: Connection, member_id: str) -> list[str]:
    """Replace a member's recovery codes; return them to be printed once."""
    codes = [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}-r" for _ in range(_CODES)]
    connection.execute(delete(recovery_code).where(recovery_code.c.member_id == member_id))
    rows = [{"hash": _digest(member_id, code), "member_id": member_id} for code in codes]
    connection.execute(insert(recovery_code), rows)
    return codes


def _digest(member_id: str, code: str) -> str:
    # 48 random bits tried online only, behind the throttle: a plain digest is enough.
    return hashlib.sha256(f"{member_id} {code}".encode()).hexdigest()
