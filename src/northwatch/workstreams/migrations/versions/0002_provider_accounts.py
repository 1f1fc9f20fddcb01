"""Accounts of members at an identity provider."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "provider_account",
        sa.Column("issuer", sa.String(length=2_000), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_provider_account_member_id")
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_provider_account")),
    )
