"""Who is tied to a municipality is read from indexes alone: a town's list asks it of everyone there."""

from alembic import op

revision = "d0038"
down_revision = "d0037"

_TABLE = "relation_event"
_WAS = (["subject"], ["party", "subject"])
_IS = (["subject", "at", "kind"], ["party", "subject", "kind", "at"])


def upgrade() -> None:
    """Put indexes that hold all that is asked in the place of those that do not."""
    _replace(_WAS, _IS)


def downgrade() -> None:
    """Put the shorter ones back."""
    _replace(_IS, _WAS)


def _replace(old: tuple[list[str], ...], new: tuple[list[str], ...]) -> None:
    for columns in old:
        op.drop_index(_name(columns), _TABLE)
    for columns in new:
        op.create_index(_name(columns), _TABLE, columns)


def _name(columns: list[str]) -> str:
    return "_".join(("ix", _TABLE, *columns))
