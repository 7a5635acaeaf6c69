"""Every body of the port Handovers keeps this law."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from gateway.domain.changes import Change, RuleFacts
from gateway.domain.clocks import Running
from gateway.domain.handovers import (
    NOTHING_DONE,
    AnswerQuestion,
    AskCoa,
    Assign,
    Assignment,
    Cancelled,
    CloseTalk,
    Confirmation,
    ConfirmReceipt,
    File,
    HandedOn,
    HandOn,
    Handover,
    Outcome,
    Plan,
    PlanTalk,
    Progress,
    Question,
    Scenario,
    TakeBack,
    Talk,
    TalkForm,
    TalkState,
    Topic,
)
from gateway.domain.identifiers import ActorId, FieldName, GemeenteCode, PurposeCode, SubjectId
from gateway.domain.ports import Rejected
from gateway.domain.records import Receipt
from gateway.domain.relations import RelationEvent, RelationKind
from tests.contracts.bodies import DAY, NOON, Body, relate, subject_id

HERE, THERE = GemeenteCode("0243"), GemeenteCode("0344")
SANNE = ActorId("sanne")
PLAN = Plan(Scenario.GECOMBINEERD, TalkForm.COA_LOCATIE, NOON + 3 * DAY, agreed=True)


def handover(subject: SubjectId, gemeente: GemeenteCode = HERE, days: int = 0) -> Handover:
    """Name a handover by a tie that began so many days after noon."""
    return Handover(subject, gemeente, NOON + days * DAY)


def talk(which: Handover) -> Talk:
    """Plan a talk."""
    return Talk(uuid4(), which, PLAN, NOON, SANNE)


def told(
    body: Body, people: Sequence[SubjectId], *gemeenten: GemeenteCode, days: int
) -> Mapping[SubjectId, File]:
    """Read files some days after noon."""
    return asyncio.run(body.handovers.current(people, gemeenten, NOON + days * DAY))


def waiting(body: Body, town: GemeenteCode) -> Mapping[SubjectId, Running]:
    """Read how far everyone's handover to a town is, two days after noon."""
    purpose = PurposeCode("P02_warme_overdracht_brede_intake")
    asked = ([town], purpose, NOON + 2 * DAY)
    counted = asyncio.run(body.clocks.running(*asked))
    return asyncio.run(body.clocks.people(*asked, list(counted)))


def question(which: Handover, field: str | None = "talen") -> Question:
    """Ask about a field, or about none."""
    name = FieldName(field) if field else None
    return Question(uuid4(), which, Topic.TAAL, name, NOON, SANNE)


def linked(body: Body, number: int = 1, site: str = "A") -> SubjectId:
    """Make someone linked to the town at noon."""
    event = RelationEvent(RelationKind.GEKOPPELD, HERE, NOON, "test")
    return body.person(number, facts=RuleFacts(reception_site=site), relations=(event,))


def holds(body: Body, which: Handover, change: Change) -> bool:
    """Tell whether a change was taken."""
    answer = body.change(which.subject, change)
    assert isinstance(answer, Receipt | Rejected)
    return isinstance(answer, Receipt)


def file(body: Body, which: Handover) -> File | None:
    """Read one file."""
    return asyncio.run(body.handovers.files([which])).get(which)


def test_a_file_is_read_back_as_it_was_written(body: Body) -> None:
    """Receipt, talk, question and who handed her on, each under its own handover."""
    subject = linked(body)
    which, other = handover(subject), handover(subject, THERE, 5)
    confirmed = Confirmation(uuid4(), which, NOON + DAY, SANNE)
    planned, asked = talk(which), question(which, None)
    came = HandedOn(uuid4(), other, HERE)
    for change in (ConfirmReceipt(confirmed), PlanTalk(planned), AskCoa(asked), HandOn(came)):
        assert holds(body, which, change)
    assert file(body, which) == File(confirmed, (planned,), (asked,))
    assert file(body, other) == File(handed_on=came)
    assert file(body, handover(subject, days=1)) is None
    assert asyncio.run(body.handovers.files([])) == {}


def test_receipt_is_confirmed_once_a_handover(body: Body) -> None:
    """A second confirmation is refused; a next tie has one of its own."""
    subject = linked(body)
    which = handover(subject)
    assert holds(body, which, ConfirmReceipt(Confirmation(uuid4(), which, NOON, SANNE)))
    assert not holds(body, which, ConfirmReceipt(Confirmation(uuid4(), which, NOON, SANNE)))
    later = handover(subject, days=9)
    assert holds(body, later, ConfirmReceipt(Confirmation(uuid4(), later, NOON, SANNE)))


def test_one_talk_is_planned_at_a_time_and_ends_once(body: Body) -> None:
    """Cancelled with its reason, planned anew, held with what was agreed on; then it stays so."""
    which = handover(linked(body))
    first, second = talk(which), replace(talk(which), at=NOON + timedelta(hours=1))
    assert holds(body, which, PlanTalk(first))
    assert not holds(body, which, PlanTalk(second))
    off = replace(
        first, state=TalkState.GEANNULEERD, closed=NOON, cancelled=Cancelled.TOLK_ONTBREEKT
    )
    assert holds(body, which, CloseTalk(off))
    assert not holds(body, which, CloseTalk(off))
    assert holds(body, which, PlanTalk(second))
    outcomes = (Outcome.TAAL, Outcome.WERK)
    held = replace(second, state=TalkState.GEVOERD, closed=NOON + DAY, outcomes=outcomes)
    assert holds(body, which, CloseTalk(held))
    found = file(body, which)
    assert found is not None
    assert found.talks == (off, held)
    assert asyncio.run(body.handovers.talk(held.talk_id)) == held
    assert asyncio.run(body.handovers.talk(uuid4())) is None


def test_a_question_is_answered_once(body: Body) -> None:
    """The answer's entry and moment stand with it; another handover's question is not hers."""
    subject = linked(body)
    which = handover(subject)
    one = question(which)
    assert holds(body, which, AskCoa(one))
    answered = replace(one, answer=uuid4(), answered=NOON + DAY)
    strange = replace(answered, handover=handover(subject, THERE))
    assert not holds(body, which, AnswerQuestion(strange))
    assert holds(body, which, AnswerQuestion(answered))
    assert not holds(body, which, AnswerQuestion(answered))
    assert asyncio.run(body.handovers.question(one.question_id)) == answered
    assert asyncio.run(body.handovers.question(uuid4())) is None


def test_who_handles_it_gives_way_to_whom_was_meant(body: Body) -> None:
    """One at a time: it is given in the place of who had it then, or of nobody, and laid down."""
    which = handover(linked(body))
    first = Assignment(uuid4(), which, SANNE, NOON, SANNE)
    second = Assignment(uuid4(), which, ActorId("robin"), NOON + DAY, SANNE)
    assert holds(body, which, Assign(which, None, first))
    assert file(body, which) == File(assigned=first)
    assert not holds(body, which, Assign(which, None, second))
    assert not holds(body, which, Assign(which, second.assignment_id, None))
    assert holds(body, which, Assign(which, first.assignment_id, second))
    assert file(body, which) == File(assigned=second)
    assert file(body, handover(which.subject, days=9)) is None
    assert holds(body, which, Assign(which, second.assignment_id, None))
    assert file(body, which) is None


def test_what_waits_is_listed_by_reception_site(body: Body) -> None:
    """In order of id, page by page, and what was answered no more."""

    def waiting(*sites: str, after: UUID | None = None, limit: int = 9) -> list[Question]:
        return list(asyncio.run(body.handovers.open_at(sites, after, limit)))

    here, there = handover(linked(body, 1)), handover(linked(body, 2, "B"))
    own = sorted((question(here) for _ in range(3)), key=lambda one: one.question_id)
    for one in own:
        assert holds(body, here, AskCoa(one))
    assert holds(body, there, AskCoa(question(there)))
    assert waiting("A") == own
    assert waiting("A", limit=2) == own[:2]
    assert waiting("A", after=own[0].question_id) == own[1:]
    assert waiting() == []
    assert holds(body, here, AnswerQuestion(replace(own[0], answer=uuid4(), answered=NOON + DAY)))
    assert waiting("A") == own[1:]


def test_a_file_is_current_while_its_tie_lasts(body: Body) -> None:
    """A home in the same town ends nothing; another town, or an unlink, does."""
    people = [linked(body, number) for number in (1, 2, 3)]
    for subject in people:
        which = handover(subject)
        assert holds(body, which, ConfirmReceipt(Confirmation(uuid4(), which, NOON, SANNE)))
    kinds = (RelationKind.GEHUISVEST, RelationKind.OMGEKOPPELD, RelationKind.ONTKOPPELD)
    for subject, kind, party in zip(people, kinds, (HERE, THERE, HERE), strict=True):
        event = RelationEvent(kind, party, NOON + 2 * DAY, "test")
        body.change(subject, relate(subject, event))

    def current(days: int, *gemeenten: GemeenteCode) -> set[SubjectId]:
        return set(told(body, people, *gemeenten, days=days))

    assert current(1, HERE) == set(people)
    assert current(3, HERE) == {people[0]}
    assert current(3, THERE) == set()
    assert told(body, people[1:2], HERE, days=1).keys() == {people[1]}


def test_how_far_all_are_is_what_their_files_say(body: Body) -> None:
    """Receipt, what became of talks, questions that wait and who handles it, by the tie that lasts."""
    people = [linked(body, number) for number in range(1, 6)]
    asked, met, off, moved = (handover(one) for one in people[:4])
    for one in (question(asked), question(asked)):
        assert holds(body, asked, AskCoa(one))
    assert holds(body, asked, AnswerQuestion(replace(one, answer=uuid4(), answered=NOON + DAY)))
    for which in (asked, moved):
        assert holds(body, which, ConfirmReceipt(Confirmation(uuid4(), which, NOON, SANNE)))
    assert holds(body, met, PlanTalk(talk(met)))
    assert holds(body, met, Assign(met, None, Assignment(uuid4(), met, SANNE, NOON, SANNE)))
    first = talk(off)
    ended = replace(
        first,
        state=TalkState.GEANNULEERD,
        closed=NOON + DAY,
        cancelled=Cancelled.COA_VERHINDERD,
    )
    assert holds(body, off, PlanTalk(first))
    assert holds(body, off, CloseTalk(ended))
    elsewhere = RelationEvent(RelationKind.OMGEKOPPELD, THERE, NOON + DAY, "test")
    body.change(moved.subject, relate(moved.subject, elsewhere))
    stands = {
        asked.subject: Progress(confirmed=True, waiting=1),
        met.subject: Progress(settled=True, worker=SANNE),
        off.subject: NOTHING_DONE,
    }
    files = told(body, people, HERE, days=2)
    assert {one: file.progress for one, file in files.items()} == stands
    blank = Running(None, housed=False, pip=None)
    assert waiting(body, HERE) == {
        one: blank.after(stands.get(one, NOTHING_DONE)) for one in (*people[:3], people[4])
    }
    assert waiting(body, THERE) == {moved.subject: blank}


def test_who_left_is_listed_until_somebody_has_her(body: Body) -> None:
    """Newest first, as many as asked; not who was received, went on, came back, or left elsewhere."""
    people = [linked(body, number) for number in range(1, 7)]
    moved = [handover(one, THERE, days) for days, one in enumerate(people, 1)]
    first, second, received, on, back, strange = moved
    for which in moved:
        came = RelationEvent(RelationKind.GEHUISVEST, THERE, which.since, "test")
        body.change(which.subject, relate(which.subject, came))
        before = THERE if which is strange else HERE
        one = HandedOn(uuid4(), which, GemeenteCode(before), SANNE, back=which is back)
        assert holds(body, which, HandOn(one))
    assert holds(body, received, ConfirmReceipt(Confirmation(uuid4(), received, NOON, SANNE)))
    left = RelationEvent(RelationKind.OMGEKOPPELD, GemeenteCode("0363"), NOON + 7 * DAY, "test")
    body.change(on.subject, relate(on.subject, left))

    def listed(*towns: GemeenteCode, limit: int = 9) -> list[Handover]:
        found = asyncio.run(body.handovers.departures(towns, NOON + 8 * DAY, limit))
        return [one.handover for one in found]

    assert listed(HERE) == [second, first]
    assert listed(HERE, limit=1) == [second]
    assert listed(THERE) == [strange]
    assert listed() == []


def test_nothing_is_written_of_a_stranger(body: Body) -> None:
    """A subject that is not known has no handover."""
    which = handover(subject_id(9))
    for change in (
        ConfirmReceipt(Confirmation(uuid4(), which, NOON, SANNE)),
        PlanTalk(talk(which)),
        AskCoa(question(which)),
        HandOn(HandedOn(uuid4(), which, THERE)),
        Assign(which, None, Assignment(uuid4(), which, SANNE, NOON, SANNE)),
    ):
        assert isinstance(body.change(None, change), Rejected)


def test_who_is_taken_back_has_her_file_again(body: Body) -> None:
    """Receipt, talk, question and worker go on under the new tie; not once the other received her."""
    subject = linked(body)
    old, other, new = handover(subject), handover(subject, THERE, 2), handover(subject, HERE, 3)
    confirmed, planned, asked = Confirmation(uuid4(), old, NOON, SANNE), talk(old), question(old)
    assigned = Assignment(uuid4(), old, SANNE, NOON, SANNE)
    moved = HandOn(HandedOn(uuid4(), other, HERE, SANNE))
    for change in (ConfirmReceipt(confirmed), PlanTalk(planned), AskCoa(asked), moved):
        assert holds(body, old, change)
    assert holds(body, old, Assign(old, None, assigned))
    back = HandedOn(uuid4(), new, THERE, SANNE, back=True)
    assert holds(body, old, TakeBack(back, other, old))
    assert file(body, old) is None
    assert file(body, new) == File(
        replace(confirmed, handover=new),
        (replace(planned, handover=new),),
        (replace(asked, handover=new),),
        back,
        replace(assigned, handover=new),
    )
    assert holds(body, other, ConfirmReceipt(Confirmation(uuid4(), other, NOON, SANNE)))
    late = replace(back, entry_id=uuid4(), handover=handover(subject, HERE, 5))
    assert not holds(body, old, TakeBack(late, other, new))
    assert file(body, late.handover) is None
