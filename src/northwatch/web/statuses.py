"""An error, in; its HTTP status, out: one table, beside the web edge."""

from typing import Final

from northwatch.errors import (
    ChainError,
    ClashError,
    ClosedError,
    ConflictError,
    DamagedError,
    DeniedError,
    EmptyError,
    InputError,
    LakeError,
    LockedError,
    MissingError,
    NorthwatchError,
    ParameterError,
    ProviderError,
    RecordError,
    ReleaseError,
    SchemaError,
    SecondRecordError,
    SettingsError,
    SourceError,
    TextError,
    UnlikeError,
    UnreadableError,
)

STATUSES: Final[dict[type[NorthwatchError], int]] = {
    NorthwatchError: 500,
    InputError: 400,
    ParameterError: 400,
    TextError: 400,
    SchemaError: 500,
    SourceError: 502,
    UnreadableError: 502,
    EmptyError: 502,
    LakeError: 503,
    LockedError: 503,
    ClashError: 503,
    DamagedError: 503,
    MissingError: 404,
    UnlikeError: 409,
    SettingsError: 500,
    RecordError: 500,
    DeniedError: 404,
    ConflictError: 409,
    SecondRecordError: 500,
    ClosedError: 409,
    ReleaseError: 400,
    ChainError: 500,
    ProviderError: 502,
}

TOLD: Final[dict[str, str]] = {
    "role": "Your role does not allow this.",
    "factor": "This binds others and needs a fresh second factor; a token cannot give one.",
    "second-person": "This needs a second person: not who made it, and of another party.",
    "state": "What it is now does not allow this: look at its newest version.",
}
"""Why not, for those who may read the item and so may know: by the guard's code."""


def status_of(error: NorthwatchError) -> int:
    """Return the status of an error: that of its class, else of the nearest class above."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
