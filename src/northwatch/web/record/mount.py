"""A picture's server and a record, in; the same server with the record's pages before it, out."""

from fastapi import FastAPI

from northwatch.web.record import api, pages, releases, reviewing, signin
from northwatch.web.record.gate import gate
from northwatch.workstreams.record import Record


def add_record(app: FastAPI, record: Record) -> None:
    """Add the record's routes, and the gate before every route of the server.

    Call it before the picture's pages are added: the home page is the workstream's.
    """
    app.state.record = record
    app.middleware("http")(gate)
    for router in (signin.router, pages.router, reviewing.router, releases.router, api.router):
        app.include_router(router)
