"""Disclose.batch: several people asked for at once, each decided, logged and answered on her own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest

from gateway.actions.disclose import Question
from gateway.actions.gate import DisclosureRefusedError
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import Disclosed
from gateway.domain.events import DisclosureDecided
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.partners import Caller
from gateway.domain.reasons import Reason
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.relations import RelationKind
from tests.actions.house import EMPLOYER, MINUTE, House, row, run
from tests.fakes.format import Lines


@dataclass(frozen=True, slots=True)
class Answer:
    """What a batch answered."""

    shares: Mapping[SubjectId, Disclosed]
    refused: Mapping[SubjectId, str]
    receipt: Receipt


def batch(
    house: House, subjects: Sequence[SubjectId], purpose: str = "P06", caller: Caller | None = None
) -> Answer:
    """Ask for a batch as the employer and take every byte."""
    lines = Lines()
    ask = Ask(caller or house.caller("werkgever", "werkgever"), purpose)

    async def once() -> Answer:
        async with house.disclose.batch(Question(ask, tuple(subjects), lines)) as answered:
            b"".join(answered.released.chunks)
            shares = {share.subject: share for share in lines.shares}
            return Answer(shares, answered.refused, answered.released.receipt)

    return run(once())


def offered(house: House, number: int, *purposes: str, **values: object) -> SubjectId:
    """Let someone be introduced to the employer, offered work, and agree to purposes."""
    house.deliver(row(number, **{"doelgroep": "nareiziger"} | values))
    subject = house.subject(number)
    house.consent(subject, "P05", EMPLOYER)
    house.relate(subject, RelationKind.AANBOD, EMPLOYER)
    for purpose in purposes:
        house.consent(subject, purpose, EMPLOYER)
    return subject


def test_each_person_is_decided_on_her_own(house: House) -> None:
    """One employer, several people: each is granted, or refused with her own reason."""
    agreed = offered(house, 1, "P06")
    silent = offered(house, 2)
    status = offered(house, 3, "P06", doelgroep="statushouder")
    house.deliver(row(4, doelgroep="nareiziger"))
    early = house.subject(4)
    house.consent(early, "P05", EMPLOYER)
    answer = batch(house, [agreed, silent, status, early])
    assert set(answer.shares) == {agreed}
    assert FieldName("geboortedatum") in answer.shares[agreed].values
    assert answer.refused == {
        silent: Reason.CONSENT_SCOPE_MISMATCH,
        status: Reason.NOT_FOR_THIS_GROUP,
        early: Reason.STAGE_NOT_REACHED,
    }


def test_who_cannot_be_read_is_told_with_the_error(house: House) -> None:
    """She is left out and named with the error's code; the others are answered."""
    lost, agreed = offered(house, 1, "P06"), offered(house, 2, "P06")
    house.lose_key(lost)
    answer = batch(house, [lost, agreed])
    assert set(answer.shares) == {agreed}
    assert answer.refused == {lost: "UNREADABLE_VALUE"}


def test_who_is_hidden_is_refused_as_someone_unknown(house: House) -> None:
    """A person without relation, a shielded one and an invented one get one and the same reason."""
    shielded = offered(house, 1, "P06")
    house.world.people[shielded] = replace(house.world.people[shielded], shielded=True)
    house.deliver(row(2))
    nobody = [shielded, house.subject(2), SubjectId(uuid4())]
    answer = batch(house, nobody)
    assert answer.refused == dict.fromkeys(nobody, Reason.SUBJECT_UNKNOWN)
    assert answer.shares == {}


def test_that_she_said_no_is_not_told(house: House) -> None:
    """Who refused is told apart from who was not asked in the log only."""
    refused = offered(house, 1)
    house.clock.wait(MINUTE)
    house.consent(refused, "P06", EMPLOYER, given=False)
    house.forget()
    assert batch(house, [refused]).refused == {refused: Reason.CONSENT_NOT_FOUND}
    (denial,) = [one for one in house.records if one.kind is RecordKind.DENIED]
    assert denial.reason == Reason.CONSENT_REFUSED


def test_one_parent_and_an_entry_for_each(house: House) -> None:
    """Intents and denials hang under one parent, in one append; only who is known is named."""
    agreed, silent = offered(house, 1, "P06"), offered(house, 2)
    house.forget()
    answer = batch(house, [silent, agreed, SubjectId(uuid4())])
    assert house.kinds() == [
        "disclosure.bulk: begun",
        "disclosure.intent: granted",
        "disclosure.denied: refused",
        "disclosure.denied: refused",
        "disclosure.outcome: sent",
    ]
    parent, intent, first, second, _ = house.records
    assert answer.receipt.event_id == parent.event_id
    assert parent.detail == {"subjects": 3}
    assert {one.parent for one in (intent, first, second)} == {parent.event_id}
    assert [one.subject for one in (intent, first, second)] == [agreed, silent, None]
    assert answer.shares[agreed].receipt.event_id == intent.event_id
    assert house.ledger.calls == 3
    assert [subject for subject, _ in house.vault.opened] == [agreed]


def test_who_changed_meanwhile_is_decided_again(house: House) -> None:
    """Between decision and commit one took her consent back: she is refused, the other granted."""
    stays, leaves = offered(house, 1, "P06"), offered(house, 2)
    house.clock.wait(MINUTE)
    given = house.consent(leaves, "P06", EMPLOYER).consent.consent_id
    house.clock.wait(MINUTE)
    house.forget()

    def nothing() -> None:
        return

    def withdrawn() -> None:
        person = house.world.people[leaves]
        kept = tuple(one for one in person.consents if one.consent_id != given)
        house.world.people[leaves] = replace(person, consents=kept, epoch=person.epoch + 1)

    house.ledger.before.extend((nothing, withdrawn))
    answer = batch(house, [stays, leaves])
    assert set(answer.shares) == {stays}
    assert answer.refused == {leaves: Reason.CONSENT_SCOPE_MISMATCH}
    denials = [one.subject for one in house.records if one.kind is RecordKind.DENIED]
    assert denials == [leaves]


@pytest.mark.parametrize(
    ("partner", "role", "purpose", "reason"),
    [
        ("werkgever", "werkgever", "P02", Reason.PURPOSE_NOT_IN_AGREEMENT),
        ("werkgever", "werkgever", "P98", Reason.PURPOSE_UNKNOWN),
        ("harderwijk", "werkgever", "P06", Reason.ACTOR_NOT_ALLOWED),
    ],
)
def test_who_may_ask_about_no_one_gets_no_batch(
    house: House, partner: str, role: str, purpose: str, reason: Reason
) -> None:
    """A purpose one has not is refused whole, whoever it is about, with one entry."""
    subject = house.person(1)
    with pytest.raises(DisclosureRefusedError) as refusal:
        batch(house, [subject], purpose, house.caller(partner, role))
    assert refusal.value.reason is reason
    assert house.kinds() == ["disclosure.denied: refused"]


def test_a_batch_holds_fifty(house: House) -> None:
    """Fifty people are answered; fifty-one are a mistake of the edge."""
    people = house.people(51)
    coordinator = house.caller("coa", "coa_coordinator_meedoenbalie")
    assert len(batch(house, people[:50], caller=coordinator).shares) == 50
    with pytest.raises(ValueError, match="fifty"):
        batch(house, people, caller=coordinator)


def test_operators_see_each_decision(house: House) -> None:
    """Of a batch each grant and each refusal is counted."""
    agreed, silent = offered(house, 1, "P06"), offered(house, 2)
    house.forget()
    batch(house, [agreed, silent])
    told = [one for one in house.telemetry.events if isinstance(one, DisclosureDecided)]
    assert [(one.outcome, one.subjects) for one in told] == [("granted", 1), ("refused", 0)]
