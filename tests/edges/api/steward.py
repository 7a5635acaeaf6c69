"""The policy owner and the officers of COA at a door: a small change of the rules, and its steps."""

import asyncio
from collections.abc import Mapping
from uuid import UUID

from gateway.actions.policy_life import OFFICER, OWNER, Draft
from gateway.domain.identifiers import ActorId, RoleId
from gateway.domain.partners import Caller
from policies.drafts import PolicyDrafts
from tests.edges.api.door import Door

INTAKE = "purposes/P02_warme_overdracht_brede_intake.yaml"
STORIES = "stories/overdracht.yaml"


def narrower(reason: str) -> dict[str, object]:
    """Write the small change as the interface says it."""
    texts = {path: one.decode() for path, one in files().items() if one is not None}
    return {"reden": reason, "bestanden": texts}


def files() -> Mapping[str, bytes | None]:
    """Take the roepnaam out of the broad intake, and out of its story."""
    known = PolicyDrafts().shipped()
    return {
        INTAKE: known[INTAKE].replace(b"      - roepnaam\n", b"", 1),
        STORIES: known[STORIES].replace(b"achternaam, roepnaam", b"achternaam"),
    }


def steward(door: Door, name: str, role: RoleId = OFFICER) -> Caller:
    """Return someone of COA who may change the rules."""
    return Caller(door.partner("coa"), role, ActorId(name))


def proposed(door: Door) -> UUID:
    """Propose the small change."""
    draft = Draft(files(), "Roepnaam is niet nodig")
    work = door.gateway.actions.policy.propose(steward(door, "iris", OWNER), draft)
    proposal, _ = asyncio.run(work)
    return proposal.proposal_id


def approved(door: Door) -> UUID:
    """Propose it, and approve it as two others."""
    which = proposed(door)
    for name in ("anouk", "daan"):
        asyncio.run(door.gateway.actions.policy.approve(steward(door, name), which))
    return which


def activated(door: Door) -> UUID:
    """Take it all the way."""
    which = approved(door)
    asyncio.run(door.gateway.actions.policy.activate(steward(door, "iris", OWNER), which))
    return which


def rolled_back(door: Door) -> None:
    """Undo what was brought into force."""
    asyncio.run(door.gateway.actions.policy.roll_back(steward(door, "daan"), "Toch niet"))
