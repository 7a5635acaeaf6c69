"""The outbox of another logbook (Logboek Dataverwerkingen): what waits, and telling it now."""

import asyncio
from typing import Annotated

import typer

from gateway import wiring
from gateway.actions.project import Project
from gateway.commands.shared import Data, Json, complaints, opened, show
from gateway.domain.errors import SettingsError

app = typer.Typer(help="What another logbook is told.", no_args_is_help=True)


@app.command("status")
def logbook_status(data: Data = None, as_json: Json = False) -> None:
    """Count what waits to be told, and what was refused; exit 1 when something was refused."""
    with opened(data) as gateway:
        standing = asyncio.run(_project(gateway).standing())
    report = {"waiting": standing.waiting, "refused": standing.refused}
    show(report, as_json=as_json, title="logbook")
    if standing.refused:
        complaints.print(
            "some records were refused; see to it, then: doelpoort logbook send --again"
        )
        raise typer.Exit(1)


@app.command("send")
def logbook_send(
    again: Annotated[bool, typer.Option(help="What was refused too, once more.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Tell everything that waits now."""
    with opened(data) as gateway:
        project = _project(gateway)
        report = asyncio.run(_send(project, again=again))
    show(report, as_json=as_json, title="logbook")


async def _send(project: Project, *, again: bool) -> dict[str, object]:
    restored = await project.again() if again else 0
    before = await project.standing()
    await project.drain()
    after = await project.standing()
    return {"told": before.waiting - after.waiting, "again": restored, "refused": after.refused}


def _project(gateway: wiring.Gateway) -> Project:
    if gateway.project is None:
        raise SettingsError("no other logbook is set; set DOELPOORT_LOGBOOK_URL")
    return gateway.project
