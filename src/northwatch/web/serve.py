"""A lake and an address, in; pages served until interrupted, out."""

import logging
from pathlib import Path

import uvicorn

from northwatch.web.app import create_app
from northwatch.web.assets import BUILD, manifest

_LOG = logging.getLogger(__name__)


def serve(lake: Path, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the picture of a lake until interrupted.

    Says in one line how to build the client where it is not there; pages work without it.

    Args:
        lake: folder of the lake.
        host: address to listen on.
        port: port to listen on.
    """
    if not manifest():
        _LOG.warning("the map and chart client is not included; from a checkout run: %s", BUILD)
    uvicorn.run(create_app(lake), host=host, port=port, log_level="warning", server_header=False)
