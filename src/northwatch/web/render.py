"""A view, in; its HTML, out: whole pages, fragments for htmx, and the map as one SVG."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from northwatch import __version__
from northwatch.web import assets, words
from northwatch.web.answers import View
from northwatch.web.charts import BRUSH_HEIGHT, BRUSH_WIDTH, CHART_HEIGHT, CHART_WIDTH
from northwatch.web.held import Held
from northwatch.web.places import name_of

if TYPE_CHECKING:
    from northwatch.web.record.frame import Frame

REMEDIES: Final = {
    "parameter": "Mend the address, or begin again from the page's own controls.",
    "missing": "Begin at Trends, or look a vessel up by name or number.",
    "lake": "Try again in a moment; if it stays, the lake needs its keeper.",
    "locked": "Try again in a moment: the picture is being written.",
    "defect": "Try again; if it stays, report the address of this page.",
}
_ISLANDS: Final = {"trends.html": "trends", "map.html": "map", "vessel.html": "vessel"}


@cache
def environment() -> Environment:
    """Return the templates, escaping everything."""
    made = Environment(
        loader=PackageLoader("northwatch.web"),
        autoescape=select_autoescape(default_for_string=True, default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        utc=words.utc, number=words.number, speed=words.speed_i, course=words.course_i,
        place_i=words.place_i, flag_name=words.flag_name,
        class_name=words.class_name, verdict=words.verdict, name_of=name_of,
    )  # fmt: skip
    made.globals.update(
        place=words.place, kinds=words.KINDS, version=__version__, asset_url=assets.asset_url,
        script_urls=assets.script_urls, sheet_urls=assets.sheet_urls, min=min, max=max,
        brush=(BRUSH_WIDTH, BRUSH_HEIGHT), chart=(CHART_WIDTH, CHART_HEIGHT),
    )  # fmt: skip
    return made


def page_html(view: View, held: Held, frame: "Frame | None" = None) -> str:
    """Return a whole page."""
    return _draw(view, held, "base.html", frame)


def fragment(view: View, held: Held, frame: "Frame | None" = None) -> str:
    """Return only the part of a page that its template draws."""
    return _draw(view, held, "fragment.html", frame)


def _draw(view: View, held: Held, layout: str, frame: "Frame | None") -> str:
    return (
        environment()
        .get_template(view.template)
        .render(
            **view.context(),
            view=view,
            held=held,
            layout=layout,
            frame=frame,
            island=_ISLANDS.get(view.template, ""),
        )
    )


def error_html(
    status: int, code: str, said: str, *, partial: bool, frame: "Frame | None" = None
) -> str:
    """Return an error as a page, or as the fragment that belongs in its place."""
    layout = "fragment.html" if partial else "plain.html"
    return (
        environment()
        .get_template("error.html")
        .render(
            status=status, code=code, said=said, layout=layout, frame=frame,
            remedy=REMEDIES.get(code, "Begin again at Trends."),
        )
    )  # fmt: skip


def svg_document(context: Mapping[str, Any]) -> str:
    """Return the server-drawn map as one SVG document."""
    return environment().get_template("map.svg").render(**context)
