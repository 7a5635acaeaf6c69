"""Every body of the port PolicyVersions, and the log beside it, keeps the law of a policy's life."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from gateway.domain.changes import Change
from gateway.domain.identifiers import ActorId, PurposeCode, RoleId
from gateway.domain.policy_versions import (
    MOVED,
    ActivatePolicy,
    Activation,
    Approval,
    ApprovePolicy,
    Effect,
    Pair,
    Proposal,
    ProposePolicy,
    Version,
    in_force,
    named,
)
from gateway.domain.ports import Entry, Rejected
from gateway.domain.records import AuditRecord, Receipt, RecordKind
from tests.contracts.bodies import NOON, Body

OWNER, FIRST, SECOND = ActorId("eigenaar"), ActorId("fg-1"), ActorId("fg-2")
LATER = NOON + timedelta(days=1)
BEFORE = Version(named({"laws.csv": b"old"}), "a" * 64, {"laws.csv": b"old"})
AFTER_FILES = {"laws.csv": b"old", "purposes/P02.yaml": b"\xc3\xa9"}
AFTER = Version(named(AFTER_FILES), "b" * 64, AFTER_FILES)
PAIRS = (Pair(RoleId("gemeente_klantmanager"), PurposeCode("P02_x"), 12),)
HARMLESS = Effect(40, 12, PAIRS, 14, ())


def proposed(body: Body, version: Version = AFTER, base: Version = BEFORE) -> Proposal:
    """Propose a version."""
    one = Proposal(
        uuid4(), version.name, version.policy, base.name, "Om te zien", OWNER, NOON, HARMLESS
    )
    assert isinstance(body.change(None, ProposePolicy(one, (base, version))), Receipt)
    return one


def approve(body: Body, one: Proposal, *actors: ActorId) -> list[bool]:
    """Approve as each of these; tell whose approval was taken."""
    changes = [ApprovePolicy(one.proposal_id, Approval(actor, NOON)) for actor in actors]
    return [isinstance(body.change(None, change), Receipt) for change in changes]


def activation(one: Proposal, number: int = 1, starts: datetime | None = None) -> Activation:
    """Bring a proposal into force."""
    return Activation(
        uuid4(), number, one.version, one.policy, starts, NOON, OWNER, one.proposal_id
    )


def activated(body: Body, starts: datetime | None = None) -> Activation:
    """Propose, approve and activate."""
    one = proposed(body)
    assert approve(body, one, FIRST, SECOND) == [True, True]
    done = activation(one, starts=starts)
    assert taken(body, ActivatePolicy(done))
    return done


def taken(body: Body, change: Change) -> bool:
    """Tell whether a change was taken."""
    return isinstance(body.change(None, change), Receipt)


def decided(body: Body, policy: str, at: datetime = NOON, kind: str = "disclosure.denied") -> str:
    """Log a decision under a policy; say why it was rejected, or nothing."""
    record = AuditRecord(uuid4(), RecordKind(kind), at, "refused", policy=policy)
    (answer,) = body.append(Entry(record))
    return answer.why if isinstance(answer, Rejected) else ""


def found(body: Body, proposal: UUID) -> Proposal | None:
    """Find a proposal."""
    return asyncio.run(body.policies.proposal(proposal))


def test_a_proposal_is_read_back_as_it_was_made(body: Body) -> None:
    """Whole, with the files of both versions; an invented id or name finds nothing."""
    one = proposed(body)
    assert found(body, one.proposal_id) == one
    assert list(asyncio.run(body.policies.proposals())) == [one]
    assert asyncio.run(body.policies.files(AFTER.name)) == AFTER.files
    assert asyncio.run(body.policies.version_of(BEFORE.policy)) == BEFORE.name
    assert asyncio.run(body.policies.files("c" * 64)) is None
    assert asyncio.run(body.policies.version_of("c" * 64)) is None
    assert found(body, uuid4()) is None


def test_two_others_approve_once_each(body: Body) -> None:
    """Neither who proposed nor the same person twice; both stand in the proposal, in order."""
    one = proposed(body)
    assert approve(body, one, OWNER, FIRST, FIRST, SECOND) == [False, True, False, True]
    known = found(body, one.proposal_id)
    assert known is not None
    assert known.approvals == (Approval(FIRST, NOON), Approval(SECOND, NOON))


def test_a_broken_story_cannot_be_approved(body: Body) -> None:
    """A proposal under which a story comes out otherwise is refused every approval."""
    whole = proposed(body)
    broken = replace(
        whole, proposal_id=uuid4(), effect=replace(HARMLESS, broken=("stories/a.yaml:3: x: y",))
    )
    assert taken(body, ProposePolicy(broken, ()))
    assert approve(body, broken, FIRST) == [False]


def test_only_what_two_approved_comes_into_force(body: Body) -> None:
    """Not before the second approval, not for another version, not twice, not out of turn."""
    one = proposed(body)
    approve(body, one, FIRST)
    assert not taken(body, ActivatePolicy(activation(one)))
    approve(body, one, SECOND)
    assert not taken(body, ActivatePolicy(replace(activation(one), version=BEFORE.name)))
    assert not taken(body, ActivatePolicy(activation(one, number=2)))
    done = activation(one)
    assert taken(body, ActivatePolicy(done))
    assert not taken(body, ActivatePolicy(activation(one, number=2)))
    assert list(asyncio.run(body.policies.activations())) == [done]
    known = found(body, one.proposal_id)
    assert known is not None
    assert known.activated


def test_a_stale_proposal_goes_no_further(body: Body) -> None:
    """Once another version came into force, nobody can approve or activate what lay beside the old."""
    stale, approved = proposed(body), proposed(body)
    approve(body, approved, FIRST, SECOND)
    activated(body)
    assert approve(body, stale, FIRST) == [False]
    assert not taken(body, ActivatePolicy(activation(approved, number=2)))
    assert not taken(body, ProposePolicy(replace(stale, proposal_id=uuid4()), ()))


def test_one_person_undoes_the_latest_activation_once(body: Body) -> None:
    """A rollback names the latest activation; a rollback of it, or of nothing, is refused."""
    undo = Activation(
        uuid4(), 2, BEFORE.name, BEFORE.policy, None, NOON, FIRST, None, 1, "Te ruim gebleken"
    )
    assert not taken(body, ActivatePolicy(replace(undo, number=1, undoes=0)))
    activated(body)
    assert not taken(body, ActivatePolicy(replace(undo, undoes=7)))
    assert taken(body, ActivatePolicy(undo))
    assert not taken(body, ActivatePolicy(replace(undo, number=3, undoes=2)))
    now = in_force(asyncio.run(body.policies.activations()), NOON)
    assert now == undo


def test_no_decision_of_the_old_policy_is_taken_after_activation(body: Body) -> None:
    """From the activation on an entry names the new policy, or is rejected; before it any would do."""
    assert decided(body, BEFORE.policy) == ""
    activated(body)
    assert decided(body, BEFORE.policy) == MOVED
    assert decided(body, BEFORE.policy, NOON - timedelta(hours=1)) == MOVED
    assert decided(body, AFTER.policy) == ""


def test_what_tells_how_something_went_on_is_always_taken(body: Body) -> None:
    """The outcome of what left under the old policy is told after the new one came."""
    activated(body)
    assert decided(body, BEFORE.policy, kind="disclosure.outcome") == ""


def test_an_activation_ahead_counts_from_its_moment(body: Body) -> None:
    """Before it the old policy decides, from it on only the new one."""
    activated(body, starts=LATER)
    assert decided(body, BEFORE.policy, LATER - timedelta(seconds=1)) == ""
    assert decided(body, BEFORE.policy, LATER) == MOVED
    assert decided(body, AFTER.policy, LATER) == ""


def test_in_one_commit_what_follows_an_activation_is_judged_by_it(body: Body) -> None:
    """An old decision that shares a commit with the activation before it is rejected."""
    one = proposed(body)
    approve(body, one, FIRST, SECOND)
    record = AuditRecord(uuid4(), RecordKind.POLICY, NOON, "activated", policy=BEFORE.policy)
    old = AuditRecord(uuid4(), RecordKind.DENIED, NOON, "refused", policy=BEFORE.policy)
    answers = body.append(Entry(record, (ActivatePolicy(activation(one)),)), Entry(old))
    assert isinstance(answers[0], Receipt)
    assert answers[1] == Rejected(old.event_id, MOVED)
