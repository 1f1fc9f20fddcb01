"""Every error the product raises on purpose; the web edge and the command line map them by class.

NorthwatchError            has a code; its message holds no text from a record
├─ InputError              the caller can mend it
│  ├─ SchemaError          names the table, the missing columns and those present
│  ├─ ParameterError       names the parameter and what is allowed
│  └─ TextError            a negotiating text is refused, and where
├─ SourceError             something is wrong at a supplier
│  ├─ UnreadableError      names the file, the line and the remedy
│  └─ EmptyError           the file was read and held nothing; prints the counters
├─ LakeError               the tables of the picture
│  ├─ LockedError          another process is writing
│  ├─ ClashError           two source files would get the same number
│  └─ DamagedError         a file of a snapshot is missing or its bytes differ
├─ MissingError            what was asked for is not there
├─ UnlikeError             figures with different definitions were to be compared; names the fields
├─ RecordError             the record of a workstream; no message holds a word of an item
│  ├─ DeniedError          not allowed; outside it looks like MissingError, the code is for the log
│  ├─ ConflictError        somebody else changed the item first
│  ├─ SecondRecordError    this process has a record open already
│  ├─ ClosedError          the record is closed: it can be read, not changed
│  ├─ ReleaseError         a release's file is not what it says it is
│  ├─ ProviderError        an identity provider does not do its part
│  └─ ChainError           the log is not whole; names the first break
└─ SettingsError           names the setting and the allowed values
"""

from collections.abc import Iterable, Mapping


class NorthwatchError(Exception):
    """Base of all errors raised on purpose."""

    code = "northwatch"


class InputError(NorthwatchError):
    """The caller can mend it."""

    code = "input"


class SchemaError(InputError):
    """A table lacks columns."""

    code = "schema"

    def __init__(self, *, table: str, missing: Iterable[str], present: Iterable[str]) -> None:
        """Name the table, the missing columns and those present."""
        self.missing = tuple(missing)
        super().__init__(
            f"{table}: missing columns {', '.join(self.missing)};"
            f" has {', '.join(present) or 'none'}"
        )


class ParameterError(InputError):
    """A parameter is not among what is allowed."""

    code = "parameter"

    def __init__(self, *, name: str, value: object, allowed: str) -> None:
        """Name the parameter, its value and what is allowed."""
        super().__init__(f"{name}: {value!r} is not allowed; allowed: {allowed}")
        self.name = name


class TextError(InputError):
    """A negotiating text is refused."""

    code = "text"

    def __init__(self, problem: str, offset: int = 0) -> None:
        """Keep the sentence and the offset: of the text in code points, from 0."""
        super().__init__(f"{problem} (at character {offset})")
        self.problem = problem
        self.offset = offset


class SourceError(NorthwatchError):
    """Something is wrong at a supplier."""

    code = "source"


class UnreadableError(SourceError):
    """A file, or a place in it, cannot be read."""

    code = "unreadable"

    def __init__(self, *, file: str, problem: str, remedy: str, line: int | None = None) -> None:
        """Name the file, the line (1-based; None if no line is at fault) and what to do."""
        place = file if line is None else f"{file}, line {line}"
        super().__init__(f"{place}: {problem}. {remedy}")
        self.file = file
        self.line = line


class EmptyError(SourceError):
    """A file was read to its end and held nothing that counts."""

    code = "empty"

    def __init__(self, *, file: str, counters: Mapping[str, int], remedy: str) -> None:
        """Name the file and say where its lines went."""
        told = ", ".join(f"{name} {count}" for name, count in counters.items() if count)
        super().__init__(f"{file}: no position in it ({told or 'no lines'}). {remedy}")
        self.file = file
        self.counters = dict(counters)


class LakeError(NorthwatchError):
    """The tables of the picture cannot be used as asked."""

    code = "lake"


class LockedError(LakeError):
    """Another process is writing to the lake."""

    code = "locked"

    def __init__(self, *, lake: str, holder: str) -> None:
        """Name the lake and who writes."""
        super().__init__(f"{lake}: {holder} is writing to it; wait for it to end and run again")


class ClashError(LakeError):
    """Two source files would get the same number."""

    code = "clash"

    def __init__(self, *, one: str, other: str) -> None:
        """Name both contents and what to do."""
        super().__init__(
            f"the source files with SHA-256 {one} and {other} begin with the same 31 bits, by "
            "which rows name their source; join one of them with another file and ingest that"
        )


class DamagedError(LakeError):
    """A file that a snapshot names is missing or is not what was committed."""

    code = "damaged"

    def __init__(self, *, file: str, problem: str, remedy: str) -> None:
        """Name the file, what is wrong with it and what to do."""
        super().__init__(f"{file}: {problem}. {remedy}")


class MissingError(NorthwatchError):
    """What was asked for is not there."""

    code = "missing"

    def __init__(self, *, what: str, remedy: str = "") -> None:
        """Say what is missing and, if it helps, what to do."""
        super().__init__(f"{what} is not there. {remedy}".rstrip())


class UnlikeError(NorthwatchError):
    """Figures whose definitions differ were to be compared."""

    code = "unlike"

    def __init__(self, *, fields: Mapping[str, tuple[object, object]]) -> None:
        """Name each differing field with both its values."""
        told = "; ".join(f"{name}: {one} against {other}" for name, (one, other) in fields.items())
        super().__init__(f"these figures are unlike and are not compared: {told}")
        self.fields = dict(fields)


class SettingsError(NorthwatchError):
    """A setting has a value that is not allowed."""

    code = "settings"

    def __init__(self, *, name: str, value: object, allowed: str) -> None:
        """Name the setting, its value and what is allowed."""
        super().__init__(f"setting {name}: {value!r}; allowed: {allowed}")


class RecordError(NorthwatchError):
    """The record of a workstream cannot be used as asked."""

    code = "record"


class DeniedError(RecordError):
    """A reader may not do this; outside it cannot be told from `MissingError`."""

    code = "denied"

    def __init__(self, reason: str) -> None:
        """Keep the reason's code (`guard.NO_CODES`) for those who may know it."""
        super().__init__("what was asked for is not there")
        self.reason = reason


class ConflictError(RecordError):
    """Somebody else changed the item first."""

    code = "conflict"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "somebody changed this meanwhile; look at the newest version and try again"
        )


class SecondRecordError(RecordError):
    """This process has a record open already."""

    code = "second-record"

    def __init__(self) -> None:
        """Say why; name neither record."""
        super().__init__("a process opens one record and no second one; start another process")


class ClosedError(RecordError):
    """The record is closed."""

    code = "closed"

    def __init__(self) -> None:
        """Say what still works."""
        super().__init__("this record is closed: it can be read and released from, not changed")


class ReleaseError(RecordError):
    """A release's file is not what it says it is."""

    code = "release"

    def __init__(self, *, file: str, problem: str, remedy: str) -> None:
        """Name the file, what is wrong with it and what to do."""
        super().__init__(f"{file}: {problem}. {remedy}")
        self.file = file
        self.problem = problem


class ProviderError(RecordError):
    """The identity provider does not do its part."""

    code = "provider"

    def __init__(self, *, problem: str) -> None:
        """Say what it did not do, and name no address and no person."""
        super().__init__(f"the identity provider: {problem}; sign in by password, or try later")
        self.problem = problem


class ChainError(RecordError):
    """The log is not whole."""

    code = "chain"

    def __init__(self, *, problem: str, remedy: str) -> None:
        """Say where the first break is and what to do."""
        super().__init__(f"{problem}. {remedy}")
