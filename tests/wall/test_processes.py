"""Real servers, looked into while they run: nothing of one in the other."""

import contextlib
import re
from pathlib import Path

import httpx
import pytest

from northwatch.workstreams.keys import read_signing_key
from tests.workstream import PASSWORD, charter_text, code, made_record, serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs Linux's /proc"),
]
OWN, OTHER = "kittiwakeown", "zebrafinchother"
_LARGEST = 64 << 20


def open_files(pid: int) -> set[str]:
    """Return what the open files of a process are; one that closes while we look is left out."""
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.add(str(link.readlink()))
    return found


def strings_of(pid: int) -> bytes:
    """Return environment, command, open files, mapped files and all private memory of a process."""
    at = Path(f"/proc/{pid}")
    told = [(at / name).read_bytes() for name in ("environ", "cmdline", "maps")]
    told += [name.encode() for name in open_files(pid)]
    told.append(str((at / "cwd").readlink()).encode())
    with (at / "mem").open("rb", buffering=0) as memory:
        for line in (at / "maps").read_text().splitlines():
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) r", line)
            start, end = (int(found[1], 16), int(found[2], 16)) if found else (0, 0)
            if found and "[v" not in line and end - start <= _LARGEST:
                memory.seek(start)
                try:
                    told.append(memory.read(end - start))
                except OSError:
                    continue
    return b"\n".join(told)


def test_a_server_holds_nothing_of_the_other(tmp_path: Path) -> None:
    own = made_record(tmp_path / OWN, text=charter_text(OWN))
    other = made_record(tmp_path / OTHER, text=charter_text(OTHER))
    key = read_signing_key(other.folder.keys, "release").public
    for record in (own, other):
        record.close()
    with serving(other.folder), serving(own.folder) as (pid, address):
        told = {"name": "berta", "password": PASSWORD, "code": code(own)}
        with httpx.Client(base_url=address) as client:
            for path in ("/", "/record/agenda", "/openapi.json", "/none"):
                assert client.get(path).status_code == 401
            client.post("/signin", data=told)
        held = strings_of(pid)
    assert OWN.encode() in held, "the search finds what is there"
    for form in (OTHER, str(other.folder.path), key):
        for encoded in (form.encode(), form.encode("utf-16-le"), form[::-1].encode()):
            assert encoded not in held
    for kept in own.folder.path.rglob("*"):
        if kept.is_file():
            assert OTHER.encode() not in kept.read_bytes()


def test_a_server_makes_no_connection_of_its_own(tmp_path: Path) -> None:
    record = made_record(tmp_path / "made")
    record.close()
    with serving(record.folder) as (pid, address):
        httpx.get(address)
        sockets = {name[8:-1] for name in open_files(pid) if name.startswith("socket:[")}
        rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    port = f"{int(address.rpartition(':')[2]):04X}"
    ours = [row for row in rows if row[9] in sockets]
    assert ours
    assert all(row[1].endswith(f":{port}") for row in ours)  # listening, and who came to us
