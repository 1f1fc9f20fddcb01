"""The command line: words in, calls of the pipeline and tables out. No rule lives here."""

from northwatch.cli import keep, look, make, read, texts
from northwatch.cli.app import app, main

__all__ = ["app", "keep", "look", "main", "make", "read", "texts"]
