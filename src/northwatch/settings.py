"""Settings, read once from the environment and only by the edge (cli, web)."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LAKE: Final = "NORTHWATCH_LAKE"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says.

    Attributes:
        lake: folder of the picture's tables.
    """

    lake: Path


def read_settings() -> Settings:
    """Return the settings; `NORTHWATCH_LAKE` defaults to `lake` in the current folder."""
    return Settings(lake=Path(os.environ.get(LAKE, "lake")))
