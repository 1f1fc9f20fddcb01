"""One writer for each lake: a lock that the operating system drops when its holder dies."""

import fcntl
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from northwatch.errors import LockedError

LOCK_FILE: Final = "writer.lock"


@contextmanager
def sole_writer(lake: Path) -> Iterator[None]:
    """Hold the lake's lock; readers need none.

    Raises:
        LockedError: another process, or this one, holds it already; the holder is named.
    """
    with (lake / LOCK_FILE).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise LockedError(lake=str(lake), holder=file.read() or "another process") from error
        file.truncate(0)
        file.write(f"process {os.getpid()} on {platform.node()}")
        file.flush()
        yield
