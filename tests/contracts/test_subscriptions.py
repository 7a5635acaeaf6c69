"""Every body of the port Subscriptions: who subscribed, and what each must still hear of."""

import asyncio
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from gateway.domain.changes import Change
from gateway.domain.identifiers import Oin, SubjectId
from gateway.domain.notices import ConfirmNotice, Notice, RemindNotice
from gateway.domain.ports import Rejected
from gateway.domain.records import Receipt
from gateway.domain.subscriptions import MarkPushed, Push, Subscribe, Subscription, Unsubscribe
from tests.contracts.bodies import DAY, NOON, Body
from tests.contracts.test_notices import HERE, THERE, WORKER, issue


def subscribe(body: Body, number: int = 1, partner: Oin = HERE) -> Subscription:
    """Subscribe a system of a partner."""
    one = Subscription(UUID(int=number), partner, f"https://s{number}.example/", b"sealed", NOON)
    change = Subscribe(one.subscription_id, one.partner, one.url, one.sealed, one.since)
    assert isinstance(body.change(None, change), Receipt)
    return one


def due(body: Body, at: datetime = NOON, limit: int = 9) -> list[Push]:
    """Ask what may be tried."""
    return list(asyncio.run(body.subscriptions.due(at, limit)))


def waiting(body: Body, at: datetime = NOON) -> list[tuple[UUID, int, int]]:
    """Name what may be tried: the notice, its subscription's number, the tries in vain."""
    return [
        (one.state.notice.notice_id, one.subscription.subscription_id.int, one.attempts)
        for one in due(body, at)
    ]


def pushed(subject: SubjectId, notice: Notice, to: Subscription, reminders: int = 0) -> MarkPushed:
    """Say that a system took a notice."""
    return MarkPushed(subject, notice.notice_id, to.subscription_id, reminders, NOON)


def put_off(body: Body, until: datetime, *pushes: Push) -> None:
    """Let them wait."""
    asyncio.run(body.subscriptions.put_off(pushes, until))


def test_a_subscription_is_read_back_by_its_partner_alone(body: Body) -> None:
    """As it was made, oldest first; another partner has none."""
    first, second = subscribe(body, 1), subscribe(body, 2)
    assert asyncio.run(body.subscriptions.of_partner(HERE)) == [first, second]
    assert asyncio.run(body.subscriptions.of_partner(THERE)) == []


def test_each_subscription_must_hear_of_each_open_notice(body: Body) -> None:
    """Its own partner's only, also what was there before; first due first, and no more than asked."""
    subject = body.person()
    late, soon = issue(body, subject, due=2 * DAY), issue(body, subject, due=DAY)
    issue(body, subject, THERE)
    subscribe(body, 1)
    subscribe(body, 2)
    one, two = soon.notice_id, late.notice_id
    assert waiting(body) == [(one, 1, 0), (one, 2, 0), (two, 1, 0), (two, 2, 0)]
    assert len(due(body, limit=3)) == 3


def test_what_was_taken_is_due_again_with_a_reminder(body: Body) -> None:
    """Taken by one system it still waits for the other; a reminder makes it due for both."""
    subject = body.person()
    notice = issue(body, subject)
    first, second = subscribe(body, 1), subscribe(body, 2)
    assert isinstance(body.change(subject, pushed(subject, notice, first)), Receipt)
    assert waiting(body) == [(notice.notice_id, 2, 0)]
    body.change(subject, pushed(subject, notice, second))
    assert waiting(body) == []
    body.change(subject, RemindNotice(subject, notice.notice_id))
    assert [one.state.reminders for one in due(body)] == [1, 1]
    body.change(subject, pushed(subject, notice, first, 1))
    assert waiting(body) == [(notice.notice_id, 2, 0)]


def test_what_was_put_off_waits_its_time(body: Body) -> None:
    """Not before the moment, and then with its tries counted; taken, the count begins anew."""
    subject = body.person()
    notice = issue(body, subject)
    to = subscribe(body)
    for tries in range(2):
        at = NOON + tries * DAY
        put_off(body, at + DAY, *due(body, at))
        assert waiting(body, at) == []
        assert waiting(body, at + DAY) == [(notice.notice_id, 1, tries + 1)]
    body.change(subject, pushed(subject, notice, to), RemindNotice(subject, notice.notice_id))
    assert waiting(body) == [(notice.notice_id, 1, 0)]


def test_what_was_confirmed_is_due_no_more(body: Body) -> None:
    """Confirming ends it, taken or not."""
    subject = body.person()
    notice = issue(body, subject)
    subscribe(body)
    body.change(subject, ConfirmNotice(subject, notice.notice_id, NOON, WORKER))
    assert waiting(body) == []


def test_an_ended_subscription_hears_nothing_more(body: Body) -> None:
    """What it was told is forgotten with it; putting off what it did not take is no fault."""
    subject = body.person()
    notice, other = issue(body, subject), issue(body, subject, due=DAY)
    gone = subscribe(body)
    left = due(body)
    body.change(subject, pushed(subject, notice, gone))
    put_off(body, NOON, *due(body))
    assert isinstance(body.change(None, Unsubscribe(gone.subscription_id, HERE)), Receipt)
    put_off(body, NOON, *left)
    assert (waiting(body), asyncio.run(body.subscriptions.of_partner(HERE))) == ([], [])
    subscribe(body)
    assert waiting(body) == [(other.notice_id, 1, 0), (notice.notice_id, 1, 0)]


@pytest.mark.parametrize("case", ["another's", "unknown", "id in use", "told to none"])
def test_what_does_not_hold_is_refused(body: Body, case: str) -> None:
    """Ending another's or none, using an id twice, telling a system that is gone: nothing changes."""
    subject = body.person()
    notice, own = issue(body, subject), subscribe(body)
    nowhere = Subscription(uuid4(), HERE, own.url, b"", NOON)
    changes: dict[str, Change] = {
        "another's": Unsubscribe(own.subscription_id, THERE),
        "unknown": Unsubscribe(uuid4(), HERE),
        "id in use": Subscribe(own.subscription_id, THERE, own.url, b"", NOON),
        "told to none": pushed(subject, notice, nowhere),
    }
    before = due(body)
    assert isinstance(body.change(subject, changes[case]), Rejected)
    assert due(body) == before
    assert asyncio.run(body.subscriptions.of_partner(HERE)) == [own]
