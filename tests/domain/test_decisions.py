"""The law of one disclosure, step by step, and a story for every reason to refuse."""

from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError, replace
from datetime import date
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from gateway.domain.consents import ConsentEventKind
from gateway.domain.decisions import MIN_GROUP, Ask, standing
from gateway.domain.identifiers import FieldName, PurposeCode, RoleId, SubjectId
from gateway.domain.partners import PartnerKind
from gateway.domain.purposes import ConsentNeed, RelationTest, Stage
from gateway.domain.reasons import Reason
from gateway.domain.relations import RelationKind
from gateway.domain.subjects import Withholding, WithholdingKind
from tests.domain.law import (
    DAY,
    FIELDS,
    LINKED,
    NAMED,
    NEXT_TOWN,
    NOW,
    OIN,
    OTHER_OIN,
    TICK,
    Story,
    event,
    given,
    later,
    mask,
    names,
    rule,
    story,
    version,
)

INTRODUCED = event(RelationKind.VOORGESTELD, OIN)


def introduction(*said: object, **asked: object) -> Story:
    """Tell of someone introduced to an agency under a rule that needs her consent."""
    one = rule(
        relation=RelationTest.INTRODUCED,
        purpose="P05_doel",
        stage=Stage.INTRODUCTION,
        consent=ConsentNeed.SPECIFIC,
    )
    told = story(one, kind=PartnerKind.UITZENDBUREAU, **asked).happened(INTRODUCED)
    return told.said(*said)  # type: ignore[arg-type]  # consent events


def search(**asked: object) -> Story:
    """Tell of someone who agreed to be found by this kind of partner."""
    one = rule(
        relation=RelationTest.FINDABLE,
        purpose="P04_doel",
        stage=Stage.SEARCH,
        consent=ConsentNeed.YES,
    )
    told = story(one, kind=PartnerKind.UITZENDBUREAU, **({"group": MIN_GROUP} | asked))
    return told.said(given("P04_doel", "soort:uitzendbureau")).happened()


def under(relation: RelationTest) -> Story:
    """Tell of someone to whom no relation was ever told, asked under a relation test."""
    return story(rule(relation=relation)).happened()


def withheld(kind: WithholdingKind) -> Story:
    """Tell of someone who had one field restricted, or objected."""
    one = Withholding(kind, mask("naam"), frozenset(), NOW - DAY)
    return story(fields=mask("naam")).about(withholdings=(one,))


STORIES: Final[Mapping[Reason, Callable[[], Story]]] = {
    Reason.AGREEMENT_NOT_RUNNING: lambda: story(moment=NOW.replace(year=2027)),
    Reason.ACTOR_NOT_ALLOWED: lambda: story().asked_by(role=RoleId("klusser")),
    Reason.PURPOSE_UNKNOWN: lambda: story(purpose="P99"),
    Reason.PURPOSE_NOT_ACTIVE: lambda: _open_ended(story(moment=NOW.replace(year=2027))),
    Reason.PURPOSE_NOT_IN_AGREEMENT: lambda: replace(
        story(rule(), rule(purpose="P03_doel")), caller=story().caller, purpose="P03_doel"
    ),
    Reason.SUBJECT_UNKNOWN: lambda: story(unknown=True),
    Reason.SHIELDED: lambda: story().about(shielded=True),
    Reason.NOT_LINKED: lambda: story().happened(),
    Reason.NOT_OWN_LOCATION: lambda: under(RelationTest.OWN_LOCATION),
    Reason.NOT_FINDABLE: lambda: search().said(),
    Reason.NOT_INTRODUCED: lambda: under(RelationTest.INTRODUCED),
    Reason.NO_OFFER_RECORDED: lambda: under(RelationTest.OFFER_RECORDED),
    Reason.NOT_PLACED: lambda: under(RelationTest.PLACED),
    Reason.AGGREGATES_ONLY: lambda: under(RelationTest.AGGREGATES_ONLY),
    Reason.NOT_OWN_RECORD: lambda: under(RelationTest.SELF),
    Reason.CONSENT_NOT_FOUND: introduction,
    Reason.CONSENT_REFUSED: lambda: introduction(given(kind=ConsentEventKind.REFUSED)),
    Reason.CONSENT_WITHDRAWN: lambda: introduction(given(), later(ConsentEventKind.WITHDRAWN)),
    Reason.CONSENT_EXPIRED: lambda: introduction(given(expires=NOW)),
    Reason.CONSENT_SCOPE_MISMATCH: lambda: introduction(given("P06_doel")),
    Reason.STAGE_NOT_REACHED: lambda: story(
        rule(relation=RelationTest.OFFER_RECORDED, stage=Stage.OFFER),
        kind=PartnerKind.UITZENDBUREAU,
    ).happened(INTRODUCED),
    Reason.NOT_FOR_THIS_GROUP: lambda: story(rule(not_for=("statushouder",))).about(
        doelgroep="statushouder"
    ),
    Reason.GROUP_TOO_SMALL: lambda: search(group=MIN_GROUP - 1),
    Reason.QUERY_BUDGET_SPENT: lambda: search(budget_left=False),
    Reason.FIELD_NOT_IN_PURPOSE: lambda: story(fields=mask("elders")),
    Reason.FIELD_NOT_IN_AGREEMENT: lambda: _without("naam", story(fields=mask("naam"))),
    Reason.SPECIAL_CATEGORY: lambda: story(fields=mask("religie")),
    Reason.HELD_FOR_REVIEW: lambda: story(fields=mask("notitie")).about(held=mask("notitie")),
    Reason.RESTRICTED: lambda: withheld(WithholdingKind.RESTRICTED),
    Reason.OBJECTED: lambda: withheld(WithholdingKind.OBJECTED),
    Reason.RETENTION_PASSED: lambda: story(fields=mask("naam")).about(
        closed=((PurposeCode("P02_doel"), NOW),)
    ),
}


def _without(name: str, told: Story) -> Story:
    one = told.caller.partner
    agreement = replace(one.agreement, without=frozenset({FieldName(name)}))
    return told.asked_by(partner=replace(one, agreement=agreement))


def _open_ended(told: Story) -> Story:
    one = told.caller.partner
    return told.asked_by(partner=replace(one, agreement=replace(one.agreement, valid_until=None)))


def test_every_reason_has_a_story() -> None:
    """No reason exists that no decision gives, but for what two people or two tables decide."""
    others = {Reason.SECOND_PERSON_NEEDED, Reason.WOULD_REVEAL}  # test_oversee, test_statistics
    assert set(STORIES) | others == set(Reason)


@pytest.mark.parametrize("reason", STORIES, ids=str)
def test_each_reason_is_given_when_its_story_is_told(reason: Reason) -> None:
    """The story ends with nothing granted, and with its reason in the headline."""
    decision = STORIES[reason]().decide()
    assert (decision.granted, decision.reason) == (0, reason)


def test_the_ordinary_case_is_granted_by_its_rule() -> None:
    """Someone linked is shown to her town, all that the rule names but special data."""
    decision = story().decide()
    (grant,) = decision.grants
    assert names(grant.fields) == set(NAMED) - {"religie"}
    assert (grant.rule.rule_id, grant.consent) == ("R1", None)
    assert (decision.reason, decision.hidden, decision.epoch) == (None, False, 1)
    assert decision.refused == ((mask("religie"), Reason.SPECIAL_CATEGORY),)


# --- (1) and (2) -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "runs"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_an_agreement_runs_from_its_first_day_to_its_last(day: date, runs: bool) -> None:  # noqa: FBT001 - a table
    """The first and the last day count, the days around them do not."""
    moment = NOW.replace(year=day.year, month=day.month, day=day.day)
    told = story(moment=moment).happened(event(RelationKind.GEKOPPELD, at=moment - DAY))
    assert bool(told.decide().granted) is runs
    assert told.caller.partner.agreement.runs(day) is runs


def test_an_agreement_without_an_end_goes_on() -> None:
    """Where no last day is agreed, none comes."""
    assert _open_ended(story()).caller.partner.agreement.runs(date(2099, 1, 1))


@pytest.mark.parametrize(
    ("day", "active"),
    [
        (date(2021, 12, 31), False),
        (date(2022, 1, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_a_purpose_is_active_from_its_first_day_to_its_last(day: date, active: bool) -> None:  # noqa: FBT001 - a table
    """A purpose holds on its first and last day, and not before or after."""
    (purpose,) = story().matrix().purposes()
    assert purpose.active(day) is active
    assert replace(purpose, valid_until=None).active(day) is (day >= date(2022, 1, 1))


def test_standing_is_asked_before_anyone_is_looked_up() -> None:
    """Who may not ask at all gets the same answer about anyone, known or not."""
    told = STORIES[Reason.ACTOR_NOT_ALLOWED]()
    about_known, about_unknown = told.decide(), replace(told, unknown=True).decide()
    assert about_known.reason == about_unknown.reason == Reason.ACTOR_NOT_ALLOWED
    assert not about_known.hidden
    assert not about_unknown.hidden


def test_the_short_number_of_a_purpose_will_do() -> None:
    """``P02`` is as good as the whole code."""
    assert story(purpose="P02").granted() == story().granted()
    assert story().matrix().purpose("P0") is None


def test_a_purpose_without_a_rule_for_the_role_is_not_in_the_agreement() -> None:
    """An agreement that names a purpose no rule gives the role, gives nothing."""
    told = story()
    agreement = replace(
        told.caller.partner.agreement,
        purposes={RoleId("ander"): frozenset({PurposeCode("P02_doel")})},
    )
    other = told.asked_by(
        role=RoleId("ander"), partner=replace(told.caller.partner, agreement=agreement)
    )
    assert standing(other.caller, other.matrix().purpose("P02"), NOW) is None
    assert other.decide().reason is Reason.PURPOSE_NOT_IN_AGREEMENT


def test_what_was_asked_is_refused_with_the_headline() -> None:
    """A refusal at the first steps names the fields that were asked, if any were."""
    told = STORIES[Reason.PURPOSE_UNKNOWN]()
    assert told.decide().refused == ()
    asked = replace(told, fields=mask("naam"))
    assert asked.decide().refused == ((mask("naam"), Reason.PURPOSE_UNKNOWN),)


# --- (3) ------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [Reason.SUBJECT_UNKNOWN, Reason.SHIELDED, Reason.NOT_LINKED])
def test_who_is_unknown_shielded_or_unrelated_is_hidden(reason: Reason) -> None:
    """The caller may not even learn that she exists."""
    assert STORIES[reason]().decide().hidden


@pytest.mark.parametrize(
    "reason", [Reason.CONSENT_WITHDRAWN, Reason.GROUP_TOO_SMALL, Reason.RESTRICTED]
)
def test_who_has_a_relation_is_told_why(reason: Reason) -> None:
    """Where a relation holds, the refusal explains itself."""
    assert not STORIES[reason]().decide().hidden


def test_one_relation_is_enough_not_to_be_hidden() -> None:
    """When one rule's relation holds and another's does not, she is no secret."""
    told = story(
        rule("naam", relation=RelationTest.INTRODUCED, rule_id="R2"),
        rule("religie"),
    )
    decision = told.decide()
    assert (decision.granted, decision.hidden) == (0, False)


def test_the_epoch_of_the_situation_travels_with_the_decision() -> None:
    """Granted or refused, the decision says on which state it rests; about nobody it rests on none."""
    assert story().about(epoch=7).decide().epoch == 7
    assert STORIES[Reason.SHIELDED]().about(epoch=8).decide().epoch == 8
    assert STORIES[Reason.SUBJECT_UNKNOWN]().decide().epoch is None


# --- (4) ------------------------------------------------------------------------------------


def test_a_consent_carries_what_it_names_and_no_more() -> None:
    """Fields outside the consent are refused by its scope."""
    decision = introduction(given(fields=("naam", "elders"))).decide()
    (grant,) = decision.grants
    assert names(grant.fields) == {"naam"}
    assert grant.consent == given().consent_id
    why = {name: reason for bits, reason in decision.refused for name in names(bits)}
    assert why["taal"] is Reason.CONSENT_SCOPE_MISMATCH


def test_consent_opens_no_special_data_by_itself() -> None:
    """A field of class S4 stays closed with consent where the rule names no exception."""
    decision = introduction(given(), fields=mask("religie")).decide()
    assert decision.refused == ((mask("religie"), Reason.SPECIAL_CATEGORY),)


def test_a_request_that_ran_out_was_never_a_consent() -> None:
    """Who was only asked did not agree, so nothing expired."""
    asked = introduction(given(kind=ConsentEventKind.REQUESTED, expires=NOW))
    assert asked.decide().reason is Reason.CONSENT_NOT_FOUND


def test_consent_to_another_party_is_no_consent() -> None:
    """What she allows to someone else does not count here."""
    assert introduction(given(recipient=OTHER_OIN)).decide().reason is Reason.CONSENT_NOT_FOUND


def test_only_being_findable_can_be_agreed_to_for_a_kind() -> None:
    """A consent to all agencies opens the search and never an introduction."""
    to_kind = given("P05_doel", "soort:uitzendbureau")
    assert introduction(to_kind).decide().reason is Reason.CONSENT_SCOPE_MISMATCH
    assert search().granted()


def test_a_rule_without_need_of_consent_asks_none() -> None:
    """A legal task is no choice: even a refusal on record changes nothing."""
    told = story().said(given("P02_doel", kind=ConsentEventKind.REFUSED))
    assert told.granted()


def test_a_linked_client_needs_no_consent_where_the_rule_says_so() -> None:
    """For her own linked client the municipality needs no consent; for a stranger it does."""
    one = rule(
        relation=RelationTest.LINKED_OR_FINDABLE,
        purpose="P04_doel",
        stage=Stage.SEARCH,
        consent=ConsentNeed.UNLESS_LINKED,
    )
    linked = story(one)
    (grant,) = linked.decide().grants
    assert grant.consent is None
    stranger = linked.happened()
    assert stranger.decide().reason is Reason.NOT_FINDABLE
    agreed = replace(stranger.said(given("P04_doel", "soort:gemeente")), group=MIN_GROUP)
    (grant,) = agreed.decide().grants
    assert grant.consent is not None


# --- (5) ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("group", "shown"), [(0, False), (9, False), (10, True), (11, True)])
def test_a_group_of_ten_is_the_smallest(group: int, shown: bool) -> None:  # noqa: FBT001 - a table
    """Nine stay hidden, ten are shown."""
    assert bool(search(group=group).decide().granted) is shown


def test_a_linked_client_may_be_shown_alone_but_not_beyond_the_budget() -> None:
    """Ten is for strangers; the budget is for everyone who searches."""
    one = rule(relation=RelationTest.LINKED_OR_FINDABLE, purpose="P04_doel", stage=Stage.SEARCH)
    assert story(one, group=1).granted()
    assert story(one, budget_left=False).decide().reason is Reason.QUERY_BUDGET_SPENT


@pytest.mark.parametrize(
    ("stage", "reached"),
    [
        (Stage.INTRODUCTION, {"voorgesteld", "aanbod", "geplaatst"}),
        (Stage.OFFER, {"aanbod", "geplaatst"}),
        (Stage.PLACED, {"geplaatst"}),
    ],
)
def test_a_stage_is_reached_by_itself_or_a_later_one(stage: Stage, reached: set[str]) -> None:
    """What is allowed at a stage stays allowed after it, and is not allowed before it."""
    for kind in ("voorgesteld", "aanbod", "geplaatst"):
        told = story(rule(relation=RelationTest.INTRODUCED, stage=stage)).happened(
            event(RelationKind(kind), OIN)
        )
        decision = told.decide()
        assert bool(decision.granted) is (kind in reached)
        assert decision.reason is (None if kind in reached else Reason.STAGE_NOT_REACHED)


def test_a_rule_holds_for_every_group_it_does_not_leave_out() -> None:
    """A rule that is not for statushouders is for asylum seekers, and for who has no group."""
    told = story(rule(not_for=("statushouder",)))
    assert told.about(doelgroep="asielzoeker").granted()
    assert told.granted()


# --- (6) ------------------------------------------------------------------------------------


def test_special_data_needs_a_rule_that_names_the_exception() -> None:
    """The rule with an exception carries S4 and S5; one beside it without stays closed."""
    open_rule = rule("woonbehoefte", "incident", exception="GDPR 9(2)(a)", rule_id="R2")
    told = story(rule("woonbehoefte"), open_rule)
    (grant,) = told.decide().grants
    assert grant.rule.rule_id == "R2"
    assert names(grant.fields) == {"woonbehoefte", "incident"}


def test_special_data_outside_a_consent_is_told_by_its_own_step() -> None:
    """Without the exception it is special data that stays; with it, the consent does not name it."""
    told = {}
    for exception in (None, "GDPR 9(2)(a)"):
        one = rule(
            "naam",
            "incident",
            relation=RelationTest.INTRODUCED,
            purpose="P05_doel",
            consent=ConsentNeed.SPECIFIC,
            exception=exception,
        )
        story_ = story(one, kind=PartnerKind.UITZENDBUREAU, fields=mask("incident"))
        told[exception] = story_.happened(INTRODUCED).said(given(fields=("naam",))).decide().refused
    assert told == {
        None: ((mask("incident"), Reason.SPECIAL_CATEGORY),),
        "GDPR 9(2)(a)": ((mask("incident"), Reason.CONSENT_SCOPE_MISMATCH),),
    }


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (PartnerKind.GEMEENTE, {"bsn", "naam"}),
        (PartnerKind.UITZENDBUREAU, {"naam"}),
        (PartnerKind.WERKGEVER, {"naam"}),
    ],
)
def test_a_number_set_by_law_never_goes_to_a_private_party(
    kind: PartnerKind, shown: set[str]
) -> None:
    """A rule that names the BSN gives it to a municipality and not to an agency or employer."""
    named = rule("bsn", "naam", relation=RelationTest.INTRODUCED)
    decision = story(named, kind=kind).happened(INTRODUCED).decide()
    assert names(decision.granted) == shown
    refused = ((mask("bsn"), Reason.FIELD_NOT_IN_PURPOSE),) if kind.private else ()
    assert decision.refused == refused


def test_a_denial_in_the_matrix_goes_before_every_rule() -> None:
    """What the matrix denies is not carried, special data by its own reason."""
    told = story(rule("naam", "taal", "religie"), denied=mask("naam", "religie"), fields=None)
    assert told.granted() == {"taal"}
    asked = replace(told, fields=mask("naam", "religie"))
    assert {reason: bits for bits, reason in asked.decide().refused} == {
        Reason.FIELD_NOT_IN_PURPOSE: mask("naam"),
        Reason.SPECIAL_CATEGORY: mask("religie"),
    }


def test_a_denial_reaches_no_other_field() -> None:
    """One field denied, high or low in the dictionary: every other field leaves."""
    named = {*NAMED, "woonbehoefte", "elders"}
    for denied in ("client_ref", "elders"):
        told = story(rule(*named, exception="GDPR 9(2)(b)"), denied=mask(denied))
        assert told.granted() == named - {denied}


def test_a_rule_speaks_of_the_fields_that_it_names() -> None:
    """Why a rule fell short is not told of a field that it does not name."""
    for named, asked in (("elders", "naam"), ("naam", "elders")):
        told = story(rule(named, consent=ConsentNeed.EXPLICIT), fields=mask(asked))
        assert told.decide().refused == ((mask(asked), Reason.FIELD_NOT_IN_PURPOSE),)


def test_what_no_rule_names_is_refused() -> None:
    """The world is closed: beside every purpose there is nothing."""
    decision = story(rule("naam"), fields=mask("naam", "taal", "incident")).decide()
    assert set(decision.refused) == {
        (mask("taal"), Reason.FIELD_NOT_IN_PURPOSE),
        (mask("incident"), Reason.SPECIAL_CATEGORY),
    }


def test_asking_for_nothing_gets_nothing() -> None:
    """An empty list of fields is refused as no field of this purpose."""
    decision = story(fields=0).decide()
    assert (decision.granted, decision.refused) == (0, ())
    assert (decision.reason, decision.hidden) == (Reason.FIELD_NOT_IN_PURPOSE, False)


# --- (7) ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(WithholdingKind))
@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [
        (NOW, None, True),
        (NOW + TICK, None, False),
        (NOW - DAY, NOW, False),
        (NOW - DAY, NOW + TICK, True),
    ],
)
def test_a_withholding_holds_from_its_first_moment_until_its_last(
    kind: WithholdingKind,
    since: object,
    until: object,
    holds: bool,  # noqa: FBT001 - a table
) -> None:
    """It subtracts from the moment it begins, and no longer at the moment it ends."""
    one = Withholding(kind, mask("naam"), frozenset(), since, until)  # type: ignore[arg-type]  # a table
    told = story().about(withholdings=(one,))
    assert ("naam" in told.granted()) is not holds


def test_a_withholding_of_a_purpose_leaves_other_purposes_alone() -> None:
    """An objection to one purpose subtracts there and nowhere else."""
    for code, shown in (("P02_doel", False), ("P03_doel", True)):
        one = Withholding(
            WithholdingKind.OBJECTED, mask("naam"), frozenset({PurposeCode(code)}), NOW
        )
        assert ("naam" in story().about(withholdings=(one,)).granted()) is shown


@pytest.mark.parametrize(
    ("since", "open_"), [(NOW + TICK, True), (NOW + 0 * DAY, False), (NOW - DAY, False)]
)
def test_a_closed_purpose_keeps_nothing_from_then_on(since: object, open_: bool) -> None:  # noqa: FBT001 - a table
    """Until the term passes all is granted; from that moment nothing, for that purpose only."""
    told = story()
    own = PurposeCode("_".join(("P02", "doel")))  # noqa: FLY002 - equal, and another object
    assert bool(told.about(closed=((own, since),)).granted()) is open_
    for other in ("P01_doel", "P03_doel"):
        assert told.about(closed=((PurposeCode(other), since),)).granted()


def test_of_more_reasons_the_furthest_step_is_told() -> None:
    """A field that was restricted and is outside the consent is told as restricted."""
    one = Withholding(WithholdingKind.RESTRICTED, mask("naam"), frozenset(), NOW)
    told = introduction(given(fields=("taal",)), fields=mask("naam")).about(withholdings=(one,))
    assert told.decide().refused == ((mask("naam"), Reason.RESTRICTED),)


# --- (8) ------------------------------------------------------------------------------------


def test_a_field_is_granted_by_the_first_rule_that_carries_it() -> None:
    """No field is granted twice; the second rule carries what is left."""
    told = story(rule("naam", "taal"), rule("taal", "notitie", rule_id="R2"))
    grants = {grant.rule.rule_id: names(grant.fields) for grant in told.decide().grants}
    assert grants == {"R1": {"naam", "taal"}, "R2": {"notitie"}}


def test_the_second_rule_carries_what_the_first_may_not() -> None:
    """A field that one rule refuses for want of consent, another may carry."""
    first = rule("naam", consent=ConsentNeed.EXPLICIT)
    told = story(first, rule("naam", rule_id="R2"))
    (grant,) = told.decide().grants
    assert grant.rule.rule_id == "R2"


def test_the_verdicts_tell_of_every_rule() -> None:
    """A decision keeps what became of each rule, carried or not."""
    told = story(rule("naam"), rule("taal", consent=ConsentNeed.EXPLICIT, rule_id="R2"))
    assert [(v.rule.rule_id, v.reason) for v in told.decide().verdicts] == [
        ("R1", None),
        ("R2", Reason.CONSENT_NOT_FOUND),
    ]


def test_the_headline_is_the_rule_that_came_furthest() -> None:
    """With one rule short of relation and one short of consent, consent is the headline."""
    told = story(
        rule("naam", relation=RelationTest.PLACED),
        rule("taal", consent=ConsentNeed.EXPLICIT, rule_id="R2"),
    )
    decision = told.decide()
    assert (decision.reason, decision.hidden) == (Reason.CONSENT_NOT_FOUND, False)


def test_a_predecessor_keeps_its_own_part() -> None:
    """What falls outside the predecessor's part is refused as not linked."""
    told = story(rule("naam", "leerroute", purpose="P03_doel")).happened(
        event(RelationKind.GEKOPPELD, at=NOW - 9 * DAY),
        event(RelationKind.OMGEKOPPELD, NEXT_TOWN, NOW - DAY),
    )
    decision = told.decide()
    assert names(decision.granted) == {"leerroute"}
    assert decision.refused == ((mask("naam"), Reason.NOT_LINKED),)
    whole = replace(told, rules=(rule(purpose="P03_doel"),))
    assert whole.granted() == {"pip_deadline", "leerroute", "nt2_uren"}


# --- properties -----------------------------------------------------------------------------

FIELD_SETS = st.sets(st.sampled_from([spec.name for spec in FIELDS])).map(FIELDS.mask)
RULES = st.builds(
    lambda fields, relation, consent, exception: rule(
        *(fields or {"naam"}), relation=relation, consent=consent, exception=exception
    ),
    st.sets(st.sampled_from(sorted(names(-1 & ((1 << len(FIELDS)) - 1))))),
    st.sampled_from([RelationTest.LINKED_OR_HOUSED, RelationTest.INTRODUCED, RelationTest.SELF]),
    st.sampled_from([ConsentNeed.NO, ConsentNeed.EXPLICIT]),
    st.sampled_from([None, "GDPR 9(2)(a)"]),
)


@st.composite
def told_stories(draw: st.DrawFn) -> Story:
    """Tell any story of one to three rules, withheld, held and denied fields."""
    rules = tuple(
        replace(one, rule_id=f"R{number}")  # type: ignore[arg-type]  # a text
        for number, one in enumerate(draw(st.lists(RULES, min_size=1, max_size=3)))
    )
    asked = draw(st.none() | FIELD_SETS)
    told = story(*rules, fields=asked, denied=draw(FIELD_SETS))
    events = draw(st.sets(st.sampled_from([LINKED, INTRODUCED])))
    kind = draw(st.sampled_from(list(WithholdingKind)))
    withholding = Withholding(kind, draw(FIELD_SETS), frozenset(), NOW)
    said = draw(st.sampled_from([(), (given("P02_doel"),)]))
    return (
        told.happened(*sorted(events, key=lambda e: e.party))
        .said(*said)
        .about(withholdings=(withholding,), held=draw(FIELD_SETS))
    )


@each(told_stories())
def test_every_field_asked_for_is_answered_once(told: Story) -> None:
    """Granted and refused together are exactly what was asked, and never overlap."""
    decision = told.decide()
    refused = 0
    for bits, _ in decision.refused:
        assert refused & bits == 0
        refused |= bits
    assert decision.granted & refused == 0
    if told.fields is not None:
        assert decision.granted | refused == told.fields
    grants = [grant.fields for grant in decision.grants]
    assert sum(bits.bit_count() for bits in grants) == decision.granted.bit_count()


@each(told_stories())
def test_nothing_is_granted_that_something_forbids(told: Story) -> None:
    """No denied, withheld or held field leaves, no special data without an exception."""
    decision = told.decide()
    (withholding,) = told.situation.withholdings
    assert decision.granted & (told.denied | withholding.fields | told.situation.held) == 0
    for grant in decision.grants:
        assert names(grant.fields) <= grant.rule.fields
        assert grant.rule.exception or not grant.fields & FIELDS.special


@each(told_stories())
def test_hidden_means_that_no_relation_holds(told: Story) -> None:
    """A decision is hidden exactly when no rule's relation test holds."""
    decision = told.decide()
    related = {
        RelationTest.LINKED_OR_HOUSED: LINKED in told.situation.relations,
        RelationTest.INTRODUCED: INTRODUCED in told.situation.relations,
        RelationTest.SELF: False,
    }
    assert decision.hidden is not any(related[one.relation] for one in told.rules)


@each(told_stories(), st.integers(-3, 40), st.sampled_from([OIN, OTHER_OIN, "soort:gemeente"]))
def test_a_request_changes_nothing_that_leaves(told: Story, days: int, recipient: str) -> None:
    """Whatever was asked, whenever and for whom, exactly the same is granted."""
    asked = given(
        "P02_doel",
        recipient,
        at=NOW - days * DAY,
        expires=NOW + (30 - days) * DAY,
        number=7,
        kind=ConsentEventKind.REQUESTED,
    )
    before, after = told.decide(), told.said(*told.situation.consents, asked).decide()
    assert after.grants == before.grants
    assert after.hidden is before.hidden


def test_a_resident_sees_her_own_record() -> None:
    """The test of oneself holds for who asks about herself, and for no one else."""
    told = story(rule(relation=RelationTest.SELF)).asked_by(
        subject=SubjectId(story().situation.subject)
    )
    assert told.granted()
    assert version(1, NOW, "naam").changed == mask("naam")


def test_a_shielded_resident_still_sees_her_own_record() -> None:
    """Who asks about herself is known by her id, wherever it was read."""
    told = story(rule(relation=RelationTest.SELF)).about(shielded=True)
    again = SubjectId(UUID(str(told.situation.subject)))
    assert told.asked_by(subject=again).granted()
    assert told.asked_by(subject=SubjectId(UUID(int=4))).decide().reason is Reason.SHIELDED


def test_a_question_is_about_one_person_unless_it_says_otherwise() -> None:
    """By default all fields of the purpose are asked, of one person, with searches left."""
    ask = Ask(story().caller, "P02")
    assert (ask.fields, ask.group, ask.budget_left) == (None, 1, True)


def test_a_rule_that_does_not_carry_carries_no_field() -> None:
    """The verdict on it names the reason, and neither a field nor a broken glass."""
    (verdict,) = story().happened().decide().verdicts
    assert (verdict.fields, verdict.consent, verdict.broken) == (0, None, False)
    assert not story().decide().broken


def test_what_was_asked_weighed_and_decided_cannot_be_changed() -> None:
    """A decision is a value: nobody changes it on the way out."""
    decision = story().decide()
    for value in (decision, decision.grants[0], decision.verdicts[0], Ask(story().caller, "P02")):
        assert not hasattr(value, "__dict__")
        with pytest.raises(FrozenInstanceError):
            setattr(value, next(iter(value.__slots__)), None)
