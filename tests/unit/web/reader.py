"""An app, in; its answers to requests, out: no socket, no server."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import httpx
from fastapi import FastAPI


class Reader:
    """Somebody who reads pages of an app in this process."""

    def __init__(self, app: FastAPI) -> None:
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        # In a thread of its own: the browser tests keep an event loop running in this one.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, self._get(path, headers or {})).result()

    async def _get(self, path: str, headers: Mapping[str, str]) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=self._transport, base_url="http://testserver"
        ) as made:
            return await made.get(path, headers=dict(headers))
