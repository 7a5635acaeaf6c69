"""Relations fold into periods, and each relation test holds for what it names and not beside it."""

from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from gateway.domain.consents import ConsentEventKind
from gateway.domain.decisions import MIN_GROUP
from gateway.domain.identifiers import GemeenteCode, SubjectId
from gateway.domain.partners import PartnerKind
from gateway.domain.purposes import ConsentNeed, RelationTest, Stage
from gateway.domain.reasons import Reason
from gateway.domain.relation_tests import PREDECESSOR_TERM
from gateway.domain.relations import (
    MunicipalTie,
    RelationEvent,
    RelationKind,
    municipal_ties,
    reception_site,
    work_ties,
)
from tests.domain.law import (
    DAY,
    LINKED,
    NEXT_TOWN,
    NOW,
    OIN,
    OTHER_OIN,
    SITE,
    TICK,
    TOWN,
    Story,
    event,
    given,
    later,
    rule,
    story,
    version,
)

K = RelationKind
START = NOW - 100 * DAY


def reason(told: Story) -> Reason | None:
    """Return the reason of the refusal."""
    return told.decide().reason


# --- folding --------------------------------------------------------------------------------


def test_a_subject_has_one_municipality_at_a_time() -> None:
    """Link, re-link, housing and unlink make periods that touch and never overlap."""
    events = (
        event(K.GEKOPPELD, TOWN, NOW - 9 * DAY),
        event(K.OMGEKOPPELD, NEXT_TOWN, NOW - 6 * DAY),
        event(K.GEHUISVEST, NEXT_TOWN, NOW - 4 * DAY),
        event(K.ONTKOPPELD, NEXT_TOWN, NOW - 2 * DAY),
    )
    assert municipal_ties(events, NOW) == (
        MunicipalTie(TOWN, NOW - 9 * DAY, NOW - 6 * DAY, housed=False),
        MunicipalTie(NEXT_TOWN, NOW - 6 * DAY, NOW - 2 * DAY, housed=True),
    )


def test_being_housed_in_one_step_begins_a_period() -> None:
    """Housing elsewhere ends the period before it, and the new one is that of a home."""
    events = (LINKED, event(K.GEHUISVEST, NEXT_TOWN, NOW))
    assert municipal_ties(events, NOW)[-1] == MunicipalTie(NEXT_TOWN, NOW, None, housed=True)


def test_a_link_that_is_told_twice_is_one_period() -> None:
    """Linking again to the same town changes nothing, and forgets no home."""
    events = (
        event(K.GEHUISVEST, at=NOW - 3 * DAY),
        event(K.GEKOPPELD, at=NOW - 2 * DAY),
    )
    assert municipal_ties(events, NOW) == (MunicipalTie(TOWN, NOW - 3 * DAY, None, housed=True),)


@pytest.mark.parametrize("party", [NEXT_TOWN, "9999"])
def test_only_the_current_town_can_be_unlinked(party: str) -> None:
    """Unlinking another town, or unlinking twice, changes nothing."""
    events = (LINKED, event(K.ONTKOPPELD, party, NOW))
    assert municipal_ties(events, NOW) == municipal_ties((LINKED,), NOW)
    ended = (LINKED, event(K.ONTKOPPELD, at=NOW - TICK), event(K.ONTKOPPELD, at=NOW))
    assert municipal_ties(ended, NOW)[0].until == NOW - TICK


def test_an_event_counts_from_its_own_moment() -> None:
    """What lies ahead has not happened; at its moment it has."""
    ahead = event(K.GEKOPPELD, at=NOW)
    assert municipal_ties((ahead,), NOW - TICK) == ()
    assert len(municipal_ties((ahead,), NOW)) == 1


def test_the_last_site_told_is_where_she_stays() -> None:
    """A later stay replaces an earlier one; a home ends it; work does not touch it."""
    stays = (
        event(K.VERBLIJFT, "azc-nul", NOW - 3 * DAY),
        event(K.VERBLIJFT, SITE, NOW - 2 * DAY),
        event(K.AANBOD, OIN, NOW - DAY),
    )
    assert reception_site(stays, NOW) == SITE
    assert reception_site(stays, NOW - 2 * DAY - TICK) == "azc-nul"
    assert reception_site((), NOW) is None
    assert reception_site((*stays, event(K.GEHUISVEST, TOWN, NOW)), NOW) is None
    assert reception_site((*stays, event(K.VERTROKKEN, SITE, NOW)), NOW) is None
    assert reception_site((*stays, event(K.VERTROKKEN, "azc-nul", NOW)), NOW) == SITE


def test_work_stages_add_up_until_they_end() -> None:
    """Each party has its own stages; an end clears them and a new start begins afresh."""
    events = (
        event(K.VOORGESTELD, OIN, NOW - 5 * DAY),
        event(K.AANBOD, OIN, NOW - 4 * DAY),
        event(K.GEPLAATST, OTHER_OIN, NOW - 3 * DAY),
        event(K.BEEINDIGD, OIN, NOW - 2 * DAY),
        event(K.VOORGESTELD, OIN, NOW - DAY),
        event(K.GEKOPPELD, OIN, NOW - DAY),
    )
    assert work_ties(events, OIN, NOW - 3 * DAY) == {K.VOORGESTELD, K.AANBOD}
    assert work_ties(events, OIN, NOW - 2 * DAY) == frozenset()
    assert work_ties(events, OIN, NOW) == {K.VOORGESTELD}
    assert work_ties(events, OTHER_OIN, NOW) == {K.GEPLAATST}


EVENTS = st.lists(
    st.builds(
        lambda kind, party, days: event(kind, party, START + timedelta(days=days)),
        st.sampled_from(list(K)),
        st.sampled_from([TOWN, NEXT_TOWN, "0034"]),
        st.integers(0, 120),
    ),
    unique_by=lambda one: one.at,
    max_size=12,
)


@each(EVENTS, st.randoms(use_true_random=False))
def test_periods_touch_in_order_whatever_the_order_told(
    events: list[RelationEvent], dice: object
) -> None:
    """Told in any order the periods are the same: in order, no overlap, only the last one open."""
    ties = municipal_ties(events, NOW)
    told = list(events)
    dice.shuffle(told)  # type: ignore[attr-defined]  # hypothesis draws the dice
    assert municipal_ties(told, NOW) == ties
    assert all(tie.until is not None for tie in ties[:-1])
    for before, after in pairwise(ties):
        assert before.until is not None
        assert before.since < before.until <= after.since


# --- the relation tests ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "relation", [RelationTest.LINKED_OR_HOUSED, RelationTest.PROCESSOR_OF_LINKED_MUNICIPALITY]
)
def test_linked_holds_while_the_link_does(relation: RelationTest) -> None:
    """From the moment of the link until the moment it ends, for that town only."""
    ended = event(K.ONTKOPPELD, at=NOW + DAY)
    told = story(rule(relation=relation)).happened(LINKED, ended)
    at = {LINKED.at - TICK: False, LINKED.at: True, ended.at - TICK: True, ended.at: False}
    for moment, holds in at.items():
        asked = Story(told.rules, told.caller, told.situation, moment=moment)
        assert bool(asked.granted()) is holds
    elsewhere = told.happened(event(K.GEKOPPELD, NEXT_TOWN))
    assert reason(elsewhere) is Reason.NOT_LINKED


def test_being_housed_is_as_good_as_being_linked() -> None:
    """The town where she lives may ask."""
    assert story().happened(event(K.GEHUISVEST)).granted()


def test_a_partner_of_more_towns_is_linked_through_any() -> None:
    """A processor for two towns knows the people of both."""
    told = story()
    towns = frozenset({GemeenteCode("0034"), GemeenteCode(NEXT_TOWN)})
    partner = told.caller.partner
    both = told.asked_by(
        partner=type(partner)(
            partner.oin, partner.slug, partner.name, partner.kind, partner.agreement, towns
        )
    )
    assert both.happened(event(K.GEKOPPELD, NEXT_TOWN)).granted()
    assert reason(both) is Reason.NOT_LINKED


def moved(purpose: str, relation: RelationTest = RelationTest.LINKED_OR_HOUSED) -> Story:
    """Tell of someone who was linked here, and to the next town since ``NOW - DAY``."""
    return story(
        rule("naam", "leerroute", "nt2_uren", purpose=purpose, relation=relation)
    ).happened(event(K.GEKOPPELD, at=NOW - 50 * DAY), event(K.OMGEKOPPELD, NEXT_TOWN, NOW - DAY))


def at(told: Story, since: timedelta) -> Story:
    """Ask some time after the move."""
    return Story(
        told.rules, told.caller, told.situation, purpose=told.purpose, moment=NOW - DAY + since
    )


@pytest.mark.parametrize("purpose", ["P03_doel", "P12_doel"])
@pytest.mark.parametrize(
    ("since", "kept"),
    [
        (timedelta(0), {"leerroute", "nt2_uren"}),
        (PREDECESSOR_TERM - TICK, {"leerroute", "nt2_uren"}),
        (PREDECESSOR_TERM, set()),
        (PREDECESSOR_TERM + DAY, set()),
    ],
)
def test_a_predecessor_keeps_a_month_of_its_own_part(
    purpose: str, since: timedelta, kept: set[str]
) -> None:
    """For thirty days the town before keeps PIP, route and hours, to the last moment of them."""
    assert at(moved(purpose), since).granted() == kept


@pytest.mark.parametrize("purpose", ["P02_doel", "P08_doel"])
def test_a_predecessor_keeps_nothing_for_another_purpose(purpose: str) -> None:
    """The month is for P03 and P12 only."""
    assert reason(at(moved(purpose), DAY)) is Reason.NOT_LINKED


def test_a_processor_keeps_no_month() -> None:
    """Who works for a municipality loses access with the link."""
    told = moved("P03_doel", RelationTest.PROCESSOR_OF_LINKED_MUNICIPALITY)
    assert reason(at(told, DAY)) is Reason.NOT_LINKED


def test_a_predecessor_keeps_nothing_of_after_its_period() -> None:
    """What a later version changed is no longer of its period; what an earlier one did, is."""
    told = moved("P03_doel").about(
        versions=(
            version(1, NOW - 40 * DAY, "leerroute", "nt2_uren"),
            version(2, NOW - DAY, "leerroute"),
            version(3, NOW - DAY + TICK, "nt2_uren"),
        )
    )
    assert at(told, DAY).granted() == {"leerroute"}


def test_without_a_successor_there_is_no_predecessor() -> None:
    """A town that was unlinked while no other followed keeps nothing."""
    told = moved("P03_doel").happened(
        event(K.GEKOPPELD, at=NOW - 50 * DAY), event(K.ONTKOPPELD, at=NOW - DAY)
    )
    assert reason(at(told, DAY)) is Reason.NOT_LINKED


def test_an_earlier_move_away_gives_no_month_to_whoever_came_back() -> None:
    """A town she left, came back to and was unlinked from has no successor of its last tie."""
    told = moved("P03_doel").happened(
        event(K.GEKOPPELD, at=NOW - 50 * DAY),
        event(K.OMGEKOPPELD, NEXT_TOWN, NOW - 20 * DAY),
        event(K.OMGEKOPPELD, at=NOW - 5 * DAY),
        event(K.ONTKOPPELD, at=NOW - DAY),
    )
    assert reason(at(told, DAY)) is Reason.NOT_LINKED


def test_only_the_last_move_away_counts() -> None:
    """A town that lost her long ago does not get a month from a move between others."""
    told = moved("P03_doel").happened(
        event(K.GEKOPPELD, TOWN, NOW - 90 * DAY),
        event(K.OMGEKOPPELD, NEXT_TOWN, NOW - 60 * DAY),
        event(K.OMGEKOPPELD, "0034", NOW - DAY),
    )
    assert reason(at(told, DAY)) is Reason.NOT_LINKED


def test_newly_linked_is_linked_here_after_elsewhere() -> None:
    """P12 is for a town that took over; the first town of someone has nobody to ask."""
    told = story(rule("leerroute", purpose="P12_doel", relation=RelationTest.NEWLY_LINKED))
    assert reason(told) is Reason.NOT_LINKED
    assert told.happened(event(K.GEKOPPELD, NEXT_TOWN, NOW - 9 * DAY), LINKED).granted()
    assert reason(told.happened()) is Reason.NOT_LINKED


def test_findable_holds_with_a_living_consent_to_be_found() -> None:
    """By the partner itself or its kind, from the moment it was given until it ends."""
    told = story(
        rule(
            relation=RelationTest.FINDABLE,
            purpose="P04_doel",
            stage=Stage.SEARCH,
            consent=ConsentNeed.YES,
        ),
        kind=PartnerKind.UITZENDBUREAU,
        group=MIN_GROUP,
    )
    for recipient in (OIN, "soort:uitzendbureau"):
        assert told.said(given("P04_doel", recipient)).granted()
    for near_miss in (
        given("P04_doel", OTHER_OIN),
        given("P04_doel", "soort:werkgever"),
        given("P05_doel"),
        given("P04_doel", at=NOW + TICK),
        given("P04_doel", expires=NOW),
    ):
        assert reason(told.said(near_miss)) is Reason.NOT_FINDABLE
    taken_back = told.said(given("P04_doel"), later(ConsentEventKind.WITHDRAWN))
    assert reason(taken_back) is Reason.NOT_FINDABLE


def test_linked_or_findable_takes_either() -> None:
    """A municipality finds her own clients and those who agreed, and no one else."""
    told = story(
        rule(relation=RelationTest.LINKED_OR_FINDABLE, purpose="P04_doel", stage=Stage.SEARCH),
        group=MIN_GROUP,
    )
    assert told.granted()
    assert reason(told.happened()) is Reason.NOT_FINDABLE
    assert told.happened().said(given("P04_doel", "soort:gemeente")).granted()


def test_own_location_is_where_she_stays_now() -> None:
    """A worker of her site may ask; a worker of another, or of none, may not."""
    told = story(rule(relation=RelationTest.OWN_LOCATION), kind=PartnerKind.COA).happened(
        event(K.VERBLIJFT, SITE)
    )
    assert told.asked_by(locations=frozenset({SITE, "azc-twee"})).granted()
    assert reason(told.asked_by(locations=frozenset({"azc-twee"}))) is Reason.NOT_OWN_LOCATION
    assert reason(told) is Reason.NOT_OWN_LOCATION
    nowhere = told.happened().asked_by(locations=frozenset({SITE}))
    assert reason(nowhere) is Reason.NOT_OWN_LOCATION


def test_own_region_is_the_region_of_her_site() -> None:
    """Who works for the region may ask; without a region nobody may."""
    told = story(rule(relation=RelationTest.OWN_REGION), kind=PartnerKind.COA)
    oost = told.asked_by(regions=frozenset({"Oost"}))
    assert oost.about(coa_regio="Oost").granted()
    assert reason(oost.about(coa_regio="West")) is Reason.NOT_OWN_LOCATION
    assert reason(oost) is Reason.NOT_OWN_LOCATION


def test_reception_site_in_is_the_town_of_her_site() -> None:
    """The town where the reception site stands may ask, linked or not."""
    told = story(rule(relation=RelationTest.RECEPTION_SITE_IN)).happened()
    assert told.about(reception_gemeente=TOWN).granted()
    assert reason(told.about(reception_gemeente=NEXT_TOWN)) is Reason.NOT_LINKED
    assert reason(told) is Reason.NOT_LINKED


@pytest.mark.parametrize(
    ("relation", "enough", "why"),
    [
        (
            RelationTest.INTRODUCED,
            {K.VOORGESTELD, K.AANBOD, K.GEPLAATST},
            Reason.NOT_INTRODUCED,
        ),
        (RelationTest.OFFER_RECORDED, {K.AANBOD, K.GEPLAATST}, Reason.NO_OFFER_RECORDED),
        (RelationTest.PLACED, {K.GEPLAATST}, Reason.NOT_PLACED),
    ],
)
def test_work_relations_hold_from_their_own_step_on(
    relation: RelationTest, enough: set[RelationKind], why: Reason
) -> None:
    """An offer is enough for what an introduction allows; a step short is told as too early."""
    told = story(rule(relation=relation), kind=PartnerKind.UITZENDBUREAU)
    for kind in (K.VOORGESTELD, K.AANBOD, K.GEPLAATST):
        here = told.happened(event(kind, OIN))
        if kind in enough:
            assert here.granted()
        else:
            assert reason(here) is Reason.STAGE_NOT_REACHED
        assert reason(told.happened(event(kind, OTHER_OIN))) is why
        assert reason(told.happened(event(kind, OIN, NOW + TICK))) is why
        over = told.happened(event(kind, OIN), event(K.BEEINDIGD, OIN, NOW))
        assert reason(over) is why


def test_self_is_oneself() -> None:
    """A resident sees her own record, not another's, and nobody acts as nobody."""
    told = story(rule(relation=RelationTest.SELF), kind=PartnerKind.BETROKKENE)
    assert told.asked_by(subject=told.situation.subject).granted()
    assert reason(told.asked_by(subject=SubjectId(UUID(int=99)))) is Reason.NOT_OWN_RECORD
    assert reason(told) is Reason.NOT_OWN_RECORD


@pytest.mark.parametrize(
    ("relation", "why"),
    [
        (RelationTest.AGGREGATES_ONLY, Reason.AGGREGATES_ONLY),
        (RelationTest.OWN_ORGANISATION_LOG, Reason.NOT_OWN_RECORD),
        (RelationTest.ON_REQUEST, Reason.NOT_OWN_RECORD),
    ],
)
def test_three_relations_never_open_a_person(relation: RelationTest, why: Reason) -> None:
    """Counts, logs and requests of the authority are answered elsewhere, never per person."""
    everything = (LINKED, event(K.GEPLAATST, OIN), event(K.VERBLIJFT, SITE))
    told = story(rule(relation=relation)).happened(*everything).said(given("P02_doel"))
    decision = told.asked_by(locations=frozenset({SITE})).decide()
    assert (decision.reason, decision.hidden) == (why, True)
