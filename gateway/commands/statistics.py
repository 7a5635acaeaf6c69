"""Tables of counts (P09): count everyone anew, as the nightly job does, and show what may be told."""

import asyncio
import json
from typing import Annotated

import typer
from rich.table import Table as Grid

from gateway import wiring
from gateway.actions.statistics import TableQuestion, ToldTable
from gateway.commands.population import caller_for
from gateway.commands.shared import Data, Json, console, opened, partner_named, show
from gateway.domain.decisions import Ask
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import ActorId, FieldName, RoleId
from gateway.domain.partners import Caller, Partner
from gateway.domain.statistics import Place
from gateway.domain.upkeep import Job

app = typer.Typer(help="Tables of counts for analysts.", no_args_is_help=True)


@app.command()
def refresh(data: Data = None, as_json: Json = False) -> None:
    """Count everyone anew and publish what may be told; one log entry. Run it every night."""
    with opened(data) as gateway:
        coa = partner_named("coa", gateway.catalogue.partners)
        with gateway.diary.round(Job.COUNTS):
            counted = asyncio.run(gateway.actions.counting(nightly(coa)))
    report: dict[str, object] = {
        "counted": counted.people,
        "left out": counted.left_out,
        "numbers shown": counted.shown,
        "numbers withheld": counted.withheld,
        "at": counted.at.isoformat(),
        "entry": counted.receipt.index,
    }
    show(report, as_json=as_json, title="statistics")


@app.command("show")
def show_table(  # noqa: PLR0913, PLR0917 - one argument an option
    table: Annotated[str | None, typer.Argument(help="Which table; without it, list them.")] = None,
    over: Annotated[list[str] | None, typer.Option(help="Dimension; once or twice.")] = None,
    about: Annotated[
        str | None, typer.Option(help="One category of another dimension: DIMENSION=CATEGORY.")
    ] = None,
    actor: Annotated[str, typer.Option(help="The analyst of COA who asks.")] = "analyst",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show a table as an analyst of COA is told it: logged, and from her budget of the day."""
    with opened(data) as gateway:
        ask = Ask(caller_for(gateway, "coa", "analist", actor), "P09")
        if table is None:
            listed = asyncio.run(gateway.actions.statistics.tables(ask))
            report = {one.name: [*one.axes, str(one.day or "not counted yet")] for one in listed}
            show(report, as_json=as_json, title="tables")
            return
        question = _question(gateway, ask, table, over or [], about)
        told = asyncio.run(gateway.actions.statistics.query(question))
    _print(told, as_json=as_json)


def nightly(controller: Partner) -> Caller:
    """Return the gate's own hand, which counts for the controller in no role of any agreement."""
    return Caller(controller, RoleId("poort"), ActorId("nightly-count"))


def _question(
    gateway: wiring.Gateway, ask: Ask, table: str, over: list[str], about: str | None
) -> TableQuestion:
    known = gateway.catalogue.fields
    dimensions = tuple(map(FieldName, over))
    where: Place | None = None
    if about is not None:
        name, _, category = about.partition("=")
        where = FieldName(name), category
    for name in (*dimensions, *([where[0]] if where else [])):
        if name not in known:
            raise InvalidRequestError("over", "or about holds a name that is not a field")
    return TableQuestion(ask, table, dimensions, where)


def _print(told: ToldTable, *, as_json: bool) -> None:
    table = told.table
    rows = [(*(value or "totaal" for value in node), n) for node, n in table.cells.items()]
    if as_json:
        shares = {name: one and one.percent for name, one in told.shares.items()}
        report = {
            "day": table.day.isoformat(),
            "columns": [*table.dimensions, "aantal"],
            "rows": rows,
            "percent": shares,
            "left": told.left,
            "entry": told.receipt.index,
        }
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    grid = Grid(*table.dimensions, "aantal", title=f"{table.day}", title_justify="left")
    for *values, count in rows:
        grid.add_row(*map(str, values), "-" if count is None else str(count))
    console.print(grid)
    for name, share in told.shares.items():
        console.print(f"{name}: {f'{share.percent} %' if share else '-'}", markup=False)
    console.print(
        f"- is withheld: fewer than ten, or it would tell of fewer; {told.left} left today"
    )
