"""Erase on the command line: ``keys shred`` destroys a person's keys, on the record."""

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from gateway import wiring
from gateway.actions.erase import Erased
from gateway.actions.references import numbered
from gateway.commands.shared import Data, Json, complaints, opened, show
from gateway.domain.erasing import ErasureDecision
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import ActorId, SubjectId, VNummer


def shred(  # noqa: PLR0913, PLR0917 - a command line names each of its options
    subject: Annotated[str, typer.Option(help="Who: the gate's own id (UUID), or a V-number.")],
    reason: Annotated[str, typer.Option(help="Why; stands sealed in the log.")],
    actor: Annotated[str, typer.Option(help="Who decides.")],
    log_key: Annotated[
        bool, typer.Option("--log-key", help="What the log tells about her, not her profile.")
    ] = False,
    second: Annotated[
        str | None, typer.Option(help="The other person who decides; needed with --log-key.")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Destroy the key of someone's profile, or of what the log tells about her; it is for ever.

    After her profile is erased, her V-number finds nobody: keep the id that this prints for her log
    key. The log says so first. Every proof stays valid; backups of keys.db must go within their term.
    """
    decision = ErasureDecision(ActorId(actor), reason, ActorId(second) if second else None)
    with opened(data) as gateway:
        whom, erased = asyncio.run(_erase(gateway, subject, decision, log_key=log_key))
    report = {
        "subject": str(whom),
        "erased": "log" if log_key else "profile",
        "key": "destroyed" if erased.key else "was gone",
        "entries": erased.entries,
        "index": [receipt.index for receipt in erased.receipts],
    }
    show(report, as_json=as_json, title="shredded")


async def _erase(
    gateway: wiring.Gateway, named: str, decision: ErasureDecision, *, log_key: bool
) -> tuple[SubjectId, Erased]:
    subject = await _subject(gateway, named)
    complaints.print(f"subject: {subject}")  # the only name left when this breaks off
    erase = gateway.actions.erase
    return subject, await (erase.log if log_key else erase.profile)(subject, decision)


async def _subject(gateway: wiring.Gateway, named: str) -> SubjectId:
    try:
        return SubjectId(UUID(named))
    except ValueError:
        pass
    try:
        number = VNummer(named)
    except ValueError as error:
        raise InvalidRequestError("subject", "is no UUID and no V-number") from error
    found = await numbered(gateway.actions.gate.subjects, gateway.actions.index, number)
    if found is None:
        raise InvalidRequestError("subject", "is not of anyone in this store")
    return found.subject
