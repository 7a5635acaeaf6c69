"""Every body of the port Ledger keeps this law."""

import asyncio
from uuid import uuid4

from gateway.domain.changes import OpenDelivery, RecordConsent, RequireEpoch
from gateway.domain.consents import ConsentEventKind
from gateway.domain.ports import Rejected
from gateway.domain.records import Receipt
from tests.contracts.bodies import (
    DAY,
    NOON,
    Body,
    agreed,
    consent,
    entry,
    linked,
    relate,
    subject_id,
)


def test_every_entry_gets_its_own_place_in_order(body: Body) -> None:
    """Receipts come in the order of the entries, with indexes that leave no gap."""
    entries = [entry(None) for _ in range(5)]
    first, rest = body.append(entries[0]), body.append(*entries[1:])
    receipts = [answer for answer in (*first, *rest) if isinstance(answer, Receipt)]
    assert [receipt.event_id for receipt in receipts] == [e.record.event_id for e in entries]
    assert [receipt.index for receipt in receipts] == [0, 1, 2, 3, 4]
    assert len({receipt.leaf_hash for receipt in receipts}) == 5


def test_the_entries_of_one_call_share_a_checkpoint(body: Body) -> None:
    """One commit, one checkpoint: that of the size after it."""
    answers = body.append(entry(None), entry(None), entry(None))
    checkpoints = {answer.checkpoint for answer in answers if isinstance(answer, Receipt)}
    assert [checkpoint.split("\n")[1] for checkpoint in checkpoints] == ["3"]


def test_nothing_to_append_is_nothing(body: Body) -> None:
    """An empty call answers with an empty list."""
    assert list(body.append()) == []


def test_a_refused_entry_takes_no_place(body: Body) -> None:
    """A rejected entry names its event and a reason, and the next takes its index."""
    stale = entry(subject_id(9), RequireEpoch(subject_id(9), 1))
    before, no, after = body.append(entry(None), stale, entry(None))
    assert isinstance(before, Receipt)
    assert isinstance(after, Receipt)
    assert isinstance(no, Rejected)
    assert (no.event_id, bool(no.why)) == (stale.record.event_id, True)
    assert (before.index, after.index) == (0, 1)


def test_a_decision_on_a_past_situation_is_refused(body: Body) -> None:
    """The epoch a decision was made under must still hold, to the number."""
    subject = body.person()
    epoch = body.epoch(subject)
    for asked in (epoch - 1, epoch + 1):
        assert isinstance(body.change(subject, RequireEpoch(subject, asked)), Rejected)
    assert isinstance(body.change(subject, RequireEpoch(subject, epoch)), Receipt)
    assert body.epoch(subject) == epoch


def test_what_may_alter_a_decision_raises_the_epoch(body: Body) -> None:
    """Profiles, relations and consents each raise the epoch of their subject, and of no other."""
    subject, other = body.person(1), body.person(2)
    still = body.epoch(other)
    for change in (
        body.version(subject, 2),
        relate(subject, linked()),
        agreed(subject, uuid4()),
    ):
        before = body.epoch(subject)
        assert isinstance(body.change(subject, change), Receipt)
        assert body.epoch(subject) > before
    assert body.epoch(other) == still


def test_a_withdrawal_in_the_same_commit_comes_first_if_it_stands_first(body: Body) -> None:
    """Within one call the order of entries is the legal order."""
    subject, consent_id = body.person(), uuid4()
    body.change(subject, agreed(subject, consent_id))
    epoch = body.epoch(subject)
    withdrawn = RecordConsent(subject, consent(ConsentEventKind.WITHDRAWN, consent_id))
    sent, ended, late = body.append(
        entry(subject, RequireEpoch(subject, epoch)),
        entry(subject, withdrawn),
        entry(subject, RequireEpoch(subject, epoch)),
    )
    assert isinstance(sent, Receipt)
    assert isinstance(ended, Receipt)
    assert isinstance(late, Rejected)


def test_the_changes_of_an_entry_stand_or_fall_together(body: Body) -> None:
    """When the last change does not hold, none before it leaves a trace."""
    subject = body.person()
    before = body.load(subject)
    answer = body.change(
        subject,
        relate(subject, linked()),
        agreed(subject, uuid4()),
        RequireEpoch(subject, before.situation.epoch),
    )
    assert isinstance(answer, Rejected)
    assert body.load(subject) == before
    assert list(asyncio.run(body.subjects.related(["0243"], None, 5))) == []


def test_the_second_of_two_same_versions_is_refused(body: Body) -> None:
    """Two deliveries that replace the same version: one wins, the other must look again."""
    subject = body.person()
    one, two = body.version(subject, 2, parts=b"one"), body.version(subject, 2, parts=b"two")
    first, second = body.append(entry(subject, one), entry(subject, two))
    assert isinstance(first, Receipt)
    assert isinstance(second, Rejected)
    profile = body.load(subject).profile
    assert profile is not None
    assert profile.parts == b"one"


def test_versions_have_no_gap(body: Body) -> None:
    """A version that skips one, starts above one, or is there already is refused."""
    subject, stranger = body.person(1), subject_id(2)
    for wrong in (body.version(subject), body.version(subject, 3), body.version(stranger, 2)):
        assert isinstance(body.change(wrong.subject, wrong), Rejected)


def test_a_v_nummer_has_one_subject(body: Body) -> None:
    """A second subject under the same tag, or another tag for a known subject, is refused."""
    subject, twin = body.person(1), subject_id(2)
    tag = body.version(subject).v_tag
    assert isinstance(body.change(twin, body.version(twin, v_tag=tag)), Rejected)
    renamed = body.version(subject, 2, v_tag=b"another tag 1234")
    assert isinstance(body.change(subject, renamed), Rejected)


def test_a_stranger_gets_no_relation(body: Body) -> None:
    """Relations of an unknown subject are refused."""
    stranger = subject_id(9)
    assert isinstance(body.change(stranger, relate(stranger, linked())), Rejected)


def test_a_refused_change_can_be_asked_again(body: Body) -> None:
    """A rejection leaves the ledger as it was: the corrected entry is taken."""
    digest = b"d" * 32
    assert isinstance(body.change(None, OpenDelivery(uuid4(), digest, NOON)), Receipt)
    assert isinstance(body.change(None, OpenDelivery(uuid4(), digest, NOON + DAY)), Rejected)
    assert isinstance(body.change(None, OpenDelivery(uuid4(), b"e" * 32, NOON + DAY)), Receipt)


def test_an_entry_that_comes_again_keeps_its_place(body: Body) -> None:
    """Who does not know whether an entry was taken asks again: same place, and its change once."""
    subject = body.person()
    again = entry(subject, relate(subject, linked()))
    (first,) = body.append(again)
    epoch = body.epoch(subject)
    repeated, new = body.append(again, entry(None))
    assert isinstance(first, Receipt)
    assert isinstance(repeated, Receipt)
    assert isinstance(new, Receipt)
    assert (repeated.index, new.index) == (first.index, first.index + 1)
    assert body.epoch(subject) == epoch
    assert body.load(subject).situation.relations == (linked(),)


def test_many_callers_at_once_each_get_their_own_answer(body: Body) -> None:
    """Calls that run at once are answered each with its own entry, all at different places."""
    entries = [entry(None) for _ in range(40)]

    async def all_at_once() -> list[Receipt | Rejected]:
        answers = await asyncio.gather(*(body.ledger.append([one]) for one in entries))
        return [answer for (answer,) in answers]

    answers = asyncio.run(all_at_once())
    assert [answer.event_id for answer in answers] == [e.record.event_id for e in entries]
    indexes = [answer.index for answer in answers if isinstance(answer, Receipt)]
    assert sorted(indexes) == list(range(40))
