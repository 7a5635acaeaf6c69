"""Hand people out as a file: one, a selection or a whole caseload, with progress, and resumable."""

import asyncio
import json
import os
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gateway import wiring
from gateway.actions.export import Wish
from gateway.actions.references import all_meant
from gateway.commands.data import OPERATOR, exports
from gateway.commands.population import caller_for
from gateway.commands.shared import Data, Json, complaints, opened, show
from gateway.domain.decisions import Ask
from gateway.domain.errors import InvalidRequestError

__all__ = ["exports"]

PRIVATE = 0o600


@exports.command("caseload")
def export_caseload(  # noqa: PLR0913, PLR0917 - a command line names each of its options
    out: Annotated[Path, typer.Argument(dir_okay=False, help="File to write (mode 0600).")],
    partner: Annotated[str, typer.Option(help="Recipient: slug, OIN or gemeentecode.")],
    role: Annotated[str, typer.Option(help="The role in which it asks.")],
    doel: Annotated[str, typer.Option(help="Purpose, such as P02.")],
    form: Annotated[str, typer.Option("--format", help="Such as xlsx, dossier or setu-json.")],
    only: Annotated[
        list[UUID] | None, typer.Option(help="Reference of one person; may be repeated.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(exists=True, help="Recipient's public key (JWK) to encrypt for.")
    ] = None,
    sign: Annotated[bool, typer.Option(help="Write the gate's signature to OUT.jws.")] = False,
    resume: Annotated[UUID | None, typer.Option(help="Go on with an export that stopped.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Disclose everyone a partner may know, or those named, as one file with its manifest."""
    with opened(data) as gateway:
        wiring.settle_down()
        caller = caller_for(gateway, partner, role, OPERATOR)
        named = asyncio.run(all_meant(gateway.actions.gate, caller.partner.oin, only or ()))
        people = tuple(named.values()) or None
        public = json.loads(key.read_text(encoding="utf-8")) if key else None
        wish = Wish(Ask(caller, doel), form, people, public, sign)
        report = asyncio.run(_export(gateway, wish, resume, out, quiet=as_json))
    show(report, as_json=as_json, title="export")


async def _export(
    gateway: wiring.Gateway, wish: Wish, resume: UUID | None, out: Path, *, quiet: bool
) -> dict[str, object]:
    desk = gateway.actions.exports
    export_id = resume or (await desk.open(wish)).export_id
    if not quiet:
        complaints.print(f"export {export_id}; if it stops, go on with --resume", style="dim")
    columns = (TextColumn("people"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=complaints, disable=quiet, transient=True) as progress:
        task = progress.add_task("people", total=await desk.total(wish.ask.caller, export_id))
        await desk.make(export_id, lambda done: progress.update(task, completed=done))
    async with desk.fetch(wish.ask.caller, export_id) as handed:
        if handed is None:
            raise InvalidRequestError("export", "was handed over before, or its term has passed")
        size = _write(out, b"".join(handed.released.chunks))
        if handed.signature is not None:
            _write(out.with_name(out.name + ".jws"), handed.signature.encode())
    return {"export": str(export_id), "file": str(out), "bytes": size}


def _write(path: Path, content: bytes) -> int:
    """Write a file that only its owner reads, whole or not at all."""
    partial = path.with_name(f".{path.name}.part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    return len(content)
