"""How much of the planted truth is found: `python -m bench.truth [--rows 10000000] [--seeds 3]`.

Made seasons of several seeds are written as Danish CSV with reports a minute apart, read, built and
scored by the pairing of the season's rules. The least result counts, not the mean.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from northwatch import pipeline
from northwatch.lake import Lake
from northwatch.season import Score, SeasonPlan, make_season, score

KINDS = {"zone_visit": "zone_visits", "gate_crossing": "gate_crossings", "gap": "gaps"}


def scores(rows: int, seed: int) -> list[Score]:
    """Write, read, build and score one season."""
    plan = SeasonPlan.sized(rows, seed, days=max(2, rows // 2_500_000), interval_s=60.0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lake = Lake.open(folder / "lake", create=True)
        pipeline.ingest(
            lake, pipeline.write_season(folder, plan, form="dma", threads=2).files, threads=2
        )
        pipeline.build(lake, pipeline.BuildPlan(keep_small_craft=True, threads=2))
        truth = make_season(plan).truth()
        return [score(lake.picture().read(table), truth, kind) for kind, table in KINDS.items()]  # type: ignore[arg-type]  # the kinds


def main() -> None:
    """Print one line per seed and kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    sys.stdout.write(f"{'seed':>4} {'kind':14}{'found':>8}{'planted':>9}{'precision':>11}{'recall':>8}{'time error':>12}\n")  # fmt: skip  # noqa: E501
    for seed in range(1, given.seeds + 1):
        for s in scores(given.rows, seed):
            sys.stdout.write(
                f"{seed:4} {s.kind:14}{s.n_found:8,}{s.n_truth:9,}{s.precision or 0:11.4f}"
                f"{s.recall or 0:8.4f}{s.median_time_error_s or 0:10.2f} s\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
