"""Read and check the rules: policy check, policy show."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from gateway import wiring
from gateway.commands.shared import Json, console, show

app = typer.Typer(help="The rules: purposes, partners, fields.", no_args_is_help=True)


@app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="Catalogue folder (default: ours).")] = None,
    as_json: Json = False,
) -> None:
    """Check a catalogue: every file, the compiled lines, and the table against casbin."""
    show(wiring.check_policy(folder), as_json=as_json, title="policy")


@app.command("show")
def show_rules(
    purpose: Annotated[str | None, typer.Argument(help="A purpose, such as P02.")] = None,
    as_json: Json = False,
) -> None:
    """Show the rules: who may have what, for which purpose, on which basis."""
    rules = [
        rule
        for known in wiring.load_policy().matrix.purposes()
        if purpose in {None, known.code, known.short}
        for rule in known.rules
    ]
    if as_json:
        rows = [
            {
                "rule": r.rule_id,
                "role": r.role,
                "relation": r.relation,
                "stage": r.stage,
                "consent": r.consent,
                "basis": r.legal_basis,
                "fields": sorted(r.fields),
                "retention": r.retention,
            }
            for r in rules
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table("rule", "role", "relation", "consent", "fields", "basis")
    for r in rules:
        table.add_row(r.rule_id, r.role, r.relation, r.consent, str(len(r.fields)), r.legal_basis)
    console.print(table)
