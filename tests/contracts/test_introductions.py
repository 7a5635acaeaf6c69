"""Every body of the port Introductions keeps this law."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from gateway.domain.changes import RuleFacts
from gateway.domain.identifiers import ActorId, Oin, SubjectId
from gateway.domain.introductions import (
    TERM,
    Answer,
    CloseIntroduction,
    Introduction,
    IntroductionState,
    RequestIntroduction,
)
from gateway.domain.ports import Rejected
from gateway.domain.records import Receipt
from tests.contracts.bodies import DAY, NOON, Body, subject_id

AGENCY = Oin("00000099000000004000")
EMPLOYER = Oin("00000099000000005000")
STRANGER = Oin("00000099000000006000")
SITE = "AZC-HDW-01"
State = IntroductionState


def asked(subject: SubjectId, at: datetime = NOON, employer: Oin | None = EMPLOYER) -> Introduction:
    """Make a request by the agency."""
    return Introduction(
        uuid4(),
        subject,
        AGENCY,
        ActorId("matcher-1"),
        at,
        Answer(AGENCY),
        Answer(employer) if employer else None,
        "5120",
        "speeddate",
    )


def keep(body: Body, introduction: Introduction) -> Introduction:
    """Let a request be kept."""
    change = RequestIntroduction(introduction)
    assert isinstance(body.change(introduction.subject, change), Receipt)
    return introduction


def close(
    body: Body, one: Introduction, recipient: Oin, state: State = State.AKKOORD, at: datetime = NOON
) -> Receipt | Rejected:
    """Let an answer be written."""
    return body.change(
        one.subject, CloseIntroduction(one.introduction_id, recipient, state, at), at=at
    )


def by_id(body: Body, introduction: UUID) -> Introduction | None:
    """Look a request up."""
    return asyncio.run(body.introductions.by_id(introduction))


def awaiting(
    body: Body, subject: SubjectId, recipient: str, moment: datetime = NOON
) -> set[Introduction]:
    """List what waits for a recipient's answer."""
    return set(asyncio.run(body.introductions.awaiting(subject, recipient, moment)))


@pytest.mark.parametrize("employer", [None, EMPLOYER])
def test_a_request_is_read_back_as_it_was_made(body: Body, employer: Oin | None) -> None:
    """All of a request is found by its id; an unknown id finds nothing."""
    one = keep(body, asked(body.person(), employer=employer))
    assert by_id(body, one.introduction_id) == one
    assert by_id(body, uuid4()) is None


def test_a_request_changes_no_decision(body: Body) -> None:
    """Asking and answering leave the subject's epoch as it was."""
    subject = body.person()
    before = body.epoch(subject)
    one = keep(body, asked(subject))
    close(body, one, AGENCY)
    assert body.epoch(subject) == before


def test_nobody_unknown_is_asked(body: Body) -> None:
    """A request about an unknown subject is refused."""
    stranger = subject_id(9)
    answer = body.change(stranger, RequestIntroduction(asked(stranger)))
    assert isinstance(answer, Rejected)


def test_each_recipient_gets_an_answer_of_its_own(body: Body) -> None:
    """Agency and employer are answered apart, and each answer is kept with its moment."""
    one = keep(body, asked(body.person()))
    close(body, one, EMPLOYER, State.GEWEIGERD, NOON + DAY)
    refused = Answer(EMPLOYER, State.GEWEIGERD, NOON + DAY)
    assert by_id(body, one.introduction_id) == replace(one, employer=refused)
    close(body, one, AGENCY, State.AKKOORD, NOON + 2 * DAY)
    agreed = Answer(AGENCY, State.AKKOORD, NOON + 2 * DAY)
    assert by_id(body, one.introduction_id) == replace(one, own=agreed, employer=refused)


def test_what_is_not_awaited_is_not_answered(body: Body) -> None:
    """A second answer, one for someone else, one too late and one to nothing are refused."""
    one = keep(body, asked(body.person()))
    assert isinstance(close(body, one, AGENCY), Receipt)
    kept = by_id(body, one.introduction_id)
    late = NOON + TERM
    assert isinstance(close(body, one, AGENCY, State.GEWEIGERD), Rejected)
    assert isinstance(close(body, one, STRANGER), Rejected)
    assert isinstance(close(body, one, EMPLOYER, at=late), Rejected)
    assert isinstance(close(body, asked(one.subject), AGENCY), Rejected)
    assert by_id(body, one.introduction_id) == kept
    assert isinstance(close(body, one, EMPLOYER, at=late - timedelta(microseconds=1)), Receipt)


def test_what_waits_for_a_recipient_is_found_until_it_runs_out(body: Body) -> None:
    """Only open requests about her, for this recipient, within their term are awaited."""
    hers, other = body.person(1), body.person(2)
    first, answered = keep(body, asked(hers)), keep(body, asked(hers))
    alone = keep(body, asked(hers, employer=None))
    keep(body, asked(other))
    close(body, answered, AGENCY)
    assert awaiting(body, hers, AGENCY) == {first, alone}
    now = by_id(body, answered.introduction_id)
    assert awaiting(body, hers, EMPLOYER) == {first, now}
    assert awaiting(body, hers, STRANGER) == set()
    assert awaiting(body, hers, AGENCY, NOON + TERM) == set()


def test_an_organisation_lists_its_own_newest_first(body: Body) -> None:
    """Pages follow each other without gap or repeat, also where requests are of one moment."""
    subject = body.person()
    moments = [NOON, NOON, NOON + DAY, NOON, NOON + DAY]
    requests = [keep(body, asked(subject, at)) for at in moments]
    keep(body, replace(asked(subject), requester=STRANGER, own=Answer(STRANGER)))
    expected = sorted(requests, key=lambda one: (one.at, one.introduction_id), reverse=True)
    seen: list[Introduction] = []
    while page := own(body, seen[-1].introduction_id if seen else None):
        assert len(page) <= 2
        seen += page
    assert seen == expected


def own(body: Body, after: UUID | None) -> Sequence[Introduction]:
    """List a page of two."""
    return asyncio.run(body.introductions.of_requester(AGENCY, after, 2))


def test_a_site_lists_what_waits_for_its_residents(body: Body) -> None:
    """Requests about people elsewhere, answered ones and old ones are not listed."""
    here = body.person(1, facts=RuleFacts(reception_site=SITE))
    away = body.person(2, facts=RuleFacts(reception_site="AZC-UTR-02"))
    open_, half, done = (keep(body, asked(here)) for _ in range(3))
    keep(body, asked(away))
    keep(body, asked(here, NOON - TERM))
    close(body, half, AGENCY)
    for recipient in (AGENCY, EMPLOYER):
        close(body, done, recipient)
    found = asyncio.run(body.introductions.open_at([SITE], NOON, None, 10))
    assert set(found) == {open_, by_id(body, half.introduction_id)}
    assert len(asyncio.run(body.introductions.open_at([SITE], NOON, None, 1))) == 1
    assert asyncio.run(body.introductions.open_at([], NOON, None, 10)) in ((), [])
