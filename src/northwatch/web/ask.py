"""One request, in; what a page function needs to answer it, out: no page knows the web server."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from northwatch.web.cite import Cite, cite, written
from northwatch.web.held import Held
from northwatch.web.parameters import Parameter, State, instant, read_state, whole

AS_OF: Final = Parameter(
    name="as_of", parse=instant, allowed="an instant in UTC such as 2024-08-31T06:00:00Z",
    meaning="what was known at this instant; absent for now",
)  # fmt: skip
AFTER: Final = Parameter(
    name="after", parse=whole(0, 10**9), allowed="a whole number of rows already seen",
    meaning="rows already seen",
)  # fmt: skip
PAGE_ROWS: Final = 100


@dataclass(frozen=True, slots=True)
class Ask:
    """A request for a view.

    Attributes:
        path: path of the view, without suffix.
        pairs: names and values of the query string, in order.
        names: values in the path.
        held: the picture to answer from.
        root: scheme and host of this server.
    """

    path: str
    pairs: tuple[tuple[str, str], ...]
    names: Mapping[str, str]
    held: Held
    root: str

    def state(self, *parameters: Parameter) -> State:
        """Return the state of the view; `as_of` and `after` are known to every view.

        Raises:
            ParameterError: a name is unknown or a value is not allowed.
        """
        return read_state(self.pairs, (*parameters, AS_OF, AFTER))

    def cite(self, state: State, rows: pl.DataFrame, definition: Mapping[str, Any]) -> Cite:
        """Return the cite block of rows of this view."""
        as_of = written(self.held.asked_as_of or self.held.data_end) or "none"
        address = self.path + state.cited_query(as_of=as_of)
        return cite(
            root=self.root,
            address=address,
            rows=rows,
            definition=definition,
            picture=self.held.id,
            sources=self.held.sources,
        )
