"""The quarantine desk on the command line: quarantine list, show, correct, release, discard."""

import asyncio
import json
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from gateway import wiring
from gateway.actions.quarantine import Spot
from gateway.commands.recall import operator
from gateway.commands.shared import Data, Json, console, opened, show
from gateway.domain.acknowledgements import fault
from gateway.domain.disclosures import Released
from gateway.domain.errors import InvalidRequestError

app = typer.Typer(
    help="Rows that were not accepted, and texts held for review; each look is on record.",
    no_args_is_help=True,
)
Delivery = Annotated[UUID, typer.Argument(help="The delivery, as its report names it.")]
Row = Annotated[int, typer.Argument(min=1, help="The row, as the report counts it.")]
Version = Annotated[
    int | None, typer.Option(min=1, help="For a held text: the version that was looked at.")
]
Line = dict[str, object]


@app.command("list")
def quarantine_list(
    delivery: Annotated[UUID | None, typer.Argument(help="One delivery; else the newest.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List what waits, by delivery and row, with reasons and never a value."""
    with opened(data) as gateway:
        lines = asyncio.run(_lines(gateway, delivery))
    if as_json:
        show({"wacht": lines}, as_json=True, title="quarantine")
        return
    for line in lines:
        console.print(*(f"{value}" for value in line.values()), sep="  ", markup=False)


async def _lines(gateway: wiring.Gateway, delivery: UUID | None) -> list[Line]:
    actions, caller = gateway.actions, operator(gateway)
    recent = [one.delivery for one in await actions.ingest.recent(caller)]
    lines: list[Line] = []
    for one in [delivery] if delivery else recent:
        for row in await actions.quarantine.rows(caller, one):
            if row.fate is None:
                why = "; ".join(": ".join(fault(reason)) for reason in row.reasons)
                lines.append({"levering": str(one), "rij": row.row, "soort": "rij", "reden": why})
        for text in await actions.texts_held.texts(caller, one):
            what = f"{', '.join(text.fields)} (versie {text.version})"
            lines.append({"levering": str(one), "rij": text.row, "soort": "tekst", "reden": what})
    return lines


@app.command("show")
def quarantine_show(delivery: Delivery, row: Row, data: Data = None) -> None:
    """Print a row as it came, or the held texts of one; that it was looked at goes on record."""
    with opened(data) as gateway:
        typer.echo(asyncio.run(_shown(gateway, Spot(delivery, row))).decode())


async def _shown(gateway: wiring.Gateway, spot: Spot) -> bytes:
    caller = operator(gateway)
    try:
        return await _taken(gateway.actions.quarantine.shown(caller, spot))
    except InvalidRequestError:  # no row waits there: a text may
        return await _taken(gateway.actions.texts_held.shown(caller, spot))


async def _taken(shown: AbstractAsyncContextManager[Released]) -> bytes:
    async with shown as released:
        return b"".join(released.chunks)


@app.command("correct")
def quarantine_correct(
    delivery: Delivery,
    row: Row,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The whole row, JSON.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Take in a whole corrected row by the same checks, in the place of one that waits."""
    try:
        profile = json.loads(file.read_bytes())
    except ValueError:
        raise InvalidRequestError("file", "is no JSON") from None
    if not isinstance(profile, dict):
        raise InvalidRequestError("file", "is not one row")
    with opened(data) as gateway:
        desk, spot = gateway.actions.quarantine, Spot(delivery, row)
        delivered = asyncio.run(desk.correct(operator(gateway), spot, profile))
    show(delivered.acknowledgement, as_json=as_json, title="corrected")


@app.command("release")
def quarantine_release(  # noqa: PLR0913, PLR0917 - a command line names each of its options
    delivery: Delivery,
    row: Row,
    reason: Annotated[str, typer.Option(help="Why it may pass; kept in the log.")],
    version: Version = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Accept a row as it came where only other rows spoke against it; or a held text, by its version."""
    with opened(data) as gateway:
        actions, caller, spot = gateway.actions, operator(gateway), Spot(delivery, row)
        if version is not None:
            asyncio.run(actions.texts_held.release(caller, spot, version, reason))
            report: dict[str, object] = {"row": row, "version": version, "outcome": "released"}
        else:
            delivered = asyncio.run(actions.quarantine.release(caller, spot, reason))
            report = dict(delivered.acknowledgement)
    show(report, as_json=as_json, title="released")


@app.command("discard")
def quarantine_discard(delivery: Delivery, row: Row, data: Data = None) -> None:
    """Give a row up; its values are deleted."""
    with opened(data) as gateway:
        desk = gateway.actions.quarantine
        asyncio.run(desk.discard(operator(gateway), Spot(delivery, row)))
    console.print(f"discarded: row {row}")
