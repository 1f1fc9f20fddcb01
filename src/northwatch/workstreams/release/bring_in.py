"""A release's file of others, in; read-only items of this record, out. It grants nothing."""

import hashlib
import json
import subprocess
import sys
from typing import Final

from northwatch.errors import DeniedError, ReleaseError
from northwatch.workstreams.desk import Desk
from northwatch.workstreams.guard import Act
from northwatch.workstreams.items import Item, Label
from northwatch.workstreams.keys import write_private
from northwatch.workstreams.kinds import Import, Received
from northwatch.workstreams.release.file import MOST_BYTES, Released

_SECONDS: Final = 60


def bring_in(desk: Desk, data: bytes, label: Label) -> Item:
    """Bring a release's file onto the record, as one import and its received items.

    The file is verified and taken apart by another process; keys trusted are the charter's. The
    same file twice changes nothing, as far as this reader can see the first.

    Args:
        desk: of the person who brings it in.
        data: the file's bytes.
        label: the marking that everything in it gets.

    Raises:
        DeniedError: the reader may not write.
        ReleaseError: it is not exactly a release signed by a trusted key.
    """
    answer = desk.may(Act.WRITE)
    if not answer:
        raise DeniedError(answer.code)
    held = desk.with_bytes(hashlib.sha256(data).hexdigest())
    if held is not None and held.kind == "import":
        return held
    trusted = {key.key: key.label for key in desk.record.charter.trusted_keys}
    return _kept(desk, data, _taken_apart(data, trusted), label)


def _taken_apart(data: bytes, trusted: dict[str, str]) -> Released:
    """Have another process verify and read the file."""
    if len(data) > MOST_BYTES:
        problem = f"it is larger than {MOST_BYTES >> 20} MB"
        raise ReleaseError(file="the file", problem=problem, remedy="Ask for a smaller release")
    command = [sys.executable, "-I", "-m", "northwatch.workstreams.release.check"]
    try:
        done = subprocess.run(  # noqa: S603 - ourselves
            command, input=json.dumps(trusted).encode() + b"\n" + data, capture_output=True,
            timeout=_SECONDS, check=False, env={},
        )  # fmt: skip
        told = json.loads(done.stdout or b"{}")
    except (subprocess.TimeoutExpired, ValueError) as error:
        problem = "it could not be read in time"
        raise ReleaseError(
            file="the file", problem=problem, remedy="Ask for the file again"
        ) from error
    if done.returncode:
        problem = str(told.get("problem", "it cannot be read"))
        remedy = "Ask for the file again, and for the issuer's public key by another way"
        raise ReleaseError(file="the file", problem=problem, remedy=remedy)
    return Released.model_validate_json(done.stdout)


def _kept(desk: Desk, data: bytes, released: Released, label: Label) -> Item:
    manifest = released.manifest
    body = Import(
        title=manifest.title[:300] or "A release", issuer=manifest.issuer[:300],
        signer_label=released.signer[:300], key_id=manifest.key, dated=manifest.dated,
        audience=manifest.audience, terms=manifest.terms, digest=released.digest,
        is_withdrawal=manifest.of is not None,
    )  # fmt: skip
    content = ("application/zip", data)
    with desk.record.writing() as connection:
        made = desk.put(connection, "import", body, label, content=content, origin="import")
        for line in released.items:
            received = Received(
                of=made.root, kind=line.kind, title=line.title[:300] or line.kind,
                fields=line.fields,
            )  # fmt: skip
            desk.put(connection, "received", received, label, origin="import")
    write_private(desk.record.folder.inbox / f"{made.root}.release", data)
    return made
