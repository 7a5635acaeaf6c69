"""Every body of the port LogReader keeps this law."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from gateway.domain.identifiers import FieldName, Oin, PurposeCode, SubjectId
from gateway.domain.logbook import EVERYTHING, Filters, LoggedEvent, Sought, unbroken
from gateway.domain.ports import Entry
from gateway.domain.records import RecordKind
from tests.contracts.bodies import DAY, NOON, Body, entry, subject_id

OURS, THEIRS = Oin("00000099000000001000"), Oin("00000099000000002000")
ALL = Sought(None)
HER, SOMEONE = subject_id(1), subject_id(2)


def log(body: Body, subject: SubjectId | None = HER, **told: object) -> LoggedEvent:
    """Append one entry and read it back."""
    made = entry(subject)
    (receipt,) = body.append(Entry(replace(made.record, **told)))  # type: ignore[arg-type]  # a test names what differs
    return LoggedEvent(
        receipt.index,  # type: ignore[union-attr]  # nothing here can be rejected
        made.record.event_id,
        NOON,
        RecordKind.PROFILE,
        "stored",
    )


def back(
    body: Body, sought: Sought = ALL, before: int | None = None, limit: int = 50
) -> Sequence[LoggedEvent]:
    """Read a page."""
    return asyncio.run(body.log.back(sought, before, limit)).events


def about(body: Body, subject: SubjectId = HER) -> Sequence[LoggedEvent]:
    """Read all about someone."""
    return asyncio.run(body.log.about(subject))


def test_an_entry_reads_back_as_it_was_written(body: Body) -> None:
    """Leaf and payload come back whole; the subject only as a tag."""
    parent = entry(None).record.event_id
    log(
        body,
        kind=RecordKind.INTENT,
        outcome="granted",
        purpose=PurposeCode("P02_x"),
        basis=("a", "b"),
        policy="digest",
        recipient=OURS,
        actor="worker-1",
        role="klantmanager",
        fields=(FieldName("roepnaam"),),
        consents=(subject_id(9),),
        reason="NOT_LINKED",
        parent=parent,
        trace_id="trace",
        detail={"row": 3},
    )
    (event,) = back(body)
    assert (event.kind, event.outcome, event.at) == (RecordKind.INTENT, "granted", NOON)
    assert (event.purpose, event.basis, event.policy) == ("P02_x", ("a", "b"), "digest")
    assert (event.recipient, event.count) == (OURS, 1)
    assert event.tag is not None
    assert len(event.tag) == 16
    assert event.tag != HER.bytes
    told = event.told
    assert told is not None
    assert (told.actor, told.role, told.fields) == ("worker-1", "klantmanager", ("roepnaam",))
    assert (told.consents, told.reason) == ((str(subject_id(9)),), "NOT_LINKED")
    assert (told.parent, told.trace_id, told.detail) == (parent, "trace", {"row": 3})
    assert told.before == -1


def test_an_entry_about_nobody_has_no_count(body: Body) -> None:
    """Tag, count and the entry before belong to persons."""
    log(body, None)
    (event,) = back(body)
    assert (event.tag, event.count) == (None, None)
    assert event.told is not None
    assert event.told.before is None


def test_pages_go_back_without_gap_or_repeat(body: Body) -> None:
    """Followed by its cursor, every entry comes once, newest first, and the last page says so."""
    for _ in range(7):
        log(body)
    seen, before = [], None
    for _ in range(9):
        page = asyncio.run(body.log.back(ALL, before, 3))
        seen += [event.index for event in page.events]
        before = page.onward
        if before is None:
            break
    assert seen == [6, 5, 4, 3, 2, 1, 0]


@pytest.mark.parametrize("before", [0, 2**40])
def test_a_cursor_beyond_the_log_does_no_harm(body: Body, before: int) -> None:
    """Below the first entry there is nothing; above the last one begins at the end."""
    log(body)
    assert len(back(body, before=before)) == (1 if before else 0)


def test_only_what_is_sought_comes_back(body: Body) -> None:
    """Each filter, and whose entries they are, keeps out what does not fit."""
    ours = log(body, recipient=OURS, actor="a", reason="RESTRICTED", purpose=PurposeCode("P02"))
    log(body, recipient=THEIRS, actor="b")
    consent = log(body, recipient=THEIRS, kind=RecordKind.CONSENT, outcome="given", at=NOON + DAY)
    for filters, found in (
        (Filters(actor="a"), [ours]),
        (Filters(reason="RESTRICTED"), [ours]),
        (Filters(purpose=PurposeCode("P02")), [ours]),
        (Filters(kind=RecordKind.CONSENT), [consent]),
        (Filters(outcome="given"), [consent]),
        (Filters(since=NOON + DAY), [consent]),
        (Filters(until=NOON + DAY, actor="a"), [ours]),
        (Filters(until=NOON), []),
        (Filters(actor="a", outcome="given"), []),
    ):
        events = back(body, Sought(None, filters=filters))
        assert [event.index for event in events] == [one.index for one in found]
    assert [event.index for event in back(body, Sought(OURS))] == [ours.index]
    desks = Sought(OURS, frozenset({RecordKind.CONSENT}), EVERYTHING)
    assert [event.index for event in back(body, desks)] == [consent.index, ours.index]


def test_all_about_someone_comes_in_order_without_gap(body: Body) -> None:
    """Her entries count from 1, each naming the one before; others' are not among them."""
    for subject in (HER, SOMEONE, HER, None, SOMEONE, HER):
        log(body, subject)
    events = about(body)
    assert [(event.index, event.count) for event in events] == [(0, 1), (2, 2), (5, 3)]
    assert unbroken(events)
    assert about(body, subject_id(7)) in ((), [])


def test_about_someone_the_newest_come_first_a_few_at_a_time(body: Body) -> None:
    """Every entry of hers comes once; judged by its leaf, what is not wanted stays shut."""
    for number in range(20):
        log(body, outcome="stored" if number % 2 else "revised", actor="a")
        log(body, SOMEONE)
    seen: list[LoggedEvent] = []

    def only(event: LoggedEvent) -> bool:
        seen.append(event)
        return event.outcome == "stored"

    found: list[LoggedEvent] = []
    below = None
    while True:
        page = asyncio.run(body.log.latest(HER, only, below))
        found += page.events
        below = page.onward
        if below is None:
            break
        assert page.events[-1].count == below
    assert [event.count for event in found] == list(range(20, 0, -1))
    assert [event.told is None for event in found] == [False, True] * 10
    assert [event.told for event in seen] == [None] * 20
    assert asyncio.run(body.log.latest(subject_id(7), only, None)).events in ((), [])


def test_what_is_erased_keeps_its_place_and_tells_nothing(body: Body) -> None:
    """With her key gone the leaves and the count remain, and no filter finds what was said."""
    for subject in (HER, SOMEONE, HER):
        log(body, subject, actor="a")
    body.forget(HER)
    assert [(event.count, event.told) for event in about(body)] == [(1, None), (2, None)]
    assert unbroken(about(body))
    assert [event.index for event in back(body)] == [2, 1, 0]
    assert [event.index for event in back(body, Sought(None, filters=Filters(actor="a")))] == [1]


def test_one_entry_stays_shut(body: Body) -> None:
    """To see whose entry it is, nothing is opened; an index beyond the log has none."""
    log(body, recipient=OURS)
    event = asyncio.run(body.log.one(0))
    assert event is not None
    assert (event.recipient, event.told) == (OURS, None)
    assert asyncio.run(body.log.one(1)) is None


def test_a_proof_is_about_the_entry(body: Body) -> None:
    """It carries the index and the leaf of the entry asked for."""
    log(body)
    log(body)
    proven = asyncio.run(body.log.prove(1))
    assert proven.index == 1
    assert proven.leaf
    assert proven.proof
