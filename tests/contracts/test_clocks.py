"""Clocks: who is linked now, since when, whether housed, and the day of the plan."""

import asyncio
from collections import Counter
from datetime import date

from gateway.domain.changes import ClosePurposes, EraseFacts, RuleFacts, Shield, Unshield
from gateway.domain.clocks import Running
from gateway.domain.identifiers import GemeenteCode, PurposeCode, SubjectId
from gateway.domain.relations import RelationEvent, RelationKind
from tests.contracts.bodies import DAY, NOON, Body, relate

HERE, THERE = GemeenteCode("0243"), GemeenteCode("0344")
HANDOVER = PurposeCode("P02_warme_overdracht_brede_intake")
FACTS = RuleFacts(koppel_datum="2026-02-01", pip_deadline="2026-05-01", overdracht_status="gepland")


def linked(kind: RelationKind, days: int, party: str = HERE) -> RelationEvent:
    """Make an event so many days after noon."""
    return RelationEvent(kind, party, NOON + days * DAY, "test")


def running(body: Body, *gemeenten: GemeenteCode, days: int = 10) -> dict[SubjectId, Running]:
    """Read the clocks some days after noon."""
    asked = (gemeenten or (HERE,), HANDOVER, NOON + days * DAY)
    counted = asyncio.run(body.clocks.running(*asked))
    found = asyncio.run(body.clocks.people(*asked, list(counted)))
    assert Counter(found.values()) == counted
    return dict(found)


def test_a_clock_starts_from_the_facts(body: Body) -> None:
    """Linked on a day, to be planned by a day, not housed yet; COA told of a talk or did not."""
    one = body.person(1, facts=FACTS, relations=(linked(RelationKind.GEKOPPELD, 0),))
    two = body.person(2, relations=(linked(RelationKind.GEHUISVEST, 0),))
    body.person(3, relations=(linked(RelationKind.GEKOPPELD, 0, THERE),))
    assert running(body) == {
        one: Running(date(2026, 2, 1), housed=False, pip=date(2026, 5, 1), talked=True),
        two: Running(None, housed=True, pip=None),
    }
    assert len(running(body, HERE, THERE)) == 3


def test_the_last_word_counts(body: Body) -> None:
    """Who was linked elsewhere since, or unlinked, is on the list of the last municipality only."""
    moved = body.person(1, relations=(linked(RelationKind.GEKOPPELD, 0),))
    gone = body.person(2, relations=(linked(RelationKind.GEKOPPELD, 0),))
    body.change(moved, relate(moved, linked(RelationKind.OMGEKOPPELD, 2, THERE)))
    body.change(gone, relate(gone, linked(RelationKind.ONTKOPPELD, 2)))
    assert running(body, days=1).keys() == {moved, gone}
    assert running(body).keys() == set()
    assert running(body, THERE).keys() == {moved}


def test_what_is_told_beforehand_counts_from_its_day(body: Body) -> None:
    """Nothing has to be done on the day that someone is linked, housed or linked elsewhere."""
    later = (
        linked(RelationKind.GEKOPPELD, 2),
        linked(RelationKind.GEHUISVEST, 4),
        linked(RelationKind.GEKOPPELD, 5),
        linked(RelationKind.OMGEKOPPELD, 6, THERE),
    )
    one = body.person(1, relations=later)
    assert running(body, HERE, THERE, days=1) == {}
    assert [running(body, days=day)[one].housed for day in (2, 3, 4, 5)] == [
        False, False, True, True,
    ]  # fmt: skip
    assert running(body, days=6) == {}
    assert running(body, THERE, days=6).keys() == {one}


def test_another_town_ends_no_tie_that_is_not_its_own(body: Body) -> None:
    """Unlinked by a municipality to which she was not linked, she stays on the list where she was."""
    one = body.person(1, relations=(linked(RelationKind.GEKOPPELD, 0),))
    body.change(one, relate(one, linked(RelationKind.ONTKOPPELD, 1, THERE)))
    assert running(body).keys() == {one}


def test_what_changes_her_clocks_changes_the_list(body: Body) -> None:
    """New facts, a shield that is lifted, and facts that are erased all count from that moment on."""
    one = body.person(1, facts=FACTS, relations=(linked(RelationKind.GEKOPPELD, 0),))
    body.change(one, Shield(one))
    assert running(body) == {}
    body.change(one, Unshield(one))
    assert running(body)[one].linked == date(2026, 2, 1)
    body.change(one, EraseFacts(one))
    assert running(body)[one] == Running(None, housed=False, pip=None)


def test_who_is_shielded_or_past_the_purpose_is_left_out(body: Body) -> None:
    """A shield hides her from the list; a purpose that closed takes her off it from then on."""
    events = (linked(RelationKind.GEKOPPELD, 0),)
    hidden, past, here = (body.person(n, relations=events) for n in (1, 2, 3))
    body.change(hidden, Shield(hidden))
    body.change(past, ClosePurposes(past, ((HANDOVER, NOON + 5 * DAY),)))
    assert running(body, days=4).keys() == {past, here}
    assert running(body).keys() == {here}
