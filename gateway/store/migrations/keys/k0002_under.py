"""Which key-encryption key wraps a key stands beside it, so that a rotation finds what is left."""

import sqlalchemy as sa
from alembic import op

revision = "k0002"
down_revision = "k0001"


def upgrade() -> None:
    """Add the column, and fill it from the header of each wrapped key (bytes 2 to 5)."""
    op.add_column("wrapped_key", sa.Column("under", sa.Integer, nullable=False, server_default="0"))
    names = ("handle", "kind", "version", "wrapped", "under")
    key = sa.table("wrapped_key", *(sa.column(name) for name in names))
    connection = op.get_bind()
    for handle, kind, version, wrapped, _ in connection.execute(sa.select(key)).all():
        connection.execute(
            sa.update(key)
            .where(key.c.handle == handle, key.c.kind == kind, key.c.version == version)
            .values(under=int.from_bytes(wrapped[2:6], "big"))
        )
    op.create_index(
        "ix_wrapped_key_under_handle_kind_version",
        "wrapped_key",
        ["under", "handle", "kind", "version"],
    )


def downgrade() -> None:
    """Drop the column; the header still says it."""
    op.drop_index("ix_wrapped_key_under_handle_kind_version", "wrapped_key")
    op.drop_column("wrapped_key", "under")
