"""Facts shipped with the product, each file with its provenance (`PROVENANCE.md` beside it)."""

from importlib.resources import files


def read_text(name: str) -> str:
    """Return the text of a shipped file, named by its path under `data/`."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8-sig")


def read_bytes(name: str) -> bytes:
    """Return the bytes of a shipped file, named by its path under `data/`."""
    return files(__name__).joinpath(name).read_bytes()


def names(folder: str) -> list[str]:
    """Return the names of the shipped files in a folder under `data/`, sorted."""
    return sorted(item.name for item in files(__name__).joinpath(folder).iterdir())
