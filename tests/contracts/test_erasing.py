"""Every body leaves nothing readable of someone erased, and keeps what happened when."""

import asyncio
from dataclasses import replace

from gateway.domain.changes import EraseFacts, RuleFacts
from gateway.domain.handovers import AskCoa, Confirmation, ConfirmReceipt, File, PlanTalk
from gateway.domain.placements import RecordPlacement
from gateway.domain.ports import Rejected
from gateway.domain.records import Receipt
from gateway.domain.subjects import Situation
from tests.contracts.bodies import NOON, Body, linked, subject_id
from tests.contracts.test_handovers import SANNE, handover, question, talk
from tests.contracts.test_placements import placement

FACTS = RuleFacts(
    doelgroep="statushouder",
    reception_site="AZC-HDW-01",
    reception_gemeente="0243",
    coa_regio="oost",
    koppel_datum="2026-02-01",
    pip_deadline="2026-09-01",
    held=0b10,
    sixteen=True,
    eighteen=True,
    overdracht_status="gepland",
)


def test_what_stood_in_plain_about_her_goes(body: Body) -> None:
    """Facts, talks, questions and work are gone; her relations and the confirmed receipt stand."""
    erased, stays = (body.person(n, facts=FACTS, relations=(linked(),)) for n in (1, 2))
    receipts = {}
    for subject in (erased, stays):
        which = handover(subject)
        receipts[subject] = Confirmation(subject, which, NOON, SANNE)
        for change in (
            ConfirmReceipt(receipts[subject]),
            PlanTalk(talk(which)),
            AskCoa(question(which)),
            RecordPlacement(placement(subject)),
        ):
            assert isinstance(body.change(subject, change), Receipt)
    before, other = body.load(erased).situation, body.load(stays).situation
    assert isinstance(body.change(erased, EraseFacts(erased)), Receipt)
    bare = Situation(erased, before.epoch + 1, before.relations, versions=before.versions)
    assert body.load(erased).situation == bare
    assert body.load(stays).situation == other
    files = asyncio.run(body.handovers.files([handover(erased), handover(stays)]))
    assert files[handover(erased)] == File(receipts[erased])
    assert len(files[handover(stays)].talks) == len(files[handover(stays)].questions) == 1
    found = asyncio.run(body.placements.of(placement(stays).agency, [erased, stays]))
    assert set(found) == {stays}


def test_no_profile_follows_one_that_was_erased(body: Body) -> None:
    """A version that was under way is refused, and her number is free for whoever is delivered next."""
    erased, known = body.person(), body.version(subject_id(1), 1)
    under_way = body.version(erased, 2, facts=FACTS)
    assert isinstance(body.change(erased, EraseFacts(erased)), Receipt)
    assert isinstance(body.change(erased, under_way), Rejected)
    assert body.load(erased).situation.doelgroep is None
    assert asyncio.run(body.subjects.stored([known.v_tag])) == {}
    fresh = replace(body.version(subject_id(2), 1), v_tag=known.v_tag)
    assert isinstance(body.change(subject_id(2), fresh), Receipt)


def test_nothing_is_erased_of_a_stranger(body: Body) -> None:
    """A subject that is not known is refused."""
    assert isinstance(body.change(None, EraseFacts(subject_id(9))), Rejected)
