"""A flag and a kind of ship, in; numbers, name and call sign that are nobody's, out."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import numpy as np

from northwatch import data

# No IMO number from here to below 5,000,000 is known to have been given out (unsourced).
_IMO_FIRST: Final = 200_000
_IMO_STOP: Final = 500_000
_IMO_WEIGHTS: Final = (7, 6, 5, 4, 3, 2)
_ROUND_MMSI_SHARE: Final = 0.7  # of large ships, numbers that end in 000
_MID: Final = 1_000_000
_NUMERALS: Final = ("", " II", " III", " IV", " V", " VI", " VII", " VIII", " IX", " X")
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@cache
def flags() -> dict[str, dict[str, Any]]:
    """Return, by ISO 3166 alpha-3, the digits of MMSIs and the letters of call signs."""
    told: dict[str, dict[str, Any]] = tomllib.loads(data.read_text("season/flags.toml"))["flags"]
    return told


@cache
def _words() -> tuple[tuple[str, ...], tuple[str, ...]]:
    told = tomllib.loads(data.read_text("season/names.toml"))
    return tuple(told["first"]), tuple(told["second"])


def imo_number(first_six: int) -> int:
    """Return the seven-digit IMO number that begins with six digits.

    Source:
        IMO resolution A.1117(30): the last digit is that of the sum of the first six, weighted 7
        to 2.
    """
    digits = [int(digit) for digit in f"{first_six:06d}"]
    total = sum(weight * digit for weight, digit in zip(_IMO_WEIGHTS, digits, strict=True))
    return first_six * 10 + total % 10


@dataclass(slots=True)
class Register:
    """What has been given out, so that no number or name is given twice by chance."""

    mmsis: set[int] = field(default_factory=set)
    imos: set[int] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    call_signs: set[str] = field(default_factory=set)

    def mmsi(self, flag: str, rng: np.random.Generator, *, large: bool) -> int:
        """Return a free MMSI that begins with the flag's digits."""
        mids = flags()[flag]["mids"]
        while True:
            mid = mids[int(rng.random() * len(mids))] * _MID
            rounded = large and rng.random() < _ROUND_MMSI_SHARE
            drawn = int(rng.random() * _MID)
            number: int = mid + (drawn // 1000 * 1000 if rounded else drawn)
            if number not in self.mmsis:
                self.mmsis.add(number)
                return number

    def imo(self, rng: np.random.Generator) -> int:
        """Return a free IMO number with a right check digit."""
        while True:
            number = imo_number(_IMO_FIRST + int(rng.random() * (_IMO_STOP - _IMO_FIRST)))
            if number not in self.imos:
                self.imos.add(number)
                return number

    def name(self, rng: np.random.Generator) -> str:
        """Return a free name of two words, with a numeral if the pair is taken."""
        first, second = _words()
        while True:
            one, other = rng.random(2)
            pair = f"{first[int(one * len(first))]} {second[int(other * len(second))]}"
            for numeral in _NUMERALS:
                name = pair + numeral
                if name not in self.names:
                    self.names.add(name)
                    return name

    def call_sign(self, flag: str, rng: np.random.Generator) -> str:
        """Return a free call sign that begins with the flag's letters: four letters and a digit."""
        prefixes = flags()[flag]["calls"]
        while True:
            prefix = prefixes[int(rng.random() * len(prefixes))]
            letters = "".join(_LETTERS[int(u * 26)] for u in rng.random(4 - len(prefix)))
            sign = f"{prefix}{letters}{int(rng.random() * 10)}"
            if sign not in self.call_signs:
                self.call_signs.add(sign)
                return sign
