"""What every command has: the data folder, JSON output, and an open gateway that closes again."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gateway import wiring
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import Oin
from gateway.domain.partners import Partner
from gateway.settings import Settings

Data = Annotated[
    Path | None,
    typer.Option("--data", help="Data folder (default $DOELPOORT_DATA, else ./doelpoort-data)."),
]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON on standard output.")]
console = Console()
complaints = Console(stderr=True)


def settings_for(data: Path | None) -> Settings:
    """Read the settings; a folder given on the command line goes before the environment."""
    return Settings() if data is None else Settings(data=data)


@contextmanager
def opened(data: Path | None, *, create: bool = False) -> Iterator[wiring.Gateway]:
    """Open the gateway on a data folder; ``create`` makes one that is not there yet."""
    gateway = wiring.build(settings_for(data), create=create)
    try:
        yield gateway
    finally:
        gateway.close()


def partner_named(name: str, partners: Mapping[Oin, Partner]) -> Partner:
    """Find a partner by slug, OIN or gemeentecode."""
    for partner in partners.values():
        if name in {partner.slug, partner.oin} or name in partner.gemeenten:
            return partner
    known = ", ".join(sorted(partner.slug for partner in partners.values()))
    raise InvalidRequestError("partner", f"is not one of {known}")


def show(values: Mapping[str, object], *, as_json: bool, title: str) -> None:
    """Print a flat report as a table, or as JSON."""
    if as_json:
        typer.echo(json.dumps(values, ensure_ascii=False, indent=2, default=str))
        return
    table = Table(title=title, title_justify="left", show_header=False)
    for name, value in values.items():
        listed = isinstance(value, Sequence) and not isinstance(value, str)
        table.add_row(name, ", ".join(map(str, value)) if listed else str(value))  # type: ignore[call-overload]  # a Sequence here
    console.print(table)
