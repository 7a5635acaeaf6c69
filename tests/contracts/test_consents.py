"""Every body of the port Consents, and the order of consent events that every ledger keeps."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from gateway.domain.changes import RecordConsent, RuleFacts
from gateway.domain.consents import ConsentEventKind as Kind
from gateway.domain.identifiers import Oin
from gateway.domain.ports import Rejected
from gateway.domain.records import Receipt
from tests.contracts.bodies import DAY, NOON, Body, agreed, consent, subject_id

ALLOWED: dict[tuple[Kind, ...], set[Kind]] = {
    (): {Kind.REQUESTED, Kind.GIVEN, Kind.REFUSED},
    (Kind.REQUESTED,): {Kind.GIVEN, Kind.REFUSED, Kind.EXPIRED, Kind.INVALIDATED},
    (Kind.GIVEN,): {Kind.RENEWED, Kind.WITHDRAWN, Kind.EXPIRED, Kind.INVALIDATED},
    (Kind.GIVEN, Kind.RENEWED): {Kind.RENEWED, Kind.WITHDRAWN, Kind.EXPIRED, Kind.INVALIDATED},
    (Kind.REFUSED,): set(),
    (Kind.GIVEN, Kind.WITHDRAWN): set(),
    (Kind.GIVEN, Kind.EXPIRED): set(),
    (Kind.GIVEN, Kind.INVALIDATED): set(),
}


def test_a_consent_leads_to_its_subject(body: Body) -> None:
    """Each consent id leads to the subject who gave it; an unknown one to nobody."""
    ids = {body.person(number): uuid4() for number in (1, 2)}
    for subject, consent_id in ids.items():
        body.change(subject, agreed(subject, consent_id))
    for subject, consent_id in ids.items():
        assert asyncio.run(body.consents.subject_of(consent_id)) == subject
    assert asyncio.run(body.consents.subject_of(uuid4())) is None


@pytest.mark.parametrize("past", ALLOWED, ids=lambda past: "-".join(past) or "nothing")
def test_only_what_may_follow_is_recorded(body: Body, past: tuple[Kind, ...]) -> None:
    """After each past exactly the listed events are taken; the rest leave no trace."""
    for number, kind in enumerate(Kind, 1):
        subject, consent_id = body.person(number), uuid4()
        for earlier in past:
            body.change(subject, RecordConsent(subject, consent(earlier, consent_id)))
        before = body.load(subject)
        answer = body.change(subject, RecordConsent(subject, consent(kind, consent_id)))
        assert isinstance(answer, Receipt) == (kind in ALLOWED[past])
        assert (body.load(subject) == before) == (kind not in ALLOWED[past])


def test_a_consent_past_its_term_is_not_renewed_but_can_be_withdrawn(body: Body) -> None:
    """What the term ended needs a new consent; taking back is never barred."""
    subject, consent_id = body.person(), uuid4()
    body.change(subject, agreed(subject, consent_id, expires=NOON + DAY))
    late = NOON + 2 * DAY
    renewed = consent(Kind.RENEWED, consent_id, late, expires=late + DAY)
    assert isinstance(body.change(subject, RecordConsent(subject, renewed)), Rejected)
    withdrawn = consent(Kind.WITHDRAWN, consent_id, late)
    assert isinstance(body.change(subject, RecordConsent(subject, withdrawn)), Receipt)


def test_nothing_is_dated_back(body: Body) -> None:
    """An event from before the last one of its consent is refused."""
    subject, consent_id = body.person(), uuid4()
    body.change(subject, agreed(subject, consent_id))
    early = consent(Kind.WITHDRAWN, consent_id, NOON - timedelta(seconds=1))
    assert isinstance(body.change(subject, RecordConsent(subject, early)), Rejected)


def test_a_consent_has_one_subject(body: Body) -> None:
    """An event under someone else's consent id is refused."""
    hers, other, consent_id = body.person(1), body.person(2), uuid4()
    body.change(hers, agreed(hers, consent_id))
    withdrawn = RecordConsent(other, consent(Kind.WITHDRAWN, consent_id))
    assert isinstance(body.change(other, withdrawn), Rejected)
    assert isinstance(body.change(other, agreed(other, consent_id)), Rejected)


def test_a_stranger_cannot_agree(body: Body) -> None:
    """A consent of an unknown subject is refused."""
    stranger = subject_id(9)
    assert isinstance(body.change(stranger, agreed(stranger, uuid4())), Rejected)


def test_a_request_that_ran_out_takes_no_answer(body: Body) -> None:
    """From its term on only its end may be recorded."""
    subject, consent_id = body.person(), uuid4()
    asked = consent(Kind.REQUESTED, consent_id, expires=NOON + DAY)
    body.change(subject, RecordConsent(subject, asked))
    for kind in (Kind.GIVEN, Kind.REFUSED):
        late = RecordConsent(subject, consent(kind, consent_id, NOON + DAY))
        assert isinstance(body.change(subject, late, at=NOON + DAY), Rejected)
    ended = RecordConsent(subject, consent(Kind.EXPIRED, consent_id, NOON + DAY))
    assert isinstance(body.change(subject, ended, at=NOON + DAY), Receipt)


def test_requests_that_wait_are_listed_by_reception_site(body: Body) -> None:
    """Of these sites only, while they wait, in order of id and page by page."""
    here, there = RuleFacts(reception_site="A"), RuleFacts(reception_site="B")
    subjects = [body.person(1, facts=here), body.person(2, facts=here), body.person(3, facts=there)]
    ids = sorted(uuid4() for _ in subjects)
    for subject, consent_id in zip(subjects, ids, strict=True):
        asked = consent(Kind.REQUESTED, consent_id, expires=NOON + DAY)
        body.change(subject, RecordConsent(subject, replace(asked, decides=True)))
    body.change(subjects[0], agreed(subjects[0], uuid4()))

    def waiting(after: UUID | None = None, at: datetime = NOON, limit: int = 9) -> list[UUID]:
        found = asyncio.run(body.consents.asked_at(["A"], at, after, limit))
        assert all(one.event.decides and one.scope.language == "ti" for one in found)
        return [one.event.consent_id for one in found]

    assert waiting() == ids[:2]
    assert waiting(limit=1) == ids[:1]
    assert waiting(after=ids[0]) == ids[1:2]
    assert waiting(at=NOON + DAY) == []
    body.change(subjects[0], RecordConsent(subjects[0], consent(Kind.REFUSED, ids[0])))
    assert waiting() == ids[1:2]


def test_consents_are_listed_by_whom_they_name(body: Body) -> None:
    """Each recipient has its own, as they stood at the moment; all together are every one."""
    here, there = (Oin(f"0000009900000000{number}") for number in (4000, 5000))
    ids = [uuid4() for _ in range(3)]
    for number, (one, oin) in enumerate(zip(ids, (here, here, there), strict=True), 1):
        subject = body.person(number)
        given = consent(Kind.GIVEN, one, recipient=oin)
        assert isinstance(body.change(subject, RecordConsent(subject, given)), Receipt)
    ended = consent(Kind.WITHDRAWN, ids[0], NOON + DAY)
    assert isinstance(body.change(subject_id(1), RecordConsent(subject_id(1), ended)), Receipt)

    def listed(oin: Oin | None, at: datetime = NOON) -> set[tuple[UUID, Kind]]:
        found = asyncio.run(body.consents.given_to(oin, at))
        return {(one.consent_id, one.state) for one in found}

    first, second, third = ids
    hers = {(first, Kind.GIVEN), (second, Kind.GIVEN)}
    assert listed(here) == hers
    assert listed(there) == {(third, Kind.GIVEN)}
    assert listed(None) == hers | {(third, Kind.GIVEN)}
    assert listed(None, NOON - timedelta(seconds=1)) == set()
    assert listed(here, NOON + DAY) == {(first, Kind.WITHDRAWN), (second, Kind.GIVEN)}
