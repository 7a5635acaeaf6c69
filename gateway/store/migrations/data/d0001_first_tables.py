"""The first tables: subjects and their profiles, who may find them, deliveries, and the log."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from gateway.store.migrations.append_only import refuse_changes

revision = "d0001"
down_revision = None

APPEND_ONLY: Final = ("relation_event", "consent_event", "log_entry")

_ID: Final = sa.LargeBinary(16)
_MOMENT: Final = sa.BigInteger()
_MASK: Final = sa.String(64)
_ROW: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make all tables, and the triggers that keep what is only ever added to."""
    _subjects()
    _deliveries()
    _profile_versions()
    _events()
    _subtractions()
    _candidates()
    _log()
    if op.get_context().dialect.name != "sqlite":
        _make_refusal()
    for table in APPEND_ONLY:
        refuse_changes(table)


def downgrade() -> None:
    """Drop all tables, dependants first."""
    for table in (
        "log_payload", "log_entry", "log_head", "search_spent", "candidate_term", "candidate",
        "purpose_closed", "withholding", "consent_event", "relation_event", "profile_version",
        "quarantine_row", "delivery", "subject",
    ):  # fmt: skip
        op.drop_table(table)
    if op.get_context().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change()")


def _make_refusal() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; "
        "END $$"
    )


def _needed(name: str, type_: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _of(table: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([other], [f"{other}.id"], name=f"fk_{table}_{other}_{other}")


def _index(table: str, *columns: str, unique: bool = False) -> None:
    op.create_index("_".join(("ix", table, *columns)), table, list(columns), unique=unique)


def _subjects() -> None:
    op.create_table(
        "subject",
        _needed("id", _ID),
        _needed("v_tag", sa.LargeBinary(32)),
        _needed("epoch", sa.BigInteger()),
        _needed("version", sa.Integer()),
        _needed("shielded", sa.Boolean()),
        _needed("held", _MASK),
        sa.Column("doelgroep", sa.Text),
        sa.Column("reception_site", sa.Text),
        sa.Column("reception_gemeente", sa.Text),
        sa.Column("coa_regio", sa.Text),
        sa.Column("koppel_datum", sa.Text),
        sa.Column("pip_deadline", sa.Text),
        _needed("created", _MOMENT),
        _key("subject", "id"),
        sa.UniqueConstraint("v_tag", name="uq_subject_v_tag"),
    )


def _deliveries() -> None:
    op.create_table(
        "delivery",
        _needed("id", _ID),
        _needed("digest", sa.LargeBinary(32)),
        _needed("at", _MOMENT),
        sa.Column("closed", _MOMENT),
        sa.Column("report", sa.LargeBinary),
        _key("delivery", "id"),
        sa.UniqueConstraint("digest", name="uq_delivery_digest"),
    )
    _index("delivery", "at")
    op.create_table(
        "quarantine_row",
        _needed("delivery", _ID),
        _needed("row", sa.Integer()),
        _needed("at", _MOMENT),
        _needed("reasons", sa.JSON()),
        _needed("sealed", sa.LargeBinary()),
        _key("quarantine_row", "delivery", "row"),
        _of("quarantine_row", "delivery"),
    )


def _profile_versions() -> None:
    op.create_table(
        "profile_version",
        _needed("subject", _ID),
        _needed("version", sa.Integer()),
        _needed("at", _MOMENT),
        _needed("as_of", sa.Text()),
        _needed("delivery", _ID),
        _needed("changed", _MASK),
        _needed("content", sa.LargeBinary()),
        sa.Column("parts", sa.LargeBinary),
        _key("profile_version", "subject", "version"),
        _of("profile_version", "subject"),
        _of("profile_version", "delivery"),
    )
    _index("profile_version", "delivery")


def _events() -> None:
    op.create_table(
        "relation_event",
        _needed("id", _ROW),
        _needed("subject", _ID),
        _needed("kind", sa.Text()),
        _needed("party", sa.Text()),
        _needed("at", _MOMENT),
        _needed("source", sa.Text()),
        _key("relation_event", "id"),
        _of("relation_event", "subject"),
    )
    _index("relation_event", "subject")
    _index("relation_event", "party", "subject")
    op.create_table(
        "consent_event",
        _needed("id", _ROW),
        _needed("subject", _ID),
        _needed("consent_id", _ID),
        _needed("kind", sa.Text()),
        _needed("at", _MOMENT),
        _needed("recorded_by", sa.Text()),
        _needed("interpreter", sa.Boolean()),
        sa.Column("expires", _MOMENT),
        sa.Column("purpose", sa.Text),
        sa.Column("recipient", sa.Text),
        sa.Column("fields", sa.Text),
        sa.Column("text_version", sa.Text),
        sa.Column("language", sa.Text),
        _key("consent_event", "id"),
        _of("consent_event", "subject"),
    )
    _index("consent_event", "subject")
    _index("consent_event", "consent_id")


def _subtractions() -> None:
    op.create_table(
        "withholding",
        _needed("id", _ROW),
        _needed("subject", _ID),
        _needed("kind", sa.Text()),
        _needed("fields", _MASK),
        _needed("purposes", sa.Text()),
        _needed("since", _MOMENT),
        sa.Column("until", _MOMENT),
        _key("withholding", "id"),
        _of("withholding", "subject"),
    )
    _index("withholding", "subject")
    op.create_table(
        "purpose_closed",
        _needed("subject", _ID),
        _needed("purpose", sa.Text()),
        _needed("at", _MOMENT),
        _key("purpose_closed", "subject", "purpose"),
        _of("purpose_closed", "subject"),
    )


def _candidates() -> None:
    op.create_table(
        "candidate",
        _needed("recipient", sa.Text()),
        _needed("subject", _ID),
        _needed("since", _MOMENT),
        _needed("until", _MOMENT),
        _key("candidate", "recipient", "subject", "since", "until"),
        _of("candidate", "subject"),
        sqlite_with_rowid=False,
    )
    _index("candidate", "subject")
    op.create_table(
        "candidate_term",
        _needed("term", sa.LargeBinary(16)),
        _needed("subject", _ID),
        _key("candidate_term", "term", "subject"),
        _of("candidate_term", "subject"),
        sqlite_with_rowid=False,
    )
    _index("candidate_term", "subject")
    op.create_table(
        "search_spent",
        _needed("id", _ROW),
        _needed("actor", sa.Text()),
        _needed("purpose", sa.Text()),
        _needed("at", _MOMENT),
        _key("search_spent", "id"),
    )
    _index("search_spent", "actor", "at")


def _log() -> None:
    op.create_table(
        "log_head",
        sa.Column("log", sa.Integer, nullable=False, autoincrement=False),
        _needed("size", sa.BigInteger()),
        _needed("frontier", sa.LargeBinary()),
        _needed("checkpoint", sa.Text()),
        sa.Column("frozen", sa.Text),
        _needed("instance", sa.Text()),
        _key("log_head", "log"),
    )
    op.create_table(
        "log_entry",
        _needed("log", sa.Integer()),
        _needed("index", sa.BigInteger()),
        _needed("event_id", sa.LargeBinary(16)),
        _needed("leaf_hash", sa.LargeBinary(32)),
        _needed("leaf", sa.LargeBinary()),
        _key("log_entry", "log", "index"),
        sa.UniqueConstraint("event_id", name="uq_log_entry_event_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_payload",
        _needed("log", sa.Integer()),
        _needed("index", sa.BigInteger()),
        sa.Column("tag", sa.LargeBinary(16)),
        sa.Column("counter", sa.BigInteger),
        sa.Column("payload", sa.LargeBinary),
        _key("log_payload", "log", "index"),
        sa.ForeignKeyConstraint(
            ["log", "index"],
            ["log_entry.log", "log_entry.index"],
            name="fk_log_payload_log_index_log_entry",
        ),
        sqlite_with_rowid=False,
    )
    _index("log_payload", "log", "tag", "counter", unique=True)
