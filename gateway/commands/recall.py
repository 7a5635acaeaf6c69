"""Follow up: notices to former recipients, and consents whose term runs out."""

import asyncio
import json
from typing import Annotated
from uuid import UUID

import typer

from gateway import wiring
from gateway.commands.population import caller_for
from gateway.commands.shared import Data, Json, opened, partner_named, show
from gateway.domain.identifiers import ActorId, Oin, RoleId
from gateway.domain.partners import Caller
from gateway.domain.upkeep import Job

notices = typer.Typer(help="What former recipients were told to delete.", no_args_is_help=True)
consent = typer.Typer(help="Consents and their terms.", no_args_is_help=True)


@notices.command("status")
def notices_status(data: Data = None, as_json: Json = False) -> None:
    """Count open and overdue notices for each partner."""
    with opened(data) as gateway:
        waiting = asyncio.run(gateway.actions.notices.waiting())
        report = {
            _slug(gateway, oin): {"open": one.open, "overdue": one.overdue}
            for oin, one in sorted(waiting.items())
        }
    show(report, as_json=as_json, title="notices")


@notices.command("remind")
def notices_remind(data: Data = None, as_json: Json = False) -> None:
    """Record one reminder of each overdue notice; count them for each partner."""
    with opened(data) as gateway:
        with gateway.diary.round(Job.REMINDERS):
            reminded = asyncio.run(gateway.actions.notices.remind(operator(gateway)))
        report = {_slug(gateway, oin): count for oin, count in sorted(reminded.items())}
    show(report, as_json=as_json, title="reminded")


@notices.command("push")
def notices_push(data: Data = None, as_json: Json = False) -> None:
    """Tell subscribed systems what is due now; count what they took, and what waits longer."""
    with opened(data) as gateway, gateway.diary.round(Job.NOTICES):
        pushed = asyncio.run(gateway.push.round())
    show({"taken": pushed.taken, "put_off": pushed.put_off}, as_json=as_json, title="pushed")


@consent.command("sweep")
def consent_sweep(data: Data = None, as_json: Json = False) -> None:
    """Record consents that ran out, with notices; list those that will within 30 days."""
    with opened(data) as gateway, gateway.diary.round(Job.CONSENTS):
        swept = asyncio.run(gateway.actions.sweep(operator(gateway)))
    report: dict[str, object] = {
        "expired": swept.expired,
        "expiring": [
            {
                "toestemming": str(one.consent_id),
                "doel": one.scope.purpose,
                "ontvanger": one.scope.recipient,
                "vervaltOp": one.expires.isoformat() if one.expires else None,
            }
            for one in swept.expiring
        ],
    }
    show(report, as_json=as_json, title="consents")


@consent.command("receipt")
def consent_receipt(
    consent_id: Annotated[UUID, typer.Argument(help="The consent.")],
    form: Annotated[str, typer.Option("--format", help="iso27560 or kantara.")] = "iso27560",
    data: Data = None,
) -> None:
    """Print the receipt of a consent; that it was given goes on record."""
    with opened(data) as gateway:
        caller = caller_for(gateway, "coa", "coa_casemanager", "operator")
        document = asyncio.run(gateway.actions.receipts.give(caller, consent_id, form))
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


def operator(gateway: wiring.Gateway) -> Caller:
    """Return whom the jobs of the command line act as."""
    coa = partner_named("coa", gateway.catalogue.partners)
    return Caller(coa, RoleId("coa_casemanager"), ActorId("operator"))


def _slug(gateway: wiring.Gateway, oin: str) -> str:
    known = gateway.catalogue.partners.get(Oin(oin))
    return known.slug if known else oin
