"""The command line ``doelpoort``."""

import sys

import typer
from pydantic import ValidationError

from audit.export import ExportError
from gateway.actions.gate import DisclosureRefusedError
from gateway.commands import (
    audit,
    backups,
    breakglass,
    data,
    demo,
    explain,
    export,
    intake,
    keeping,
    keys,
    logbook,
    operations,
    policy,
    quarantine,
    recall,
    retention,
    shredding,
    statistics,
)
from gateway.commands.shared import complaints
from gateway.domain.errors import GatewayError
from gateway.domain.reasons import EXPLANATIONS

app = typer.Typer(
    name="doelpoort",
    help="A gate for client profiles: per field, for a purpose, on a basis, on the record.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(data.init)
app.command()(demo.demo)
app.command()(operations.serve)
app.add_typer(data.imports, name="import")
app.add_typer(intake.app, name="intake")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(export.exports, name="export")
app.add_typer(policy.app, name="policy")
app.add_typer(audit.app, name="audit")
app.add_typer(logbook.app, name="logbook")
app.add_typer(recall.notices, name="notices")
app.add_typer(recall.consent, name="consent")
app.add_typer(retention.app, name="retention")
keys.keys.command("shred")(shredding.shred)
app.add_typer(keys.keys, name="keys")
app.add_typer(operations.db, name="db")
app.command()(backups.backup)
app.command()(backups.restore)
app.command()(data.population)
app.command()(operations.token)
app.command()(operations.doctor)
app.command()(keeping.witness)
app.command()(explain.explain)
app.add_typer(breakglass.app, name="breakglass")
app.add_typer(statistics.app, name="statistics")


def main() -> None:
    """Run a command; an error of the gate is one clear line and exit 1."""
    try:
        app()
    except DisclosureRefusedError as refusal:
        complaints.print(f"refused: {refusal.reason}: {EXPLANATIONS[refusal.reason].en}")
        sys.exit(1)
    except (GatewayError, ExportError, OSError) as error:
        complaints.print(f"{getattr(error, 'code', 'ERROR')}: {error}", markup=False)
        sys.exit(1)
    except ValidationError as error:
        for fault in error.errors(include_input=False):
            name = "_".join(("DOELPOORT", *map(str, fault["loc"]))).upper()
            complaints.print(f"{name}: {fault['msg']}", markup=False)
        sys.exit(2)


if __name__ == "__main__":
    main()
