"""Every body of the port Notices: what recipients were told, and what still waits."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from gateway.domain.changes import RecordConsent
from gateway.domain.consents import ConsentEventKind as Kind
from gateway.domain.identifiers import ActorId, ConsentId, Oin, SubjectId
from gateway.domain.notices import (
    TERM,
    Cause,
    ConfirmNotice,
    IssueNotice,
    Notice,
    NoticeKind,
    NoticeState,
    RemindNotice,
    WithdrawNotice,
)
from gateway.domain.ports import Rejected
from gateway.domain.records import Receipt
from tests.contracts.bodies import DAY, NOON, SEARCH, Body, agreed, consent

HERE, THERE = Oin("00000099000000004000"), Oin("00000099000000002430")
WORKER = ActorId("worker-7")


def issue(
    body: Body, subject: SubjectId, recipient: Oin = HERE, due: timedelta = TERM, **cause: object
) -> Notice:
    """Tell a recipient something."""
    why = Cause(NoticeKind.CONSENT_WITHDRAWN, **cause)  # type: ignore[arg-type]  # a test names what differs
    notice = Notice(uuid4(), recipient, why, NOON, NOON + due)
    assert isinstance(body.change(subject, IssueNotice(subject, notice)), Receipt)
    return notice


def unconfirmed(body: Body, recipient: Oin | None = None) -> Sequence[NoticeState]:
    """List what waits."""
    return asyncio.run(body.notices.unconfirmed(recipient))


def test_a_notice_comes_back_as_it_was_issued(body: Body) -> None:
    """With and without purpose and consent; an unknown id leads nowhere."""
    subject = body.person()
    bare = issue(body, subject)
    whole = issue(body, subject, purpose=SEARCH, consent=ConsentId(uuid4()))
    for notice in (bare, whole):
        found = asyncio.run(body.notices.by_id(notice.notice_id))
        assert found == NoticeState(subject, notice)
    assert asyncio.run(body.notices.by_id(uuid4())) is None


def test_each_recipient_has_its_own_list_first_due_first(body: Body) -> None:
    """One's own list leaves others out; the list of all holds them all, each by due."""
    subject = body.person()
    late, soon = issue(body, subject, due=2 * DAY), issue(body, subject, due=DAY)
    theirs = issue(body, subject, THERE, due=3 * DAY)
    assert [one.notice for one in unconfirmed(body, HERE)] == [soon, late]
    assert [one.notice for one in unconfirmed(body)] == [soon, late, theirs]


def test_confirming_and_reminding_are_kept(body: Body) -> None:
    """Reminders count up; a confirmed notice leaves the list and keeps its moment."""
    subject = body.person()
    notice = issue(body, subject)
    for _ in range(2):
        body.change(subject, RemindNotice(subject, notice.notice_id))
    assert unconfirmed(body) == [NoticeState(subject, notice, None, 2)]
    body.change(subject, ConfirmNotice(subject, notice.notice_id, NOON + DAY, WORKER))
    assert unconfirmed(body) == []
    found = asyncio.run(body.notices.by_id(notice.notice_id))
    assert found == NoticeState(subject, notice, NOON + DAY, 2)


def test_notices_leave_decisions_as_they_are(body: Body) -> None:
    """Issuing, reminding and confirming do not raise the epoch."""
    subject = body.person()
    before = body.epoch(subject)
    notice = issue(body, subject)
    body.change(subject, RemindNotice(subject, notice.notice_id))
    body.change(subject, ConfirmNotice(subject, notice.notice_id, NOON, WORKER))
    assert body.epoch(subject) == before


def test_what_does_not_hold_is_refused(body: Body) -> None:
    """Confirming twice, reminding of what is confirmed, another's, unknown ones, and an id twice."""
    subject, other = body.person(1), body.person(2)
    notice, done = issue(body, subject), issue(body, subject)
    body.change(subject, ConfirmNotice(subject, done.notice_id, NOON, WORKER))
    before = unconfirmed(body)
    again = replace(notice, recipient=THERE)
    for about, change in (
        (subject, ConfirmNotice(subject, done.notice_id, NOON, WORKER)),
        (subject, RemindNotice(subject, done.notice_id)),
        (other, ConfirmNotice(other, notice.notice_id, NOON, WORKER)),
        (subject, RemindNotice(subject, uuid4())),
        (subject, IssueNotice(subject, again)),
    ):
        assert isinstance(body.change(about, change), Rejected)
    assert unconfirmed(body) == before


def test_a_refused_cause_tells_nobody(body: Body) -> None:
    """A notice falls with the change beside it: nobody is told of a withdrawal that was not taken."""
    subject = body.person()
    notice = Notice(uuid4(), HERE, Cause(NoticeKind.CONSENT_WITHDRAWN), NOON, NOON + TERM)
    withdrawn = RecordConsent(subject, consent(Kind.WITHDRAWN, uuid4()))
    assert isinstance(body.change(subject, IssueNotice(subject, notice), withdrawn), Rejected)
    assert unconfirmed(body) == []


def running_out(body: Body) -> list[SubjectId]:
    """Ask whose consents run out within two days."""
    return list(asyncio.run(body.consents.running_out(NOON + 2 * DAY)))


@pytest.mark.parametrize("end", [Kind.WITHDRAWN, Kind.EXPIRED, Kind.INVALIDATED])
def test_consents_that_run_out_are_found_until_they_are_ended(body: Body, end: Kind) -> None:
    """The term's last day counts; a longer one, none, and one that was ended do not."""
    exact, longer, without, ended = (body.person(number) for number in range(1, 5))
    ids = {subject: uuid4() for subject in (exact, longer, without, ended)}
    terms = {exact: 2 * DAY, longer: 2 * DAY + timedelta(microseconds=1), ended: DAY}
    for subject, consent_id in ids.items():
        term = terms.get(subject)
        expires = NOON + term if term else None
        body.change(subject, agreed(subject, consent_id, expires=expires))
    assert running_out(body) == [exact, ended]
    body.change(ended, RecordConsent(ended, consent(end, ids[ended])))
    assert running_out(body) == [exact]


def test_who_agreed_with_a_guardian_is_read_back_so(body: Body) -> None:
    """The guardian's part in a consent is kept with it."""
    subject = body.person()
    event = replace(consent(Kind.GIVEN, uuid4()), guardian=True)
    body.change(subject, RecordConsent(subject, event))
    assert body.load(subject).situation.consents == (event,)


def test_a_notice_is_withdrawn_until_it_is_confirmed(body: Body) -> None:
    """It is gone as if it was never told; what was confirmed stays, and another's is not touched."""
    subject, other = body.person(1), body.person(2)
    first, second = issue(body, subject), issue(body, subject)
    confirmed = ConfirmNotice(subject, second.notice_id, NOON + DAY, WORKER)
    assert isinstance(body.change(subject, confirmed), Receipt)
    for whose, notice in ((other, first), (subject, second)):
        body.change(whose, WithdrawNotice(whose, notice.notice_id))
        assert asyncio.run(body.notices.by_id(notice.notice_id)) is not None
    body.change(subject, WithdrawNotice(subject, first.notice_id))
    assert asyncio.run(body.notices.by_id(first.notice_id)) is None
