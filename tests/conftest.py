"""Settings of every test: an odd time zone, so that local time shows; no sockets but loopback."""

import os
import time
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def odd_time_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run each test five hours and three quarters off UTC."""
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True, scope="session")
def quiet_numba() -> None:
    """Keep Numba's threads to one: the product runs its own."""
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")
