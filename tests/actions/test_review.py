"""Looking back: counted by what entries have in common, how far a breach reaches, a fair sample."""

from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pytest

from gateway.actions import review as desk
from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.oversee import Inquiry
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.logbook import Filters
from gateway.domain.partners import Caller
from gateway.domain.reasons import Reason
from gateway.domain.records import RecordKind
from gateway.domain.reviewing import Grouping
from tests.actions.house import DAY, NOON, House, run

BREACH = "AVG33-2026-0001"


def officer(house: House, actor: str = "fg-1", partner: str = "harderwijk") -> Caller:
    """Return a privacy officer."""
    return house.caller(partner, "privacy_officer", actor)


def period(case: str | None = None, until: datetime = NOON + DAY) -> Inquiry:
    """Look at the days around noon."""
    return Inquiry(Filters(NOON - DAY, until), case=case)


@pytest.fixture(name="people")
def fixture_people(house: House) -> list[SubjectId]:
    """Two disclosures about one person, one about another, and a refusal."""
    first, second = house.people(2)
    house.show(house.klantmanager, "P02", first, "roepnaam")
    house.show(house.klantmanager, "P02", first, "roepnaam", "achternaam")
    house.show(house.klantmanager, "P03", second, "leerroute")
    with pytest.raises(DisclosureRefusedError):
        house.show(house.caller("utrecht", "gemeente_klantmanager", "u-1"), "P02", second)
    with pytest.raises(DisclosureRefusedError):
        house.show(house.klantmanager, "P02", SubjectId(UUID(int=9)))
    return [first, second]


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        (Grouping.WORKER, ["klantmanager-1", "fg-1"]),
        (Grouping.PARTNER, ["00000099000000002430"]),
        (
            Grouping.PURPOSE,
            [
                "P02_warme_overdracht_brede_intake",
                "P03_doorlopende_integratielijn",
                "P10_audit_toezicht",
            ],
        ),
        (Grouping.REASON, ["SUBJECT_UNKNOWN"]),
        (Grouping.DAY, ["2026-03-02"]),
    ],
)
def test_an_overview_counts_by_what_entries_share(
    house: House, people: list[SubjectId], by: Grouping, keys: list[str]
) -> None:
    """Own organisation only, the look itself included; most entries first."""
    found = run(house.review.summary(officer(house), period(), by))
    assert [group.key for group in found.groups] == keys
    assert found.onward is None


def test_a_person_is_counted_under_her_pseudonym(house: House, people: list[SubjectId]) -> None:
    """Disclosures and outcomes together, by the name she has in this organisation's log only."""
    found = run(house.review.summary(officer(house), period(), Grouping.PERSON))
    assert [(one.entries, one.disclosed, one.persons) for one in found.groups] == [
        (4, 2, 1),
        (2, 1, 1),
    ]
    pseudonym = house.oversee.pseudonym(officer(house), house.archive.tag(people[0]))
    assert found.groups[0].key == str(pseudonym)
    filters = Filters(about=house.oversee.meant(officer(house), UUID(found.groups[0].key)))
    hers = run(house.oversee.search(officer(house), Inquiry(filters)))
    assert {one.pseudonym for one in hers.entries} == {pseudonym}
    assert len(hers.entries) == 4


def test_each_look_back_is_logged_before_it_shows(house: House, people: list[SubjectId]) -> None:
    """What was looked at stands in the log, and its receipt comes along."""
    before = len(house.records)
    found = run(house.review.summary(officer(house), period(), Grouping.DAY))
    record = house.records[before]
    assert (record.kind, record.outcome) == (RecordKind.OVERSIGHT, "overview")
    assert found.receipt.index == before


def test_a_long_overview_goes_on_where_it_stopped(
    house: House, people: list[SubjectId], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages together hold every group once."""
    monkeypatch.setattr("gateway.domain.reviewing.PAGE", 2)
    first = run(house.review.summary(officer(house), period(), Grouping.PURPOSE))
    assert first.onward == 2
    second = run(house.review.summary(officer(house), period(), Grouping.PURPOSE, 2))
    assert second.onward is None
    assert len({one.key for one in (*first.groups, *second.groups)}) == 3


def test_a_period_that_is_too_long_is_refused(
    house: House, people: list[SubjectId], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No overview is cut short in silence."""
    monkeypatch.setattr(desk, "MOST", 3)
    with pytest.raises(InvalidRequestError, match="tot"):
        run(house.review.summary(officer(house), period(), Grouping.DAY))


def test_only_overseers_look_back(house: House) -> None:
    """A klantmanager is refused, on record."""
    with pytest.raises(DisclosureRefusedError):
        run(house.review.summary(house.klantmanager, period(), Grouping.DAY))
    assert house.kinds() == ["disclosure.denied: refused"]


def test_a_breach_tells_who_received_what_of_whom(house: House, people: list[SubjectId]) -> None:
    """By field how many people, and line by line who, when and what became of it."""
    found = run(house.review.scope(officer(house), period(BREACH)))
    assert (found.persons, found.entries) == (2, 3)
    assert found.recipients == ("00000099000000002430",)
    assert found.by_field == {"achternaam": 1, "leerroute": 1, "roepnaam": 1}
    assert [(one.fields, one.outcome) for one in found.page] == [
        (("roepnaam",), "sent"),
        (("achternaam", "roepnaam"), "sent"),
        (("leerroute",), "sent"),
    ]


def test_a_breach_of_some_fields_leaves_the_others_out(
    house: House, people: list[SubjectId]
) -> None:
    """Asked about one field, only who received that field is counted; who is erased may have been."""
    asked = frozenset({FieldName("achternaam")})
    found = run(house.review.scope(officer(house), period(BREACH), asked))
    assert [(one.seen.event.index, one.fields) for one in found.page] == [(2, ("achternaam",))]
    house.log.erased.add(people[1])
    found = run(house.review.scope(officer(house), period(BREACH), asked))
    assert [one.fields for one in found.page] == [("achternaam",), ()]


@pytest.mark.parametrize(
    ("case", "error"),
    [(None, DisclosureRefusedError), ("AVG15-2026-0001", InvalidRequestError)],
)
def test_a_breach_needs_a_case_of_its_kind(
    house: House, people: list[SubjectId], case: str | None, error: type[Exception]
) -> None:
    """Without a case refused, and within a case of access told what is wrong."""
    with pytest.raises(error) as caught:
        run(house.review.scope(officer(house), period(case)))
    if isinstance(caught.value, DisclosureRefusedError):
        assert caught.value.reason is Reason.SECOND_PERSON_NEEDED


def test_what_has_no_outcome_counts_as_sent(house: House, people: list[SubjectId]) -> None:
    """A disclosure whose outcome is lost is in the reach of a breach, and is counted as unanswered."""
    house.inner.records[:] = [r for r in house.records if r.kind is not RecordKind.OUTCOME]
    found = run(house.review.scope(officer(house), period(BREACH)))
    assert {one.outcome for one in found.page} == {"sent"}
    counted = run(house.review.summary(officer(house), period(), Grouping.PARTNER))
    assert counted.groups[0].unanswered == 3


def test_a_sample_is_drawn_by_the_first_root_after_the_period(
    house: House, people: list[SubjectId]
) -> None:
    """Who knows root, size and indexes draws the same, whenever it is asked for."""
    closed = period(until=NOON + timedelta(minutes=1))
    house.clock.moment = NOON + DAY
    house.show(house.klantmanager, "P02", people[0], "roepnaam")
    first = run(house.review.sample(officer(house), closed, 2))
    intents = [
        index
        for index, record in enumerate(house.records)
        if record.kind is RecordKind.INTENT and record.at < NOON + DAY
    ]
    assert first.among == len(intents) == 3

    def lot(index: int) -> bytes:
        return sha256(first.root + index.to_bytes(8)).digest()

    expected = sorted(sorted(intents, key=lot)[:2])
    assert [one.event.index for one in first.entries] == expected
    again = run(house.review.sample(officer(house, "fg-2"), closed, 2))
    assert (again.root, again.size, again.entries) == (first.root, first.size, first.entries)


@pytest.mark.parametrize(
    "filters", [Filters(NOON), Filters(NOON, NOON + timedelta(days=300))], ids=["open", "future"]
)
def test_only_a_closed_period_is_sampled(house: House, filters: Filters) -> None:
    """A period without end, or that the log has not passed, has no root yet to draw by."""
    with pytest.raises(InvalidRequestError, match="tot"):
        run(house.review.sample(officer(house), Inquiry(filters), 2))
