"""One heap for all threads, as the allocator itself counts them."""

import ctypes
import os
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

pytestmark = pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "malloc_info"), reason="another allocator than glibc's"
)
_WORK = """
import ctypes, threading
{first}
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
all_here = threading.Barrier(8)
def work():
    all_here.wait()
    [libc.malloc(60000) for _ in range(300)]
    all_here.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
libc.fopen.restype = ctypes.c_void_p
file = libc.fopen(b"/dev/stdout", b"w")
libc.malloc_info(0, ctypes.c_void_p(file)); libc.fclose(ctypes.c_void_p(file))
"""


def heaps(first: str, **more: str) -> int:
    environment = {"PATH": os.environ["PATH"], **more}
    done = subprocess.run(
        [sys.executable, "-c", _WORK.format(first=first)], capture_output=True, text=True,
        check=True, env=environment,
    )  # fmt: skip
    return len(ET.fromstring(done.stdout).findall("heap"))  # noqa: S314 - our own allocator's words


ALONE = "from northwatch.pipeline.heaps import share_heaps"
SHARE = f"{ALONE}; share_heaps()"


def test_threads_share_a_heap_unless_somebody_said_otherwise() -> None:
    shared = heaps(SHARE)
    assert shared < heaps(ALONE)
    assert shared < heaps(SHARE, MALLOC_ARENA_MAX="64")
