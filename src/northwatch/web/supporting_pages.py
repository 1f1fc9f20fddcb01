"""Requests for zones and sources, in; plain tables of what the picture rests on, out."""

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from northwatch.web.answers import View
from northwatch.web.ask import PAGE_ROWS, Ask
from northwatch.web.held import Held
from northwatch.web.places import gates, zones


def zones_page(ask: Ask) -> View:
    """Return the zones and gates with the source and version of each boundary."""
    state = ask.state()
    present = dict(
        ask.held.table("presence")
        .group_by("zone_id")
        .agg(pl.col("vessel_id").n_unique())
        .iter_rows()
    )
    crossed = dict(
        ask.held.table("gate_crossings")
        .drop_nulls("gate_id")
        .group_by("gate_id")
        .agg(pl.len())
        .iter_rows()
    )
    made = [
        {"id": z.id, "name": z.name, "what": "zone", "kind": z.kind, "version": z.version,
         "source": z.source, "note": z.note, "count": present.get(z.id, 0)}
        for z in zones().values()
    ] + [
        {"id": g.id, "name": g.name, "what": "gate", "kind": f"{g.left} / {g.right}",
         "version": g.version, "source": g.source, "note": g.note,
         "count": crossed.get(g.id, 0)}
        for g in gates().values()
    ]  # fmt: skip
    rows = pl.DataFrame(made, schema={
        "id": pl.String, "name": pl.String, "what": pl.String, "kind": pl.String,
        "version": pl.String, "source": pl.String, "note": pl.String, "count": pl.Int64,
    })  # fmt: skip
    return View(
        name="northwatch-zones",
        title="Zones and gates",
        template="zones.html",
        path=ask.path,
        state=state,
        rows=rows,
        cite=ask.cite(state, rows, {"what": "shipped zones and gates; none is a legal boundary"}),
        context=lambda: {
            "zones": rows.filter(pl.col("what") == "zone").to_dicts(),
            "gates": rows.filter(pl.col("what") == "gate").to_dicts(),
        },
    )


def sources_page(ask: Ask) -> View:
    """Return every file the picture was made from, and where each of its lines went."""
    state = ask.state()
    rows = ask.held.table("ingests").drop("heard", strict=False)
    return View(
        name="northwatch-sources",
        title="Sources",
        template="sources.html",
        path=ask.path,
        state=state,
        rows=rows,
        cite=ask.cite(state, rows, {"what": "files the lake holds, each with its counters"}),
        context=lambda: _sources_context(ask.held, rows, state["after"] or 0),
    )


def rejects_page(ask: Ask) -> View:
    """Return the lines refused, each with its reason and the byte at which it stands."""
    state = ask.state()
    rows = ask.held.table("rejects")
    after = state["after"] or 0
    return View(
        name="northwatch-rejects",
        title="Lines refused",
        template="rejects.html",
        path=ask.path,
        state=state,
        rows=rows,
        cite=ask.cite(state, rows, {"what": "lines refused, with reason, source and byte offset"}),
        context=lambda: {
            "listed": rows.slice(after, PAGE_ROWS).to_dicts(),
            "total": rows.height,
            "after": after,
            "page_rows": PAGE_ROWS,
        },
    )


def _sources_context(held: Held, rows: pl.DataFrame, after: int) -> Mapping[str, Any]:
    listed = [
        {**row, "counters": sorted(json.loads(row["counters"]).items(), key=_most_first)}
        for row in rows.slice(after, PAGE_ROWS).iter_rows(named=True)
    ]
    refused = held.table("rejects").group_by("reason").agg(n=pl.len())
    return {
        "listed": listed,
        "total": rows.height,
        "after": after,
        "page_rows": PAGE_ROWS,
        "reasons": refused.sort(["n", "reason"], descending=[True, False]).to_dicts(),
        "facts": held.facts,
    }


def _most_first(counter: tuple[str, int]) -> tuple[int, str]:
    return -counter[1], counter[0]
