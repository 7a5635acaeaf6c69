"""The rules for those who answer for them: check, show, why, diff, test, simulate, and their life."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from gateway import wiring
from gateway.actions.foresee import Difference, Touched
from gateway.commands import policy_life
from gateway.commands.periods import days
from gateway.commands.shared import Data, Json, complaints, console, opened, settings_for, show
from gateway.domain.decisions import MIN_GROUP
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName
from gateway.domain.policy_changes import CellChange, PolicyChange, carried, compare
from gateway.domain.purposes import Rule
from gateway.domain.sentences import Language

app = typer.Typer(help="The rules: purposes, partners, fields.", no_args_is_help=True)
Folder = Annotated[Path | None, typer.Argument(help="Catalogue folder (default: ours).")]
FEW: Final = f"fewer than {MIN_GROUP}"
policy_life.attach(app)


@app.command()
def check(folder: Folder = None, as_json: Json = False) -> None:
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
        _print([_rule(one) | {"fields": sorted(one.fields)} for one in rules])
        return
    table = Table("rule", "role", "relation", "consent", "fields", "basis")
    for r in rules:
        table.add_row(r.rule_id, r.role, r.relation, r.consent, str(len(r.fields)), r.legal_basis)
    console.print(table)


@app.command()
def why(
    field: Annotated[str, typer.Argument(help="A field, such as achternaam.")],
    as_json: Json = False,
) -> None:
    """Tell who can ever see a field, for what, and on which line of the rules that stands."""
    edition, roles = wiring.read_edition(None), wiring.load_policy().catalogue.roles
    name = FieldName(field)
    if name not in edition.fields:
        raise InvalidRequestError("field", "is not in the dictionary")
    spec = edition.fields[name]
    every = [rule for purpose in edition.matrix.purposes() for rule in purpose.rules]
    rules = [rule for rule in every if name in carried(rule, edition)]
    if as_json:
        of = {"field": name, "class": spec.sensitivity.name, "stored": spec.stored}
        _print(of | {"rules": [_rule(one) | {"where": one.where} for one in rules]})
        return
    console.print(f"{name}: {spec.label_en}, class {spec.sensitivity.name}", markup=False)
    if not rules:
        console.print("nobody can ever see it")
    for one in rules:
        console.print(f"- {roles[one.role].en}, for {one.purpose} ({one.where})", markup=False)
        console.print(f"  relation {one.relation}, consent {one.consent}, stage {one.stage}")
        console.print(f"  {one.legal_basis}", markup=False)


@app.command()
def dpia(
    folder: Folder = None,
    as_html: Annotated[bool, typer.Option("--html", help="A page instead of Markdown.")] = False,
    language: Annotated[Language, typer.Option(help="Of the text.")] = Language.NL,
) -> None:
    """Print the annex to a DPIA: what the rules hold for each purpose, its risks, what is enforced."""
    today = wiring.SystemClock().now().date()
    typer.echo(wiring.dpia(folder, today, language, as_html=as_html), nl=False)


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="A catalogue folder; alone it is the new one.")],
    new: Annotated[Path | None, typer.Argument(help="The folder to compare it with.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Say who gains or loses which field, what else changes, and how many people it touches.

    One folder is compared with the rules in force. People are counted where there is a store, and
    fewer than ten are not told.
    """
    before = wiring.read_edition(None if new is None else old)
    after = wiring.read_edition(new or old)
    change = compare(before, after)
    touched = None
    if settings_for(data).data.exists() and change.pairs:
        with opened(data) as gateway:
            looking = gateway.actions.policy.foresee.touched(before, after, change.pairs)
            touched = asyncio.run(looking)
    if as_json:
        _print(_change(change) | {"people": _people(touched)})
        return
    for line in _lines(change, touched):
        console.print(line, markup=False)


@app.command("test")
def tell_stories(folder: Folder = None, as_json: Json = False) -> None:
    """Tell the stories of a catalogue: exit 1 where one comes out otherwise."""
    report = wiring.tell_stories(folder)
    if as_json:
        _print({"stories": report.stories, "broken": list(report.broken)})
    else:
        for line in report.broken:
            complaints.print(line, markup=False)
        console.print(f"{report.stories} stories, {len(report.broken)} come out otherwise")
    if report.broken:
        raise typer.Exit(1)


@app.command()
def simulate(
    since: Annotated[str, typer.Option("--from", help="First day, such as 2026-03-01.")],
    until: Annotated[str, typer.Option("--to", help="Last day.")],
    folder: Annotated[Path | None, typer.Option("--with", help="Catalogue folder.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Take the recorded decisions of a period again, under another policy or the one in force.

    Exit 1 where one does not come out as recorded, or where a difference has no changed cell.
    """
    with opened(data) as gateway:
        period, foresee = days(f"{since}..{until}"), gateway.actions.policy.foresee
        after = wiring.read_edition(folder) if folder else None
        found = asyncio.run(foresee.simulate(period, after))
    report = {
        "decisions": found.decisions,
        "under a policy not kept": found.elsewhere,
        "not as recorded": list(found.unfaithful),
        "different": len(found.differences),
        "unexplained": sum(not one.explained for one in found.differences),
    }
    if as_json:
        _print(report | {"differences": [_difference(one) for one in found.differences]})
    else:
        show(report, as_json=False, title="simulation")
        for one in found.differences:
            console.print(_difference_line(one), markup=False)
    if found.unfaithful or report["unexplained"]:
        raise typer.Exit(1)


def _print(values: object) -> None:
    typer.echo(json.dumps(values, ensure_ascii=False, indent=2))


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "rule": rule.rule_id,
        "role": rule.role,
        "relation": rule.relation,
        "stage": rule.stage,
        "consent": rule.consent,
        "basis": rule.legal_basis,
        "retention": rule.retention,
    }


def _change(change: PolicyChange) -> dict[str, object]:
    return {
        "was": change.was,
        "now": change.now,
        "cells": [
            {
                "purpose": cell.purpose,
                "role": cell.role,
                "relation": cell.relation,
                "gained": list(cell.gained),
                "lost": list(cell.lost),
                "altered": list(cell.altered),
                "special": list(cell.special),
            }
            for cell in change.cells
        ],
        "words": [
            {"kind": one.kind, "name": one.name, "was": one.was, "now": one.now}
            for one in change.words
        ],
    }


def _people(touched: Touched | None) -> dict[str, object] | None:
    if touched is None:
        return None
    pairs: Mapping[str, str | int] = {
        f"{purpose} {role}": _told(count) for (role, purpose), count in touched.by_pair.items()
    }
    return {"in the store": touched.people, "touched": _told(touched.anyone), "by cell": pairs}


def _told(count: int) -> str | int:
    """Tell how many, but not of a few who they could be."""
    return FEW if 0 < count < MIN_GROUP else count


def _lines(change: PolicyChange, touched: Touched | None) -> Iterable[str]:
    if not change.cells and not change.words:
        yield "nothing changes"
    for cell in change.cells:
        people = touched.by_pair[cell.role, cell.purpose] if touched else None
        yield f"{cell.purpose} {cell.role} ({cell.relation}){_by(people)}"
        yield from _cell_lines(cell)
    for one in change.words:
        yield f"{one.kind} {one.name}: {one.was or 'none'} -> {one.now or 'none'}"
    if touched:
        yield f"{_told(touched.anyone)} of {touched.people} people are touched"


def _by(people: int | None) -> str:
    return "" if people is None else f": {_told(people)} people"


def _cell_lines(cell: CellChange) -> Iterable[str]:
    if cell.special:
        yield f"  ! special category widened: {', '.join(cell.special)}"
    for sign, names in (("+", cell.gained), ("-", cell.lost), ("~", cell.altered)):
        if names:
            yield f"  {sign} {', '.join(names)}"


def _difference(one: Difference) -> dict[str, object]:
    return {
        "index": one.index,
        "role": one.role,
        "purpose": one.purpose,
        "gained": list(one.gained),
        "lost": list(one.lost),
        "was": one.was,
        "now": one.now,
        "explained": one.explained,
    }


def _difference_line(one: Difference) -> str:
    signs = [f"+{name}" for name in one.gained] + [f"-{name}" for name in one.lost]
    what = ", ".join(signs) or f"{one.was} -> {one.now}"
    mark = "" if one.explained else " (no changed cell explains it)"
    return f"entry {one.index}: {one.purpose} {one.role}: {what}{mark}"
