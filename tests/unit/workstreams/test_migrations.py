"""The migrations make what `tables` says, and bring an older record along."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from northwatch.errors import RecordError
from northwatch.workstreams import store
from northwatch.workstreams.checkpoints import verify
from northwatch.workstreams.record import Record, open_record
from northwatch.workstreams.tables import metadata


def test_all_migrations_together_make_the_tables(record: Record) -> None:
    with record.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_record_of_an_older_form_is_refused_and_then_brought_along(record: Record) -> None:
    with record.writing() as connection:
        connection.execute(text("DROP TABLE provider_account"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(RecordError, match="northwatch workstream migrate"):
        store.open_database(record.folder)
    store.migrate_record(record.folder)
    opened = open_record(record.folder, alone=False)
    assert verify(opened).entries == verify(record).entries > 0
    opened.close()
