"""The demonstration: a made season's picture, and two example workstreams, each a server apart."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from northwatch.cli.output import err, out
from northwatch.errors import NorthwatchError
from northwatch.lake import copy_lake
from northwatch.workstreams import example, folder, signin, store
from northwatch.workstreams.charter import read_charter
from northwatch.workstreams.keys import read_signing_key, write_private
from northwatch.workstreams.record import open_record

# Names of hosts say nothing; each server has its own, as cookies do not know ports.
_HOSTS: Final = {"arctic-defence": "birch.localhost", "greenland-talks": "alder.localhost"}
_WAIT_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class MadeWorkstream:
    """A workstream of the demonstration, and how its made people sign in.

    Attributes:
        name: of the shipped example.
        path: its folder.
        told: the lines that say where and how to sign in.
    """

    name: str
    path: Path
    told: str


def found_both(home: Path, lake: Path) -> list[MadeWorkstream]:
    """Found both examples below a folder, with a copy of the lake each; those there are kept."""
    made = []
    for name in example.NAMES:
        path = home / _HOSTS[name].partition(".")[0]
        if not path.exists():
            _found(name, path, home)
        copy_lake(lake, folder.Folder(path).picture)
        told = (path / "sign-in.txt").read_text(encoding="utf-8")
        made.append(MadeWorkstream(name, path, told))
    return made


def _found(name: str, path: Path, home: Path) -> None:
    """Found one example. The one founded later trusts the release key of the one before it."""
    beside = home / f".{path.name}.charter.toml"
    beside.parent.mkdir(parents=True, exist_ok=True)
    beside.write_text(example.charter_text(name) + _trusted(home), encoding="utf-8")
    try:
        made = folder.found(beside, path).folder
    finally:
        beside.unlink()
    store.create_record(made)
    password, secret = signin.first_password(), signin.new_totp_secret()
    record = open_record(made)
    try:
        people = example.fill(record, name, password=password, totp_secret=secret)
        lines = [f"password {password}", f"second factor: northwatch workstream code {secret}"]
        for one in people:
            party = record.charter.party_names[one.party]
            lines.append(f"  {one.name:14}{one.person}, {party}: {', '.join(one.roles)}")
    finally:
        record.close()
    write_private(made.path / "sign-in.txt", "\n".join(lines).encode())


def _trusted(home: Path) -> str:
    """Return the charter's lines that trust whoever was founded before; read aloud, so to say."""
    for host in _HOSTS.values():
        keys = home / host.partition(".")[0] / "keys"
        if keys.is_dir():
            public = read_signing_key(keys, "release").public
            label = "issuer whose key was read aloud at the founding"
            return f'\n[[trusted_keys]]\nlabel = "{label}"\nkey = "{public}"\n'
    return ""


def serve_both(made: list[MadeWorkstream], port: int) -> list[subprocess.Popen[bytes]]:
    """Start a server for each workstream, and say where and how to sign in.

    Each is a process of its own that is told of its own folder and nothing else.
    """
    running = []
    for number, one in enumerate(made, start=1):
        host = _HOSTS[one.name]
        command = [
            sys.executable, "-m", "northwatch", "serve", "--workstream", ".",
            "--port", str(port + number), "--name", host,
        ]  # fmt: skip
        clean = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        running.append(
            subprocess.Popen(  # noqa: S603 - ourselves
                command, cwd=one.path, stderr=subprocess.DEVNULL,
                env={**clean, "TMPDIR": str(one.path.absolute() / "tmp")},
            )
        )  # fmt: skip
        _wait(port + number, running[-1])
        title = read_charter(folder.Folder(one.path).charter).name
        out.print(f"\n[bold]http://{host}:{port + number}/[/bold]  {title}")
        out.print(one.told, soft_wrap=True)
    out.print()
    return running


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    until = time.monotonic() + _WAIT_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/signin", timeout=1):
                return
        except HTTPError:
            return  # the sign-in page, as it should be
        except (URLError, OSError):
            time.sleep(0.1)
    problem = f"the server on port {port} did not start; is the port in use? Choose --port"
    raise NorthwatchError(problem)


def stop(running: list[subprocess.Popen[bytes]]) -> None:
    """Stop the servers that were started."""
    for process in running:
        process.terminate()
    for process in running:
        process.wait(10)
    if running:
        err.print("All servers are stopped.")
