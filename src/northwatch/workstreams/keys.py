"""A folder, in; its keys made, read and rotated, out. No key derives from another.

Signatures are Ed25519 (`cryptography`), backups age's X25519 (`pyrage`). Private keys are files of
mode 0600 in the workstream's folder; the private half of the backup key is never on this machine.
"""

import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pyrage import x25519

from northwatch.errors import InputError

Use = Literal["checkpoint", "release"]
USES: Final[tuple[Use, ...]] = ("checkpoint", "release")
_LOGIN: Final = "login.secret"
_PROVIDER: Final = "provider.secret"
_BACKUP: Final = "backup.pub"
_SECRET_BYTES: Final = 32
_ID_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key that signs.

    Attributes:
        id: first 16 hexadecimal digits of the SHA-256 of the public key.
        public: the public key, hexadecimal.
    """

    id: str
    public: str
    _private: Ed25519PrivateKey

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message, 64 bytes."""
        return self._private.sign(message)


def key_id(public: str) -> str:
    """Return the short name of a public key given in hexadecimal."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:_ID_DIGITS]


def is_signed(public: str, signature: bytes, message: bytes) -> bool:
    """Say whether a signature is by this public key over this message."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read; it appears whole or not at all."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def make_all(folder: Path) -> tuple[str, str]:
    """Make every key of a workstream.

    Args:
        folder: its folder of keys.

    Returns:
        Two halves of the backup key's private half, hexadecimal: it is whole only with both, and
        neither is kept here.
    """
    for use in USES:
        _make(folder, use)
    write_private(folder / _LOGIN, secrets.token_bytes(_SECRET_BYTES))
    return _make_backup(folder)


def _make_backup(folder: Path) -> tuple[str, str]:
    identity = x25519.Identity.generate()
    write_private(folder / _BACKUP, f"{identity.to_public()}\n".encode())
    return split(str(identity))


def split(secret: str) -> tuple[str, str]:
    """Return two halves, neither of which tells anything without the other."""
    whole = secret.encode()
    one = secrets.token_bytes(len(whole))
    other = bytes(a ^ b for a, b in zip(one, whole, strict=True))
    return one.hex(), other.hex()


def joined(one: str, other: str) -> str:
    """Return what two halves make.

    Raises:
        InputError: they are not the two halves of one key.
    """
    try:
        pairs = zip(bytes.fromhex(one.strip()), bytes.fromhex(other.strip()), strict=True)
        return bytes(a ^ b for a, b in pairs).decode("ascii")
    except (ValueError, UnicodeDecodeError) as error:
        problem = "these are not the two halves of one key; type both again"
        raise InputError(problem) from error


def _make(folder: Path, use: Use) -> SigningKey:
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = private.public_key().public_bytes_raw().hex()
    made = SigningKey(key_id(public), public, private)
    # The public key first, and for good: whatever the private one signs stays verifiable.
    write_private(folder / f"{use}-{made.id}.pub", f"{public}\n".encode())
    write_private(folder / f"{use}.key", pem)
    return made


def read_signing_key(folder: Path, use: Use) -> SigningKey:
    """Return the private key of a use from a folder of keys."""
    private = serialization.load_pem_private_key((folder / f"{use}.key").read_bytes(), None)
    if not isinstance(private, Ed25519PrivateKey):
        problem = f"{use}.key is no Ed25519 key; restore it from where it is kept"
        raise InputError(problem)
    public = private.public_key().public_bytes_raw().hex()
    return SigningKey(key_id(public), public, private)


def read_public_keys(folder: Path, use: Use) -> Mapping[str, str]:
    """Return every public key that a use has had, hexadecimal, by its short name."""
    found = [path.read_text().strip() for path in sorted(folder.glob(f"{use}-*.pub"))]
    return {key_id(public): public for public in found}


def read_login_secret(folder: Path) -> bytes:
    """Return the secret with which this server signs forms and cursors."""
    return (folder / _LOGIN).read_bytes()


def read_provider_secret(folder: Path) -> str:
    """Return the secret by which this server shows the identity provider who it is."""
    return (folder / _PROVIDER).read_text().strip()


def write_provider_secret(folder: Path, secret: str) -> None:
    """Keep the secret that the identity provider's keeper has given out for this server."""
    write_private(folder / _PROVIDER, f"{secret}\n".encode())


def read_backup_recipient(folder: Path) -> str:
    """Return the public half of the backup key."""
    return (folder / _BACKUP).read_text().strip()


def rotate(folder: Path, use: Use | Literal["login"], now: datetime) -> str:
    """Make a new key of a use; return its short name ("" for the login secret).

    The old private key is gone; the old public key stays, so that old signatures verify.
    """
    if use == "login":
        write_private(folder / _LOGIN, secrets.token_bytes(_SECRET_BYTES))
        return ""
    old = read_signing_key(folder, use)
    made = _make(folder, use)
    _note(folder, now, f"{use} {old.id} -> {made.id}")
    return made.id


def rotate_backup(folder: Path, now: datetime) -> tuple[str, str]:
    """Make a new backup key, as when a custodian changes; return its halves, kept nowhere here.

    Backups made before open with the old halves only.
    """
    old = read_backup_recipient(folder)
    halves = _make_backup(folder)
    _note(folder, now, f"backup {old} -> {read_backup_recipient(folder)}")
    return halves


def _note(folder: Path, now: datetime, words: str) -> None:
    notes = folder / "rotations.txt"
    before = notes.read_bytes() if notes.exists() else b""
    at = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    write_private(notes, before + f"{at} {words}\n".encode())
