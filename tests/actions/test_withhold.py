"""The withhold desk: who may restrict, object and shield, what that takes away, and from whom never."""

from dataclasses import replace
from uuid import UUID

import pytest

from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.search import Found
from gateway.actions.withhold import RecordedWithholding, WithholdingWish
from gateway.domain.consents import ConsentEventKind
from gateway.domain.criteria import Criteria
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.notices import NoticeKind
from gateway.domain.partners import Caller
from gateway.domain.reasons import Reason
from gateway.domain.relations import RelationKind
from gateway.domain.subjects import WithholdingKind
from tests.actions.house import AGENCIES, AGENCY, EMPLOYER, MINUTE, House, run

HARDERWIJK = "00000099000000002430"
R, O = WithholdingKind.RESTRICTED, WithholdingKind.OBJECTED  # noqa: E741 - a table's columns


def herself(house: House, subject: SubjectId) -> Caller:
    """Return the resident as a caller."""
    return replace(house.caller("betrokkene", "betrokkene", "resident-1"), subject=subject)


def withhold(
    house: House,
    subject: SubjectId,
    kind: WithholdingKind = R,
    *purposes: str,
    fields: tuple[str, ...] = (),
    caller: Caller | None = None,
) -> RecordedWithholding:
    """Record a wish."""
    names = frozenset(FieldName(name) for name in fields)
    wish = WithholdingWish(subject, kind, names, frozenset(purposes))
    return run(house.withholdings.record(caller or house.casemanager, wish))


def refused(house: House, caller: Caller, purpose: str, subject: SubjectId) -> Reason:
    """Ask in vain, and return why."""
    with pytest.raises(DisclosureRefusedError) as refusal:
        house.show(caller, purpose, subject)
    return refusal.value.reason


@pytest.mark.parametrize(("kind", "reason"), [(R, Reason.RESTRICTED), (O, Reason.OBJECTED)])
def test_what_is_withheld_is_refused_at_the_next_decision(
    house: House, kind: WithholdingKind, reason: Reason
) -> None:
    """A wish about everything closes the handover at once, with its own reason."""
    subject = house.person(1)
    assert house.show(house.klantmanager, "P02", subject).values
    withhold(house, subject, kind)
    assert house.show(herself(house, subject), "P11", subject).values
    with pytest.raises(DisclosureRefusedError) as refusal:
        house.show(house.klantmanager, "P02", subject, "achternaam")
    assert refusal.value.decision.refused == ((house.mask("achternaam"), reason),)


def test_a_wish_reaches_its_own_fields_and_purposes(house: House) -> None:
    """A restriction of one field for one purpose leaves other fields and purposes as they were."""
    subject = house.person(1)
    withhold(house, subject, R, "P02", fields=("werkambitie",))
    share = house.show(house.klantmanager, "P02", subject, "achternaam", "werkambitie")
    assert list(share.values) == ["achternaam"]
    assert share.refused == (("werkambitie", "RESTRICTED"),)
    assert "werkambitie" in house.show(house.casemanager, "P03", subject).values


def test_lifting_opens_again(house: House) -> None:
    """From the lifting on, nothing is subtracted; lifting twice is a wrong question."""
    subject = house.person(1)
    recorded = withhold(house, subject)
    house.clock.wait(MINUTE)
    at, receipt = run(house.withholdings.lift(house.casemanager, recorded.withholding_id))
    assert at == house.clock.now()
    assert receipt.event_id == house.records[-1].event_id
    assert house.show(house.klantmanager, "P02", subject).values
    with pytest.raises(InvalidRequestError, match="nothing to lift"):
        run(house.withholdings.lift(house.casemanager, recorded.withholding_id))


def test_a_restriction_of_everything_bars_neither_access_nor_withdrawal(house: House) -> None:
    """Under a full restriction she still reads her own data, and her worker can still close and lift."""
    subject = house.person(1)
    given = house.consent(subject, "P05")
    recorded = withhold(house, subject)
    assert "achternaam" in house.show(herself(house, subject), "P11", subject).values
    house.clock.wait(MINUTE)
    ended = run(house.consents.withdraw(house.casemanager, given.consent.consent_id))
    assert ended.state is ConsentEventKind.WITHDRAWN
    run(house.withholdings.lift(house.casemanager, recorded.withholding_id))
    assert house.show(house.klantmanager, "P02", subject).values


@pytest.mark.parametrize(
    ("purpose", "why"),
    [
        ("P05", "withdraw the consent instead"),
        ("P12", "neither a public task nor an interest"),
        ("P11", "neither a public task nor an interest"),
        ("P77", "not in the catalogue"),
    ],
)
def test_an_objection_reaches_public_tasks_and_interests_only(
    house: House, purpose: str, why: str
) -> None:
    """Where consent, a duty or nothing known carries the purpose, objecting is a wrong question."""
    subject = house.person(1)
    with pytest.raises(InvalidRequestError, match=f"doelen: .*{why}"):
        withhold(house, subject, O, purpose)
    assert house.records == []


def test_an_objection_without_purposes_covers_what_it_can_reach(house: House) -> None:
    """It names each purpose with a public task, and leaves consent and duties alone."""
    recorded = withhold(house, house.person(1), O)
    shorts = {code.split("_", 1)[0] for code in recorded.withholding.purposes}
    assert shorts == {"P01", "P02", "P03", "P04", "P06", "P07", "P08", "P09"}


def test_a_restriction_may_name_any_purpose(house: House) -> None:
    """Restricting a purpose that rests on consent is open to her."""
    subject = house.person(1)
    house.consent(subject, "P05")
    withhold(house, subject, R, "P05")
    with pytest.raises(DisclosureRefusedError) as refusal:
        house.show(house.matcher, "P05", subject)
    assert refusal.value.reason is Reason.RESTRICTED


def test_everyone_who_has_her_now_is_told(house: House) -> None:
    """Town, agency and employer each get one notice in the same entry; strangers none."""
    subject = house.person(1)
    house.consent(subject, "P05", AGENCY)
    house.relate(subject, RelationKind.AANBOD, EMPLOYER)
    house.forget()
    withhold(house, subject, R, "P02")
    notices = [state.notice for state in house.world.notices.values()]
    assert {notice.recipient for notice in notices} == {HARDERWIJK, AGENCY, EMPLOYER}
    assert {notice.cause.kind for notice in notices} == {NoticeKind.RESTRICTED}
    assert house.kinds() == ["withholding: restricted"]
    assert house.records[0].detail["told"] == ",".join(sorted((HARDERWIJK, AGENCY, EMPLOYER)))


def test_she_withholds_for_herself_and_for_no_one_else(house: House) -> None:
    """A resident restricts and lifts for herself; someone else and nobody look the same to her."""
    one, other = house.people(2)
    me = herself(house, one)
    theirs = withhold(house, other)
    mine = withhold(house, one, caller=me)
    run(house.withholdings.lift(me, mine.withholding_id))
    for attempt in (theirs.withholding_id, UUID(int=5)):
        with pytest.raises(DisclosureRefusedError) as refusal:
            run(house.withholdings.lift(me, attempt))
        assert refusal.value.decision.hidden
    with pytest.raises(DisclosureRefusedError):
        withhold(house, other, caller=me)


@pytest.mark.parametrize(
    ("partner", "role"),
    [
        ("harderwijk", "gemeente_klantmanager"),
        ("uitzendbureau", "uitzendbureau_matcher"),
        ("coa", "bewoner_matcher"),
    ],
)
def test_no_recipient_withholds_or_shields_for_her(house: House, partner: str, role: str) -> None:
    """Who receives her data does not decide over it."""
    subject = house.person(1)
    caller = house.caller(partner, role)
    with pytest.raises(DisclosureRefusedError):
        withhold(house, subject, caller=caller)
    with pytest.raises(DisclosureRefusedError):
        run(house.withholdings.shield(caller, subject, shielded=True))
    person = house.world.people[subject]
    assert (person.withholdings, person.shielded) == ((), False)


def test_a_shield_hides_her_from_everyone_but_herself(house: House) -> None:
    """Town, agency and guidance find nobody; she finds herself; unshielding brings all back."""
    subject = house.person(1)
    house.consent(subject, "P05")
    run(house.withholdings.shield(house.casemanager, subject, shielded=True))
    asked = ((house.klantmanager, "P02"), (house.matcher, "P05"), (house.casemanager, "P03"))
    for caller, purpose in asked:
        assert refused(house, caller, purpose, subject) is Reason.SHIELDED
    assert "achternaam" in house.show(herself(house, subject), "P11", subject).values
    run(house.withholdings.shield(house.casemanager, subject, shielded=False))
    for caller, purpose in asked:
        assert house.show(caller, purpose, subject).values


def test_search_loses_and_finds_a_shielded_person(house: House) -> None:
    """Twelve are found, eleven after a shield, twelve when it is gone; her terms go and come back."""
    people = house.people(12, koppel_gemeente_code=None, koppel_status=None)
    for subject in people:
        house.consent(subject, "P04", AGENCIES)
    terms = house.world.people[people[0]].terms
    assert len(house.find(house.matcher, Criteria())[1]) == 12
    run(house.withholdings.shield(house.casemanager, people[0], shielded=True))
    assert house.world.people[people[0]].terms == frozenset()
    assert len(house.find(house.matcher, Criteria())[1]) == 11
    run(house.withholdings.shield(house.casemanager, people[0], shielded=False))
    assert house.world.people[people[0]].terms == terms
    assert len(house.find(house.matcher, Criteria())[1]) == 12


def test_a_consent_can_be_withdrawn_from_behind_a_shield(house: House) -> None:
    """Nothing new is agreed about someone who is shielded, and what was agreed can be ended."""
    subject = house.person(1)
    given = house.consent(subject, "P05")
    run(house.withholdings.shield(house.casemanager, subject, shielded=True))
    with pytest.raises(DisclosureRefusedError):
        house.consent(subject, "P04", AGENCIES)
    house.clock.wait(MINUTE)
    ended = run(house.consents.withdraw(house.casemanager, given.consent.consent_id))
    assert ended.state is ConsentEventKind.WITHDRAWN


def test_nobody_is_shown_again_of_whom_nothing_is_left(house: House) -> None:
    """Someone erased stays hidden: shown, she would stand in lists as a line of blanks."""
    subject = house.person(1)
    run(house.withholdings.shield(house.casemanager, subject, shielded=True))
    house.world.keys.destroy(subject.bytes, "profile")
    with pytest.raises(InvalidRequestError, match="the profile was erased"):
        run(house.withholdings.shield(house.casemanager, subject, shielded=False))
    assert house.world.people[subject].shielded


def test_shielding_twice_is_shielding_once(house: House) -> None:
    """The second time is on record and changes nothing."""
    subject = house.person(1)
    run(house.withholdings.shield(house.casemanager, subject, shielded=True))
    epoch = house.world.people[subject].epoch
    run(house.withholdings.shield(house.casemanager, subject, shielded=True))
    assert house.world.people[subject].epoch == epoch
    assert house.kinds() == ["shield: shielded", "shield: shielded"]


def ten(house: House) -> list[SubjectId]:
    """Let ten people be found by agencies, exactly as many as a group needs."""
    people = house.people(10, koppel_gemeente_code=None, koppel_status=None, koppel_datum=None)
    for subject in people:
        house.consent(subject, "P04", AGENCIES)
    return people


@pytest.mark.parametrize("purposes", [(), ("P04",)])
def test_who_is_restricted_for_searching_does_not_make_the_group_of_ten(
    house: House, purposes: tuple[str, ...]
) -> None:
    """With her restricted there are nine, and none is shown; lifting makes them ten again."""
    people = ten(house)
    assert house.find(house.matcher)[0].count == 10
    wish = withhold(house, people[0], R, *purposes)
    assert house.find(house.matcher)[0] == Found(0, None, more=False, beyond=False)
    house.clock.wait(MINUTE)
    run(house.withholdings.lift(house.casemanager, wish.withholding_id))
    assert house.find(house.matcher)[0].count == 10


def test_a_new_delivery_or_consent_does_not_undo_it(house: House) -> None:
    """What is stored or agreed to afterwards leaves her out of the count."""
    people = ten(house)
    withhold(house, people[0], R, "P04")
    house.clock.wait(MINUTE)
    house.consent(people[0], "P04", AGENCIES)
    assert house.find(house.matcher)[0].count == 0


def test_what_is_withheld_from_searching_is_not_searched_by(house: House) -> None:
    """She is found by other fields, and by none that she withheld, until it is lifted."""
    people = ten(house)
    wish = withhold(house, people[0], R, "P04", fields=("nt2_niveau_spreken",))
    term = house.index.term("nt2_niveau_spreken", ">=A2")
    assert term not in house.world.people[people[0]].terms
    assert house.world.people[people[0]].terms
    assert house.find(house.matcher)[0].count == 10
    house.clock.wait(MINUTE)
    run(house.withholdings.lift(house.casemanager, wish.withholding_id))
    assert term in house.world.people[people[0]].terms


def test_a_restriction_on_another_purpose_leaves_searching_alone(house: House) -> None:
    """Restricting P02 takes nobody out of a search."""
    withhold(house, ten(house)[0], R, "P02")
    assert house.find(house.matcher)[0].count == 10


def test_several_restrictions_together_close_the_search(house: House) -> None:
    """When nothing is left to show she is not found; lifting one of them opens it again."""
    people = ten(house)
    purpose = house.gate.matrix.purpose("P04")
    assert purpose
    named = sorted({name for rule in purpose.rules for name in rule.fields} - {"client_ref"})
    withhold(house, people[0], R, "P04", fields=tuple(named[:10]))
    assert house.find(house.matcher)[0].count == 10
    rest = withhold(house, people[0], R, "P04", fields=tuple(named[10:]))
    assert house.find(house.matcher)[0].count == 0
    run(house.withholdings.lift(house.casemanager, rest.withholding_id))
    assert house.find(house.matcher)[0].count == 10


def test_what_she_asks_for_holds_though_her_profile_does_not_open(house: House) -> None:
    """She is withheld and hidden all the same, found by no field, and what did not open is on record."""
    subject, one = house.person(1), frozenset({FieldName("nt2_niveau_spreken")})
    house.lose_key(subject)
    wish = WithholdingWish(subject, WithholdingKind.RESTRICTED, one)
    recorded = run(house.withholdings.record(house.casemanager, wish))
    assert house.world.people[subject].terms == frozenset()
    run(house.withholdings.lift(house.casemanager, recorded.withholding_id))
    run(house.withholdings.shield(house.casemanager, subject, shielded=True))
    assert house.world.people[subject].shielded
    assert house.kinds() == [
        "profile.stored: failed",
        "withholding: restricted",
        "profile.stored: failed",
        "withholding: lifted",
        "shield: shielded",
    ]
