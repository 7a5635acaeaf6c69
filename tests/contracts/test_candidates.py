"""Every body of the port Candidates keeps this law."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from gateway.domain.changes import RecordConsent, SpendQuery
from gateway.domain.consents import ConsentEventKind
from gateway.domain.criteria import Wanted
from gateway.domain.identifiers import ActorId, SubjectId
from gateway.domain.ports import Rejected
from gateway.domain.records import Receipt
from gateway.domain.relations import RelationEvent, RelationKind
from tests.contracts.bodies import (
    AGENCIES,
    DAY,
    NOON,
    SEARCH,
    Body,
    agreed,
    consent,
    held,
    linked,
    relate,
    unlinked,
)

WELDER, COOK, NORTH, SOUTH = (bytes([number]) * 16 for number in range(4))
TOWN = "gemeente:0243"
LATER = NOON + timedelta(hours=1)


def find(
    body: Body,
    *groups: Sequence[bytes],
    to: Sequence[str] = (AGENCIES,),
    at: datetime = LATER,
    limit: int = 100,
) -> list[SubjectId]:
    """Search."""
    return list(asyncio.run(body.candidates.find(Wanted(groups, to, at, limit))))


def candidate(body: Body, number: int, *terms: bytes) -> tuple[SubjectId, UUID]:
    """Store someone who agrees to be found by agencies."""
    subject, consent_id = body.person(number), uuid4()
    assert isinstance(body.change(subject, agreed(subject, consent_id, *terms)), Receipt)
    return subject, consent_id


def test_without_consent_or_link_nobody_is_found(body: Body) -> None:
    """Terms of someone who never agreed and is linked nowhere find nothing."""
    body.person(terms=(WELDER,))
    assert find(body, [WELDER], to=[AGENCIES, TOWN]) == []
    assert find(body, to=[AGENCIES, TOWN]) == []


def test_who_agrees_is_found_by_whom_she_named_only(body: Body) -> None:
    """A consent opens the search to its recipient, and to no other kind, partner or town."""
    subject, _ = candidate(body, 1, WELDER)
    assert find(body, [WELDER]) == [subject]
    assert find(body, [WELDER], to=["soort:werkgever", "00000099000000000001", TOWN]) == []
    assert find(body, [WELDER], to=[]) == []


def test_a_link_brings_the_terms_by_which_her_town_finds_her(body: Body) -> None:
    """Terms that come with a link take effect with it, and a later event without terms keeps them."""
    subject = body.person()
    link = replace(relate(subject, linked()), terms=held(subject, WELDER))
    assert isinstance(body.change(subject, link), Receipt)
    assert isinstance(body.change(subject, relate(subject, linked(at=LATER))), Receipt)
    assert find(body, [WELDER], to=[TOWN]) == [subject]


def test_every_group_needs_one_of_its_terms(body: Body) -> None:
    """Groups narrow, terms within a group widen, and an empty group finds nobody."""
    north, _ = candidate(body, 1, WELDER, NORTH)
    south, _ = candidate(body, 2, WELDER, SOUTH)
    cook, _ = candidate(body, 3, COOK, NORTH)
    assert find(body, [WELDER]) == [north, south]
    assert find(body, [WELDER], [NORTH]) == [north]
    assert find(body, [WELDER, COOK], [NORTH]) == [north, cook]
    assert find(body, [COOK], [SOUTH]) == []
    assert find(body, [WELDER], []) == []
    assert find(body) == [north, south, cook]


def test_whom_nobody_here_may_find_is_not_found_by_a_term_of_two_groups(body: Body) -> None:
    """A term that stands in two groups stands in for neither the other group nor a consent."""
    welder, _ = candidate(body, 1, WELDER)
    other = body.person(2)
    employers = consent(ConsentEventKind.GIVEN, uuid4(), recipient="soort:werkgever")
    body.change(other, RecordConsent(other, employers, held(other, WELDER, COOK)))
    assert find(body, [WELDER, COOK], [WELDER, NORTH]) == [welder]
    assert find(body, [WELDER], [WELDER, COOK]) == [welder]


def test_found_in_order_of_id_up_to_the_limit(body: Body) -> None:
    """The limit cuts a list that is in order of id."""
    people = [candidate(body, number, WELDER)[0] for number in (3, 1, 2)]
    assert find(body, [WELDER], limit=2) == sorted(people)[:2]


def test_a_walk_begins_where_it_is_told_and_goes_around(body: Body) -> None:
    """From the start on, then those before it; the limit cuts that order, with filters and without."""
    people = sorted(candidate(body, number, WELDER)[0] for number in (1, 2, 3, 4))
    turned = [*people[2:], *people[:2]]
    for groups in ([], [[WELDER]], [[WELDER, COOK]]):
        for limit in (1, 3, 9):
            wanted = Wanted(groups, (AGENCIES,), LATER, limit, people[2])
            assert list(asyncio.run(body.candidates.find(wanted))) == turned[:limit]


def test_whom_others_may_find_can_be_left_out(body: Body) -> None:
    """Strangers are those who are not linked to the asker herself."""
    mine = body.person(1, relations=(linked(),), terms=(WELDER,))
    stranger, _ = candidate(body, 2, WELDER)
    body.change(mine, agreed(mine, uuid4(), WELDER))
    both = Wanted([[WELDER]], (AGENCIES,), LATER, 9)
    assert list(asyncio.run(body.candidates.find(both))) == [mine, stranger]
    apart = replace(both, besides=(TOWN,))
    assert list(asyncio.run(body.candidates.find(apart))) == [stranger]


@pytest.mark.parametrize(
    "end", [ConsentEventKind.WITHDRAWN, ConsentEventKind.EXPIRED, ConsentEventKind.INVALIDATED]
)
def test_an_ended_consent_finds_nobody(body: Body, end: ConsentEventKind) -> None:
    """From the commit of its end on, a consent opens nothing, and its terms do not come back."""
    subject, consent_id = candidate(body, 1, WELDER)
    body.change(subject, RecordConsent(subject, consent(end, consent_id, LATER)), at=LATER)
    assert find(body, [WELDER]) == []
    body.change(subject, relate(subject, linked(at=LATER)), at=LATER)
    assert find(body, [WELDER], to=[TOWN]) == []
    assert find(body, to=[TOWN]) == [subject]


def test_a_consent_past_its_term_finds_nobody(body: Body) -> None:
    """The term counts to the moment, without any event."""
    subject = body.person()
    body.change(subject, agreed(subject, uuid4(), WELDER, expires=LATER))
    assert find(body, [WELDER], at=LATER - timedelta(microseconds=1)) == [subject]
    assert find(body, [WELDER], at=LATER) == []


def test_asking_for_consent_opens_nothing(body: Body) -> None:
    """A requested or refused consent is not a consent."""
    for number, kind in enumerate((ConsentEventKind.REQUESTED, ConsentEventKind.REFUSED), 1):
        subject = body.person(number)
        event = consent(kind, uuid4())
        assert isinstance(
            body.change(subject, RecordConsent(subject, event, held(subject, WELDER))), Receipt
        )
    assert find(body) == []


def test_a_renewed_consent_runs_on(body: Body) -> None:
    """Renewal moves the term, and search follows it."""
    subject, consent_id = body.person(), uuid4()
    body.change(subject, agreed(subject, consent_id, WELDER, expires=NOON + DAY))
    renewed = consent(ConsentEventKind.RENEWED, consent_id, LATER, expires=NOON + 3 * DAY)
    assert isinstance(body.change(subject, RecordConsent(subject, renewed)), Receipt)
    assert find(body, [WELDER], at=NOON + 2 * DAY) == [subject]
    assert find(body, [WELDER], at=NOON + 3 * DAY) == []


def test_one_ended_consent_leaves_another(body: Body) -> None:
    """Who agreed twice is still found by the one she did not take back."""
    subject, first = candidate(body, 1, WELDER)
    employers = consent(ConsentEventKind.GIVEN, uuid4(), recipient="soort:werkgever")
    body.change(subject, RecordConsent(subject, employers, held(subject, WELDER)))
    body.change(
        subject, RecordConsent(subject, consent(ConsentEventKind.WITHDRAWN, first, LATER)), at=LATER
    )
    assert find(body, [WELDER]) == []
    assert find(body, [WELDER], to=["soort:werkgever"]) == [subject]


def test_a_linked_client_is_found_by_her_town_only(body: Body) -> None:
    """A municipality finds its own clients without consent; agencies do not."""
    subject = body.person(relations=(linked(),), terms=(WELDER,))
    assert find(body, [WELDER], to=[TOWN]) == [subject]
    assert find(body, [WELDER], to=["gemeente:0307", AGENCIES]) == []


def test_another_town_takes_over_at_the_moment_it_says(body: Body) -> None:
    """A re-link recorded ahead moves the client at its moment, not before."""
    subject = body.person(relations=(linked(),), terms=(WELDER,))
    moved = RelationEvent(RelationKind.OMGEKOPPELD, "0307", NOON + DAY, "TVS")
    body.change(subject, relate(subject, moved))
    for at, here, there in ((LATER, [subject], []), (NOON + DAY, [], [subject])):
        assert find(body, [WELDER], to=[TOWN], at=at) == here
        assert find(body, [WELDER], to=["gemeente:0307"], at=at) == there


def test_an_unlinked_client_is_found_no_more(body: Body) -> None:
    """After unlinking the town finds nobody, and the terms are gone with the link."""
    subject = body.person(relations=(linked(),), terms=(WELDER,))
    body.change(subject, relate(subject, unlinked(at=LATER)), at=LATER)
    assert find(body, to=[TOWN]) == []
    body.change(subject, relate(subject, linked("0307", NOON + DAY)), at=LATER)
    assert find(body, [WELDER], to=["gemeente:0307"], at=NOON + DAY) == []


def test_found_once_however_often_she_agreed(body: Body) -> None:
    """Several open doors give one person once."""
    subject = body.person(relations=(linked(),), terms=(WELDER, COOK))
    for _ in range(2):
        body.change(subject, agreed(subject, uuid4(), WELDER, COOK))
    assert find(body, [WELDER, COOK], to=[AGENCIES, TOWN]) == [subject]


def test_a_new_version_brings_its_own_terms(body: Body) -> None:
    """Terms follow the profile: what is no longer in it finds nobody."""
    subject, _ = candidate(body, 1, WELDER)
    body.change(subject, body.version(subject, 2, terms=(COOK,)))
    assert find(body, [WELDER]) == []
    assert find(body, [COOK]) == [subject]


def test_a_search_past_its_budget_is_refused(body: Body) -> None:
    """The second of one since noon does not hold; a colleague's, and one since later, do."""
    one, other = (
        SpendQuery(ActorId(actor), SEARCH, NOON, since=NOON, most=1) for actor in ("a", "b")
    )
    assert isinstance(body.change(None, one), Receipt)
    assert isinstance(body.change(None, one), Rejected)
    assert isinstance(body.change(None, other), Receipt)
    assert isinstance(body.change(None, replace(one, at=LATER, since=LATER)), Receipt)
    assert asyncio.run(body.candidates.searches_since(ActorId("a"), NOON)) == 2


def test_searches_are_counted_for_the_actor_since_the_moment(body: Body) -> None:
    """Only this actor's searches count, the one at the moment itself included."""
    for actor, at in (("a", NOON), ("a", LATER), ("b", LATER), ("a", NOON - DAY)):
        body.change(None, SpendQuery(ActorId(actor), SEARCH, at))
    assert asyncio.run(body.candidates.searches_since(ActorId("a"), NOON)) == 2
    assert asyncio.run(body.candidates.searches_since(ActorId("nobody"), NOON)) == 0
