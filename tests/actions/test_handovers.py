"""A handover is confirmed, talked about, asked about and handed on: by whom it is, and nobody else."""

import json
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from gateway.actions.breakglass import Emergency
from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.handover_questions import Asking
from gateway.actions.handovers import FURTHEST, Ending
from gateway.actions.sealed_words import MOST_WORDS
from gateway.api.handovers import OverdrachtenJson, OverdrachtJson, VragenJson
from gateway.domain.errors import InvalidRequestError, LedgerUnavailableError
from gateway.domain.handovers import (
    Cancelled,
    Outcome,
    Plan,
    Scenario,
    TalkForm,
    Topic,
)
from gateway.domain.identifiers import FieldName, GemeenteCode, SubjectId
from gateway.domain.notices import NoticeKind
from gateway.domain.partners import Caller
from gateway.domain.reasons import Reason
from gateway.domain.records import RecordKind
from gateway.domain.relations import RelationKind
from tests.actions.house import DAY, MINUTE, NOON, House, row, run
from tests.fakes.cabinet import Cabinet

UTRECHT = GemeenteCode("0344")
PLAN = Plan(Scenario.GECOMBINEERD, TalkForm.COA_LOCATIE, NOON + 3 * DAY, agreed=True)
LATER = replace(PLAN, moment=NOON + 9 * DAY)
ASKED = Asking(Topic.OPLEIDING, FieldName("opleidingen"), "Is het diploma al gezien?")
Deed = Callable[[House, Caller, SubjectId], Coroutine[Any, Any, object]]
DEEDS: dict[str, Deed] = {
    "confirm": lambda house, who, her: house.handovers.confirm(who, her),
    "plan": lambda house, who, her: house.handovers.plan(who, her, PLAN),
    "ask": lambda house, who, her: house.questions.ask(who, her, ASKED),
    "hand on": lambda house, who, her: house.handovers.hand_on(who, her, UTRECHT),
}


def file(house: House, who: Caller, subject: SubjectId) -> dict[str, Any]:
    """Read the whole file of one handover."""

    async def read() -> bytes:
        async with house.handover_files.one(who, subject, OverdrachtJson) as released:
            return b"".join(released.chunks)

    found: dict[str, Any] = json.loads(run(read()))
    return found


def listed(house: House, who: Caller) -> list[dict[str, Any]]:
    """List how handovers stand."""

    async def read() -> bytes:
        async with house.handover_files.page(who, None, OverdrachtenJson) as page:
            return b"".join(page.released.chunks)

    found: list[dict[str, Any]] = json.JSONDecoder().raw_decode(run(read()).decode())[0]
    return found


def waiting(house: House, who: Caller) -> list[dict[str, Any]]:
    """List what waits for an answer."""

    async def read() -> bytes:
        async with house.questions.waiting(who, None, VragenJson) as page:
            return b"".join(page.released.chunks)

    found: list[dict[str, Any]] = json.JSONDecoder().raw_decode(run(read()).decode())[0]
    return found


def housed(house: House, number: int = 1) -> SubjectId:
    """Make someone who has a home in Harderwijk."""
    subject = house.person(number)
    house.clock.wait(DAY)
    house.relate(subject, RelationKind.GEHUISVEST, "0243")
    house.clock.wait(DAY)
    house.forget()
    return subject


def test_receipt_is_confirmed_once_and_coa_sees_it(house: House) -> None:
    """The entry names her, and both sides read the day; a second time is refused."""
    subject = house.person(1)
    run(house.handovers.confirm(house.klantmanager, subject))
    (entry,) = house.records
    assert (entry.kind, entry.outcome, entry.subject) == (
        RecordKind.HANDOVER,
        "confirmed",
        subject,
    )
    for who in (house.klantmanager, house.casemanager):
        assert listed(house, who)[0]["ontvangstBevestigdOp"] == NOON.isoformat()
    with pytest.raises(InvalidRequestError, match="confirmed before"):
        run(house.handovers.confirm(house.klantmanager, subject))


@pytest.mark.parametrize("deed", ["confirm", "plan", "ask"])
def test_a_repeated_key_is_the_same_deed(house: House, deed: str) -> None:
    """A retry gets the first receipt, and nothing is written twice."""
    subject = house.person(1)
    again: Deed = {
        "confirm": lambda house, who, her: house.handovers.confirm(who, her, "k"),
        "plan": lambda house, who, her: house.handovers.plan(who, her, PLAN, "k"),
        "ask": lambda house, who, her: house.questions.ask(who, her, replace(ASKED, retry_key="k")),
    }[deed]
    assert run(again(house, house.klantmanager, subject)) == run(
        again(house, house.klantmanager, subject)
    )
    assert len(house.records) == 1


@pytest.mark.parametrize("deed", DEEDS)
def test_only_a_klantmanager_of_her_own_town_may(house: House, deed: str) -> None:
    """Another town's, COA's and the town's other workers are refused on record; nothing is kept."""
    subject = housed(house)
    for who, reason in (
        (house.caller("utrecht", "gemeente_klantmanager"), Reason.NOT_LINKED),
        (house.casemanager, Reason.PURPOSE_NOT_IN_AGREEMENT),
        (house.caller("harderwijk", "gemeente_matcher"), Reason.PURPOSE_NOT_IN_AGREEMENT),
        (house.caller("instelling", "maatschappelijke_begeleiding"), Reason.ACTOR_NOT_ALLOWED),
    ):
        with pytest.raises(DisclosureRefusedError) as refusal:
            run(DEEDS[deed](house, who, subject))
        assert refusal.value.reason is reason
    assert {one.kind for one in house.records} == {RecordKind.DENIED}
    assert house.world.cabinet == Cabinet()


@pytest.mark.parametrize("deed", DEEDS)
def test_who_is_hidden_or_unknown_stays_so(house: House, deed: str) -> None:
    """A shield makes her unknown to her own klantmanager, as an invented id is."""
    subject = housed(house)
    house.world.people[subject] = replace(house.world.people[subject], shielded=True)
    for her in (subject, SubjectId(uuid4())):
        with pytest.raises(DisclosureRefusedError) as refusal:
            run(DEEDS[deed](house, house.klantmanager, her))
        assert refusal.value.decision.hidden


@pytest.mark.parametrize("deed", DEEDS)
def test_a_broken_glass_lends_nobody_a_handover(house: House, deed: str) -> None:
    """Another town's klantmanager who broke it may read in an emergency, and do nothing here."""
    subject = housed(house)
    utrecht = house.caller("utrecht", "gemeente_klantmanager")
    why = "Zij staat onverwacht aan de balie."
    run(house.emergencies.break_glass(utrecht, Emergency(subject, "P02", why)))
    with pytest.raises(DisclosureRefusedError) as refusal:
        run(DEEDS[deed](house, utrecht, subject))
    assert refusal.value.reason is Reason.NOT_LINKED
    assert run(house.handover_files.beside(utrecht, subject)) is None
    assert run(house.handover_files.beside(house.klantmanager, subject)) is not None


def test_a_talk_is_planned_cancelled_planned_again_and_held(house: House) -> None:
    """One at a time; the reason and what was agreed on are read by both sides."""
    subject = house.person(1)
    first = run(house.handovers.plan(house.klantmanager, subject, PLAN)).event_id
    with pytest.raises(InvalidRequestError, match="another talk is planned"):
        run(house.handovers.plan(house.klantmanager, subject, PLAN))
    house.clock.wait(MINUTE)
    run(house.handovers.close(house.klantmanager, first, Ending(Cancelled.TOLK_ONTBREEKT)))
    house.clock.wait(MINUTE)
    second = run(house.handovers.plan(house.klantmanager, subject, PLAN)).event_id
    house.clock.wait(4 * DAY)
    agreed = frozenset({Outcome.WERK, Outcome.TAAL})
    run(house.handovers.close(house.klantmanager, second, Ending(outcomes=agreed)))
    assert [one.outcome for one in house.records] == ["planned", "cancelled", "planned", "held"]
    for who in (house.klantmanager, house.casemanager):
        found = file(house, who, subject)
        assert [one["status"] for one in found["driegesprekken"]] == ["geannuleerd", "gevoerd"]
        assert found["driegesprekken"][0]["reden"] == Cancelled.TOLK_ONTBREEKT
        assert found["driegesprek"]["uitkomsten"] == ["afspraak_taal", "afspraak_werk"]


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        (replace(PLAN, moment=NOON), "gepland: lies in the past"),
        (replace(PLAN, moment=NOON + FURTHEST + MINUTE), "gepland: lies in the past, or more"),
        (replace(PLAN, agreed=False), "instemming: is needed"),
    ],
)
def test_a_talk_that_cannot_be_is_not_planned(house: House, plan: Plan, why: str) -> None:
    """It lies ahead, and COA joins with her agreement only."""
    subject = house.person(1)
    with pytest.raises(InvalidRequestError, match=why):
        run(house.handovers.plan(house.klantmanager, subject, plan))
    assert house.world.cabinet.talks == {}


def test_without_coa_she_need_not_agree_to_it(house: House) -> None:
    """A talk without COA asks for no agreement."""
    subject = house.person(1)
    alone = replace(PLAN, form=TalkForm.ZONDER_COA, agreed=False)
    run(house.handovers.plan(house.klantmanager, subject, alone))
    (talk,) = house.world.cabinet.talks.values()
    assert talk.plan == alone


def test_a_talk_ends_once_and_for_its_own_handover(house: House) -> None:
    """Neither an invented talk, nor one that ended, nor one of a handover before can be closed."""
    subject = house.person(1)
    talk = run(house.handovers.plan(house.klantmanager, subject, PLAN)).event_id
    house.clock.wait(DAY)
    house.relate(subject, RelationKind.OMGEKOPPELD, UTRECHT)
    utrecht = house.caller("utrecht", "gemeente_klantmanager")
    with pytest.raises(InvalidRequestError, match="nothing to close"):
        run(house.handovers.close(utrecht, talk, Ending()))
    own = run(house.handovers.plan(utrecht, subject, PLAN)).event_id
    run(house.handovers.close(utrecht, own, Ending()))
    with pytest.raises(InvalidRequestError, match="nothing to close"):
        run(house.handovers.close(utrecht, own, Ending()))
    with pytest.raises(DisclosureRefusedError):
        run(house.handovers.close(utrecht, uuid4(), Ending()))


def test_a_question_is_read_and_answered_by_coa_and_read_back(house: House) -> None:
    """Its words stand in the sealed log only, and are opened inside a disclosure."""
    subject = house.person(1)
    asked = run(house.questions.ask(house.klantmanager, subject, ASKED)).event_id
    assert ASKED.words not in str(house.world.cabinet)
    (line,) = waiting(house, house.casemanager)
    assert (line["id"], line["onderwerp"], line["veld"], line["tekst"]) == (
        str(asked),
        Topic.OPLEIDING,
        "opleidingen",
        ASKED.words,
    )
    run(house.questions.answer(house.casemanager, asked, "Ja, op 3 maart."))
    assert waiting(house, house.casemanager) == []
    (told,) = file(house, house.klantmanager, subject)["vragen"]
    assert (told["tekst"], told["antwoord"]) == (ASKED.words, "Ja, op 3 maart.")
    assert house.records[-1].kind is RecordKind.OUTCOME
    with pytest.raises(InvalidRequestError, match="does not wait"):
        run(house.questions.answer(house.casemanager, asked, "Nee."))


def test_only_coa_where_she_stays_answers(house: House) -> None:
    """Another site, another role of COA and who asked are refused; the question waits on."""
    subject = house.person(1)
    asked = run(house.questions.ask(house.klantmanager, subject, ASKED)).event_id
    elsewhere = house.caller("coa", "coa_casemanager", sites=("AZC-UTR-02",))
    for who in (house.klantmanager, house.caller("coa", "coa_regievoerder"), elsewhere):
        with pytest.raises(DisclosureRefusedError):
            run(house.questions.answer(who, asked, "Ja."))
    with pytest.raises(DisclosureRefusedError):
        run(house.questions.answer(house.casemanager, uuid4(), "Ja."))
    assert waiting(house, elsewhere) == []
    assert len(waiting(house, house.casemanager)) == 1


def test_a_question_of_a_handover_that_ended_waits_no_more(house: House) -> None:
    """After a re-link nobody would read the answer."""
    subject = house.person(1)
    asked = run(house.questions.ask(house.klantmanager, subject, ASKED)).event_id
    house.clock.wait(DAY)
    house.relate(subject, RelationKind.OMGEKOPPELD, UTRECHT)
    assert waiting(house, house.casemanager) == []
    with pytest.raises(InvalidRequestError, match="does not wait"):
        run(house.questions.answer(house.casemanager, asked, "Ja."))


@pytest.mark.parametrize(
    "words", ["", "   ", "x" * (MOST_WORDS + 1), "Is zij zwanger?", "Gaat hij naar de moskee?"]
)
def test_words_that_may_not_be_said_are_not_taken(house: House, words: str) -> None:
    """Nothing, too much, or words of a special category: neither side may write them."""
    subject = house.person(1)
    with pytest.raises(InvalidRequestError, match="tekst") as wrong:
        run(house.questions.ask(house.klantmanager, subject, replace(ASKED, words=words)))
    assert not words.strip() or words not in str(wrong.value)
    asked = run(house.questions.ask(house.klantmanager, subject, ASKED)).event_id
    with pytest.raises(InvalidRequestError, match="antwoord"):
        run(house.questions.answer(house.casemanager, asked, words))


def test_who_left_reception_has_nobody_to_ask_about_her(house: House) -> None:
    """Where she stays at no site, no casemanager would read the question."""
    subject = housed(house)
    with pytest.raises(InvalidRequestError, match="stays at no reception site"):
        run(house.questions.ask(house.klantmanager, subject, ASKED))


def test_a_field_beyond_the_purpose_cannot_be_asked_about(house: House) -> None:
    """A question may not fish for what the klantmanager would not be shown."""
    subject = house.person(1)
    for name in ("religie", "opvanglocatie_gemeente_code"):
        beyond = replace(ASKED, field=FieldName(name))
        with pytest.raises(DisclosureRefusedError):
            run(house.questions.ask(house.klantmanager, subject, beyond))


def test_who_moves_is_handed_on_and_access_goes_with_her(house: House) -> None:
    """The next town has her at once and reads from whom; the first is told that its link ended."""
    subject = housed(house)
    run(house.handovers.confirm(house.klantmanager, subject))
    run(house.handovers.hand_on(house.klantmanager, subject, UTRECHT))
    assert house.records[-1].outcome == "handed on"
    assert house.records[-1].detail["left"] == "0243"
    (notice,) = [one.notice for one in house.world.notices.values()]
    assert notice.cause.kind is NoticeKind.LINK_ENDED
    utrecht = house.caller("utrecht", "gemeente_klantmanager")
    (line,) = listed(house, utrecht)
    assert (line["doorgegevenDoor"], line["ontvangstBevestigdOp"]) == ("0243", None)
    assert house.show(utrecht, "P12", subject).values
    with pytest.raises(DisclosureRefusedError):
        file(house, house.klantmanager, subject)
    run(house.handovers.confirm(utrecht, subject))


def test_who_was_handed_on_is_taken_back_with_her_file(house: House) -> None:
    """Her talk and receipt go on, who did it is kept, and what was told is told otherwise."""
    subject = housed(house)
    run(house.handovers.confirm(house.klantmanager, subject))
    talk = run(house.handovers.plan(house.klantmanager, subject, LATER)).event_id
    run(house.handovers.hand_on(house.klantmanager, subject, UTRECHT))
    house.clock.wait(MINUTE)
    found = run(house.take_backs.departure(house.klantmanager, subject))
    assert (found.handed_on.by, found.received) == (house.klantmanager.actor, False)
    run(house.take_backs.take_back(house.klantmanager, subject))
    assert house.records[-1].outcome == "taken back"
    assert house.records[-1].detail["left"] == "0344"
    told = [one.notice.recipient for one in house.world.notices.values()]
    assert told == [house.caller("utrecht", "gemeente_klantmanager").partner.oin]
    again = file(house, house.klantmanager, subject)
    assert (again["teruggehaaldVan"], again["doorgegevenDoor"]) == ("0344", None)
    assert again["ontvangstBevestigdOp"] is not None
    assert again["driegesprek"]["id"] == str(talk)
    run(house.handovers.close(house.klantmanager, talk, Ending()))
    with pytest.raises(DisclosureRefusedError) as refusal:
        run(house.take_backs.take_back(house.klantmanager, subject))
    assert refusal.value.decision.hidden


def test_whom_one_handed_on_is_listed_until_she_is_received(house: House) -> None:
    """By own reference, and on record; to the next town, and after a month, nobody left."""
    subject = housed(house)
    run(house.handovers.hand_on(house.klantmanager, subject, UTRECHT))
    house.clock.wait(MINUTE)
    utrecht = house.caller("utrecht", "gemeente_klantmanager")
    (one,), more = run(house.take_backs.departures(house.klantmanager))
    assert (one.handed_on.handover.subject, more) == (subject, False)
    recipient = house.klantmanager.partner.oin
    assert one.reference == house.gate.pseudonyms.reference(recipient, subject)
    assert (house.records[-1].outcome, house.records[-1].detail) == ("listed", {"open": 1})
    assert run(house.take_backs.departures(utrecht)) == ([], False)
    with pytest.raises(DisclosureRefusedError):
        run(house.take_backs.departures(house.casemanager))
    house.clock.wait(31 * DAY)
    assert run(house.take_backs.departures(house.klantmanager)) == ([], False)
    run(house.handovers.confirm(utrecht, subject))
    assert house.world.cabinet.confirmations


def test_who_was_received_is_not_taken_back(house: House) -> None:
    """From then on the other town has her; it may hand her on in its turn."""
    subject = housed(house)
    run(house.handovers.hand_on(house.klantmanager, subject, UTRECHT))
    house.clock.wait(MINUTE)
    run(house.handovers.confirm(house.caller("utrecht", "gemeente_klantmanager"), subject))
    assert run(house.take_backs.departure(house.klantmanager, subject)).received
    with pytest.raises(InvalidRequestError, match="was confirmed by the next"):
        run(house.take_backs.take_back(house.klantmanager, subject))
    assert house.records[-1].outcome == "confirmed"


@pytest.mark.parametrize("wait", [MINUTE, 31 * DAY])
def test_only_who_handed_on_takes_back_and_within_a_month(house: House, wait: timedelta) -> None:
    """To the next town, a third and COA nobody was handed on; nor to anyone after a month."""
    subject = housed(house)
    with pytest.raises(DisclosureRefusedError):
        run(house.take_backs.departure(house.klantmanager, subject))
    run(house.handovers.hand_on(house.klantmanager, subject, UTRECHT))
    house.clock.wait(wait)
    others = [house.caller("utrecht", "gemeente_klantmanager"), house.casemanager]
    for who in (*others, *([house.klantmanager] if wait > DAY else [])):
        with pytest.raises(DisclosureRefusedError):
            run(house.take_backs.take_back(who, subject))
    assert not any(one.back for one in house.world.cabinet.handed_on.values())
    assert house.records[-1].kind is RecordKind.DENIED


def test_whom_coa_linked_anew_nobody_takes_back(house: House) -> None:
    """Where the municipality did not hand her on itself there is nothing to undo."""
    subject = house.person(1)
    house.clock.wait(DAY)
    house.relate(subject, RelationKind.OMGEKOPPELD, UTRECHT)
    house.clock.wait(MINUTE)
    with pytest.raises(DisclosureRefusedError) as refusal:
        run(house.take_backs.departure(house.klantmanager, subject))
    assert refusal.value.decision.hidden


@pytest.mark.parametrize(
    ("gemeente", "why"), [("9999", "is not a municipality"), ("0243", "is the one she is in")]
)
def test_she_is_handed_on_to_another_municipality(house: House, gemeente: str, why: str) -> None:
    """Neither to nowhere nor to where she is."""
    subject = housed(house)
    with pytest.raises(InvalidRequestError, match=why):
        run(house.handovers.hand_on(house.klantmanager, subject, GemeenteCode(gemeente)))


def test_who_has_no_home_is_linked_anew_by_coa(house: House) -> None:
    """A town cannot give away someone whom COA has yet to house."""
    subject = house.person(1)
    with pytest.raises(InvalidRequestError, match="is for COA to change"):
        run(house.handovers.hand_on(house.klantmanager, subject, UTRECHT))


def test_news_from_before_the_move_does_not_bring_her_back(house: House) -> None:
    """A delivery that still tells of the home she left leaves her with the next town."""
    subject = housed(house)
    run(house.handovers.hand_on(house.klantmanager, subject, UTRECHT))
    house.clock.wait(DAY)
    late = row(1, koppel_status="gehuisvest", huisvestingsdatum="2026-03-03", roepnaam="Sara")
    house.deliver(late)
    assert len(listed(house, house.caller("utrecht", "gemeente_klantmanager"))) == 1
    assert listed(house, house.klantmanager) == []


def test_the_situation_must_not_change_meanwhile(house: House) -> None:
    """A re-link between the question and its entry: nothing is written."""
    subject = house.person(1)
    house.ledger.before.append(
        lambda: house.world.people.update({subject: replace(house.world.people[subject], epoch=99)})
    )
    with pytest.raises(LedgerUnavailableError):
        run(house.handovers.confirm(house.klantmanager, subject))
    assert house.world.cabinet.confirmations == {}


def test_the_list_says_nothing_of_whom_may_not_be_shown(house: House) -> None:
    """Another town's people, another site's and the shielded are left out; other roles are refused."""
    subject, hidden = house.people(2)
    house.world.people[hidden] = replace(house.world.people[hidden], shielded=True)
    (line,) = listed(house, house.klantmanager)
    own = house.pseudonyms.reference(house.klantmanager.partner.oin, subject)
    assert UUID(line["clientRef"]) == own
    assert listed(house, house.caller("utrecht", "gemeente_klantmanager")) == []
    assert listed(house, house.caller("coa", "coa_casemanager", sites=("AZC-UTR-02",))) == []
    for who in (house.matcher, house.caller("coa", "coa_regievoerder")):
        with pytest.raises(DisclosureRefusedError):
            listed(house, who)
