"""A lake and an address, in; pages served until interrupted, out."""

import logging
import socket
import sys
import webbrowser
from pathlib import Path

import uvicorn

from northwatch.web.app import create_app
from northwatch.web.assets import BUILD, manifest

_LOG = logging.getLogger(__name__)


def serve(
    lake: Path, host: str = "127.0.0.1", port: int = 8000, *, open_browser: bool = False
) -> None:
    """Serve the picture of a lake until interrupted.

    Says in one line how to build the client where it is not there; pages work without it.

    Args:
        lake: folder of the lake.
        host: address to listen on.
        port: port to listen on.
        open_browser: show the pages in the browser of this machine, if there is one.
    """
    if not manifest():
        _LOG.warning("the map and chart client is not included; from a checkout run: %s", BUILD)
    config = uvicorn.Config(
        create_app(lake), host=host, port=port, log_level="warning", server_header=False
    )
    _Announcing(config, open_browser=open_browser).run()


class _Announcing(uvicorn.Server):
    """A server that says its address once it listens."""

    def __init__(self, config: uvicorn.Config, *, open_browser: bool) -> None:
        super().__init__(config)
        self._open_browser = open_browser

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.should_exit:
            return
        url = f"http://{self.config.host}:{self.config.port}/"
        sys.stderr.write(f"The picture is served at {url} (Ctrl+C stops it)\n")
        if self._open_browser:
            webbrowser.open(url)
