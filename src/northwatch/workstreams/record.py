"""A workstream's folder, in; its record, open, out: what a reader sees of it is a `Desk`."""

from collections.abc import Iterator
from contextlib import contextmanager

from itsdangerous import URLSafeSerializer
from sqlalchemy import Connection

from northwatch.errors import ClosedError
from northwatch.workstreams import log, store
from northwatch.workstreams.charter import Charter, read_charter
from northwatch.workstreams.desk import Desk
from northwatch.workstreams.folder import Folder
from northwatch.workstreams.guard import Reader
from northwatch.workstreams.keys import read_login_secret


class Record:
    """The record of one workstream, open.

    Attributes:
        folder, charter: the place, and who takes part.
        database: transactions to read and to write in.
        clock, mint: the time of day, and fresh random ids.
        secret: key of signatures that only this server checks (cursors, forms).
    """

    def __init__(
        self, folder: Folder, database: store.Database, *, clock: store.Clock, mint: store.Mint
    ) -> None:
        """Hold an open database; use `open_record`."""
        self.folder = folder
        store.settle_charter(folder, database)
        self.charter: Charter = read_charter(folder.charter)
        self.database = database
        self.clock = clock
        self.mint = mint
        self.secret = read_login_secret(folder.keys)
        with database.reading() as connection:
            self.id = store.read_fact(connection, "record_id") or ""
        self.cursors = URLSafeSerializer(self.secret, salt="cursor")

    def now_ms(self) -> int:
        """Return the time of day, milliseconds since 1970."""
        return round(self.clock().timestamp() * 1000)

    def for_reader(self, reader: Reader) -> Desk:
        """Return the record as a reader sees it."""
        return Desk(self, reader)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for tables that hold no items (members, logins, entries)."""
        with self.database.reading() as connection:
            yield connection

    @contextmanager
    def writing(self, *, durable: bool = True, even_closed: bool = False) -> Iterator[Connection]:
        """Give a write transaction; all of it or nothing is kept.

        Raises:
            ClosedError: the record is closed, and this is not one of the acts that go on.
        """
        with self.database.writing(durable=durable) as connection:
            if not even_closed and store.read_fact(connection, "closed_ms"):
                raise ClosedError
            yield connection

    def enter(
        self, connection: Connection, by: str, act: str, *, about: tuple[str, str] = ("", ""),
        purpose: str = "",
    ) -> None:  # fmt: skip
        """Add an entry to the log in the transaction of its act."""
        log.append(connection, by=by, act=act, t_ms=self.now_ms(), about=about, purpose=purpose)

    def close(self) -> None:
        """Let go of the database; the process may open a record again."""
        self.database.close()
        store.free_process(str(self.folder.path))


def open_record(
    folder: Folder,
    *,
    clock: store.Clock = store.utc_now,
    mint: store.Mint = store.new_id,
    alone: bool = True,
) -> Record:
    """Open the record of a folder; a process opens one and no second one.

    Args:
        folder: the workstream's folder.
        clock: what time it is.
        mint: makes random ids.
        alone: refuse if this process has a record open; only tests of two worlds say False.

    Raises:
        SecondRecordError: this process has a record open.
        MissingError: the folder has no record.
    """
    if alone:
        store.claim_process(str(folder.path))
    database: store.Database | None = None
    try:
        database = store.open_database(folder)
        return Record(folder, database, clock=clock, mint=mint)
    except BaseException:
        if database is not None:
            database.close()
        if alone:
            store.free_process(str(folder.path))
        raise
