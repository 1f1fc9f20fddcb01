import re

import polars as pl
import pytest

from northwatch.web.assets import STYLE, asset_bytes
from northwatch.web.palette import COLOURS, OTHER, OTHER_COLOUR, SHAPES, mark_of, marks

GROUNDS = ("sea", "land", "surface", "paper")


def _luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _scheme(dark: bool) -> dict[str, str]:  # noqa: FBT001 - two schemes
    text = asset_bytes(STYLE).decode()
    blocks = re.findall(r":root \{(.*?)\}", text, re.DOTALL)
    light = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[0]))
    night = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[1]))
    return {**light, **night} if dark else light


@pytest.mark.parametrize("dark", [False, True])
def test_symbols_stand_out_three_to_one_by_their_colour_or_their_outline(dark: bool) -> None:  # noqa: FBT001
    scheme = _scheme(dark)
    for ground in GROUNDS:
        for colour in (*COLOURS, OTHER_COLOUR):
            best = max(_contrast(colour, scheme[ground]), _contrast(scheme["edge"], scheme[ground]))
            assert best >= 3.0, (colour, ground)
            # The outline must tell the symbol from its ground, or the colour itself does.
            assert (
                _contrast(scheme["edge"], colour) >= 1.5 or _contrast(colour, scheme[ground]) >= 3
            )


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("ink", ["ink", "quiet", "accent"])
def test_prose_stands_out_four_and_a_half_to_one(dark: bool, ink: str) -> None:  # noqa: FBT001
    scheme = _scheme(dark)
    for ground in ("paper", "surface", "accent-soft", "warn-soft"):
        assert _contrast(scheme[ink], scheme[ground]) >= 4.5, (ink, ground)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("sign", ["gate", "gap", "line-strong"])
def test_signs_and_borders_of_controls_stand_out_three_to_one(dark: bool, sign: str) -> None:  # noqa: FBT001
    scheme = _scheme(dark)
    for ground in ("surface", "sea", "land") if sign != "line-strong" else ("surface",):
        assert _contrast(scheme[sign], scheme[ground]) >= 3.0, (sign, ground)


def test_no_two_actors_share_a_shape_or_a_colour_and_the_rest_share_one() -> None:
    vessels = pl.DataFrame(
        {"flag": [f"F{n:02d}" for n in range(12)], "vessel_id": list(map(str, range(12)))}
    )
    made = marks(vessels)
    named = [mark for actor, mark in made.items() if actor != OTHER]
    assert len({m.shape for m in named}) == len({m.colour for m in named}) == len(SHAPES)
    assert mark_of(made, "F11") is made[OTHER]


def test_actors_with_most_vessels_come_first_and_ties_by_code() -> None:
    vessels = pl.DataFrame(
        {"flag": ["B", "A", "C", "C", "UNK", "UNK"], "vessel_id": ["1", "2", "3", "4", "5", "6"]}
    )
    assert [actor for actor in marks(vessels) if actor != OTHER] == ["C", "A", "B"]
