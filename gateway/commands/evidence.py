"""Take evidence and events out of the log; each extract is on record."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, BinaryIO
from uuid import UUID

import typer

from audit.bundle import write_folder, zipped
from audit.evidence import verify_evidence
from audit.note import NoteError, VerifierKey
from audit.policy import Policy, PolicyError
from gateway import wiring
from gateway.actions.extract import Chosen, Events
from gateway.actions.oversee import Inquiry
from gateway.actions.references import meant
from gateway.api.extracts import FormaatNaam
from gateway.commands.periods import days
from gateway.commands.shared import Data, Json, complaints, console, opened, partner_named, show
from gateway.domain.errors import InvalidRequestError
from gateway.domain.event_formats import EventFormat
from gateway.domain.identifiers import ActorId, RoleId
from gateway.domain.logbook import EVERYTHING
from gateway.domain.partners import Caller


def evidence(  # noqa: PLR0913, PLR0917 - one argument an option
    target: Annotated[Path, typer.Argument(help="New folder, or a file that ends in .zip.")],
    subject: Annotated[
        UUID | None, typer.Option(help="Her reference, as --partner knows her.")
    ] = None,
    disclosure: Annotated[
        UUID | None, typer.Option(help="Event id of a disclosure (ontvangstbewijs.id).")
    ] = None,
    period: Annotated[str | None, typer.Option(help="Days, as 2026-03-01..2026-03-31.")] = None,
    partner: Annotated[str, typer.Option(help="Whose reference --subject is.")] = "coa",
    data: Data = None,
) -> None:
    """Write an evidence bundle: entries with payloads and proofs, and a page that checks them offline.

    It holds personal data: who asked what about whom, and why; never a field's value.
    """
    if subject is None and disclosure is None and period is None:
        complaints.print("give --subject, --disclosure or --period")
        raise typer.Exit(2)
    with opened(data) as gateway:
        oin = partner_named(partner, gateway.catalogue.partners).oin
        gate = gateway.actions.gate
        named = asyncio.run(meant(gate, oin, subject)) if subject else None
        filters = days(period) if period else EVERYTHING
        chosen = Chosen(Inquiry(filters, subject=named), disclosure)
        bundle = asyncio.run(gateway.actions.hindsight.extract.evidence_here(chosen))
    if target.suffix == ".zip":
        target.touch(mode=0o600, exist_ok=False)
        target.write_bytes(zipped(bundle.files))
    else:
        write_folder(bundle.files, target)
    console.print(f"evidence: {target}", markup=False)


def verify_bundle(
    bundle: Annotated[
        list[Path],
        typer.Argument(help="The bundle's evidence.json, and what goes with it.", exists=True),
    ],
    vkey: Annotated[
        list[str], typer.Option(help="The log's key, as you know it from elsewhere; one a shard.")
    ],
    policy: Annotated[
        Path | None, typer.Option(help="Whose cosignatures you ask for (tlog-policy).", exists=True)
    ] = None,
    as_json: Json = False,
) -> None:
    """Check an evidence bundle offline; exit 1 names every fault."""
    try:
        keys = [VerifierKey.parse(line) for line in vkey]
    except NoteError:
        raise InvalidRequestError("vkey", "is not a verifier key") from None
    examined = verify_evidence([one.read_bytes() for one in bundle], keys, _policy(policy))
    faults = [str(fault) for fault in examined.faults]
    report = {"faults": faults, "complete": examined.complete}
    show(report, as_json=as_json, title="evidence")
    raise typer.Exit(1 if faults else 0)


def _policy(file: Path | None) -> Policy | None:
    try:
        return None if file is None else Policy.parse(file.read_bytes())
    except PolicyError as error:
        raise InvalidRequestError("policy", str(error)) from None


def events(  # noqa: PLR0913, PLR0917 - one argument an option
    period: Annotated[str, typer.Argument(help="Days, as 2026-03-01..2026-03-31.")],
    out: Annotated[Path, typer.Option(help="File to write, one JSON document a line.")],
    form: Annotated[FormaatNaam, typer.Option("--format", help="fhir, nen7513 or adl.")],
    partner: Annotated[str, typer.Option(help="Whose entries: slug, OIN or gemeentecode.")] = "coa",
    actor: Annotated[
        str, typer.Option("--as", help="Name of the officer in the log.")
    ] = "operator",
    data: Data = None,
) -> None:
    """Write a partner's entries as FHIR, NEN 7513 or decision log records, people by pseudonym."""
    with opened(data) as gateway:
        organisation = partner_named(partner, gateway.catalogue.partners)
        caller = Caller(organisation, RoleId("privacy_officer"), ActorId(actor))
        out.touch(mode=0o600, exist_ok=False)
        with out.open("wb") as stream:
            count = asyncio.run(_write(gateway, caller, Inquiry(days(period)), form, stream))
    console.print(f"{count} events: {out}", markup=False)


async def _write(
    gateway: wiring.Gateway, caller: Caller, inquiry: Inquiry, form: FormaatNaam, stream: BinaryIO
) -> int:
    hindsight = gateway.actions.hindsight
    found = await hindsight.extract.events(caller, inquiry)
    return await _each(found, hindsight.formats[form], stream)


async def _each(found: Events, form: EventFormat, stream: BinaryIO) -> int:
    count = 0
    async for seen in found.entries:
        document = form.write(seen)
        if document is not None:
            stream.write(json.dumps(document, ensure_ascii=False).encode() + b"\n")
            count += 1
    return count
