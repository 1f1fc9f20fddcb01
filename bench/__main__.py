"""Print every benchmark: `make bench`, or `python -m bench [--rows N]`.

Figures are ratios against a named contender on the same input in the same run; a bare time says
little about another machine. Contenders that are not installed are named and left out.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from bench import picture

FOLDER = Path(__file__).resolve().parent


def main() -> None:
    """Run the benchmarks one after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the 1x input")
    parser.add_argument("--only", choices=["decode", "zones", "picture"], help="just one of them")
    given = parser.parse_args()
    for name in ("decode", "zones"):
        if given.only in {None, name}:
            sys.stdout.write(f"\n== {name}\n")
            sys.stdout.flush()
            subprocess.run([sys.executable, str(FOLDER / f"{name}.py")], check=True)  # noqa: S603 - our own script
    if given.only in {None, "picture"}:
        picture.main(given.rows)


if __name__ == "__main__":
    main()
