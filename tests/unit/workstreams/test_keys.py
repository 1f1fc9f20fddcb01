"""Keys: made, kept, split, rotated; what an old key signed stays verifiable."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pyrage
import pytest

from northwatch.errors import InputError
from northwatch.workstreams import keys

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def test_every_key_is_its_own_and_a_private_file(tmp_path: Path) -> None:
    keys.make_all(tmp_path)
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in tmp_path.iterdir())
    contents = [path.read_bytes() for path in tmp_path.iterdir()]
    assert len(set(contents)) == len(contents) == 6
    assert len(keys.read_login_secret(tmp_path)) == 32


@pytest.mark.parametrize("use", keys.USES)
def test_a_signature_holds_for_its_message_and_key_only(tmp_path: Path, use: keys.Use) -> None:
    keys.make_all(tmp_path)
    key = keys.read_signing_key(tmp_path, use)
    signature = key.sign(b"words")
    assert keys.is_signed(key.public, signature, b"words")
    assert not keys.is_signed(key.public, signature, b"Words")
    assert not keys.is_signed(key.public, signature[:-1], b"words")
    assert not keys.is_signed("ab" * 32, signature, b"words")
    assert not keys.is_signed("no key", signature, b"words")
    assert key.id == hashlib.sha256(bytes.fromhex(key.public)).hexdigest()[:16]
    assert "private" not in repr(key).casefold() or "PRIVATE KEY" not in repr(key)


def test_only_both_halves_open_a_backup_and_neither_is_kept(tmp_path: Path) -> None:
    one, other = keys.make_all(tmp_path)
    recipient = pyrage.x25519.Recipient.from_str(keys.read_backup_recipient(tmp_path))
    closed = pyrage.encrypt(b"words", [recipient])
    identity = keys.joined(f" {one}\n", other)
    assert pyrage.decrypt(closed, [pyrage.x25519.Identity.from_str(identity)]) == b"words"
    for half in (one, other):
        assert "AGE-SECRET" not in bytes.fromhex(half).decode("latin-1")
    for path in tmp_path.iterdir():
        held = path.read_bytes()
        assert not any(word.encode() in held for word in (one, other, identity))


@pytest.mark.parametrize("other", ["", "00", "no half"])
def test_what_is_no_half_is_refused(other: str) -> None:
    one, _ = keys.split("a secret")
    with pytest.raises(InputError, match="not the two halves"):
        keys.joined(one, other)


def test_what_an_old_key_signed_stays_verifiable(tmp_path: Path) -> None:
    keys.make_all(tmp_path)
    old = keys.read_signing_key(tmp_path, "release")
    signature = old.sign(b"words")
    made = keys.rotate(tmp_path, "release", NOW)
    public = keys.read_public_keys(tmp_path, "release")
    assert set(public) == {old.id, made}
    assert keys.is_signed(public[old.id], signature, b"words")
    assert keys.read_signing_key(tmp_path, "release").id == made
    assert (tmp_path / "rotations.txt").read_text() == (
        f"2026-03-02T08:00:00Z release {old.id} -> {made}\n"
    )
    pem = (tmp_path / "release.key").read_bytes()
    assert keys.rotate(tmp_path, "release", NOW) not in {old.id, made}
    assert (tmp_path / "release.key").read_bytes() != pem
    assert len((tmp_path / "rotations.txt").read_text().splitlines()) == 2


def test_a_new_backup_key_opens_what_is_closed_from_now_on(tmp_path: Path) -> None:
    old = keys.joined(*keys.make_all(tmp_path))
    new = keys.joined(*keys.rotate_backup(tmp_path, NOW))
    recipient = pyrage.x25519.Recipient.from_str(keys.read_backup_recipient(tmp_path))
    closed = pyrage.encrypt(b"words", [recipient])
    assert pyrage.decrypt(closed, [pyrage.x25519.Identity.from_str(new)]) == b"words"
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(closed, [pyrage.x25519.Identity.from_str(old)])
    assert "AGE-SECRET" not in (tmp_path / "rotations.txt").read_text()


def test_rotating_one_key_leaves_the_others(tmp_path: Path) -> None:
    keys.make_all(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert keys.rotate(tmp_path, "login", NOW) == ""
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {name for name in before if before[name] != after[name]} == {"login.secret"}


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - one use
    from cryptography.hazmat.primitives.asymmetric.x25519 import (  # noqa: PLC0415
        X25519PrivateKey,
    )

    pem = X25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "release.key").write_bytes(pem)
    with pytest.raises(InputError, match="no Ed25519 key"):
        keys.read_signing_key(tmp_path, "release")
