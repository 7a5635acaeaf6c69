"""Every body of the port Subjects keeps this law."""

import asyncio
from uuid import uuid4

from gateway.domain.changes import RecordConsent, RuleFacts
from gateway.domain.consents import ConsentEventKind
from gateway.domain.identifiers import FieldName
from gateway.domain.records import Receipt
from gateway.domain.relations import RelationEvent, RelationKind
from gateway.domain.subjects import Dossier, ProfileVersion, SealedProfile, Situation
from tests.contracts.bodies import (
    AGENCIES,
    DAY,
    NOON,
    SEARCH,
    Body,
    agreed,
    consent,
    linked,
    relate,
    subject_id,
)

WIDEST = (1 << 161) - 1


def test_an_unknown_subject_is_absent(body: Body) -> None:
    """Whoever is not known is left out, and no error says so."""
    known = body.person()
    found = asyncio.run(body.subjects.load([known, subject_id(99)]))
    assert set(found) == {known}


def test_loading_nobody_finds_nobody(body: Body) -> None:
    """An empty question has an empty answer."""
    assert asyncio.run(body.subjects.load([])) == {}


def test_a_dossier_comes_back_whole(body: Body) -> None:
    """Facts, events, versions and sealed profile come back exactly as they were stored."""
    facts = RuleFacts("statushouder", "AZC-1", "0243", "noord", "2026-02-01", "2027-02-01", WIDEST)
    subject = body.person(facts=facts, relations=(linked(),), changed=WIDEST)
    assert body.load(subject) == Dossier(
        Situation(
            subject,
            1,
            relations=(linked(),),
            versions=(ProfileVersion(1, NOON, WIDEST),),
            held=WIDEST,
            doelgroep="statushouder",
            reception_gemeente="0243",
            coa_regio="noord",
        ),
        SealedProfile(subject, 1, b"key" + subject.bytes, b"parts\x01", 1),
    )


def test_one_and_many_are_read_alike(body: Body) -> None:
    """A subject looks the same loaded alone and loaded among others."""
    people = [body.person(number, relations=(linked(),)) for number in (1, 2, 3)]
    body.change(people[1], agreed(people[1], uuid4(), expires=NOON + DAY))
    together = asyncio.run(body.subjects.load(people))
    assert together == {person: body.load(person) for person in people}


def test_consent_events_come_back_whole_and_in_order(body: Body) -> None:
    """Each event keeps its scope, term, language and recorder, in the order of writing."""
    subject, consent_id = body.person(), uuid4()
    asked = consent(ConsentEventKind.REQUESTED, consent_id)
    given = consent(ConsentEventKind.GIVEN, consent_id, expires=NOON + DAY)
    ended = consent(ConsentEventKind.WITHDRAWN, consent_id)
    for event in (asked, given, ended):
        assert isinstance(body.change(subject, RecordConsent(subject, event)), Receipt)
    events = body.load(subject).situation.consents
    assert events == (asked, given, ended)
    assert events[1].scope is not None
    assert events[1].scope.fields == {FieldName("nt2_uren")}
    assert (events[1].scope.purpose, events[1].scope.recipient) == (SEARCH, AGENCIES)


def test_events_of_one_moment_keep_their_order(body: Body) -> None:
    """Two events of the same moment stay in the order in which they were written."""
    subject = body.person()
    first = RelationEvent(RelationKind.VOORGESTELD, "00000099000000000002", NOON, "toestemming")
    second = RelationEvent(RelationKind.BEEINDIGD, "00000099000000000002", NOON, "COA")
    body.change(subject, relate(subject, first, second))
    assert body.load(subject).situation.relations == (first, second)


def test_moments_keep_their_microseconds(body: Body) -> None:
    """A moment comes back to the microsecond, in UTC."""
    at = NOON.replace(microsecond=123_457)
    subject = body.person(relations=(linked(at=at),))
    assert body.load(subject).situation.relations[0].at == at
    assert body.load(subject).situation.relations[0].at.utcoffset() == NOON.utcoffset()


def test_a_new_version_replaces_the_profile_and_keeps_the_history(body: Body) -> None:
    """The newest parts are read; every version stays listed with what it changed."""
    subject = body.person()
    second = body.version(subject, 2, at=NOON + DAY, changed=0b100, facts=RuleFacts("aanvrager"))
    assert isinstance(body.change(subject, second), Receipt)
    dossier = body.load(subject)
    assert dossier.profile == SealedProfile(subject, 2, b"key" + subject.bytes, b"parts\x02", 2)
    assert dossier.situation.doelgroep == "aanvrager"
    assert dossier.situation.versions == (
        ProfileVersion(1, NOON, 0b1011),
        ProfileVersion(2, NOON + DAY, 0b100),
    )


def test_a_destroyed_key_leaves_no_profile(body: Body) -> None:
    """Once her key is destroyed a subject has a situation and no profile, for readers and ingest."""
    subject = body.person()
    body.keys.destroy(subject.bytes, "profile")
    assert body.load(subject).profile is None
    assert asyncio.run(body.subjects.stored([body.version(subject).v_tag])) == {}


def test_a_lost_key_leaves_a_profile_that_opens_nowhere(body: Body) -> None:
    """A key that nobody destroyed, and is gone: the profile stays, under no key at all."""
    subject = body.person()
    key = body.keys.get(subject.bytes, "profile")
    assert key is not None
    body.keys.drop(key)
    assert body.load(subject).profile == SealedProfile(subject, 1, b"", b"parts\x01", 1)
    tag = body.version(subject).v_tag
    assert asyncio.run(body.subjects.stored([tag]))[tag].wrapped_key == b""
    body.keys.destroy(body.person(2).bytes, "profile")
    body.person(3)
    assert asyncio.run(body.subjects.keyless()) == 1


def test_a_profile_is_found_by_its_tag(body: Body) -> None:
    """Ingest finds the current version, its date and its digest by the blind tag; no other."""
    subject = body.person(1)
    body.person(2)
    body.change(subject, body.version(subject, 2, as_of="2026-03-09"))
    tag = body.version(subject).v_tag
    found = asyncio.run(body.subjects.stored([tag, b"tag of nobody..."]))
    assert set(found) == {tag}
    one = found[tag]
    assert (one.subject, one.version, one.as_of) == (subject, 2, "2026-03-09")
    assert (one.content, one.wrapped_key) == (b"digest\x02", b"key" + subject.bytes)


def test_related_lists_each_subject_once_in_order(body: Body) -> None:
    """Subjects with any event that names a party are listed once, by id, whatever came after."""
    for number in (3, 1, 2):
        body.person(number, relations=(linked("0243"), linked("0307", NOON + DAY)))
    body.person(4, relations=(linked("0518"),))
    found = asyncio.run(body.subjects.related(["0243", "0307"], None, 10))
    assert list(found) == [subject_id(1), subject_id(2), subject_id(3)]


def test_related_pages_without_gap_or_double(body: Body) -> None:
    """Going on after the last of each page visits everyone exactly once."""
    people = [body.person(number, relations=(linked(),)) for number in range(1, 8)]
    seen: list[object] = []
    after = None
    while page := asyncio.run(body.subjects.related(["0243"], after, 3)):
        assert len(page) <= 3
        seen += page
        after = page[-1]
    assert seen == people


def test_nobody_is_related_to_no_party(body: Body) -> None:
    """Without parties the list is empty."""
    body.person(relations=(linked(),))
    assert list(asyncio.run(body.subjects.related([], None, 5))) == []
