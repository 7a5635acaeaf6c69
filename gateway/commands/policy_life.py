"""The life of a policy for operators: proposed, approved by two others, activated, rolled back.

The names given with ``--as`` are on the operator's word: who holds the shell holds the store.
"""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from gateway import wiring
from gateway.actions.policy_life import OFFICER, OWNER, Draft
from gateway.commands.shared import Data, Json, console, opened, partner_named, show
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import ActorId, RoleId
from gateway.domain.partners import Caller
from gateway.domain.policy_versions import Activation, Proposal, State
from gateway.domain.records import Receipt

COA = "coa"

As = Annotated[str, typer.Option("--as", help="Who does it, by her name in the log.")]
Role = Annotated[str, typer.Option(help="beleidseigenaar or privacy_officer.")]
Reason = Annotated[str, typer.Option(help="Why, in one line; it stays in the log.")]
Which = Annotated[UUID, typer.Argument(help="Id of the proposal.")]


def propose(
    folder: Annotated[Path, typer.Argument(help="Catalogue folder with the change in it.")],
    reason: Reason,
    actor: As,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Propose a catalogue folder; refused with file and line for every mistake."""
    with opened(data) as gateway:
        draft = Draft(dict(wiring.policy_files(folder)), reason, whole=True)
        done = gateway.actions.policy.propose(_caller(gateway, OWNER, actor), draft)
        proposal, receipt = asyncio.run(done)
    effect = proposal.effect
    report = {
        **_proposal(proposal, State.BROKEN if effect.broken else State.OPEN),
        "stories": effect.stories,
        "broken": list(effect.broken),
        "entry": receipt.index,
    }
    show(report, as_json=as_json, title="proposal")
    if effect.broken:
        raise typer.Exit(1)


def approve(
    which: Which, actor: As, role: Role = OFFICER, data: Data = None, as_json: Json = False
) -> None:
    """Approve a proposal; two people do, and neither proposed it."""
    with opened(data) as gateway:
        desk, caller = gateway.actions.policy, _caller(gateway, role, actor)
        receipt = asyncio.run(desk.approve(caller, which))
    show({"proposal": str(which), "entry": receipt.index}, as_json=as_json, title="approved")


def activate(  # noqa: PLR0913, PLR0917 - one argument an option
    which: Which,
    actor: As,
    at: Annotated[
        str | None, typer.Option(help="From when, such as 2026-04-01T00:00+02:00; at once without.")
    ] = None,
    role: Role = OWNER,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Bring an approved proposal into force; on return no gate decides by another policy."""
    starts = _moment(at) if at else None
    with opened(data) as gateway:
        desk, caller = gateway.actions.policy, _caller(gateway, role, actor)
        activation, receipt = asyncio.run(desk.activate(caller, which, starts))
    show(_activated(activation, receipt), as_json=as_json, title="activated")


def rollback(
    reason: Reason, actor: As, role: Role = OFFICER, data: Data = None, as_json: Json = False
) -> None:
    """Undo the latest activation at once: one person can, once, with a reason."""
    with opened(data) as gateway:
        desk, caller = gateway.actions.policy, _caller(gateway, role, actor)
        activation, receipt = asyncio.run(desk.roll_back(caller, reason))
    show(_activated(activation, receipt), as_json=as_json, title="rolled back")


def versions(
    actor: As = "operator", role: Role = OWNER, data: Data = None, as_json: Json = False
) -> None:
    """Show what is in force, what lies ahead, and every proposal with how it stands."""
    with opened(data) as gateway:
        desk, caller = gateway.actions.policy, _caller(gateway, role, actor)
        found = asyncio.run(desk.standing(caller))
    report: dict[str, object] = {
        "in force": found.policy,
        "since activation": found.now.number if found.now else "(came with the program)",
        "ahead": f"{found.ahead.policy} from {found.ahead.starts}" if found.ahead else "nothing",
    }
    if as_json:
        report |= {"proposals": [_proposal(one, state) for one, state in found.proposals]}
        show(report, as_json=True, title="")
        return
    show(report, as_json=False, title="policy")
    for one, state in found.proposals:
        told = f"{one.at:%Y-%m-%d %H:%M} {one.proposal_id} {state}: {one.reason} ({one.by})"
        console.print(told, markup=False)


def attach(app: typer.Typer) -> None:
    """Let the command ``policy`` have these words too."""
    for command in (propose, approve, activate, rollback, versions):
        app.command()(command)


def _caller(gateway: wiring.Gateway, role: str, actor: str) -> Caller:
    partner = partner_named(COA, gateway.catalogue.partners)
    return Caller(partner, RoleId(role), ActorId(actor))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequestError("at", "is not a moment like 2026-04-01T00:00+02:00") from None
    if moment.tzinfo is None:
        raise InvalidRequestError("at", "lacks its offset from UTC, such as +02:00")
    return moment


def _proposal(one: Proposal, state: State) -> dict[str, object]:
    return {
        "proposal": str(one.proposal_id),
        "state": state,
        "policy": one.policy,
        "reason": one.reason,
        "by": one.by,
        "approved by": [approval.by for approval in one.approvals],
    }


def _activated(one: Activation, receipt: Receipt) -> dict[str, object]:
    return {
        "activation": one.number,
        "policy": one.policy,
        "from": one.starts.isoformat() if one.starts else "now",
        "entry": receipt.index,
    }
