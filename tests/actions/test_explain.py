"""A decision can be told and taken again from its own log entry; asking why discloses nothing."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from gateway.actions.explain import Explained, Retold
from gateway.actions.gate import DisclosureRefusedError
from gateway.domain.decisions import Ask
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import SubjectId
from gateway.domain.partners import Caller
from gateway.domain.reasons import Reason
from gateway.domain.recorded_reading import restore
from gateway.domain.records import RecordKind
from gateway.domain.relations import RelationKind
from gateway.domain.replay import ReplayError
from tests.actions.house import MINUTE, NOON, House, run

UNKNOWN = SubjectId(UUID(int=404))


def asked(house: House, caller: Caller, purpose: str, subject: SubjectId) -> Explained:
    """Ask for an explanation."""
    return run(house.explain.asked(Ask(caller, purpose), subject))


def logged(house: House, index: int = 0) -> Retold:
    """Let an operator read an entry."""
    return run(house.explain.logged(index))


def refuse(house: House, caller: Caller, purpose: str, subject: SubjectId) -> None:
    """Ask for fields, and be refused."""
    with pytest.raises(DisclosureRefusedError):
        house.show(caller, purpose, subject)


def test_an_intent_says_what_it_rests_on(house: House) -> None:
    """The entry of a grant restores to the situation, the policy and the moment it was decided at."""
    subject = house.person(1)
    house.show(house.klantmanager, "P02", subject, "achternaam")
    intent, outcome = house.records
    recorded = restore(intent.rests_on, house.gate.fields)
    assert recorded.situation is not None
    assert recorded.situation.subject == subject
    assert (recorded.moment, recorded.digest) == (intent.at, house.gate.matrix.digest)
    assert outcome.rests_on == {}


def test_a_refusal_rests_on_the_moment_it_was_decided(house: House) -> None:
    """A link that ends while the refusal is being written does not alter what is on record."""
    subject = house.person(1)
    stranger = house.caller("utrecht", "gemeente_klantmanager")
    house.ledger.before.append(lambda: setattr(house.clock, "moment", NOON + MINUTE))
    refuse(house, stranger, "P02", subject)
    (denied,) = house.records
    recorded = restore(denied.rests_on, house.gate.fields)
    assert recorded.moment == denied.at
    assert logged(house).same


@pytest.mark.parametrize("role", ["klantmanager", "casemanager", "matcher"])
@pytest.mark.parametrize("purpose", ["P02", "P03", "P05"])
def test_every_logged_decision_comes_out_the_same(house: House, role: str, purpose: str) -> None:
    """Whatever was granted or refused is decided again with the same fields, rules and reason."""
    subject = house.person(1)
    house.consent(subject, "P05")
    house.forget()
    caller = getattr(house, role)
    try:
        house.show(caller, purpose, subject)
    except DisclosureRefusedError as refusal:
        told = refusal.decision
        assert told.verdicts or told.reason in {
            Reason.PURPOSE_NOT_IN_AGREEMENT,
            Reason.ACTOR_NOT_ALLOWED,
        }
    assert logged(house).same


def test_a_decision_that_comes_out_otherwise_is_told_apart(house: House) -> None:
    """An entry that names a field more than its decision grants is not the same."""
    house.show(house.klantmanager, "P02", house.person(1), "achternaam")
    house.inner.records[0] = replace(
        house.records[0], fields=(*house.records[0].fields, house.gate.fields.names(1)[0])
    )
    assert not logged(house).same


def test_an_operator_hears_the_whole_story(house: House) -> None:
    """Step, rule with its line in the catalogue, and since when the relation stands."""
    house.show(house.klantmanager, "P02", house.person(1), "achternaam")
    story = logged(house).story
    assert [one.step for one in story[:2]] == [1, 2]
    (rule,) = (one for one in story if one.fields)
    assert rule.rule_id == "P02-gemeente_klantmanager"
    assert rule.where is not None
    assert rule.where.endswith(tuple("0123456789"))
    assert rule.since is not None


def test_an_entry_is_found_by_its_event_id(house: House) -> None:
    """An index and an event id name the same entry."""
    house.show(house.klantmanager, "P02", house.person(1), "achternaam")
    found = run(house.explain.logged(house.records[0].event_id))
    assert found.event.index == 0


def test_reading_an_entry_is_on_record_about_whom_it_is(house: House) -> None:
    """That someone looked is an entry of oversight about the same subject."""
    subject = house.person(1)
    house.show(house.klantmanager, "P02", subject, "achternaam")
    logged(house)
    noted = house.records[-1]
    assert (noted.kind, noted.outcome, noted.subject) == (
        RecordKind.OVERSIGHT,
        "explained",
        subject,
    )
    assert dict(noted.detail) == {"entry": 0}


def test_another_policy_is_not_replayed(house: House) -> None:
    """A decision of another policy is refused, and that it was read is still on record."""
    house.show(house.klantmanager, "P02", house.person(1), "achternaam")
    old = dict(house.records[0].rests_on) | {"digest": "another"}
    house.inner.records[0] = replace(house.records[0], rests_on=old)
    with pytest.raises(ReplayError, match="another policy"):
        logged(house)
    assert house.records[-1].kind is RecordKind.OVERSIGHT


def test_what_is_no_decision_is_not_told(house: House) -> None:
    """An outcome, an erased entry and an entry that is not there have no story."""
    subject = house.person(1)
    house.show(house.klantmanager, "P02", subject, "achternaam")
    for place in (1, 99, uuid4()):
        with pytest.raises(InvalidRequestError, match="entry"):
            run(house.explain.logged(place))
    house.log.erased.add(subject)
    with pytest.raises(InvalidRequestError, match="erased"):
        logged(house)


def test_asking_why_opens_nothing_and_is_logged(house: House) -> None:
    """An explanation grants what a verstrekking would, and the vault stays shut."""
    subject = house.person(1)
    explained = asked(house, house.klantmanager, "P02", subject)
    assert explained.decision.granted
    assert house.vault.opened == []
    (record,) = house.records
    assert (record.kind, record.outcome, record.subject) == (
        RecordKind.EXPLAINED,
        "granted",
        subject,
    )
    assert logged(house).same


def test_who_is_hidden_is_unknown_here_too(house: House) -> None:
    """Someone without relation, and someone who does not exist, are refused alike, both logged."""
    subject = house.person(1)
    stranger = house.caller("utrecht", "gemeente_klantmanager")
    for one in (subject, UNKNOWN):
        with pytest.raises(DisclosureRefusedError) as refusal:
            asked(house, stranger, "P02", one)
        assert refusal.value.decision.hidden
    known, unknown = house.records
    assert (known.subject, unknown.subject) == (subject, None)
    assert bool(known.rests_on) == bool(unknown.rests_on)


def test_a_refused_consent_is_not_told_to_who_asked(house: House) -> None:
    """The agency hears that there is no consent; the operator that she said no."""
    subject = house.person(1)
    house.relate(subject, RelationKind.VOORGESTELD, house.matcher.partner.oin)
    house.consent(subject, "P05", given=False)
    house.forget()
    explained = asked(house, house.matcher, "P05", subject)
    heard = {one.reason for one in explained.story}
    assert Reason.CONSENT_NOT_FOUND in heard
    assert Reason.CONSENT_REFUSED not in heard
    assert Reason.CONSENT_REFUSED in {one.reason for one in logged(house).story}
