"""A manifest, items and documents, in; the bytes of a release's file, out; and back, verified.

A ZIP whose members stand in a fixed order with fixed times and permissions, stored as they are:
`manifest.json` (canonical), `items.jsonl`, `documents/<sha256>`, `signature` (Ed25519 over the
manifest). The same content is the same bytes, and a file that is not exactly what it would be if
built again from its members is refused: so no bit of it can be changed unseen.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from northwatch.errors import ReleaseError
from northwatch.workstreams.keys import SigningKey, is_signed, key_id
from northwatch.workstreams.log import canonical

MOST_BYTES: Final = 64 << 20
_MANIFEST: Final = "manifest.json"
_ITEMS: Final = "items.jsonl"
_SIGNATURE: Final = "signature"
_SIGNATURE_BYTES: Final = 64
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_MODE: Final = 0o600 << 16
_UNIX: Final = 3
_Id = Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]
_Text = Annotated[str, Field(max_length=20_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Manifest(_Strict):
    """What a release says of itself; its words grant nothing.

    Attributes:
        release: id minted for this file.
        form: a release, or a notice that an earlier one should not be relied on.
        of: the release that a notice is about.
        issuer, key: the issuer's public label and the short name of the key that signs.
        dated: the stated day.
        audience, terms: for whom, and on which terms, in words.
        consents: whose consent the issuer's rule asks for, in words.
        redactions: the rules by which words were left out, by name and version.
        members: SHA-256 of every other member but the signature, by name.
    """

    format: Literal["northwatch release 1"] = "northwatch release 1"
    release: _Id
    form: Literal["release", "notice of withdrawal"] = "release"
    of: _Id | None = None
    title: _Text
    issuer: _Text
    key: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    dated: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    audience: _Text
    terms: _Text
    consents: list[_Text]
    redactions: list[_Text]
    members: dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]]


class Line(_Strict):
    """One item in a release, under an id of the file's own."""

    id: _Id
    kind: Annotated[str, Field(max_length=64, pattern=r"^[a-z_]+$")]
    title: _Text
    fields: dict[str, Any]


class Released(_Strict):
    """A release's file, verified.

    Attributes:
        manifest: what it says of itself.
        items: what it holds.
        digest: SHA-256 of the manifest: what consents named.
        signer: label of the trusted key that signed it, as the reader of the file calls it.
    """

    manifest: Manifest
    items: list[Line]
    digest: str
    signer: str


def members_of(items: Iterable[Line], documents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the members that hold a release's content, by name."""
    lines = "".join(canonical(item.model_dump()).decode() + "\n" for item in items)
    named = {f"documents/{digest}": documents[digest] for digest in sorted(documents)}
    return {_ITEMS: lines.encode(), **named}


def digests_of(members: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each member."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}


def manifest_bytes(manifest: Manifest) -> bytes:
    """Return a manifest in its one form."""
    return canonical(manifest.model_dump())


def digest_of(manifest: Manifest) -> str:
    """Return what consents name: the SHA-256 of the manifest, and so of all."""
    return hashlib.sha256(manifest_bytes(manifest)).hexdigest()


def packed(manifest: Manifest, members: Mapping[str, bytes], signature: bytes = b"") -> bytes:
    """Return the file's bytes; without its signature while it is a draft."""
    held = {_MANIFEST: manifest_bytes(manifest), **members}
    if signature:
        held[_SIGNATURE] = signature
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, content in held.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr = _MODE
            info.create_system = _UNIX
            archive.writestr(info, content)
    return sink.getvalue()


def signed(draft: bytes, key: SigningKey) -> bytes:
    """Return a draft's file with its signature."""
    manifest, members, _ = _unpacked(draft, "the draft", is_draft=True)
    return packed(manifest, members, key.sign(manifest_bytes(manifest)))


def unsigned(content: bytes) -> bytes:
    """Return the draft that a file was signed from; a draft as it is."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        held = {name: archive.read(name) for name in archive.namelist() if name != _SIGNATURE}
    return packed(Manifest.model_validate_json(held.pop(_MANIFEST)), held)


def read_draft(draft: bytes) -> tuple[Manifest, list[Line]]:
    """Return what a draft's file holds."""
    manifest, members, _ = _unpacked(draft, "the draft", is_draft=True)
    return manifest, _lines(members[_ITEMS], "the draft")


def read_release(data: bytes, *, file: str, trusted: Mapping[str, str]) -> Released:
    """Verify a release's file, then read it.

    Args:
        data: its bytes.
        file: what errors call it.
        trusted: label of each public key (hexadecimal) whose releases are believed.

    Raises:
        ReleaseError: it is not exactly what it should be, or nobody trusted signed it.
    """
    manifest, members, signature = _unpacked(data, file, is_draft=False)
    public = next((key for key in trusted if key_id(key) == manifest.key), None)
    if public is None:
        raise ReleaseError(
            file=file, problem=f"it is signed with a key that is not trusted here ({manifest.key})",
            remedy="Ask the issuer for the public key, by another way than this file",
        )  # fmt: skip
    if not is_signed(public, signature, manifest_bytes(manifest)):
        _refuse(file, "its signature is not right: it is not what was signed")
    return Released(
        manifest=manifest, items=_lines(members[_ITEMS], file), digest=digest_of(manifest),
        signer=trusted[public],
    )  # fmt: skip


def _refuse(file: str, problem: str) -> Any:  # noqa: ANN401 - never returns
    raise ReleaseError(
        file=file, problem=problem, remedy="Ask for the file again; use nothing in it"
    )


def _unpacked(
    data: bytes, file: str, *, is_draft: bool
) -> tuple[Manifest, dict[str, bytes], bytes]:
    """Return manifest, members and signature of a file that is exactly as it would be built."""
    if len(data) > MOST_BYTES:
        _refuse(file, f"it is larger than {MOST_BYTES >> 20} MB")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if any(info.compress_type != zipfile.ZIP_STORED for info in infos):
                _refuse(file, "a member of it is packed")
            if sum(info.file_size for info in infos) > MOST_BYTES:
                _refuse(file, "it unpacks to more than it is")
            held = {info.filename: archive.read(info) for info in infos}
        manifest = Manifest.model_validate_json(held.pop(_MANIFEST))
    except (zipfile.BadZipFile, KeyError, ValidationError, ValueError, NotImplementedError,
            RuntimeError, EOFError, OSError):  # fmt: skip
        return _refuse(file, "it is not a release's file, or was cut or changed")  # type: ignore[no-any-return]
    signature = held.pop(_SIGNATURE, b"")
    if _ITEMS not in held or digests_of(held) != manifest.members:
        _refuse(file, "its members are not those that its manifest lists")
    if bool(signature) is is_draft or (signature and len(signature) != _SIGNATURE_BYTES):
        _refuse(file, "its signature is missing or has the wrong length")
    if packed(manifest, held, signature) != data:
        _refuse(file, "its bytes are not those of a file built from its members")
    return manifest, held, signature


def _lines(content: bytes, file: str) -> list[Line]:
    try:
        return [Line.model_validate(json.loads(line)) for line in content.splitlines()]
    except (ValidationError, ValueError, RecursionError):
        return _refuse(file, "an item in it has not the form of one")  # type: ignore[no-any-return]
