"""An open engine, in; its tables brought to the form asked for, out. Alembic runs this file."""

from alembic import context

from northwatch.workstreams.tables import metadata

with context.config.attributes["engine"].begin() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    context.run_migrations()
