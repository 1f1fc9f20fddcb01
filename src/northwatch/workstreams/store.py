"""A workstream's folder, in; its one record, open, out. Opening the database is the wall.

A process opens one record and no second one. SQLite by default: a file that no statement can leave
(ATTACH, extensions and pragmas are refused by an authorizer); PostgreSQL by a URL in the folder's
settings: a database and a role of its own.
"""

import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock, RLock
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, insert, select, update
from sqlalchemy.engine import make_url

from northwatch.errors import MissingError, RecordError, SecondRecordError
from northwatch.workstreams import log
from northwatch.workstreams.charter import charter_digest
from northwatch.workstreams.folder import Folder
from northwatch.workstreams.keys import write_private
from northwatch.workstreams.settings import read_settings
from northwatch.workstreams.tables import charter, fact

Clock = Callable[[], datetime]
Mint = Callable[[], str]

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_BUSY_MS: Final = 30_000
_OPEN: Final[list[str]] = []
_OPENING: Final = Lock()
_REFUSED: Final = frozenset(
    {
        sqlite3.SQLITE_ATTACH,
        sqlite3.SQLITE_DETACH,
        sqlite3.SQLITE_PRAGMA,
        sqlite3.SQLITE_CREATE_VTABLE,
    }
)


def utc_now() -> datetime:
    """Return the time of day."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return a random id (UUID version 4): it tells nothing of what lies between two ids."""
    return str(uuid.uuid4())


def database_url(folder: Folder) -> str:
    """Return where the record's database is: the folder's settings, else its SQLite file."""
    return read_settings(folder).url or f"sqlite:///{folder.record_db}"


class Database:
    """One record's database: transactions to read and to write in.

    Attributes:
        is_sqlite: a file, not a server.
    """

    def __init__(self, url: str) -> None:
        """Connect lazily."""
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        # One writer at a time in this process; SQLite would make the others wait by trying again.
        self._writer = RLock()
        if self.is_sqlite:
            self._reads = _sqlite(url, "reads")
            self._durable = _sqlite(url, "durable")
            self._notes = _sqlite(url, "notes")
        else:
            self._reads = self._durable = self._notes = create_engine(
                url, pool_size=8, max_overflow=8, pool_pre_ping=True
            )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state and changes nothing."""
        with self._reads.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """Give the one write transaction: all of it or nothing is kept.

        Args:
            durable: it outlives a power cut once this returns; else only the end of the process.
        """
        engine = self._durable if durable else self._notes
        with self._writer, engine.begin() as connection:
            yield connection

    @property
    def engine(self) -> Engine:
        """The engine of durable writes, for migrations and backups."""
        return self._durable

    def close(self) -> None:
        """Let go of all connections."""
        for engine in {self._reads, self._durable, self._notes}:
            engine.dispose()


def _sqlite(url: str, use: str) -> Engine:
    engine = create_engine(
        url, pool_size=8, max_overflow=32, connect_args={"check_same_thread": False}
    )
    begin = "BEGIN" if use == "reads" else "BEGIN IMMEDIATE"

    def prepare(connection: sqlite3.Connection, _: object) -> None:
        # The driver would begin a transaction only at the first change: too late for one chain.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={_BUSY_MS}",
            "journal_mode=WAL",
            f"synchronous={'NORMAL' if use == 'notes' else 'FULL'}",
            "foreign_keys=ON",
            "secure_delete=ON",
            "temp_store=MEMORY",
            "trusted_schema=OFF",
            f"query_only={'ON' if use == 'reads' else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        connection.set_authorizer(_authorize)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _authorize(action: int, one: str | None, two: str | None, *_: object) -> int:
    """Refuse what could reach outside this file, whatever statement asks for it."""
    extension = action == sqlite3.SQLITE_FUNCTION and two == "load_extension"
    # Alembic and SQLAlchemy look at tables by these, which change nothing.
    looks = action == sqlite3.SQLITE_PRAGMA and one in {
        "table_info", "table_xinfo", "index_list", "index_info", "foreign_key_list", "table_list",
        "index_xinfo", "integrity_check", "quick_check", "wal_checkpoint",
    }  # fmt: skip
    if extension or (action in _REFUSED and not looks):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


# --- making and opening --------------------------------------------------------------------------


def _alembic(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def migrate(database: Database) -> None:
    """Bring the tables to the newest form."""
    command.upgrade(_alembic(database.engine), "head")


def migrate_record(folder: Folder) -> None:
    """Bring a folder's record, made by an older program, to the form that this one knows.

    Raises:
        MissingError: there is no record.
    """
    database = _existing(folder)
    try:
        migrate(database)
    finally:
        database.close()


def _existing(folder: Folder) -> Database:
    url = database_url(folder)
    if url.startswith("sqlite") and not folder.record_db.exists():
        raise MissingError(what="the record", remedy="Found the workstream first.")
    return Database(url)


def schema_head(database: Database) -> str | None:
    """Return the stamp of the tables' form; None for an empty database."""
    with database.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_schema() -> str:
    """Return the stamp that this program writes."""
    return str(ScriptDirectory(str(_MIGRATIONS)).get_current_head())


def create_record(folder: Folder, *, clock: Clock = utc_now, mint: Mint = new_id) -> None:
    """Make the record of a folder just founded: tables, the charter, the first entry."""
    database = Database(database_url(folder))
    try:
        migrate(database)
        text = folder.charter.read_text(encoding="utf-8")
        digest = charter_digest(text)
        t_ms = round(clock().timestamp() * 1000)
        facts = {"record_id": mint(), "charter": digest}
        with database.writing() as connection:
            if connection.execute(select(fact.c.name).limit(1)).first():
                raise RecordError("there is a record already; nothing was changed")  # noqa: EM101, TRY003 - one sentence
            connection.execute(insert(fact), [{"name": n, "value": v} for n, v in facts.items()])
            connection.execute(
                insert(charter).values(digest=digest, toml=text, consents="[]", t_ms=t_ms)
            )
            log.append(connection, by=log.SERVER, act="found", t_ms=t_ms, purpose=digest)
        # A restore compares it: a backup goes back into its own place only.
        write_private(folder.keys / "record.id", facts["record_id"].encode())
    finally:
        database.close()


def open_database(folder: Folder) -> Database:
    """Return a folder's database, its tables in the form this program knows.

    Raises:
        MissingError: there is no record.
        RecordError: its tables have another form.
    """
    database = _existing(folder)
    stamp = schema_head(database)
    if stamp != newest_schema():
        database.close()
        problem = f"the record's tables have the form {stamp}, this program knows {newest_schema()}"
        raise RecordError(f"{problem}; run `northwatch workstream migrate`")  # noqa: EM102, TRY003 - one sentence
    return database


def settle_charter(folder: Folder, database: Database) -> None:
    """See that the folder's charter is the one in force on the record.

    An older one of the record's own is what an amendment leaves that was cut short: it is finished.

    Raises:
        RecordError: the file was never on the record; who takes part is not for an editor to say.
    """
    digest = charter_digest(folder.charter.read_bytes().decode(errors="replace"))
    with database.reading() as connection:
        query = select(charter.c.digest, charter.c.toml).order_by(charter.c.t_ms)
        held = connection.execute(query).all()
    if digest not in {row.digest for row in held}:
        problem = "charter.toml is not the charter on the record; put the signed file back,"
        raise RecordError(f"{problem} or change it with `northwatch workstream amend`")  # noqa: EM102, TRY003 - one sentence
    if digest != held[-1].digest:
        write_private(folder.charter, held[-1].toml.encode())


def claim_process(mark: str) -> None:
    """Note that this process has opened its record.

    Raises:
        SecondRecordError: it has one already.
    """
    with _OPENING:
        if _OPEN:
            raise SecondRecordError
        _OPEN.append(mark)


def free_process(mark: str) -> None:
    """Note that the record is closed."""
    with _OPENING:
        if mark in _OPEN:
            _OPEN.remove(mark)


def read_fact(connection: Connection, name: str) -> str | None:
    """Return a fact about the record itself; None if it is not known."""
    return connection.execute(select(fact.c.value).where(fact.c.name == name)).scalar()


def write_fact(connection: Connection, name: str, value: str) -> None:
    """Set a fact about the record itself."""
    done: Any = connection.execute(update(fact).where(fact.c.name == name).values(value=value))
    if not done.rowcount:
        connection.execute(insert(fact).values(name=name, value=value))
