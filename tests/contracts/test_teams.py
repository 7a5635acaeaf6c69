"""Every body of the port Teams keeps this law."""

import asyncio
from dataclasses import replace
from typing import Final

from gateway.domain.clocks import View
from gateway.domain.identifiers import ActorId, Oin, RoleId
from gateway.domain.teams import Colleague, SavedList, Whose
from tests.contracts.bodies import DAY, NOON, Body

HERE, THERE = Oin("00000099000000004000"), Oin("00000099000000005000")
ROLE: Final = RoleId("gemeente_klantmanager")
SANNE, ROBIN = ActorId("sanne"), ActorId("robin")
MET: Final = Colleague(HERE, SANNE, ROLE, NOON, b"sealed")
LATE: Final = SavedList(View.LATE, Whose.MINE)


def test_a_team_is_who_signed_in_there_in_that_role_since_then(body: Body) -> None:
    """Signing in again replaces what was known; another role or partner is another team."""
    again = replace(MET, seen=NOON + DAY, name=b"sealed anew")
    robin = replace(MET, actor=ROBIN)
    others = (replace(MET, partner=THERE), replace(MET, role=RoleId("gemeente_matcher")))
    for one in (MET, robin, *others, again):
        asyncio.run(body.teams.meet(one))
    found = asyncio.run(body.teams.of(HERE, ROLE, NOON))
    assert sorted(found, key=lambda one: one.actor) == [robin, again]
    assert [*asyncio.run(body.teams.of(HERE, ROLE, NOON + DAY))] == [again]


def test_who_left_is_forgotten(body: Body) -> None:
    """Everyone last seen before a moment goes, and nobody who was seen at it."""
    asyncio.run(body.teams.meet(MET))
    asyncio.run(body.teams.meet(replace(MET, actor=ROBIN, seen=NOON + DAY)))
    assert asyncio.run(body.teams.forget(NOON + DAY)) == 1
    assert [one.actor for one in asyncio.run(body.teams.of(HERE, ROLE, NOON))] == [ROBIN]


def test_lists_are_saved_once_and_for_oneself(body: Body) -> None:
    """Saved twice it stands there once; a colleague has her own; what is dropped is gone."""
    other = SavedList(View.ALL, Whose.NOBODY)
    for one in (LATE, other, LATE):
        asyncio.run(body.teams.save(HERE, SANNE, one))
    asyncio.run(body.teams.save(HERE, ROBIN, other))
    saved = asyncio.run(body.teams.saved(HERE, SANNE))
    assert sorted(saved, key=lambda one: one.view) == [other, LATE]
    for _ in range(2):
        asyncio.run(body.teams.drop(HERE, SANNE, LATE))
    assert [*asyncio.run(body.teams.saved(HERE, SANNE))] == [other]
    assert [*asyncio.run(body.teams.saved(HERE, ROBIN))] == [other]
    assert asyncio.run(body.teams.saved(THERE, SANNE)) == []
