"""The picture, in; pages, out."""

from northwatch.web.app import create_app
from northwatch.web.serve import serve, serve_record

__all__ = ["create_app", "serve", "serve_record"]
