"""A folder's `settings.toml`, in; where its database is and who vouches for its members, out."""

import json
import tomllib
from typing import Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from northwatch.errors import ParameterError, UnreadableError
from northwatch.workstreams.folder import Folder
from northwatch.workstreams.keys import write_private

_ALLOWED: Final = "a name for the client, and addresses with https:// (http:// on this machine)"
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


def is_safe(url: str) -> bool:
    """Say whether what goes to a URL is encrypted on its way, or never leaves this machine."""
    parts = urlsplit(url)
    is_encrypted = parts.scheme == "https" and bool(parts.hostname)
    return is_encrypted or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


class Provider(BaseModel):
    """An identity provider (OpenID Connect) that vouches for members in place of a password.

    Attributes:
        issuer: URL by which the provider names itself.
        client_id: name of this server there, its own for each workstream.
        address: URL at which members reach this server; the provider sends them back there.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field(max_length=2_000)
    client_id: str = Field(min_length=1, max_length=255)
    address: str = Field(max_length=2_000)

    @field_validator("issuer", "address")
    @classmethod
    def _is_safe(cls, url: str) -> str:
        if not is_safe(url):
            problem = "must begin with https:// (http:// only on this machine)"
            raise ValueError(problem)
        return url


class Settings(BaseModel):
    """What the keeper of a folder has set.

    Attributes:
        url: PostgreSQL database of the record; empty for the SQLite file in the folder.
        provider: who vouches for members besides their passwords; None for nobody.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = ""
    provider: Provider | None = None


def new_provider(*, issuer: str, client_id: str, address: str) -> Provider:
    """Return a provider as typed.

    Raises:
        ParameterError: an address is missing or not encrypted.
    """
    try:
        return Provider(issuer=issuer, client_id=client_id, address=address)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        value = {"issuer": issuer, "client_id": client_id, "address": address}[name]
        raise ParameterError(name=name, value=value, allowed=_ALLOWED) from error


def read_settings(folder: Folder) -> Settings:
    """Return a folder's settings; the defaults if it has none.

    Raises:
        UnreadableError: the file is not TOML, or has what is not a setting; no value is told.
    """
    if not folder.settings.exists():
        return Settings()
    remedy = "Mend it, or set the provider anew with `northwatch workstream provider`"
    try:
        return Settings.model_validate(tomllib.loads(folder.settings.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        problem = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    except ValueError as error:
        problem = str(error)
    raise UnreadableError(file=str(folder.settings), problem=problem, remedy=remedy)


def write_settings(folder: Folder, settings: Settings) -> None:
    """Write a folder's settings, for its keeper alone to read."""
    # What JSON writes in quotes, TOML reads.
    lines = [f"url = {json.dumps(settings.url)}"] if settings.url else []
    if settings.provider:
        told = settings.provider.model_dump().items()
        lines += ["[provider]", *(f"{name} = {json.dumps(value)}" for name, value in told)]
    write_private(folder.settings, "".join(f"{line}\n" for line in lines).encode())
