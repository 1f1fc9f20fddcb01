"""A document's file, in; its text, and where each part of it stands in the original, out."""

from northwatch.sources.documents.reading import KINDS, Document, Part, read_bytes, read_document

__all__ = ["KINDS", "Document", "Part", "read_bytes", "read_document"]
