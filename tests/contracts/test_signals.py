"""Every body of the port Signals keeps this law."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from gateway.domain.identifiers import ActorId, Oin
from gateway.domain.ports import Rejected
from gateway.domain.records import Receipt
from gateway.domain.signals import CloseSignal, Judged, ProposeVerdict, Verdict
from tests.contracts.bodies import NOON, Body

OURS, THEIRS = Oin("00000099000000001000"), Oin("00000099000000002000")
FIRST, SECOND = ActorId("fg-1"), ActorId("fg-2")
SIGNAL = UUID(int=5)
PROPOSED = Judged(SIGNAL, OURS, "out-of-hours", (3, 7), Verdict.JUSTIFIED, NOON, FIRST)
LATER = NOON + timedelta(hours=1)


def listed(body: Body, partner: Oin = OURS) -> list[Judged]:
    """List a partner's verdicts."""
    return list(asyncio.run(body.signals.of_partner(partner)))


def propose(body: Body, judged: Judged = PROPOSED) -> Receipt | Rejected:
    """Propose a verdict."""
    return body.change(None, ProposeVerdict(judged))


def close(body: Body, **details: object) -> Receipt | Rejected:
    """Close the signal as the second officer."""
    whole = {"signal_id": SIGNAL, "verdict": Verdict.JUSTIFIED, "by": SECOND, "at": LATER} | details
    return body.change(None, CloseSignal(**whole))  # type: ignore[arg-type]  # a test names what differs


def test_a_proposal_is_kept(body: Body) -> None:
    """Whole, and for its own organisation only."""
    assert isinstance(propose(body), Receipt)
    assert listed(body) == [PROPOSED]
    assert listed(body, THEIRS) == []


def test_another_opinion_takes_its_place(body: Body) -> None:
    """As long as the signal is open."""
    propose(body)
    other = replace(PROPOSED, verdict=Verdict.BREACH, proposed_by=SECOND, proposed_at=LATER)
    propose(body, other)
    assert listed(body) == [other]


def test_the_second_officer_closes_it(body: Body) -> None:
    """Under the verdict that was proposed."""
    propose(body)
    assert isinstance(close(body), Receipt)
    assert listed(body) == [replace(PROPOSED, closed_at=LATER, closed_by=SECOND)]


@pytest.mark.parametrize(
    "details",
    [{"by": FIRST}, {"verdict": Verdict.BREACH}, {"signal_id": UUID(int=6)}],
    ids=["the same officer", "another verdict", "another signal"],
)
def test_four_eyes_and_one_verdict(body: Body, details: dict[str, object]) -> None:
    """Anything else is rejected, and the signal stays as it was."""
    propose(body)
    assert isinstance(close(body, **details), Rejected)
    assert listed(body) == [PROPOSED]


def test_what_is_closed_stays_closed(body: Body) -> None:
    """No second closing, and no other opinion after it."""
    propose(body)
    close(body)
    before = listed(body)
    assert isinstance(close(body, by=ActorId("fg-3")), Rejected)
    assert isinstance(propose(body, replace(PROPOSED, verdict=Verdict.BREACH)), Rejected)
    assert listed(body) == before


def test_verdicts_are_listed_in_order_of_proposal(body: Body) -> None:
    """Oldest first."""
    propose(body, replace(PROPOSED, signal_id=UUID(int=1), proposed_at=LATER))
    propose(body)
    assert [one.proposed_at for one in listed(body)] == [NOON, LATER]
