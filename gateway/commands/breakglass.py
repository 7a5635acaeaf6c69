"""Tell the operator which break-glass still waits for a person's look."""

import asyncio

import typer

from gateway.commands.shared import Data, Json, complaints, opened, show

app = typer.Typer(help="Break-glass (noodtoegang) and its review.", no_args_is_help=True)


@app.callback()
def breakglass() -> None:
    """Keep ``status`` a word of its own."""


@app.command()
def status(data: Data = None, as_json: Json = False) -> None:
    """Count what waits for review; exit 1 when something waits for more than 72 hours."""
    with opened(data) as gateway:
        waiting = asyncio.run(gateway.actions.emergencies.waiting())
    late = [str(one.broken.glass_id) for one in waiting if one.overdue]
    report = {"waiting": len(waiting), "overdue": late}
    show(report, as_json=as_json, title="break-glass")
    if late:
        complaints.print(f"{len(late)} not reviewed within 72 hours")
        raise typer.Exit(1)
