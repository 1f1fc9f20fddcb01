"""Generated requests to every operation of the interface: an answer each, never a defect."""

from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from northwatch.web import create_app
from northwatch.workstreams import signin
from northwatch.workstreams.kinds import Person
from tests.wall.worlds import ALL
from tests.workstream import made_record, reader

EXAMPLES = 12


def test_no_operation_fails(tmp_path: Path) -> None:
    record = made_record(tmp_path / "made")
    berta = reader(record, "berta")
    record.for_reader(berta).add("person", Person(name="Known"), ALL)
    token = signin.make_token(record, berta, "t", frozenset({"delegate"}), 5)
    bearer = {"Authorization": f"Bearer {token}"}
    app = create_app(tmp_path / "no lake", record=record, clock=record.clock)
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, headers=bearer)
    asked = [_ask(found.ok(), bearer) for found in schema.get_all_operations()]  # type: ignore[union-attr]
    assert sum(" /api/" in label for label in asked) == 20  # all of ours
    record.close()


def _ask(operation: Any, bearer: dict[str, str]) -> str:  # noqa: ANN401 - schemathesis's own
    """Send generated requests to an operation; return its name."""

    @given(data=st.data())
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def one(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy())
        answer = case.call(headers=bearer)
        # There is no picture here: its own operations say so with 404.
        assert answer.status_code < 500, case.as_curl_command()

    one()
    return str(operation.label)
