"""A lake, in; its newest picture (or an earlier one) with the small tables kept in memory, out."""

import json
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Final, TypeVar

import polars as pl

from northwatch.lake import Lake, Picture
from northwatch.schema import TABLES
from northwatch.units import MS_PER_H, MS_PER_S
from northwatch.web.cite import Source
from northwatch.web.palette import Mark, marks

_KEPT_PICTURES: Final = 3
_KEPT_ANSWERS: Final = 64
_KEPT_LARGE: Final = 4
T = TypeVar("T")
_UNKNOWN_LICENCE: Final = "not stated by the supplier"


def at(t_ms: int | None) -> datetime | None:
    """Return milliseconds since 1970 as an instant in UTC."""
    return None if t_ms is None else datetime.fromtimestamp(t_ms / MS_PER_S, UTC)


def ms(instant: datetime) -> int:
    """Return an instant as milliseconds since 1970."""
    return round(instant.timestamp() * MS_PER_S)


class Held:
    """One picture and its small tables, each read when first asked for and kept."""

    def __init__(self, picture: Picture, *, as_of: datetime | None = None) -> None:
        """Hold a picture; `as_of` is the date it was asked for by, None for the newest."""
        self.picture = picture
        self.id = picture.id
        self.asked_as_of = as_of
        self._tables: dict[str, pl.DataFrame] = {}
        self._answers: OrderedDict[object, Any] = OrderedDict()
        self._large: OrderedDict[object, Any] = OrderedDict()
        self._lock = Lock()

    def table(self, name: str) -> pl.DataFrame:
        """Return a small table, in the order of its schema."""
        if name not in self._tables:
            frame = self.picture.read(name)
            self._tables[name] = frame.sort(*TABLES[name].order)
        return self._tables[name]

    def scan(self, name: str) -> pl.LazyFrame:
        """Return a large table, lazily, each vessel's rows together and in time order."""
        return self.picture.scan(name)

    def once(self, key: object, make: Callable[[], T]) -> T:
        """Return what `make` returns, made once per picture and key; the newest 64 are kept."""
        return self._kept(self._answers, _KEPT_ANSWERS, key, make)

    def once_large(self, key: object, make: Callable[[], T]) -> T:
        """Do as `once` for answers of megabytes: only the newest 4 are kept."""
        return self._kept(self._large, _KEPT_LARGE, key, make)

    def _kept(
        self, answers: OrderedDict[object, Any], most: int, key: object, make: Callable[[], T]
    ) -> T:
        if key in answers:
            kept: T = answers[key]
            return kept
        made = make()
        with self._lock:
            answers[key] = made
            while len(answers) > most:
                answers.popitem(last=False)
        return made

    @cached_property
    def vessels(self) -> pl.DataFrame:
        """The vessels, one row per MMSI, by MMSI."""
        return self.table("vessels")

    @cached_property
    def hulls(self) -> pl.DataFrame:
        """One row per hull: the MMSI with most positions stands for it."""
        best = pl.all().sort_by(["n_positions", "mmsi"], descending=[True, False]).first()
        return (
            self.vessels.with_columns(
                n_all=pl.col("n_positions").sum().over("vessel_id"),
                t_first=pl.col("t_first_ms").min().over("vessel_id"),
                t_last=pl.col("t_last_ms").max().over("vessel_id"),
            )
            .group_by("vessel_id", maintain_order=True)
            .agg(best)
            .drop("n_positions", "t_first_ms", "t_last_ms")
            .rename({"n_all": "n_positions", "t_first": "t_first_ms", "t_last": "t_last_ms"})
            .sort("vessel_id")
        )

    @cached_property
    def marks(self) -> dict[str, Mark]:
        """Colour and shape of each actor."""
        return marks(self.vessels)

    @cached_property
    def flags(self) -> list[str]:
        """Flags in the picture, by number of vessels, then code."""
        counted = self.vessels.group_by("flag").agg(n=pl.col("vessel_id").n_unique())
        return counted.sort(["n", "flag"], descending=[True, False])["flag"].to_list()

    @cached_property
    def classes(self) -> list[str]:
        """Vessel classes in the picture, sorted."""
        return sorted(self.vessels["vessel_class"].unique())

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What is known of the build, by name."""
        return {
            row["name"]: json.loads(row["value"])
            for row in self.table("build_facts").iter_rows(named=True)
        }

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Suppliers behind the picture, by dialect and licence."""
        grouped = (
            self.table("ingests")
            .with_columns(pl.col("licence").fill_null(_UNKNOWN_LICENCE))
            .group_by("dialect", "licence")
            .agg(files=pl.len(), t_from=pl.col("t_from_ms").min(), t_to=pl.col("t_to_ms").max())
            .sort("dialect", "licence")
        )
        return tuple(
            Source(
                dialect=row["dialect"], licence=row["licence"], files=row["files"],
                t_from=at(row["t_from"]), t_to=at(row["t_to"]),
            )
            for row in grouped.iter_rows(named=True)
        )  # fmt: skip

    @cached_property
    def span_ms(self) -> tuple[int, int]:
        """First position and one hour-start after the last, ms; (0, 0) if there are none."""
        if self.vessels.is_empty():
            return 0, 0
        first = int(self.vessels["t_first_ms"].to_numpy().min())
        last = int(self.vessels["t_last_ms"].to_numpy().max())
        return first - first % MS_PER_H, last - last % MS_PER_H + MS_PER_H

    @cached_property
    def data_end(self) -> datetime | None:
        """The last instant the data speak of."""
        last = self.table("ingests")["t_to_ms"].drop_nulls()
        if last.len():
            return at(int(last.to_numpy().max()))
        return at(self.span_ms[1]) if self.span_ms[1] else None


class Pictures:
    """The pictures of one lake; the last few asked for are kept."""

    def __init__(self, path: Path) -> None:
        """Serve the lake at a path; it is opened at the first request, so it may come later."""
        self._path = path
        self._lake: Lake | None = None
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._lock = Lock()

    def held(self, as_of: datetime | None) -> Held:
        """Return the newest picture, or the one that was newest at an instant.

        Raises:
            MissingError: there is no lake, no picture, or none at that instant.
        """
        with self._lock:
            if self._lake is None:
                self._lake = Lake.open(self._path)
            picture = self._lake.picture(as_of)
            key = f"{picture.id} {as_of}"
            if key not in self._held:
                self._held[key] = Held(picture, as_of=as_of)
            self._held.move_to_end(key)
            while len(self._held) > _KEPT_PICTURES:
                self._held.popitem(last=False)
            return self._held[key]
