"""Every body of the port Rectifications keeps this law."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from gateway.domain.changes import RuleFacts
from gateway.domain.identifiers import FieldName, Oin, SubjectId
from gateway.domain.ports import Rejected
from gateway.domain.records import Receipt
from gateway.domain.rectification import (
    AskRectification,
    CloseRectification,
    Rectification,
    RectificationState,
)
from tests.contracts.bodies import DAY, NOON, Body, subject_id

TOWN = Oin("00000099000000002430")
REFUSED = RectificationState.GEWEIGERD


def asked(body: Body, subject: SubjectId, field: str | None = "roepnaam") -> Rectification:
    """Ask that a field be corrected."""
    one = Rectification(uuid4(), subject, FieldName(field) if field else None, TOWN, NOON)
    assert isinstance(body.change(subject, AskRectification(one)), Receipt)
    return one


def waiting(
    body: Body, sites: Sequence[str] = ("A",), after: UUID | None = None, limit: int = 9
) -> list[Rectification]:
    """List what waits."""
    return list(asyncio.run(body.rectifications.open_at(sites, after, limit)))


@pytest.mark.parametrize("field", ["roepnaam", None])
def test_a_request_is_read_back_as_it_was_made(body: Body, field: str | None) -> None:
    """With or without a field; an invented id finds nothing, and a stranger has none."""
    one = asked(body, body.person(), field)
    assert asyncio.run(body.rectifications.by_id(one.rectification_id)) == one
    assert asyncio.run(body.rectifications.by_id(uuid4())) is None
    stranger = Rectification(uuid4(), subject_id(9), None, TOWN, NOON)
    assert isinstance(body.change(None, AskRectification(stranger)), Rejected)


def test_it_is_closed_once_and_about_her(body: Body) -> None:
    """Another subject cannot close it; once closed it stays as it is."""
    subject, other = body.person(1), body.person(2)
    id_ = asked(body, subject).rectification_id
    corrected = RectificationState.GECORRIGEERD
    later = NOON + DAY
    assert isinstance(body.change(other, CloseRectification(id_, other, REFUSED, later)), Rejected)
    assert isinstance(
        body.change(subject, CloseRectification(id_, subject, REFUSED, later)), Receipt
    )
    again = CloseRectification(id_, subject, corrected, later)
    assert isinstance(body.change(subject, again), Rejected)
    found = asyncio.run(body.rectifications.by_id(id_))
    assert found is not None
    assert (found.state, found.closed) == (REFUSED, later)


def test_what_waits_is_listed_by_reception_site(body: Body) -> None:
    """In order of id, page by page, and what was closed no more."""
    here, there = RuleFacts(reception_site="A"), RuleFacts(reception_site="B")
    subject, elsewhere = body.person(1, facts=here), body.person(2, facts=there)
    own = sorted((asked(body, subject) for _ in range(3)), key=lambda one: one.rectification_id)
    asked(body, elsewhere)
    assert waiting(body) == own
    assert waiting(body, limit=2) == own[:2]
    assert waiting(body, after=own[0].rectification_id) == own[1:]
    assert waiting(body, ()) == []
    body.change(subject, CloseRectification(own[0].rectification_id, subject, REFUSED, NOON))
    assert waiting(body) == own[1:]
