"""Carries out the domain's changes: each checks first, and all of an entry stand or fall together."""

from datetime import datetime

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.blind import RaiseIndexFloor, RekeySubject
from gateway.domain.breakglass import BreakGlass, ReviewGlass
from gateway.domain.changes import (
    Change,
    CloseDelivery,
    ClosePurposes,
    DropQuarantine,
    EraseFacts,
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
from gateway.domain.introductions import CloseIntroduction, RequestIntroduction
from gateway.domain.look_ups import ApproveLookUp, AskLookUp
from gateway.domain.notices import ConfirmNotice, IssueNotice, RemindNotice, WithdrawNotice
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
    situations,
    tables,
)
from gateway.store.erasing import erase_facts
from gateway.store.exports import change_export
from gateway.store.feeds import change_feed
from gateway.store.glasses import break_glass, review_glass
from gateway.store.handovers import change_handover
from gateway.store.indexing import raise_floor, rekey
from gateway.store.notices import confirm, issue, remind, withdraw
from gateway.store.own_access import change_own_access
from gateway.store.placements import change_placement
from gateway.store.policy_versions import change_policy
from gateway.store.prepared import Prepared
from gateway.store.statistics import publish, tell
from gateway.store.subscriptions import change_subscription

_NEW_SEARCH = Prepared(sa.insert(tables.search_spent), "actor", "purpose", "at")
_SEARCHES = Prepared(
    sa.select(sa.func.count()).where(
        tables.search_spent.c.actor == sa.bindparam("by"),
        tables.search_spent.c.at >= sa.bindparam("since", type_=tables.search_spent.c.at.type),
    )
)


def carry_out(connection: sa.Connection, entry: Entry) -> None:
    """Check and carry out one entry's changes; raises ``RefusedError`` and leaves no trace."""
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
        case RequireEpoch():
            situations.require_epoch(connection, change)
        case StoreProfile():
            situations.store_profile(connection, change, moment)
        case ReviseProfile():
            situations.revise_profile(connection, change, moment)
        case ReleaseHeld(subject):
            revisions.release_held(connection, change)
            situations.raise_epoch(connection, subject)
        case ClosePurposes(subject):
            situations.require_known(connection, subject)
            revisions.close_purposes(connection, change)
            situations.raise_epoch(connection, subject)
        case RekeySubject():
            rekey(connection, change)
        case RaiseIndexFloor():
            raise_floor(connection, change)
        case DropQuarantine():
            revisions.drop_quarantine(connection, change)
        case RecordConsent():
            situations.record_consent(connection, change, moment)
        case RecordRelations():
            situations.record_relations(connection, change, moment)
        case Withhold() | LiftWithholding():
            situations.change_withholding(connection, change, moment)
        case Shield() | Unshield():
            situations.change_shield(connection, change, moment)
        case EraseFacts():
            erase_facts(connection, change, moment)
        case IssueNotice() | ConfirmNotice() | RemindNotice() | WithdrawNotice():
            _notice(connection, change)
        case Subscribe() | Unsubscribe() | MarkPushed():
            change_subscription(connection, change)
        case OpenDelivery() | CloseDelivery() | QuarantineRow() | SettleQuarantined():
            deliveries.change_delivery(connection, change)
        case SpendQuery():
            _spend(connection, change)
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
            _beside(connection, change, moment)


def _spend(connection: sa.Connection, spent: SpendQuery) -> None:
    if spent.since is not None:
        ((done,),) = _SEARCHES.rows(connection, by=spent.actor, since=spent.since)
        if done >= spent.most:
            raise RefusedError("search: the budget is spent")
    _NEW_SEARCH.run(connection, actor=spent.actor, purpose=spent.purpose, at=spent.at)


def _beside(
    connection: sa.Connection,
    change: FeedChange | PlacementChange | OwnAccessChange | HandoverChange,
    moment: datetime,
) -> None:
    """Carry out what is written beside a profile, and alters no decision about her."""
    if isinstance(change, FeedChange):
        change_feed(connection, change)
    elif isinstance(change, PlacementChange):
        change_placement(connection, change)
    elif isinstance(change, OwnAccessChange):
        change_own_access(connection, change)
    else:
        change_handover(connection, change, moment)


def _second_look(
    connection: sa.Connection,
    change: AskRectification | CloseRectification | AskLookUp | ApproveLookUp,
) -> None:
    match change:
        case AskRectification(rectification):
            situations.require_known(connection, rectification.subject)
            rectifications.ask(connection, change)
        case CloseRectification():
            rectifications.close(connection, change)
        case AskLookUp():
            look_ups.ask(connection, change)
        case ApproveLookUp():
            look_ups.approve(connection, change)


def _notice(
    connection: sa.Connection,
    change: IssueNotice | ConfirmNotice | RemindNotice | WithdrawNotice,
) -> None:
    situations.require_known(connection, change.subject)
    match change:
        case IssueNotice():
            issue(connection, change)
        case ConfirmNotice():
            confirm(connection, change)
        case RemindNotice():
            remind(connection, change)
        case WithdrawNotice():
            withdraw(connection, change)


def _signal(connection: sa.Connection, change: ProposeVerdict | CloseSignal) -> None:
    match change:
        case ProposeVerdict():
            signals.propose(connection, change)
        case CloseSignal():
            signals.close(connection, change)


def _glass(connection: sa.Connection, change: BreakGlass | ReviewGlass) -> None:
    situations.require_known(connection, change.subject)
    match change:
        case BreakGlass(subject=subject):
            break_glass(connection, change)
            situations.raise_epoch(connection, subject)
        case ReviewGlass():
            review_glass(connection, change)
