"""Every body of the port IndexStock keeps this law, and so does every ledger that indexes anew."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from gateway.domain.blind import RaiseIndexFloor, RekeySubject, marked
from gateway.domain.changes import Change, RequireEpoch
from gateway.domain.counting import BlindCube, PublishCounts
from gateway.domain.criteria import Wanted
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.ports import Entry, Rejected
from gateway.domain.records import AuditRecord, Receipt, RecordKind
from tests.contracts.bodies import AGENCIES, NOON, Body, agreed, held, linked, relate, subject_id

LATER = NOON + timedelta(hours=1)
ONE, TWO = bytes(16), b"\xff" * 16
FIELD = FieldName("doelgroep")


def term(version: int, bare: bytes = ONE) -> bytes:
    """Make a term."""
    return marked(version, bare)


def tag(version: int, number: int) -> bytes:
    """Make the tag of someone's V-nummer."""
    return marked(version, number.to_bytes(16, "big"))


def found(body: Body, *terms: bytes) -> list[SubjectId]:
    """Search by one group."""
    return list(asyncio.run(body.candidates.find(Wanted([terms], [AGENCIES], LATER, 10))))


def left(body: Body, version: int) -> list[SubjectId]:
    """List who is left, by pages of two; their number is told the same."""
    people: list[SubjectId] = []
    after = None
    while page := asyncio.run(body.stock.before(version, after, 2)):
        people += [one.subject for one in page]
        after = page[-1].subject
    assert asyncio.run(body.stock.left(version)) == len(people)
    return people


def anew(
    subject: SubjectId, number: int, *terms: bytes, version: int = 2, content: bytes | None = None
) -> RekeySubject:
    """Index someone anew."""
    return RekeySubject(
        subject, tag(version, number), content or term(version), held(subject, *terms)
    )


def of_the_keys(body: Body, *changes: Change) -> Receipt | Rejected:
    """Append one entry about the keys with these changes."""
    record = AuditRecord(uuid4(), RecordKind.KEYS, NOON, "index page re-keyed")
    (answer,) = body.append(Entry(record, changes))
    return answer


def rekey(body: Body, change: RekeySubject) -> Receipt | Rejected:
    """Carry it out, as long as she is as she was read."""
    return of_the_keys(body, RequireEpoch(change.subject, body.epoch(change.subject)), change)


def test_everyone_is_under_the_first_version_at_first(body: Body) -> None:
    """Nothing is older than the first version; all is older than the second."""
    people = [body.person(number) for number in (1, 2, 3)]
    assert asyncio.run(body.stock.floor()) == 1
    assert left(body, 1) == []
    assert left(body, 2) == people


def test_who_is_indexed_anew_is_not_left(body: Body) -> None:
    """Her number leads to her by the new tag only, and she is left for a version after that."""
    one, two = body.person(1, v_tag=tag(1, 1)), body.person(2)
    epoch = body.epoch(one)
    assert isinstance(rekey(body, anew(one, 1)), Receipt)
    assert (left(body, 2), left(body, 3)) == ([two], [one, two])
    stored = asyncio.run(body.subjects.stored([tag(1, 1), tag(2, 1)]))
    assert [(found, profile.subject) for found, profile in stored.items()] == [(tag(2, 1), one)]
    assert stored[tag(2, 1)].content == term(2)
    assert body.epoch(one) == epoch  # it changes no decision


def test_terms_take_the_place_of_older_ones(body: Body) -> None:
    """A candidate is found by her new terms and no longer by the older ones."""
    subject = body.person(1)
    body.change(subject, agreed(subject, uuid4(), term(1, ONE), term(1, TWO)))
    assert found(body, term(1, ONE)) == [subject]
    assert isinstance(rekey(body, anew(subject, 1, term(2, ONE), term(2, TWO))), Receipt)
    assert found(body, term(1, ONE), term(1, TWO)) == []
    assert found(body, term(2, ONE)) == found(body, term(2, TWO)) == [subject]


def test_who_cannot_be_found_gets_no_terms(body: Body) -> None:
    """Someone whom nobody may find has no terms after it either, also once she agrees without any."""
    subject = body.person(1, terms=(term(1),))
    assert isinstance(rekey(body, anew(subject, 1, term(2))), Receipt)
    body.change(subject, agreed(subject, uuid4()))
    assert found(body, term(1), term(2)) == []


@pytest.mark.parametrize("older", ["tag", "content", "terms", "history"])
def test_one_thing_under_an_older_version_is_enough_to_be_left(body: Body, older: str) -> None:
    """Her number, a digest of her profile now or before, or a search term: any of them is left."""
    subject = body.person(
        1, v_tag=tag(2, 1), content=term(1 if older == "history" else 2), terms=(term(2),)
    )
    two = body.version(
        subject,
        2,
        v_tag=tag(1 if older == "tag" else 2, 1),
        older_tags=(tag(2, 1),),
        content=term(1 if older == "content" else 2),
        relations=(linked(),),
        terms=(term(1 if older == "terms" else 2),),
    )
    assert isinstance(body.change(subject, two), Receipt)
    assert left(body, 2) == [subject]
    assert isinstance(rekey(body, anew(subject, 1, term(2))), Receipt)
    assert left(body, 2) == []


def test_who_changed_meanwhile_is_refused_and_stays_as_she_is(body: Body) -> None:
    """A page is refused whole when one of its people changed since it was read."""
    one, two = body.person(1), body.person(2)
    read = {each.subject: each for each in asyncio.run(body.stock.before(2, None, 5))}
    body.change(two, relate(two, linked()))
    answer = of_the_keys(
        body,
        RequireEpoch(one, read[one].epoch),
        anew(one, 1),
        RequireEpoch(two, read[two].epoch),
        anew(two, 2),
    )
    assert isinstance(answer, Rejected)
    assert left(body, 2) == [one, two]


def test_two_people_never_get_one_number(body: Body) -> None:
    """A tag that is someone else's is refused, and so is an unknown subject."""
    one, two = body.person(1), body.person(2)
    assert isinstance(rekey(body, anew(one, 1)), Receipt)
    assert isinstance(rekey(body, anew(two, 1)), Rejected)
    assert isinstance(of_the_keys(body, anew(subject_id(9), 9)), Rejected)
    assert left(body, 2) == [two]


def test_a_known_number_has_one_subject_under_every_version(body: Body) -> None:
    """Who is known by an older tag is not made a second time under the new one, and keeps her id."""
    subject, twin = body.person(1, v_tag=tag(1, 1)), subject_id(2)
    second = body.version(twin, v_tag=tag(2, 1), older_tags=(tag(1, 1),))
    assert isinstance(body.change(twin, second), Rejected)
    known = body.version(subject, 2, v_tag=tag(2, 1), older_tags=(tag(1, 1),))
    assert isinstance(body.change(subject, known), Receipt)
    assert set(asyncio.run(body.subjects.stored([tag(1, 1), tag(2, 1)]))) == {tag(2, 1)}


def test_below_the_floor_nothing_is_written(body: Body) -> None:
    """Once the floor is raised whatever was made under an older version is refused."""
    subject, stranger = body.person(1), subject_id(2)
    assert isinstance(of_the_keys(body, RaiseIndexFloor(2)), Receipt)
    assert asyncio.run(body.stock.floor()) == 2
    late = (
        (stranger, body.version(stranger, v_tag=tag(1, 2), content=term(2))),
        (stranger, body.version(stranger, v_tag=tag(2, 2), content=term(1))),
        (subject, agreed(subject, uuid4(), term(2, TWO), term(1))),
    )
    counts = PublishCounts(NOON, (BlindCube((FIELD,), NOON.date(), NOON, {term(1): 12}),))
    for of_keys in (anew(subject, 1, version=1), counts):
        assert isinstance(of_the_keys(body, of_keys), Rejected), of_keys
    for whom, change in late:
        assert isinstance(body.change(whom, change), Rejected), change
    fine = body.version(stranger, v_tag=tag(2, 2), content=term(2))
    assert isinstance(body.change(stranger, fine), Receipt)
    assert isinstance(body.change(subject, agreed(subject, uuid4(), term(2))), Receipt)


def test_the_floor_never_sinks(body: Body) -> None:
    """Raising it to where it is, or below, changes nothing."""
    for version, floor in ((3, 3), (2, 3), (3, 3), (4, 4)):
        assert isinstance(of_the_keys(body, RaiseIndexFloor(version)), Receipt)
        assert asyncio.run(body.stock.floor()) == floor


def test_known_ids_are_told_from_others(body: Body) -> None:
    """Of many ids those of subjects come back, each once; of none, none."""
    people = {body.person(number) for number in (1, 2)}
    strangers = {SubjectId(UUID(int=number)) for number in range(10, 400)}
    assert asyncio.run(body.subjects.known([*strangers, *people, *people])) == people
    assert asyncio.run(body.subjects.known([])) == frozenset()
