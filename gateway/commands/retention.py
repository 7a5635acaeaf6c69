"""What has had its time: retention run, the daily round past all profiles."""

import asyncio
from dataclasses import asdict

import typer

from gateway.commands.population import caller_for
from gateway.commands.shared import Data, Json, opened, show
from gateway.domain.upkeep import Job

app = typer.Typer(help="How long the gate keeps what it holds.", no_args_is_help=True)


@app.command()
def run(data: Data = None, as_json: Json = False) -> None:
    """Derive fields anew for today, close purposes, delete what no open purpose names; run it daily.

    Keys that were made for nobody are destroyed a week after the round first saw them.
    Nothing is written for who did not change. Stopped halfway, it is simply run again. With
    DOELPOORT_LOG_YEARLY the first run of a year turns the log to a new shard in the end.
    """
    with opened(data) as gateway:
        operator = caller_for(gateway, "coa", "coa_casemanager", "operator")
        with gateway.diary.round(Job.RETENTION):
            done = asyncio.run(gateway.actions.retain(operator))
            keys = asyncio.run(gateway.actions.keys.sweep(operator))
            turned = gateway.turn_log_if_due("operator")
    report = asdict(done) | {"orphans": keys.waiting, "swept": keys.destroyed}
    report |= {} if turned is None else {"log": turned.origin}
    show(report, as_json=as_json, title="retention")
    raise typer.Exit(1 if done.skipped or done.unreadable else 0)
