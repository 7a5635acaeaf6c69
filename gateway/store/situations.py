"""Changes a subject's situation: her profile, consents, relations, withholdings and shield.

1. Whatever may alter a decision about her raises her epoch.
2. Who may find her from that moment on, and under which terms, is brought up to date with it; and so
   is for whom she waits.
"""

from datetime import datetime

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.blind import Held
from gateway.domain.changes import (
    LiftWithholding,
    RecordConsent,
    RecordRelations,
    RequireEpoch,
    ReviseProfile,
    Shield,
    StoreProfile,
    Unshield,
    Withhold,
)
from gateway.domain.identifiers import SubjectId
from gateway.store import deliveries, revisions, tables
from gateway.store.caseload import renew
from gateway.store.consenting import misfit
from gateway.store.covering import hold
from gateway.store.events import add_consent, add_relations, consents_of, relations_of
from gateway.store.findability import windows
from gateway.store.indexing import floor_of, require_current
from gateway.store.prepared import Prepared
from gateway.store.withholdings import lift, withhold

_s = tables.subject.c
_FACTS = (
    "held", "doelgroep", "reception_site", "reception_gemeente", "coa_regio", "koppel_datum",
    "pip_deadline", "sixteen", "eighteen", "overdracht_status",
)  # fmt: skip

_EPOCH = Prepared(sa.select(_s.epoch).where(_s.id == sa.bindparam("of")))
_VERSION = Prepared(sa.select(_s.version, _s.v_tag).where(_s.id == sa.bindparam("of")))
_TAGGED = Prepared(sa.select(_s.id).where(_s.v_tag == sa.bindparam("tag")))
_RAISE = Prepared(
    sa.update(tables.subject).where(_s.id == sa.bindparam("of")).values(epoch=_s.epoch + 1)
)
_NEW_SUBJECT = Prepared(
    sa.insert(tables.subject),
    "id", "v_tag", "epoch", "version", "shielded", "created", *_FACTS,
)  # fmt: skip
_SHIELDED = Prepared(sa.select(_s.shielded, _s.search_closed).where(_s.id == sa.bindparam("of")))
_SET_SHIELD = Prepared(
    sa.update(tables.subject)
    .where(_s.id == sa.bindparam("of"))
    .values(shielded=sa.bindparam("shielded_"))
)
_SET_SEARCH = Prepared(
    sa.update(tables.subject)
    .where(_s.id == sa.bindparam("of"))
    .values(search_closed=sa.bindparam("closed_"))
)
_FACTS_OF = Prepared(
    sa.update(tables.subject)
    .where(_s.id == sa.bindparam("of"))
    .values({name: sa.bindparam("new_" + name) for name in (*_FACTS, "version")})
)
_SET_TAG = Prepared(
    sa.update(tables.subject).where(_s.id == sa.bindparam("of")).values(v_tag=sa.bindparam("tag_"))
)
_NEW_VERSION = Prepared(
    sa.insert(tables.profile_version),
    "subject", "version", "at", "as_of", "delivery", "changed", "content", "parts",
)  # fmt: skip
_WHOSE = Prepared(
    sa.select(tables.consent_event.c.subject)
    .where(tables.consent_event.c.consent_id == sa.bindparam("of"))
    .limit(1)
)
_DROP_WINDOWS = Prepared(
    sa.delete(tables.candidate).where(tables.candidate.c.subject == sa.bindparam("of"))
)
_NEW_WINDOW = Prepared(sa.insert(tables.candidate), "recipient", "subject", "since", "until")


def require_epoch(connection: sa.Connection, change: RequireEpoch) -> None:
    """Refuse where anything changed since a decision about her was taken."""
    if _EPOCH.firsts(connection, [(change.subject.bytes,)]) != [(change.epoch,)]:
        raise RefusedError("subject: the situation changed since the decision")


def require_known(connection: sa.Connection, subject: SubjectId) -> None:
    """Refuse what concerns someone of whom nothing was ever stored."""
    if not _EPOCH.rows(connection, of=subject):
        raise RefusedError("subject: not known")


def raise_epoch(connection: sa.Connection, subject: SubjectId) -> None:
    """Let no decision stand that was taken before (1)."""
    _RAISE.run(connection, of=subject)


def store_profile(connection: sa.Connection, change: StoreProfile, moment: datetime) -> None:
    """Store a delivered profile as the next version; make the subject known where she was not."""
    deliveries.require_unfinished(connection, change.delivery)
    require_current(connection, (change.v_tag, change.content))
    known = _VERSION.rows(connection, of=change.subject)
    version, tag = known[0] if known else (0, change.v_tag)
    if change.version != version + 1 or tag not in {change.v_tag, *change.older_tags}:
        raise RefusedError("subject: another version of the profile was stored first")
    if known:
        _replace_subject(connection, change)
        if tag != change.v_tag:
            _SET_TAG.run(connection, of=change.subject, tag_=change.v_tag)
    else:
        _insert_subject(connection, change)
    _NEW_VERSION.run(
        connection,
        subject=change.subject,
        version=change.version,
        at=change.at,
        as_of=change.as_of,
        delivery=change.delivery,
        changed=change.changed,
        content=change.content,
        parts=change.parts,
    )
    add_relations(connection, change.subject, change.relations)
    _settle(connection, change.subject, moment, change.terms)


def revise_profile(connection: sa.Connection, change: ReviseProfile, moment: datetime) -> None:
    """Store what came of a profile without a delivery as its next version."""
    known = [version for version, _ in _VERSION.rows(connection, of=change.subject)]
    if known != [change.version - 1]:
        raise RefusedError("subject: another version of the profile was stored first")
    _replace_subject(connection, change)
    revisions.add_version(connection, change)
    _settle(connection, change.subject, moment, change.terms)


def _insert_subject(connection: sa.Connection, change: StoreProfile) -> None:
    if any(_TAGGED.rows(connection, tag=tag) for tag in (change.v_tag, *change.older_tags)):
        raise RefusedError("subject: another delivery made this subject known first")
    _NEW_SUBJECT.run(
        connection,
        id=change.subject,
        v_tag=change.v_tag,
        epoch=0,
        version=change.version,
        shielded=False,
        created=change.at,
        **{name: getattr(change.facts, name) for name in _FACTS},
    )


def _replace_subject(connection: sa.Connection, change: StoreProfile | ReviseProfile) -> None:
    facts = {"new_" + name: getattr(change.facts, name) for name in _FACTS}
    _FACTS_OF.run(connection, of=change.subject, new_version=change.version, **facts)


def record_consent(connection: sa.Connection, change: RecordConsent, moment: datetime) -> None:
    """Add one event of a consent that is hers and goes on from what was said before."""
    event = change.event
    require_known(connection, change.subject)
    whose = _WHOSE.rows(connection, of=event.consent_id)
    if whose and whose != [(change.subject.bytes,)]:
        raise RefusedError("consent: belongs to another subject")
    why = misfit(consents_of(connection, change.subject), event)
    if why is not None:
        raise RefusedError(why)
    add_consent(connection, change.subject, event)
    _settle(connection, change.subject, moment, change.terms or None)


def record_relations(connection: sa.Connection, change: RecordRelations, moment: datetime) -> None:
    """Add events of her relations to organisations."""
    require_known(connection, change.subject)
    add_relations(connection, change.subject, change.events)
    _settle(connection, change.subject, moment, change.terms or None)


def change_withholding(
    connection: sa.Connection, change: Withhold | LiftWithholding, moment: datetime
) -> None:
    """Begin or lift a restriction or objection; some close search, or open it again."""
    require_known(connection, change.subject)
    if isinstance(change, Withhold):
        withhold(connection, change)
    else:
        lift(connection, change)
    if change.search is None:
        raise_epoch(connection, change.subject)
        return
    _SET_SEARCH.run(connection, of=change.subject, closed_=change.search.closed)
    _settle(connection, change.subject, moment, change.search.terms)


def change_shield(connection: sa.Connection, change: Shield | Unshield, moment: datetime) -> None:
    """Hide her from everyone, or show her again under the terms that are given."""
    require_known(connection, change.subject)
    _SET_SHIELD.run(connection, of=change.subject, shielded_=isinstance(change, Shield))
    terms = change.terms if isinstance(change, Unshield) else ()
    _settle(connection, change.subject, moment, terms)


def _settle(
    connection: sa.Connection,
    subject: SubjectId,
    moment: datetime,
    terms: tuple[Held, ...] | None,
) -> None:
    """Raise the epoch (1) and renew what follows (2); ``terms`` ``None`` keeps them."""
    raise_epoch(connection, subject)
    (hidden,) = _SHIELDED.rows(connection, of=subject)
    relations, consents = relations_of(connection, subject), consents_of(connection, subject)
    renew(connection, subject, relations, moment)
    found = frozenset() if any(hidden) else windows(relations, consents, moment)
    _DROP_WINDOWS.run(connection, of=subject)
    _NEW_WINDOW.many(
        connection,
        [
            {"recipient": w.recipient, "subject": subject, "since": w.since, "until": w.until}
            for w in found
        ],
    )
    if terms is None and found:
        return
    held = (terms or ()) if found else ()
    require_current(connection, [one.term for one in held])
    hold(connection, subject, held, floor_of(connection))
