"""A gate with synthetic people, to look at: served on loopback, or told once as a story."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from gateway import wiring
from gateway.commands.operations import run
from gateway.commands.population import PEOPLE, caller_for, fill
from gateway.commands.shared import Data, complaints, console, settings_for
from gateway.commands.story import Story, StoryFailedError
from gateway.domain.callers import Persona
from gateway.domain.errors import SettingsError
from gateway.settings import Mode

PERSONAS = (
    ("klantmanager", "harderwijk", "gemeente_klantmanager"),
    ("matcher", "uitzendbureau", "uitzendbureau_matcher"),
    ("casemanager", "coa", "coa_casemanager"),
    ("privacy officer", "coa", "privacy_officer"),
)


def demo(
    once: Annotated[bool, typer.Option(help="Tell the whole story without a server.")] = False,
    people: Annotated[int, typer.Option(min=50, help="How many synthetic people.")] = PEOPLE,
    data: Data = None,
) -> None:
    """Fill a gate with synthetic people and serve it; --once tells the story and stops."""
    if once and data is None:
        with tempfile.TemporaryDirectory(prefix="doelpoort-") as scratch:
            _once(Path(scratch) / "data", people)
        return
    if once:
        _once(data, people)
        return
    gateway = _filled(data, people)
    _introduce(gateway)
    run(gateway)


def _once(data: Path | None, people: int) -> None:
    gateway = _filled(data, people)
    try:
        asyncio.run(Story(gateway, console).tell())
    except StoryFailedError as failure:
        complaints.print(str(failure), style="bold red")
        sys.exit(1)
    finally:
        gateway.close()
    console.print("the story ends well")


def _filled(data: Path | None, people: int) -> wiring.Gateway:
    settings = settings_for(data)
    if settings.mode is not Mode.DEMO:
        raise SettingsError("the demo runs in demo mode only")
    gateway = wiring.build(settings, create=True)
    report = asyncio.run(fill(gateway, people))
    counts = ("accepted", "warnings", "held", "quarantined", "consents")
    console.print("delivered:", ", ".join(f"{name} {report[name]}" for name in counts))
    return gateway


def _introduce(gateway: wiring.Gateway) -> None:
    where = f"http://{gateway.settings.host}:{gateway.settings.port}"
    console.print(f"the screens: {where}/ (choose who you are); tokens for the interface, an hour:")
    for name, partner, role in PERSONAS:
        caller = caller_for(gateway, partner, role, f"demo-{name.split()[0]}")
        token = gateway.token(Persona(caller.partner, caller.role, caller.actor, caller.locations))
        console.print(f"\n{name} of {caller.partner.name}:", markup=False)
        typer.echo(token)
    console.print(f"\ntry: curl -H 'Authorization: Bearer TOKEN' {where}/v1/clienten", markup=False)
