"""Watch a folder for deliveries, and take each in once: intake watch."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from gateway import wiring
from gateway.actions.collect import Collected
from gateway.commands.shared import Data, Json, complaints, opened, show
from gateway.domain.inboxes import Inbox

app = typer.Typer(help="Deliveries that are dropped in a folder.", no_args_is_help=True)


@app.command("watch")
def intake_watch(
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Where deliveries are dropped.")
    ],
    data: Data = None,
    once: Annotated[bool, typer.Option(help="Look once; exit 1 when a file was refused.")] = False,
    still: Annotated[
        float | None, typer.Option(min=0, help="Seconds a file must lie still first.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Take in what is dropped in a folder, with an acknowledgement beside each file, until stopped."""
    with opened(data, create=True) as gateway:
        seconds = gateway.settings.intake_still_seconds if still is None else still
        inbox = wiring.inbox(folder, seconds, gateway.actions.gate.clock)
        if not once:
            asyncio.run(gateway.collect.run(wiring.watcher(gateway.catalogue), inbox))
        collected = asyncio.run(_once(gateway, inbox, quiet=as_json))
    show(asdict(collected), as_json=as_json, title="intake")
    raise typer.Exit(1 if collected.refused else 0)


async def _once(gateway: wiring.Gateway, inbox: Inbox, *, quiet: bool) -> Collected:
    with Progress(console=complaints, disable=quiet, transient=True) as progress:
        task = progress.add_task("rows", total=None)
        return await gateway.collect(
            wiring.watcher(gateway.catalogue), inbox, lambda rows: progress.advance(task, rows)
        )
