"""Bytes of one document on standard input; its text as JSON on standard output. Runs alone.

python -I -m northwatch.sources.documents.worker .html < FILE
"""

import json
import resource
import sys
from typing import Final

from northwatch.sources.documents.kinds import UnfitError, read

MOST_MEMORY: Final = 1 << 30
MOST_SECONDS: Final = 40


def main() -> None:
    """Read one document within the limits."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        told = read(sys.stdin.buffer.read(), sys.argv[1] if len(sys.argv) > 1 else "")
    except UnfitError as error:
        told = {"problem": str(error)}
    except (MemoryError, RecursionError):
        told = {"problem": "it takes too much memory to read"}
    except Exception as error:  # noqa: BLE001 - whatever a parser does, the reader is told
        told = {"problem": f"it is damaged ({type(error).__name__})"}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
