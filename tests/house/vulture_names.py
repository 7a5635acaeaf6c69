"""Names that only a framework reads; vulture takes a name that stands here as used."""

# ruff: noqa: B018 - to read a name is all this file does

from types import SimpleNamespace

pydantic = alembic = SimpleNamespace()

pydantic.model_config

alembic.upgrade
alembic.downgrade
alembic.revision
alembic.down_revision
alembic.branch_labels
alembic.depends_on
