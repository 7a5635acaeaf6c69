"""Names that only a framework reads; vulture takes a name that stands here as used."""

# ruff: noqa: B018 - to read a name is all this file does

from types import SimpleNamespace

pydantic = alembic = sqlalchemy = rows = psycopg = starlette = jinja = SimpleNamespace()

pydantic.model_config

alembic.upgrade
alembic.downgrade
alembic.revision
alembic.down_revision
alembic.branch_labels
alembic.depends_on

sqlalchemy.impl
sqlalchemy.cache_ok
sqlalchemy.inherit_cache
sqlalchemy.default_schema_name
sqlalchemy.process_bind_param
sqlalchemy.process_result_value

psycopg.oid
starlette.spool_max_size
jinja.long

# A mode that arrives by value from the settings.
rows.PRODUCTION

# Commands that Typer finds by their decorator.
commands = SimpleNamespace()
commands.notices_status
commands.notices_remind
commands.notices_push
commands.consent_sweep
commands.consent_receipt

# Formats that arrive by value from the interface.
rows.FHIR
rows.NEN7513
rows.ADL

# What a parser of the standard library is told by attribute.
parser = SimpleNamespace()
parser.buffer_text
parser.StartElementHandler
parser.EndElementHandler
parser.CharacterDataHandler
parser.StartDoctypeDeclHandler
parser.EntityDeclHandler
parser.optionxform

# What a zip, and a bundle that is read elsewhere, is given.
rows.external_attr
rows.compress_type
rows.instructions

# What only a template, or an event's list of fields, reads.
rows.checked_at
rows.directive
rows.talk_day
rows.travel
rows.badge
rows.unexplained

# What a router reads of a kind of path.
rows.regex
