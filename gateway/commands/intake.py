"""Deliveries and events as they come: intake watch, intake feeds, intake skip."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from gateway import wiring
from gateway.actions.collect import Collected
from gateway.actions.feed import written
from gateway.commands.shared import Data, Json, complaints, opened, show
from gateway.domain.inboxes import Inbox

app = typer.Typer(help="Deliveries dropped in a folder; feeds of events.", no_args_is_help=True)


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


@app.command("feeds")
def intake_feeds(data: Data = None, as_json: Json = False) -> None:
    """Say how far each feed is, which events are parked, and which are waited for."""
    with opened(data) as gateway:
        caller = wiring.watcher(gateway.catalogue)
        found = asyncio.run(gateway.actions.feed.standings(caller))
    if as_json:
        show({"bronnen": [written(one) for one in found]}, as_json=True, title="feeds")
        return
    for one in found:
        gaps = [f"{low}-{high}" for low, high in one.missing]
        parked = [event.number for event in one.parked]
        values = {"position": one.position, "parked": parked, "waits for": gaps}
        show(values, as_json=False, title=one.source)


@app.command("skip")
def intake_skip(
    source: Annotated[str, typer.Argument(help="The source of the feed: IBIS or TVS.")],
    through: Annotated[int, typer.Argument(min=1, help="The last event to give up.")],
    reason: Annotated[str, typer.Option(help="Why they will never come; kept in the log.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Go on without events that never came; those parked behind them have their turn."""
    with opened(data) as gateway:
        caller = wiring.watcher(gateway.catalogue)
        fed = asyncio.run(gateway.actions.feed.skip(caller, source, through, reason))
    show(fed.acknowledgement, as_json=as_json, title="feed")
