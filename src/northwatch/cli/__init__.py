"""The command line: words in, calls of the pipeline and tables out. No rule lives here."""

from northwatch.cli import look, make
from northwatch.cli.app import app, main

__all__ = ["app", "look", "main", "make"]
