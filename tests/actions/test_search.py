"""Search: without names, ten or none, a hundred at most, in an order that says nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.search import new_session
from gateway.domain.criteria import Criteria, Criterion
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName, RoleId, SubjectId
from gateway.domain.partners import Caller
from gateway.domain.reasons import Reason
from gateway.domain.records import RecordKind
from gateway.domain.relations import RelationKind
from gateway.domain.subjects import Withholding, WithholdingKind
from tests.actions.house import AGENCIES, AGENCY, BUDGET, House, row, run

NAMES = {"achternaam", "roepnaam", "voornamen", "bsn", "v_nummer", "geboortedatum", "nationaliteit"}


def findable(house: House, count: int, **values: object) -> list[SubjectId]:
    """Deliver people who agreed to be found by agencies."""
    people = house.people(count, **values)
    for subject in people:
        house.consent(subject, "P04", AGENCIES)
    house.forget()
    return people


def where(name: str, *values: str) -> Criteria:
    """Search by one field."""
    return Criteria((Criterion(FieldName(name), values),))


def refused(house: House, caller: Caller, criteria: Criteria | None = None) -> Reason:
    """Search, and return the reason of the refusal."""
    with pytest.raises(DisclosureRefusedError) as refusal:
        house.find(caller, criteria)
    return refusal.value.reason


def test_nine_are_too_few(house: House) -> None:
    """A group of nine is not shown, and not even counted; the search is on record."""
    findable(house, 9)
    found, shares = house.find(house.matcher)
    assert (found.count, found.released, found.more) == (0, None, False)
    assert list(shares) == []
    assert house.kinds() == ["search: group too small"]
    assert house.vault.opened == []


def test_ten_are_shown(house: House) -> None:
    """A group of ten is shown, every one under her own entry."""
    people = findable(house, 10)
    found, shares = house.find(house.matcher)
    assert found.count == 10
    assert {share.subject for share in shares} == set(people)
    assert [record.kind for record in house.records] == [
        RecordKind.SEARCH,
        RecordKind.BULK,
        *[RecordKind.INTENT] * 10,
        RecordKind.OUTCOME,
    ]


def test_nobody_is_named_at_the_search_stage(house: House) -> None:
    """What is shown of a candidate holds no name, number, birth date or nationality."""
    findable(house, 10)
    _, shares = house.find(house.matcher)
    shown = {name for share in shares for name in (*share.values, *share.missing)}
    assert "nt2_niveau_spreken" in shown
    assert shown & NAMES == set()


def test_places_and_years_are_shown_in_buckets(house: House) -> None:
    """A postcode is shown by its first two digits and experience in bands."""
    findable(house, 10, ervaring_jaren=7)
    _, shares = house.find(house.matcher)
    for share in shares:
        assert share.values[FieldName("bemiddelingspostcode4")] == b'"38xx"'
        assert share.values[FieldName("ervaring_jaren")] == b'"6-10"'


@pytest.mark.parametrize(("people", "count"), [(11, 10), (12, 10), (13, 15), (17, 15)])
def test_counts_are_rounded_to_five(house: House, people: int, count: int) -> None:
    """The count is told to the nearest five."""
    findable(house, people)
    assert house.find(house.matcher)[0].count == count


def test_pages_hold_fifty_and_a_search_a_hundred(house: House) -> None:
    """A hundred and four are counted, a hundred are shown in two pages, none of them twice."""
    findable(house, 104)
    first, one = house.find(house.matcher)
    second, two = house.find(house.matcher, offset=50)
    assert (first.count, first.more, second.more) == (105, True, False)
    assert (len(one), len(two)) == (50, 50)
    assert len({share.subject for share in (*one, *two)}) == 100


def test_a_page_holds_what_is_asked_for(house: House) -> None:
    """A shorter page goes on where it ended, in the same order, and says whether there is more."""
    findable(house, 30)
    whole = house.find(house.matcher)[1]
    first, one = house.find(house.matcher, limit=25)
    second, two = house.find(house.matcher, offset=25, limit=25)
    assert (first.more, second.more) == (True, False)
    assert [s.subject for s in (*one, *two)] == [s.subject for s in whole]


def test_the_order_is_stable_in_a_session_and_says_nothing_about_people(house: House) -> None:
    """The same session shows the same order, another session another; neither is that of ids."""
    people = findable(house, 20)
    again = [[s.subject for s in house.find(house.matcher, session="a")[1]] for _ in range(2)]
    other = [s.subject for s in house.find(house.matcher, session="b")[1]]
    assert again[0] == again[1]
    assert again[0] != other
    assert sorted(people) not in (again[0], other)


def test_references_differ_by_session_and_lead_nowhere_else(house: House) -> None:
    """A candidate's reference lives one session; it is not the recipient's lasting reference."""
    findable(house, 10)
    sessions = new_session(), new_session()
    references = [
        {share.reference for share in house.find(house.matcher, session=name)[1]}
        for name in sessions
    ]
    assert references[0] & references[1] == set()
    for reference in references[0]:
        assert house.pseudonyms.resolve(AGENCY, reference) not in house.world.people


def test_a_search_shows_the_session_reference_as_client_ref(house: House) -> None:
    """The field ``client_ref`` of a candidate is the same passing name."""
    findable(house, 10)
    for share in house.find(house.matcher)[1]:
        assert share.values[FieldName("client_ref")] == f'"{share.reference}"'.encode()


def test_a_filter_keeps_only_those_who_fit(house: House) -> None:
    """A level means at least that level, and the group is counted after the filter."""
    findable(house, 10, nt2_niveau_spreken="B1")
    assert house.find(house.matcher, where("nt2_niveau_spreken", "A2"))[0].count == 10
    assert house.find(house.matcher, where("nt2_niveau_spreken", "B2"))[0].released is None


def test_any_of_the_values_of_a_filter_will_do(house: House) -> None:
    """A candidate needs one of the values of each filter."""
    findable(house, 10)
    either = where("nt2_niveau_spreken", "B2", "A1")
    assert house.find(house.matcher, either)[0].count == 10


def test_a_count_ends_at_two_hundred_and_fifty(house: House) -> None:
    """Of more it says that there are more, and of exactly so many it does not."""
    people = findable(house, 251)
    first, _ = house.find(house.matcher)
    assert (first.count, first.beyond) == (250, True)
    (given,) = house.world.people[people[0]].consents
    run(house.consents.withdraw(house.casemanager, given.consent_id))
    again, _ = house.find(house.matcher)
    assert (again.count, again.beyond) == (250, False)


@pytest.mark.parametrize(
    ("postcode", "km", "found"), [("3841", 10, 10), ("8011", 50, 10), ("9711", 50, 0)]
)
def test_a_distance_goes_by_areas(house: House, postcode: str, km: int, found: int) -> None:
    """Whoever lives in 38 is near Harderwijk and near Zwolle, and not near Groningen."""
    findable(house, 10)
    near = Criterion(FieldName("bemiddelingspostcode4"), (postcode,), km)
    assert house.find(house.matcher, Criteria((near,)))[0].count == found


def test_who_withdrew_from_one_agency_is_in_no_count_of_it(house: House) -> None:
    """Ten agreed to be found by all agencies; one later took back a yes to this one: it counts nine."""
    subjects = house.people(10)
    for subject in subjects:
        house.consent(subject, "P04", AGENCIES)
    house.clock.wait(timedelta(hours=1))
    own = house.consent(subjects[0], "P04", AGENCY)
    house.forget()
    assert house.find(house.matcher)[0].count == 10
    run(house.consents.withdraw(house.casemanager, own.consent.consent_id))
    house.forget()
    assert house.find(house.matcher)[0].released is None


def test_withdrawn_consent_takes_someone_out_of_the_count(house: House) -> None:
    """Consent is part of the search itself: with one withdrawal ten become nine."""
    people = findable(house, 10)
    (given,) = house.world.people[people[0]].consents
    house.clock.wait(timedelta(minutes=1))
    run(house.consents.withdraw(house.casemanager, given.consent_id))
    assert house.find(house.matcher)[0].released is None


def test_a_restricted_field_is_not_shown_in_a_search(house: House) -> None:
    """A restriction holds at the search stage too."""
    people = findable(house, 10)
    mask = house.mask("nt2_niveau_spreken")
    kind, since = WithholdingKind.RESTRICTED, house.clock.moment
    person = house.world.people[people[0]]
    held = (Withholding(kind, mask, frozenset(), since),)
    house.world.people[people[0]] = replace(person, withholdings=held)
    shares = {share.subject: share for share in house.find(house.matcher)[1]}
    assert ("nt2_niveau_spreken", "RESTRICTED") in shares[people[0]].refused
    assert "nt2_niveau_spreken" in shares[people[1]].values


def test_a_filter_on_a_field_one_may_not_read_is_refused(house: House) -> None:
    """A resident who matches may not filter on what she may not see; the refusal is on record."""
    matcher = house.caller("coa", "bewoner_matcher")
    assert refused(house, matcher, where("rijbewijs", "B")) is Reason.FIELD_NOT_IN_PURPOSE
    assert [record.reason for record in house.records] == ["FIELD_NOT_IN_PURPOSE"]


def test_a_filter_on_a_field_that_the_agreement_gave_up_is_refused(house: House) -> None:
    """Who may read a field of nobody may not find people by it either."""
    matcher, name = house.matcher, FieldName("rijbewijs")
    agreement = replace(matcher.partner.agreement, without=frozenset({name}))
    bound = replace(matcher, partner=replace(matcher.partner, agreement=agreement))
    assert refused(house, bound, where(name, "B")) is Reason.FIELD_NOT_IN_AGREEMENT
    assert house.find(bound)[0].count == 0


def test_a_filter_on_a_field_that_has_no_terms_is_a_wrong_question(house: House) -> None:
    """Nobody can search by name."""
    with pytest.raises(InvalidRequestError, match="achternaam: cannot be searched by"):
        house.find(house.matcher, where("achternaam", "Voorbeeld1"))


def test_the_budget_is_for_a_day(house: House) -> None:
    """After the day's searches the next is refused and logged; a day later there is room again."""
    findable(house, 10)
    for _ in range(BUDGET):
        house.find(house.matcher)
    assert refused(house, house.matcher) is Reason.QUERY_BUDGET_SPENT
    assert house.records[-1].reason == "QUERY_BUDGET_SPENT"
    colleague = house.caller("uitzendbureau", "uitzendbureau_matcher", "matcher-2")
    assert house.find(colleague)[0].count == 10
    house.clock.wait(timedelta(days=1, minutes=1))
    assert house.find(house.matcher)[0].count == 10


def test_two_searches_at_once_do_not_pass_the_budget(house: House) -> None:
    """Whoever was let in before others of hers were counted is refused when she is counted herself."""
    findable(house, 10)
    for _ in range(BUDGET - 1):
        house.find(house.matcher)
    searches = house.world.searches
    house.ledger.before.append(lambda: searches.append(searches[-1]))
    assert refused(house, house.matcher) is Reason.QUERY_BUDGET_SPENT
    assert house.records[-1].reason == "QUERY_BUDGET_SPENT"


def test_a_search_that_finds_too_few_is_spent_all_the_same(house: House) -> None:
    """Narrowing until nobody is left costs as much as finding someone."""
    for _ in range(BUDGET):
        assert house.find(house.matcher)[0].released is None
    assert refused(house, house.matcher) is Reason.QUERY_BUDGET_SPENT


def test_the_search_names_its_filters_and_not_their_values(house: House) -> None:
    """The log knows by which fields someone searched."""
    house.find(house.matcher, where("nt2_niveau_spreken", "B2"))
    assert house.records[0].detail == {"filters": "nt2_niveau_spreken"}


@pytest.mark.parametrize(
    ("partner", "role", "reason"),
    [
        ("harderwijk", "gemeente_klantmanager", Reason.PURPOSE_NOT_IN_AGREEMENT),
        ("werkgever", "werkgever", Reason.PURPOSE_NOT_IN_AGREEMENT),
        ("uitzendbureau", "werkgever", Reason.ACTOR_NOT_ALLOWED),
    ],
)
def test_who_has_no_agreement_to_search_is_refused(
    house: House, partner: str, role: str, reason: Reason
) -> None:
    """Searching takes an agreement that gives the role P04."""
    assert refused(house, house.caller(partner, role)) is reason
    assert house.kinds() == ["disclosure.denied: refused"]


def test_an_agreement_is_not_enough_without_a_rule(house: House) -> None:
    """A role that the agreement names but no rule does, finds nothing."""
    caller = house.matcher
    agreement = caller.partner.agreement
    purposes = {RoleId("klusser"): agreement.purposes[caller.role]}
    partner = replace(caller.partner, agreement=replace(agreement, purposes=purposes))
    odd = replace(caller, partner=partner, role=RoleId("klusser"))
    assert refused(house, odd) is Reason.PURPOSE_NOT_IN_AGREEMENT


def test_a_municipality_sees_its_own_clients_in_a_small_group(house: House) -> None:
    """Her own linked clients are no strangers: three are shown without consent and without ten."""
    people = house.people(3)
    matcher = house.caller("harderwijk", "gemeente_matcher")
    found, shares = house.find(matcher)
    assert found.count == 5
    assert {share.subject for share in shares} == set(people)


def test_a_municipality_does_not_see_a_few_strangers_among_its_own(house: House) -> None:
    """Nine who agreed to be found but are not linked stay hidden beside her own three."""
    mine = _with_strangers(house, 9)
    found, shares = house.find(house.caller("harderwijk", "gemeente_matcher"))
    assert {share.subject for share in shares} == mine
    assert found.count == 5


def test_a_municipality_sees_ten_strangers_beside_its_own(house: House) -> None:
    """Ten who agreed to be found are shown with her own three."""
    mine = _with_strangers(house, 10)
    found, shares = house.find(house.caller("harderwijk", "gemeente_matcher"))
    assert {share.subject for share in shares} > mine
    assert (len(shares), found.count) == (13, 15)


def _with_strangers(house: House, count: int) -> set[SubjectId]:
    """Deliver people of Utrecht who agreed to be found by municipalities, and three of Harderwijk."""
    for subject in house.people(count, koppel_gemeente_code="0344"):
        house.consent(subject, "P04", "soort:gemeente")
    numbers = (901, 902, 903)
    house.deliver(*(row(number) for number in numbers))
    house.forget()
    return {house.subject(number) for number in numbers}


def test_whom_coa_links_at_its_desk_is_found_by_her_fields(house: House) -> None:
    """Her town finds her by what she offers from the link on, and not only after her next delivery."""
    nobodys = {"koppel_gemeente_code": None, "koppel_datum": None, "koppel_status": None}
    subject = house.person(1, nt2_niveau_spreken="B1", **nobodys)
    matcher, by_level = house.caller("harderwijk", "gemeente_matcher"), "nt2_niveau_spreken"
    assert not house.find(matcher, where(by_level, "B1"))[1]
    house.relate(subject, RelationKind.GEKOPPELD, "0243")
    assert [share.subject for share in house.find(matcher, where(by_level, "B1"))[1]] == [subject]


def test_a_consent_to_one_agency_is_not_one_to_all(house: House) -> None:
    """Ten who agreed to one agency by name are found by that agency and by no other party."""
    for subject in house.people(10):
        house.consent(subject, "P04", AGENCY)
    house.forget()
    assert house.find(house.matcher)[0].count == 10
    assert house.find(house.caller("coa", "bewoner_matcher"))[0].released is None
