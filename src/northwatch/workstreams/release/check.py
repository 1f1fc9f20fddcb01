"""A release's file on standard input, in; what it holds as JSON on standard output, out.

Run as a process of its own with little memory and time: a file of others is taken apart here and
nowhere else. The first line on standard input lists the trusted keys.
"""

import json
import resource
import sys
from typing import Final

from northwatch.errors import ReleaseError
from northwatch.workstreams.release.file import read_release

_MEMORY: Final = 2 << 30
_SECONDS: Final = 30


def main() -> int:
    """Verify and read; the status is 0 if it is a release, 1 if it was refused."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    trusted = json.loads(sys.stdin.buffer.readline())
    try:
        released = read_release(sys.stdin.buffer.read(), file="the file", trusted=trusted)
    except ReleaseError as error:
        sys.stdout.write(json.dumps({"problem": error.problem}))
        return 1
    sys.stdout.write(released.model_dump_json())
    return 0


if __name__ == "__main__":
    sys.exit(main())
