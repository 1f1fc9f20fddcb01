"""A real identity provider in a process of its own, and a person who signs in on its pages."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

_HERE = Path(__file__).parent / "identity_provider"
CLIENT = "made-client"
CLIENT_SECRET = "a secret between the two servers"  # noqa: S105 - of a made client


@dataclass(frozen=True)
class Running:
    """A provider that answers."""

    issuer: str


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@contextmanager
def identity_provider(back: str) -> Iterator[Running]:
    """Run a provider that sends browsers back to one address, while the block runs."""
    node = shutil.which("node")
    if node is None or not (_HERE / "node_modules").is_dir():
        assert not os.environ.get("CI"), "CI brings the provider: make provider"
        pytest.skip("the identity provider is not here: make provider")
    port = free_port()
    process = subprocess.Popen(
        [node, str(_HERE / "provider.mjs"), str(port), CLIENT, CLIENT_SECRET, back],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Running(f"http://localhost:{port}")
    finally:
        process.kill()
        process.wait(30)
        if process.stdout:
            process.stdout.close()


def vouch(url: str, name: str) -> str:
    """Sign in on the provider's own pages under any name; return where it sends the browser."""
    cookies: dict[str, str] = {}
    with httpx.Client() as client:
        answer = client.get(url)
        for _ in range(12):
            # By hand: a jar keeps cookies apart by path, and this is one short story.
            cookies |= {one: value for one, value in answer.cookies.items() if value}
            client.cookies.clear()
            headers = {"cookie": "; ".join(f"{one}={value}" for one, value in cookies.items())}
            to = answer.headers.get("location")
            if to is not None and not to.startswith(("/", _origin(url))):
                return str(to)
            if to is not None:
                answer = client.get(urljoin(url, to), headers=headers)
                continue
            action = re.search(r'action="([^"]+)"', answer.text)
            assert action is not None, answer.text
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            told = {"prompt": prompt[1] if prompt else "", "login": name, "password": "any"}
            to = urljoin(url, unescape(action[1]))
            answer = client.post(to, data=told, headers=headers)
    raise AssertionError


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3])
