"""The first form of the tables; entries can only be added."""

from typing import Final

from alembic import op

from northwatch.workstreams.tables import metadata

revision: str = "0001"
down_revision: str | None = None

_SQLITE: Final = (
    "CREATE TRIGGER entry_no_{act} BEFORE {act} ON entry "
    "BEGIN SELECT RAISE(ABORT, 'entries are only added'); END"
)
_POSTGRESQL: Final = (
    "CREATE FUNCTION entry_is_kept() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'entries are only added'; END $$",
    "CREATE TRIGGER entry_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON entry "
    "FOR EACH STATEMENT EXECUTE FUNCTION entry_is_kept()",
)


def upgrade() -> None:
    """Make all tables."""
    metadata.create_all(op.get_bind())
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(_SQLITE.format(act=act))
    else:
        for statement in _POSTGRESQL:
            op.execute(statement)
