"""Relation and consent events of subjects, written once and read back as the domain's own values."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from gateway.domain.consents import ConsentEvent, ConsentEventKind, ConsentScope
from gateway.domain.identifiers import ConsentId, FieldName, PurposeCode, SubjectId
from gateway.domain.relations import RelationEvent, RelationKind
from gateway.store.columns import to_moment, to_names
from gateway.store.nesting import Hexed
from gateway.store.prepared import Prepared
from gateway.store.tables import consent_event, relation_event

_r, _c = relation_event.c, consent_event.c

RELATION_COLUMNS = (_r.id, _r.kind, _r.party, _r.at, _r.source)
CONSENT_COLUMNS = (
    _c.id, Hexed(_c.consent_id), _c.kind, _c.at, _c.recorded_by, _c.interpreter, _c.expires,
    _c.guardian, _c.read_back, _c.decides, _c.purpose, _c.recipient, _c.fields, _c.text_version,
    _c.language, _c.text_digest,
)  # fmt: skip
_RELATIONS = Prepared(sa.select(*RELATION_COLUMNS).where(_r.subject == sa.bindparam("of")))
_CONSENTS = Prepared(sa.select(*CONSENT_COLUMNS).where(_c.subject == sa.bindparam("of")))
_ADD_RELATION = Prepared(sa.insert(relation_event), "subject", "kind", "party", "at", "source")
_ADD_CONSENT = Prepared(
    sa.insert(consent_event),
    "subject", "consent_id", "kind", "at", "recorded_by", "interpreter", "expires",
    "purpose", "recipient", "fields", "text_version", "language", "guardian",
    "read_back", "text_digest", "decides",
)  # fmt: skip


def relations_of(connection: sa.Connection, subject: SubjectId) -> tuple[RelationEvent, ...]:
    """Read a subject's relation events in the order in which they were written."""
    return relation_events(_RELATIONS.rows(connection, of=subject))


def consents_of(connection: sa.Connection, subject: SubjectId) -> tuple[ConsentEvent, ...]:
    """Read a subject's consent events in the order in which they were written."""
    return consent_events(_CONSENTS.rows(connection, of=subject))


def relation_events(rows: list[Any]) -> tuple[RelationEvent, ...]:
    """Turn rows of ``RELATION_COLUMNS`` into events."""
    return tuple(
        [
            RelationEvent(RelationKind(kind), party, to_moment(at), source)
            for _, kind, party, at, source in sorted(rows)
        ]
    )


def consent_events(rows: list[Any]) -> tuple[ConsentEvent, ...]:
    """Turn rows of ``CONSENT_COLUMNS`` into events."""
    return tuple([_consent_event(row[1:]) for row in sorted(rows)])


def add_relations(
    connection: sa.Connection, subject: SubjectId, events: tuple[RelationEvent, ...]
) -> None:
    """Append relation events."""
    _ADD_RELATION.many(
        connection,
        [
            {"subject": subject, "kind": e.kind, "party": e.party, "at": e.at, "source": e.source}
            for e in events
        ],
    )


def add_consent(connection: sa.Connection, subject: SubjectId, event: ConsentEvent) -> None:
    """Append a consent event."""
    scope = event.scope
    _ADD_CONSENT.run(
        connection,
        subject=subject,
        consent_id=event.consent_id,
        kind=event.kind,
        at=event.at,
        recorded_by=event.recorded_by,
        interpreter=event.interpreter,
        guardian=event.guardian,
        read_back=event.read_back,
        expires=event.expires,
        purpose=scope.purpose if scope else None,
        recipient=scope.recipient if scope else None,
        fields=scope.fields if scope else None,
        text_version=scope.text_version if scope else None,
        language=scope.language if scope else None,
        text_digest=scope.text_digest if scope else None,
        decides=event.decides,
    )


def _consent_event(row: Sequence[Any]) -> ConsentEvent:
    (
        consent_id,
        kind,
        at,
        recorded_by,
        interpreter,
        expires,
        guardian,
        read_back,
        decides,
        *scope,
    ) = row
    return ConsentEvent(
        ConsentId(UUID(hex=consent_id)),
        ConsentEventKind(kind),
        to_moment(at),
        recorded_by,
        _scope(*scope),
        None if expires is None else to_moment(expires),
        bool(interpreter),
        bool(guardian),
        bool(read_back),
        bool(decides),
    )


def _scope(  # noqa: PLR0913, PLR0917 - one a column
    purpose: str | None,
    recipient: str | None,
    fields: str | None,
    text_version: str | None,
    language: str | None,
    text_digest: str | None,
) -> ConsentScope | None:
    if purpose is None or recipient is None or fields is None:
        return None
    names = frozenset(FieldName(name) for name in to_names(fields))
    told = (text_version or "", language or "", text_digest or "")
    return ConsentScope(PurposeCode(purpose), recipient, names, *told)
