"""Beleid: what is in force, proposals with what they change, and each step to bring one there."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, Field, StringConstraints
from starlette.responses import Response

from gateway.actions.policy_life import LONGEST, Draft, Shown
from gateway.api.context import WithActions, WithCaller
from gateway.api.oversight import utc
from gateway.api.rendering import answered
from gateway.api.wire import Wire
from gateway.domain.decisions import MIN_GROUP
from gateway.domain.policy_versions import Activation, Proposal, State

router = APIRouter(prefix="/v1/beleid", tags=["beleid"])
Reason = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]
STANDS = {
    State.OPEN: "open",
    State.BROKEN: "verhaalGebroken",
    State.STALE: "verouderd",
    State.APPROVED: "goedgekeurd",
    State.ACTIVATED: "geactiveerd",
}


class Beleidsvoorstel(Wire):
    """Files to lay over the version activated last; ``null`` takes one away."""

    reden: Reason
    bestanden: dict[
        Annotated[str, StringConstraints(max_length=100)],
        Annotated[str, StringConstraints(max_length=1 << 20)] | None,
    ] = Field(max_length=100, description="Tekst per pad, zoals `purposes/P02_….yaml`")


class Activering(Wire):
    """From when it is in force; at once where that is left out."""

    ingang: AwareDatetime | None = None


class Terugdraaiing(Wire):
    """Why the latest activation is undone."""

    reden: Reason


@router.get("", summary="Wat in werking is, wat eraan komt, en alle voorstellen")
async def standing(actions: WithActions, caller: WithCaller) -> Mapping[str, Any]:
    """Only for COA's policy owner and privacy officer; names no resident."""
    found = await actions.policy.standing(caller)
    return {
        "beleid": found.policy,
        "inWerking": _activation(found.now) if found.now else None,
        "vooruit": _activation(found.ahead) if found.ahead else None,
        "activeringen": [_activation(one) for one in found.activations],
        "voorstellen": [_proposal(one, state) for one, state in found.proposals],
    }


@router.post("/voorstellen", summary="Doe een voorstel", status_code=HTTPStatus.CREATED)
async def propose(wens: Beleidsvoorstel, actions: WithActions, caller: WithCaller) -> Response:
    """Each mistake is told by file and line, and then nothing is kept."""
    files = {path: None if text is None else text.encode() for path, text in wens.bestanden.items()}
    proposal, receipt = await actions.policy.propose(caller, Draft(files, wens.reden))
    shown = await actions.policy.one(caller, proposal.proposal_id)
    return answered(_whole(shown), receipt, HTTPStatus.CREATED)


@router.get("/voorstellen/{voorstel_id}", summary="Een voorstel met wat het wijzigt")
async def proposal(
    voorstel_id: UUID, actions: WithActions, caller: WithCaller
) -> Mapping[str, Any]:
    """Per role, purpose and relation: what is gained, lost or altered, and for how many people."""
    return _whole(await actions.policy.one(caller, voorstel_id))


@router.post("/voorstellen/{voorstel_id}/_goedkeuren", summary="Keur een voorstel goed")
async def approve(voorstel_id: UUID, actions: WithActions, caller: WithCaller) -> Response:
    """Two people do, and neither proposed it."""
    receipt = await actions.policy.approve(caller, voorstel_id)
    return answered({"voorstel": str(voorstel_id)}, receipt)


@router.post("/voorstellen/{voorstel_id}/_activeren", summary="Breng een voorstel in werking")
async def activate(
    voorstel_id: UUID, wens: Activering, actions: WithActions, caller: WithCaller
) -> Response:
    """On the answer no gate on this store decides by other rules; or from ``ingang`` on."""
    activation, receipt = await actions.policy.activate(
        caller, voorstel_id, utc("ingang", wens.ingang)
    )
    return answered(_activation(activation), receipt)


@router.post("/_terugdraaien", summary="Draai de laatste activering terug")
async def roll_back(wens: Terugdraaiing, actions: WithActions, caller: WithCaller) -> Response:
    """One person can, once, and at once."""
    activation, receipt = await actions.policy.roll_back(caller, wens.reden)
    return answered(_activation(activation), receipt)


def _activation(one: Activation) -> dict[str, object]:
    return {
        "nummer": one.number,
        "beleid": one.policy,
        "ingang": one.starts or one.at,
        "voorstel": str(one.proposal) if one.proposal else None,
        "draaitTerug": one.undoes,
        "reden": one.reason or None,
        "door": one.by,
    }


def _proposal(one: Proposal, state: State) -> dict[str, object]:
    return {
        "id": str(one.proposal_id),
        "stand": STANDS[state],
        "beleid": one.policy,
        "reden": one.reason,
        "door": one.by,
        "op": one.at,
        "goedgekeurdDoor": [approval.by for approval in one.approvals],
    }


def _whole(shown: Shown) -> dict[str, object]:
    effect = shown.proposal.effect
    people = {(one.role, one.purpose): one.people for one in effect.pairs}
    return {
        **_proposal(shown.proposal, shown.state),
        "wijzigingen": [
            {
                "doel": cell.purpose,
                "rol": cell.role,
                "relatie": cell.relation,
                "erbij": list(cell.gained),
                "eraf": list(cell.lost),
                "anders": list(cell.altered),
                "bijzonder": list(cell.special),
                "personen": _told(people.get((cell.role, cell.purpose), 0)),
            }
            for cell in shown.change.cells
        ],
        "woorden": [
            {"soort": one.kind, "naam": one.name, "was": one.was, "wordt": one.now}
            for one in shown.change.words
        ],
        "personen": effect.people,
        "geraakt": _told(effect.anyone),
        "verhalen": effect.stories,
        "gebroken": list(effect.broken),
    }


def _told(count: int) -> int | None:
    """Tell how many; of fewer than ten nothing but that there are some (``null``)."""
    return None if 0 < count < MIN_GROUP else count
