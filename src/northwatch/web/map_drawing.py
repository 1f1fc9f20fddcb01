"""A place and scale, in; the map as SVG drawn on the server, out: for paper, pages without script.

Colours come from classes: the page's style sheet knows light, dark and paper.
"""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from northwatch.geo import to_map
from northwatch.web.coast import Rings, coast_rings, thinned

Points = NDArray[np.float64]
_LEAST_LAND_PX: Final = 1.5
# Above so many metres a pixel, parallels so many degrees apart.
_PARALLELS: Final = ((4000.0, 10.0), (1500.0, 5.0), (500.0, 2.0), (0.0, 1.0))
_CIRCLE: Final = np.linspace(-180.0, 180.0, 181)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of `width` by `height` pixels about a centre (EPSG:3995), `up_deg` straight down."""

    x_m: float
    y_m: float
    res: float
    up_deg: float
    width: int
    height: int

    def pixels(self, xy_m: Points) -> Points:
        """Return places in the map's plane, shape (n, 2), as pixels from the top left corner."""
        angle = math.radians(self.up_deg)
        dx, dy = xy_m[:, 0] - self.x_m, xy_m[:, 1] - self.y_m
        right = (dx * math.cos(angle) + dy * math.sin(angle)) / self.res + self.width / 2
        down = (dx * math.sin(angle) - dy * math.cos(angle)) / self.res + self.height / 2
        return np.column_stack((right, down))

    def shows(self, pixels: Points, margin: float = 0.0) -> bool:
        """Return whether the box about some pixels touches the sheet."""
        (left, top), (right, bottom) = pixels.min(axis=0), pixels.max(axis=0)
        return bool(
            right >= -margin
            and left <= self.width + margin
            and bottom >= -margin
            and top <= self.height + margin
        )


def sheet_about(xy_m: Points, width: int, height: int, *, least_m: float = 300_000.0) -> Sheet:
    """Return a sheet that holds all places with a margin, north up at their middle.

    Close to the pole, where north is every way, the Greenwich meridian points down.
    """
    lo, hi = xy_m.min(axis=0), xy_m.max(axis=0)
    x, y = (lo + hi) / 2
    up = 0.0 if math.hypot(x, y) < 200_000 else math.degrees(math.atan2(x, -y))  # noqa: PLR2004 - m
    flat = Sheet(float(x), float(y), 1.0, up, 0, 0)
    turned = flat.pixels(xy_m)
    left_top, right_bottom = turned.min(axis=0), turned.max(axis=0)
    size = np.maximum((right_bottom - left_top) * 1.25, least_m)
    shift = (left_top + right_bottom) / 2
    angle = math.radians(up)
    x += shift[0] * math.cos(angle) + shift[1] * math.sin(angle)
    y += shift[0] * math.sin(angle) - shift[1] * math.cos(angle)
    return Sheet(
        float(x), float(y), float(max(size[0] / width, size[1] / height)), up, width, height
    )


def path(pixels: Points, *, closed: bool = False) -> str:
    """Return pixels as SVG path data, tenths of a pixel, each step relative to the one before."""
    if len(pixels) == 0:
        return ""
    tenths = np.round(pixels * 10).astype(np.int64)
    steps = np.diff(tenths, axis=0)
    steps = steps[(steps != 0).any(axis=1)]
    start = f"M{_tenths(tenths[0, 0])} {_tenths(tenths[0, 1])}"
    moves = "l" + " ".join(f"{_tenths(dx)} {_tenths(dy)}" for dx, dy in steps) if len(steps) else ""
    return start + moves + ("z" if closed else "")


def _tenths(value: int) -> str:
    whole, tenth = divmod(abs(int(value)), 10)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{tenth}" if tenth else f"{sign}{whole}"


def land_path(sheet: Sheet, rings: Rings | None = None) -> str:
    """Return the land in view as path data, to be filled by the even-odd rule.

    Rings are cut just outside the sheet, thinned to a pixel, and dropped where smaller than that.
    """
    margin = 20.0
    box = (-margin, -margin, sheet.width + margin, sheet.height + margin)
    kept = []
    for ring in coast_rings() if rings is None else rings:
        pixels = sheet.pixels(ring)
        if np.ptp(pixels, axis=0).max() < _LEAST_LAND_PX or not sheet.shows(pixels, margin):
            continue
        cut: Any = shapely.clip_by_rect(shapely.Polygon(thinned(pixels, 1.0)), *box)
        for part in getattr(cut, "geoms", [cut]):
            if part.geom_type == "Polygon" and not part.is_empty:
                outline = np.asarray(part.exterior.coords)
                kept.append(path(np.round(outline), closed=True))
    return "".join(kept)


def graticule_path(sheet: Sheet) -> str:
    """Return meridians and parallels as path data; meridians end short of the pole, lest it blot.

    Those of 90 degrees reach 90 N, of 45 degrees 88 N, of 15 degrees 85 N.
    """
    lines = [
        np.column_stack(to_map(np.full(_CIRCLE.size, lat), _CIRCLE)) for lat in _parallels(sheet)
    ]
    for lon in range(-180, 180, 15):
        top = 90.0 if lon % 90 == 0 else 88.0 if lon % 45 == 0 else 85.0
        lats = np.array([35.0, top])
        lines.append(np.column_stack(to_map(lats, np.full(2, float(lon)))))
    return "".join(path(p) for p in map(sheet.pixels, lines) if sheet.shows(p))


def _parallels(sheet: Sheet) -> list[float]:
    step = next(step for coarser, step in _PARALLELS if sheet.res > coarser)
    return [float(lat) for lat in np.arange(40.0, 90.0, step)]


@dataclass(frozen=True, slots=True)
class Label:
    """A word on the map: pixels and text."""

    x: float
    y: float
    text: str


def graticule_labels(sheet: Sheet) -> list[Label]:
    """Return the degrees of parallels, along the meridian straight down and the one opposite."""
    labels = []
    for lon in (sheet.up_deg, sheet.up_deg + 180.0, sheet.up_deg + 90.0, sheet.up_deg - 90.0):
        for lat in _parallels(sheet):
            at = sheet.pixels(np.column_stack(to_map(np.array([lat]), np.array([lon]))))[0]
            if 24 <= at[0] <= sheet.width - 24 and 14 <= at[1] <= sheet.height - 14:  # noqa: PLR2004 - room for the word
                labels.append(Label(round(float(at[0])), round(float(at[1])), f"{lat:.0f}° N"))
    return labels


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """A bar of a round length, right at the centre's latitude only."""

    pixels: float
    words: str


def scale_bar(sheet: Sheet, lat_deg: float, *, longest_px: float = 140.0) -> ScaleBar:
    """Return the longest round bar that fits; the map's scale is 1 at 71 N only."""
    sine = math.sin(math.radians(lat_deg))
    scale = (1 + math.sin(math.radians(71.0))) / (1 + sine)  # sphere: within 0.3 % of the ellipsoid
    ground = sheet.res / scale
    metres = next(
        m
        for e in range(7, 1, -1)
        for m in (5 * 10**e, 2 * 10**e, 10**e)
        if m / ground <= longest_px
    )
    km = metres / 1000
    return ScaleBar(round(metres / ground, 1), f"{km:g} km at {lat_deg:.0f}° N")
