"""What a worker was shown before, and what changed since, as the log alone tells it."""

from datetime import datetime

import pytest

from gateway.actions.seen import LastSeen, Seen
from gateway.domain.decisions import Ask
from gateway.domain.errors import RecipientGoneError
from gateway.domain.identifiers import SubjectId
from gateway.domain.partners import Caller
from gateway.domain.records import RecordKind
from tests.actions.house import DAY, MINUTE, House, row, run
from tests.fakes.format import Lines
from tests.fakes.log_reader import FEW


def seen(
    house: House,
    subject: SubjectId,
    caller: Caller | None = None,
    session: datetime | None = None,
) -> Seen | None:
    """Show her to the klantmanager, or another, in a session that opens now; what was shown before?"""
    ask, session = Ask(caller or house.klantmanager, "P02"), session or house.clock.now()
    now = house.show(ask.caller, ask.purpose, subject).receipt
    return run(LastSeen(house.log)(ask, subject, session, now))


def stored(house: House, **values: object) -> None:
    """Let a minute pass, and deliver the first person anew."""
    house.clock.wait(MINUTE)
    house.deliver(row(1, **values))
    house.clock.wait(MINUTE)


def test_the_first_time_there_is_nothing_to_compare_with(house: House) -> None:
    """Nobody was shown her; and what a colleague, or another role, was shown does not count."""
    subject = house.person(1)
    colleague = house.caller("harderwijk", "gemeente_klantmanager", "klantmanager-2")
    house.show(colleague, "P02", subject)
    house.show(house.casemanager, "P03", subject)
    house.clock.wait(MINUTE)
    assert seen(house, subject) is None


def test_what_was_stored_since_is_changed(house: House) -> None:
    """Of what she was shown, the fields that a later delivery changed; with when, and not the rest."""
    subject = house.person(1, moedertaal="tir", engels_niveau="B1")
    then = house.clock.now()
    house.show(house.klantmanager, "P02", subject, "moedertaal", "engels_niveau", "achternaam")
    stored(house, moedertaal="amh", engels_niveau="B1", nt2_niveau_lezen="A1")
    found = seen(house, subject)
    assert found is not None
    assert found.at == then
    assert set(found.fields) == {"moedertaal", "engels_niveau", "achternaam"}
    assert found.changed == {"moedertaal": then + MINUTE}


def test_what_she_saw_after_the_change_is_no_news(house: House) -> None:
    """Each field counts from the last time that it was shown, whatever else that disclosure held."""
    subject = house.person(1, moedertaal="tir", gezinsgrootte=2)
    house.show(house.klantmanager, "P02", subject, "moedertaal", "gezinsgrootte")
    stored(house, moedertaal="amh", gezinsgrootte=3)
    house.show(house.klantmanager, "P02", subject, "moedertaal")
    house.clock.wait(MINUTE)
    found = seen(house, subject)
    assert found is not None
    assert set(found.changed) == {"gezinsgrootte"}
    assert set(found.fields) == {"moedertaal", "gezinsgrootte"}


def test_a_page_that_is_loaded_again_tells_the_same(house: House) -> None:
    """What she was shown in this session counts only where there is nothing before it."""
    subject = house.person(1, moedertaal="tir")
    house.show(house.klantmanager, "P02", subject, "moedertaal")
    stored(house, moedertaal="amh")
    session = house.clock.now()
    house.show(house.klantmanager, "P02", subject, "moedertaal")
    house.clock.wait(MINUTE)
    again = seen(house, subject, session=session)
    assert again is not None
    assert set(again.changed) == {"moedertaal"}
    newcomer = seen(house, subject, session=session - DAY)
    assert newcomer is not None
    assert newcomer.at == again.at


def test_a_list_is_not_a_look_at_her(house: House) -> None:
    """A worklist with only her on it shows no dossier."""
    subject = house.person(1)
    house.list_clients(house.klantmanager, "P02")
    house.clock.wait(MINUTE)
    assert [one.kind for one in house.records][-1] is RecordKind.OUTCOME
    assert seen(house, subject) is None


def test_what_did_not_reach_her_she_did_not_see(house: House) -> None:
    """A disclosure that broke off on the way shows nothing, and an erased entry tells nothing."""
    subject = house.person(1)

    async def broken() -> None:
        question = house.question(house.klantmanager, "P02", Lines(), subject)
        async with house.disclose.one(question):
            raise RecipientGoneError("gone")

    with pytest.raises(RecipientGoneError):
        run(broken())
    house.clock.wait(MINUTE)
    assert seen(house, subject) is None
    house.show(house.klantmanager, "P02", subject)
    house.clock.wait(MINUTE)
    assert seen(house, subject) is not None
    house.log.erased.add(subject)
    assert seen(house, subject) is None


def test_no_more_is_read_than_tells_it(house: House) -> None:
    """However often others looked at her, and whatever came before, one goes back to her last look."""
    subject = house.person(1, moedertaal="tir")
    others = [house.caller("harderwijk", "gemeente_klantmanager", f"worker-{n}") for n in range(5)]
    for other in others:
        house.show(other, "P02", subject)
    before = len(house.records)
    house.show(house.klantmanager, "P02", subject)
    stored(house, moedertaal="amh")
    house.list_clients(house.klantmanager, "P02")
    found = seen(house, subject)
    assert found is not None
    assert set(found.changed) == {"moedertaal"}
    assert min(house.log.read) >= before - FEW > 0
    assert len(house.log.opened_one) == 1


def test_what_was_never_shown_is_looked_for_five_disclosures_back(house: House) -> None:
    """A field that later looks left out is compared with an older one; one further back is new."""
    subject = house.person(1, moedertaal="tir", gezinsgrootte=2)
    for name in ("gezinsgrootte", "moedertaal", *["achternaam"] * 4):
        house.show(house.klantmanager, "P02", subject, name)
        house.clock.wait(MINUTE)
    found = seen(house, subject)
    assert found is not None
    assert set(found.fields) == {"moedertaal", "achternaam"}
