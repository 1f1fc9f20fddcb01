"""A lake and an address, in; pages served until interrupted, out."""

import logging
import socket
import sys
import webbrowser
from contextlib import closing
from pathlib import Path

import uvicorn

from northwatch.errors import SettingsError
from northwatch.lake import copy_lake
from northwatch.web.app import create_app
from northwatch.web.assets import BUILD, manifest
from northwatch.web.record.strokes import Strokes
from northwatch.workstreams.folder import Folder
from northwatch.workstreams.people import has_examples
from northwatch.workstreams.record import open_record

_LOG = logging.getLogger(__name__)


def serve(
    lake: Path, host: str = "127.0.0.1", port: int = 8000, *, open_browser: bool = False,
    name: str = "",
) -> None:  # fmt: skip
    """Serve the picture of a lake until interrupted.

    Says in one line how to build the client where it is not there; pages work without it.

    Args:
        lake: folder of the lake.
        host: address to listen on.
        port: port to listen on.
        open_browser: show the pages in the browser of this machine, if there is one.
        name: host name that the address told has; else the address listened on.
    """
    if not manifest():
        _LOG.warning("the map and chart client is not included; from a checkout run: %s", BUILD)
    config = uvicorn.Config(
        create_app(lake), host=host, port=port, log_level="warning", server_header=False
    )
    _Announcing(config, open_browser=open_browser, name=name or host).run()


def serve_record(
    path: Path, picture: Path | None, *, name: str, port: int, host: str = "127.0.0.1"
) -> None:
    """Serve one workstream's record, and the picture from a copy of its own, until interrupted.

    Args:
        path: the workstream's folder.
        picture: folder of the picture, copied whole now and on the charter's clock; None to serve
            the copy that is there.
        name: host name of this server.
        port: port to listen on.
        host: address to listen on.

    Raises:
        SettingsError: it is an example, or its people can sign in, and this is not a loopback
            address.
    """
    folder = Folder(path.absolute())
    folder.check()
    with closing(open_record(folder)) as record:
        is_example = record.charter.example or has_examples(record)
        if is_example and not host.startswith("127."):
            allowed = "a loopback address, as this is an example or its people can sign in"
            raise SettingsError(name="host", value=host, allowed=allowed)
        if picture is not None:
            copy_lake(picture, folder.picture)
        config = uvicorn.Config(
            create_app(folder.picture, record=record), host=host, port=port,
            log_level="critical", access_log=False, server_header=False, date_header=False,
        )  # fmt: skip
        with Strokes(record, picture):
            _Announcing(config, open_browser=False, name=name).run()


class _Announcing(uvicorn.Server):
    """A server that says its address once it listens."""

    def __init__(self, config: uvicorn.Config, *, open_browser: bool, name: str) -> None:
        super().__init__(config)
        self._open_browser = open_browser
        self._name = name

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.should_exit:
            return
        url = f"http://{self._name}:{self.config.port}/"
        sys.stderr.write(f"Served at {url} (Ctrl+C stops it)\n")
        if self._open_browser:
            webbrowser.open(url)
