"""Chosen items, in; one signed file, out; and such a file of others, in. The only two doors."""

from northwatch.workstreams.release.bring_in import bring_in
from northwatch.workstreams.release.draft import (
    Choice,
    Draft,
    Redaction,
    choose,
    choose_withdrawal,
)
from northwatch.workstreams.release.file import Released, read_release
from northwatch.workstreams.release.steps import (
    Standing,
    confirm,
    consent,
    file_of,
    propose,
    refuse,
    sign,
    standing,
    submit,
)

__all__ = [
    "Choice",
    "Draft",
    "Redaction",
    "Released",
    "Standing",
    "bring_in",
    "choose",
    "choose_withdrawal",
    "confirm",
    "consent",
    "file_of",
    "propose",
    "read_release",
    "refuse",
    "sign",
    "standing",
    "submit",
]
