"""A PostgreSQL cluster of the tests' own: loopback only, thrown away at the end."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/local/bin", "/usr/bin")


def _tool(name: str) -> str | None:
    """Return the path of a server tool; Debian keeps them off the path, by version."""
    found = [str(p) for place in _PLACES for p in Path("/").glob(f"{place[1:]}/{name}")]
    return max(found, default=None) or shutil.which(name)


def _as_server(command: list[str]) -> list[str]:
    """Return a command to be run by somebody other than root: the server refuses root."""
    return command if os.geteuid() else ["setpriv", "--reuid=postgres", "--clear-groups", *command]


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Run a cluster while the block runs; gives the URL of its keeper, without a database."""
    initdb, postgres = _tool("initdb"), _tool("postgres")
    if initdb is None or postgres is None:
        assert not os.environ.get("CI"), "CI installs PostgreSQL: make postgresql"
        pytest.skip("PostgreSQL is not here: make postgresql")
    data, password = folder / "cluster", secrets.token_hex(8)
    asked = folder / "password"
    asked.write_text(password)
    if not os.geteuid():
        owner = pwd.getpwnam("postgres")
        for path in (folder, asked):
            os.chown(path, owner.pw_uid, owner.pw_gid)
        for parent in folder.parents[:3]:
            parent.chmod(parent.stat().st_mode | 0o011)
    made = [initdb, "-D", str(data), "-U", "keeper", "-A", "scram-sha-256", "--pwfile", str(asked)]
    subprocess.run(_as_server([*made, "-E", "UTF8", "--no-sync"]), check=True, capture_output=True)
    port = _free_port()
    options = ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=200"]
    server = subprocess.Popen(
        _as_server([postgres, "-D", str(data), "-p", str(port), "-k", "", *options]),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(port, password)
        yield f"postgresql://keeper:{password}@127.0.0.1:{port}"
    finally:
        # At once, whoever is still connected.
        server.send_signal(signal.SIGINT)
        server.wait(60)


def _wait(port: int, password: str) -> None:
    for _ in range(200):
        try:
            psycopg.connect(
                host="127.0.0.1", port=port, user="keeper", password=password, dbname="postgres"
            ).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError


def fresh_database(keeper: str) -> str:
    """Make a database and a role of its own, named by chance; return its URL for a record."""
    name, password = f"d{secrets.token_hex(6)}", secrets.token_hex(8)
    role = sql.Identifier(name)
    with psycopg.connect(f"{keeper}/postgres", autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(password))
        )
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
        connection.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(role))
    server = keeper.rpartition("@")[2]
    return f"postgresql+psycopg://{name}:{password}@{server}/{name}"
