"""A plan of a made season, in; its files and the planted truth beside them in a folder, out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from northwatch.errors import ParameterError
from northwatch.pipeline.watching import Watch, unwatched
from northwatch.season import Block, SeasonPlan, make_season

Form = Literal["nmea", "dma"]
FORMS: Final = get_args(Form)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFiles:
    """What was written.

    Attributes:
        files: path and size in bytes of each file of lines, by its name.
        truth: path of each table of the planted truth.
        lines: of all files.
    """

    files: dict[Path, int]
    truth: tuple[Path, ...]
    lines: int


def write_season(
    folder: Path,
    plan: SeasonPlan,
    *,
    form: str = "nmea",
    threads: int = 1,
    watch: Watch = unwatched,
) -> MadeFiles:
    """Write a made season, one file of lines a UTC day, and its truth as Parquet.

    Equal plans write equal bytes. A file is whole or absent: it is renamed when it is done.

    Args:
        folder: where to; made if it is not there.
        plan: the season.
        form: `nmea` (tag blocks) or `dma` (Danish CSV).
        threads: cores to use.
        watch: told of progress.

    Raises:
        ParameterError: no such form.
    """
    if form not in FORMS:
        raise ParameterError(name="form", value=form, allowed=", ".join(FORMS))
    folder.mkdir(parents=True, exist_ok=True)
    season = make_season(plan)
    blocks = (season.dma_blocks if form == "dma" else season.nmea_blocks)(threads=threads)
    days: dict[str, Path] = {}
    lines = 0
    for block in blocks:
        if block.name not in days:
            days[block.name] = folder / f"{block.name}.unfinished"
            days[block.name].write_bytes(b"")
            watch(block.name, (len(days) - 1) / plan.days)
        lines += block.lines
        _append(days[block.name], block)
    for name, path in days.items():
        path.replace(folder / name)
    truth = []
    for name, content in season.truth().parquet():
        (folder / name).write_bytes(content)
        truth.append(folder / name)
    return MadeFiles(
        files={folder / name: (folder / name).stat().st_size for name in sorted(days)},
        truth=tuple(truth),
        lines=lines,
    )


def _append(path: Path, block: Block) -> None:
    with path.open("ab") as file:
        file.write(block.data)
