"""Bring people in, and hand them out: init, import tvs, import feed, population, export person."""

import asyncio
import json
import os
from collections import Counter
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import Progress

from gateway import wiring
from gateway.actions.disclose import Question
from gateway.actions.feed import Fed
from gateway.actions.ingest import Delivered
from gateway.actions.references import meant
from gateway.api.rendering import OneJson
from gateway.commands.shared import Data, Json, complaints, console, opened, partner_named, show
from gateway.domain.decisions import Ask
from gateway.domain.deliveries import RowOutcome
from gateway.domain.errors import InvalidRequestError
from gateway.domain.feeds import EventStatus
from gateway.domain.identifiers import ActorId, RoleId
from gateway.domain.partners import Caller
from gateway.domain.ports import Source

OPERATOR = ActorId("operator")
PRIVATE = 0o600

imports = typer.Typer(help="Take in deliveries (leveringen).", no_args_is_help=True)
exports = typer.Typer(help="Hand out profiles: decided, logged and sealed.", no_args_is_help=True)


def init(data: Data = None) -> None:
    """Make a data folder: root key, keys, empty store and log. One that exists is left alone."""
    with opened(data, create=True) as gateway:
        console.print(f"ready: {gateway.settings.data}")


@imports.command("tvs")
def import_tvs(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV, XLSX, JSON, XML.")
    ],
    data: Data = None,
    report: Annotated[Path | None, typer.Option(help="Write the report (JSON, mode 0600).")] = None,
    strict: Annotated[bool, typer.Option(help="Exit 1 when a row was quarantined.")] = False,
    as_json: Json = False,
) -> None:
    """Process a TVS delivery: every row accepted, warned about, held or quarantined with a reason."""
    with opened(data, create=True) as gateway:
        wiring.settle_down()
        source = gateway.source_for(file.name)
        delivered = asyncio.run(_ingest(gateway, file, source, quiet=as_json))
    if report is not None:
        _write_private(report, json.dumps(delivered.report, ensure_ascii=False, indent=1))
    _print_report(delivered, as_json=as_json)
    raise typer.Exit(1 if strict and delivered.report["quarantined"] else 0)


@imports.command("feed")
def import_feed(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Events, a line of JSON each.")
    ],
    data: Data = None,
    strict: Annotated[
        bool, typer.Option(help="Exit 1 when an event was quarantined or parked.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take in a feed of events: each in its turn, those that come too early parked until then."""
    with opened(data, create=True) as gateway:
        fed = asyncio.run(_feed(gateway, file, quiet=as_json))
    statuses = Counter(line.status for line in fed.lines)
    counts = {status.value: statuses[status] for status in EventStatus}
    gaps = [f"{low}-{high}" for low, high in fed.standing.missing]
    said = {"position": fed.standing.position, **counts, "waits for": gaps}
    show(fed.acknowledgement if as_json else said, as_json=as_json, title=fed.standing.source)
    odd = statuses[EventStatus.QUARANTINED] + statuses[EventStatus.PARKED]
    raise typer.Exit(1 if strict and odd else 0)


async def _feed(gateway: wiring.Gateway, file: Path, *, quiet: bool) -> Fed:
    with (
        Progress(console=complaints, disable=quiet, transient=True) as progress,
        file.open("rb") as f,
    ):
        task = progress.add_task("events", total=None)
        return await gateway.actions.feed(
            _operator(gateway), f, lambda events: progress.advance(task, events)
        )


def _operator(gateway: wiring.Gateway) -> Caller:
    """Return in whose name an operator brings people in."""
    coa = partner_named("coa", gateway.catalogue.partners)
    return Caller(coa, RoleId("coa_casemanager"), OPERATOR)


async def _ingest(gateway: wiring.Gateway, file: Path, source: Source, *, quiet: bool) -> Delivered:
    with (
        Progress(console=complaints, disable=quiet, transient=True) as progress,
        file.open("rb") as f,
    ):
        task = progress.add_task("rows", total=None)
        return await gateway.actions.ingest(
            _operator(gateway), f, source, lambda rows: progress.advance(task, rows)
        )


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), PRIVATE)
        file.write(text)


def _print_report(delivered: Delivered, *, as_json: bool) -> None:
    rows = delivered.report["rows"]
    counts = {name: value for name, value in delivered.report.items() if name != "rows"}
    counts["seenBefore"] = delivered.seen_before
    show(delivered.report if as_json else counts, as_json=as_json, title="delivery")
    for row in rows if isinstance(rows, list) and not as_json else ():
        if isinstance(row, dict) and row["outcome"] != RowOutcome.ACCEPTED:
            console.print(f"row {row['row']}: {row['outcome']}: {row['reasons']}", markup=False)


def population(
    count: Annotated[int, typer.Argument(min=1, max=1_000_000, help="How many people.")],
    out: Annotated[Path, typer.Option(help="TVS delivery to write (JSON).")],
    seed: Annotated[int, typer.Option(help="The same seed makes the same people.")] = 1,
    data: Data = None,  # noqa: ARG001 - every command takes --data
) -> None:
    """Write a delivery of synthetic people; none of them exists."""
    with out.open("wb") as stream:
        wiring.write_population(stream, count, seed)
    console.print(f"{count} synthetic people: {out}")


@exports.command("person")
def export_person(  # noqa: PLR0913, PLR0917 - a command line names each of its options
    client_ref: Annotated[UUID, typer.Argument(help="The recipient's own reference.")],
    partner: Annotated[str, typer.Option(help="Recipient: slug, OIN or gemeentecode.")],
    role: Annotated[str, typer.Option(help="The role in which it asks.")],
    doel: Annotated[str, typer.Option(help="Purpose, such as P02.")],
    out: Annotated[Path, typer.Option(help="Folder to deliver into.")],
    data: Data = None,
) -> None:
    """Disclose one person to a partner's folder; refused without a rule, logged either way."""
    with opened(data) as gateway:
        recipient = partner_named(partner, gateway.catalogue.partners)
        caller = Caller(recipient, RoleId(role), OPERATOR)
        where = asyncio.run(_export(gateway, caller, client_ref, doel, out))
    console.print(f"delivered: {where}")


async def _export(
    gateway: wiring.Gateway, caller: Caller, client_ref: UUID, purpose: str, out: Path
) -> str:
    gate = gateway.actions.gate
    if gate.matrix.purpose(purpose) is None:
        raise InvalidRequestError("doel", "is not in the catalogue")
    subject = await meant(gate, caller.partner.oin, client_ref)
    question = Question(Ask(caller, purpose), (subject,), OneJson())
    return await gateway.actions.disclose.push(question, wiring.folder(out), f"{client_ref}.json")
