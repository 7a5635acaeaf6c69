"""Every body of the port LookUps keeps this law."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

from gateway.domain.identifiers import ActorId, Oin
from gateway.domain.look_ups import ApproveLookUp, AskLookUp, LookUp
from gateway.domain.ports import Rejected
from gateway.domain.records import Receipt
from tests.contracts.bodies import NOON, Body, subject_id

COA, TOWN = Oin("00000099000000000001"), Oin("00000099000000002430")
FIRST, SECOND = ActorId("fg-1"), ActorId("fg-2")


def asked(body: Body, partner: Oin = COA, minutes: int = 0) -> LookUp:
    """Ask about someone whom the gate does not know."""
    at = NOON + timedelta(minutes=minutes)
    one = LookUp(uuid4(), partner, FIRST, subject_id(99), at, b"sealed")
    assert isinstance(body.change(None, AskLookUp(one)), Receipt)
    return one


def found(body: Body, look_up_id: UUID) -> LookUp | None:
    """Find a request."""
    return asyncio.run(body.look_ups.by_id(look_up_id))


def test_a_request_is_read_back_as_it_was_made(body: Body) -> None:
    """Whole, whether the gate knows the person or not; an invented id finds nothing."""
    one = asked(body)
    assert found(body, one.look_up_id) == one
    assert found(body, uuid4()) is None


def test_it_is_approved_once_and_by_another(body: Body) -> None:
    """Who asked cannot approve; a second approval is refused and changes nothing."""
    one = asked(body)
    later = NOON + timedelta(hours=1)
    assert isinstance(body.change(None, ApproveLookUp(one.look_up_id, FIRST, later)), Rejected)
    assert isinstance(body.change(None, ApproveLookUp(one.look_up_id, SECOND, later)), Receipt)
    third = ApproveLookUp(one.look_up_id, ActorId("fg-3"), later + timedelta(hours=1))
    assert isinstance(body.change(None, third), Rejected)
    approved = found(body, one.look_up_id)
    assert approved is not None
    assert (approved.approved_by, approved.approved_at) == (SECOND, later)


def test_an_organisation_lists_its_own_newest_first(body: Body) -> None:
    """At most fifty, and none of another organisation."""
    own = [asked(body, minutes=minute) for minute in range(52)]
    asked(body, TOWN)
    listed = asyncio.run(body.look_ups.of_partner(COA))
    assert [one.look_up_id for one in listed] == [one.look_up_id for one in own[:1:-1]]
