"""The record of one workstream, in; its pages, forms and programs' interface, out."""

from northwatch.web.record.mount import add_record

__all__ = ["add_record"]
