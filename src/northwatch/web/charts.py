"""Values by period, in; path data and positions for the charts drawn on the server, out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

CHART_WIDTH: Final = 300
CHART_HEIGHT: Final = 96
BRUSH_WIDTH: Final = 1000
BRUSH_HEIGHT: Final = 56


def histogram_bars(n: Sequence[int], width: int = BRUSH_WIDTH, height: int = BRUSH_HEIGHT) -> str:
    """Return a histogram as the path data of one filled outline."""
    if not n:
        return ""
    most = max(1, *n)
    step = width / len(n)
    tops = [round(height - height * value / most, 1) for value in n]
    parts = [f"M0 {height}"]
    for k, top in enumerate(tops):
        parts.append(f"V{top:g}H{round((k + 1) * step, 2):g}")
    return "".join(parts) + f"V{height}Z"


@dataclass(frozen=True, slots=True)
class Bar:
    """One period of a chart: a column, or a hatched one where nothing is knowable."""

    x: float
    width: float
    y: float
    height: float
    known: bool
    words: str


def bars(
    periods: Sequence[date], values: Sequence[float | None], most: float, words: Sequence[str]
) -> list[Bar]:
    """Return one column per period on a common scale from 0 to `most`.

    A period whose value is None fills the height and is hatched: never 0.
    """
    if not periods:
        return []
    step = CHART_WIDTH / len(periods)
    gap = min(step * 0.18, 4.0)
    made = []
    for k, value in enumerate(values):
        tall = CHART_HEIGHT if value is None else CHART_HEIGHT * value / max(most, 1e-9)
        made.append(
            Bar(
                x=round(k * step + gap / 2, 2), width=round(step - gap, 2),
                y=round(CHART_HEIGHT - tall, 2), height=round(tall, 2),
                known=value is not None, words=words[k],
            )
        )  # fmt: skip
    return made
