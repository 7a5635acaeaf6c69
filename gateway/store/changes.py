"""Carries out the domain's changes: each checks first, and one that does not hold refuses its entry.

1. All changes of an entry stand or fall together.
2. Whatever may alter a decision about a subject raises her epoch.
3. Who may find her from the entry's moment on, and under which terms, is brought up to date in the
   same transaction.
"""

from datetime import datetime

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.blind import Held, RaiseIndexFloor, RekeySubject
from gateway.domain.breakglass import BreakGlass, ReviewGlass
from gateway.domain.changes import (
    Change,
    CloseDelivery,
    ClosePurposes,
    DropQuarantine,
    LiftWithholding,
    OpenDelivery,
    QuarantineRow,
    RecordConsent,
    RecordRelations,
    RequireEpoch,
    ReviseProfile,
    Shield,
    SpendQuery,
    StoreProfile,
    Unshield,
    Withhold,
)
from gateway.domain.counting import PublishCounts, TellTable
from gateway.domain.exports import ClearExport, FetchExport, OpenExport, StagePart
from gateway.domain.feeds import FeedChange
from gateway.domain.handovers import HandoverChange
from gateway.domain.identifiers import SubjectId
from gateway.domain.introductions import CloseIntroduction, RequestIntroduction
from gateway.domain.look_ups import ApproveLookUp, AskLookUp
from gateway.domain.notices import ConfirmNotice, IssueNotice, RemindNotice
from gateway.domain.own_access import OwnAccessChange
from gateway.domain.placements import PlacementChange
from gateway.domain.policy_versions import ActivatePolicy, ApprovePolicy, ProposePolicy
from gateway.domain.ports import Entry
from gateway.domain.quarantine import ReleaseHeld, SettleQuarantined
from gateway.domain.rectification import AskRectification, CloseRectification
from gateway.domain.signals import CloseSignal, ProposeVerdict
from gateway.domain.subscriptions import MarkPushed, Subscribe, Unsubscribe
from gateway.store import (
    deliveries,
    introductions,
    look_ups,
    rectifications,
    revisions,
    signals,
    tables,
)
from gateway.store.consenting import misfit
from gateway.store.covering import hold
from gateway.store.events import add_consent, add_relations, consents_of, relations_of
from gateway.store.exports import change_export
from gateway.store.feeds import change_feed
from gateway.store.findability import windows
from gateway.store.glasses import break_glass, review_glass
from gateway.store.handovers import change_handover
from gateway.store.indexing import floor_of, raise_floor, rekey, require_current
from gateway.store.notices import confirm, issue, remind
from gateway.store.own_access import change_own_access
from gateway.store.placements import change_placement
from gateway.store.policy_versions import change_policy
from gateway.store.prepared import Prepared
from gateway.store.statistics import publish, tell
from gateway.store.subscriptions import change_subscription
from gateway.store.withholdings import lift, withhold

_s = tables.subject.c
_FACTS = (
    "held", "doelgroep", "reception_site", "reception_gemeente", "coa_regio", "koppel_datum",
    "pip_deadline", "sixteen_on", "eighteen_on", "overdracht_status",
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
_NEW_SEARCH = Prepared(sa.insert(tables.search_spent), "actor", "purpose", "at")


def carry_out(connection: sa.Connection, entry: Entry) -> None:
    """Check and carry out one entry's changes; raises ``RefusedError`` and leaves no trace (1)."""
    if all(isinstance(change, RequireEpoch) for change in entry.changes[:-1]):
        _each(connection, entry)  # only the last may write, and it checks before it does
        return
    connection.exec_driver_sql("SAVEPOINT entry")
    try:
        _each(connection, entry)
    except RefusedError:
        connection.exec_driver_sql("ROLLBACK TO entry")
        raise
    finally:
        connection.exec_driver_sql("RELEASE entry")


def _each(connection: sa.Connection, entry: Entry) -> None:
    for change in entry.changes:
        _one(connection, change, entry.record.at)


def _one(connection: sa.Connection, change: Change, moment: datetime) -> None:  # noqa: C901, PLR0912, PLR0915 - one case a change
    match change:
        case RequireEpoch(subject, epoch):
            if _EPOCH.firsts(connection, [(subject.bytes,)]) != [(epoch,)]:
                raise RefusedError("subject: the situation changed since the decision")
        case StoreProfile():
            _store_profile(connection, change, moment)
        case ReviseProfile():
            _revise_profile(connection, change, moment)
        case ReleaseHeld(subject):
            revisions.release_held(connection, change)
            _RAISE.run(connection, of=subject)
        case ClosePurposes(subject):
            _require_known(connection, subject)
            revisions.close_purposes(connection, change)
            _RAISE.run(connection, of=subject)
        case RekeySubject():
            rekey(connection, change)
        case RaiseIndexFloor():
            raise_floor(connection, change)
        case DropQuarantine():
            revisions.drop_quarantine(connection, change)
        case RecordConsent():
            _record_consent(connection, change, moment)
        case RecordRelations():
            _record_relations(connection, change, moment)
        case Withhold() | LiftWithholding():
            _withhold(connection, change, moment)
        case Shield(subject):
            _shield(connection, subject, moment, shielded=True, terms=())
        case Unshield(subject, terms):
            _shield(connection, subject, moment, shielded=False, terms=terms)
        case IssueNotice() | ConfirmNotice() | RemindNotice():
            _notice(connection, change)
        case Subscribe() | Unsubscribe() | MarkPushed():
            change_subscription(connection, change)
        case OpenDelivery() | CloseDelivery() | QuarantineRow() | SettleQuarantined():
            deliveries.change_delivery(connection, change)
        case SpendQuery(actor, purpose, at):
            _NEW_SEARCH.run(connection, actor=actor, purpose=purpose, at=at)
        case RequestIntroduction(introduction):
            introductions.add(connection, introduction)
        case CloseIntroduction():
            introductions.close(connection, change)
        case BreakGlass() | ReviewGlass():
            _glass(connection, change)
        case PublishCounts():
            publish(connection, change)
        case TellTable():
            tell(connection, change)
        case ProposeVerdict() | CloseSignal():
            _signal(connection, change)
        case AskRectification() | CloseRectification() | AskLookUp() | ApproveLookUp():
            _second_look(connection, change)
        case OpenExport() | StagePart() | FetchExport() | ClearExport():
            change_export(connection, change)
        case ProposePolicy() | ApprovePolicy() | ActivatePolicy():
            change_policy(connection, change)
        case _:
            _beside(connection, change)


def _beside(
    connection: sa.Connection,
    change: FeedChange | PlacementChange | OwnAccessChange | HandoverChange,
) -> None:
    """Carry out what is written beside a profile, and alters no decision about her."""
    if isinstance(change, FeedChange):
        change_feed(connection, change)
    elif isinstance(change, PlacementChange):
        change_placement(connection, change)
    elif isinstance(change, OwnAccessChange):
        change_own_access(connection, change)
    else:
        change_handover(connection, change)


def _second_look(
    connection: sa.Connection,
    change: AskRectification | CloseRectification | AskLookUp | ApproveLookUp,
) -> None:
    match change:
        case AskRectification(rectification):
            _require_known(connection, rectification.subject)
            rectifications.ask(connection, change)
        case CloseRectification():
            rectifications.close(connection, change)
        case AskLookUp():
            look_ups.ask(connection, change)
        case ApproveLookUp():
            look_ups.approve(connection, change)


def _store_profile(connection: sa.Connection, change: StoreProfile, moment: datetime) -> None:
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


def _revise_profile(connection: sa.Connection, change: ReviseProfile, moment: datetime) -> None:
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


def _record_consent(connection: sa.Connection, change: RecordConsent, moment: datetime) -> None:
    event = change.event
    _require_known(connection, change.subject)
    whose = _WHOSE.rows(connection, of=event.consent_id)
    if whose and whose != [(change.subject.bytes,)]:
        raise RefusedError("consent: belongs to another subject")
    why = misfit(consents_of(connection, change.subject), event)
    if why is not None:
        raise RefusedError(why)
    add_consent(connection, change.subject, event)
    _settle(connection, change.subject, moment, change.terms or None)


def _record_relations(connection: sa.Connection, change: RecordRelations, moment: datetime) -> None:
    _require_known(connection, change.subject)
    add_relations(connection, change.subject, change.events)
    _settle(connection, change.subject, moment, None)


def _withhold(
    connection: sa.Connection, change: Withhold | LiftWithholding, moment: datetime
) -> None:
    _require_known(connection, change.subject)
    if isinstance(change, Withhold):
        withhold(connection, change)
    else:
        lift(connection, change)
    if change.search is None:
        _RAISE.run(connection, of=change.subject)
        return
    _SET_SEARCH.run(connection, of=change.subject, closed_=change.search.closed)
    _settle(connection, change.subject, moment, change.search.terms)


def _shield(
    connection: sa.Connection,
    subject: SubjectId,
    moment: datetime,
    *,
    shielded: bool,
    terms: tuple[Held, ...],
) -> None:
    _require_known(connection, subject)
    _SET_SHIELD.run(connection, of=subject, shielded_=shielded)
    _settle(connection, subject, moment, terms)


def _notice(connection: sa.Connection, change: IssueNotice | ConfirmNotice | RemindNotice) -> None:
    _require_known(connection, change.subject)
    match change:
        case IssueNotice():
            issue(connection, change)
        case ConfirmNotice():
            confirm(connection, change)
        case RemindNotice():
            remind(connection, change)


def _signal(connection: sa.Connection, change: ProposeVerdict | CloseSignal) -> None:
    match change:
        case ProposeVerdict():
            signals.propose(connection, change)
        case CloseSignal():
            signals.close(connection, change)


def _glass(connection: sa.Connection, change: BreakGlass | ReviewGlass) -> None:
    _require_known(connection, change.subject)
    match change:
        case BreakGlass(subject=subject):
            break_glass(connection, change)
            _RAISE.run(connection, of=subject)
        case ReviewGlass():
            review_glass(connection, change)


def _settle(
    connection: sa.Connection,
    subject: SubjectId,
    moment: datetime,
    terms: tuple[Held, ...] | None,
) -> None:
    """Raise the epoch (2) and renew who may find the subject (3); ``terms`` ``None`` keeps them."""
    _RAISE.run(connection, of=subject)
    (hidden,) = _SHIELDED.rows(connection, of=subject)
    relations, consents = relations_of(connection, subject), consents_of(connection, subject)
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


def _require_known(connection: sa.Connection, subject: SubjectId) -> None:
    if not _EPOCH.rows(connection, of=subject):
        raise RefusedError("subject: not known")
