"""Explain a logged decision to who runs the gate: step by step, and whether it still comes out so."""

import asyncio
import json
from typing import Annotated
from uuid import UUID

import typer

from gateway.actions.explain import Retold
from gateway.commands.shared import Data, Json, complaints, console, opened
from gateway.domain.errors import InvalidRequestError
from gateway.domain.explain import Told
from gateway.domain.fields import FieldDictionary
from gateway.domain.sentences import Language, render

_MOST_DIGITS = 15
"""More are no index of any log, and of thousands the interpreter makes no number."""


def explain(
    entry: Annotated[str, typer.Argument(help="Index or event id of the log entry.")],
    replay: Annotated[
        bool, typer.Option("--replay", help="Exit 1 unless it is decided the same again.")
    ] = False,
    lang: Annotated[Language, typer.Option(help="Language of the story.")] = Language.NL,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Tell a logged decision step by step; that it was read is logged too."""
    with opened(data) as gateway:
        retold = asyncio.run(gateway.actions.explain.logged(_place(entry)))
        report = _report(retold, lang, gateway.actions.gate.fields)
    if replay:
        report["replay"] = "same" if retold.same else "different"
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        _print(report)
    if replay and not retold.same:
        complaints.print("the decision does not come out as it was recorded")
        raise typer.Exit(1)


def _place(entry: str) -> int | UUID:
    if entry.isdecimal() and len(entry) <= _MOST_DIGITS:
        return int(entry)
    try:
        return UUID(entry)
    except ValueError:
        raise InvalidRequestError("entry", "is neither an index nor an event id") from None


def _report(retold: Retold, lang: Language, fields: FieldDictionary) -> dict[str, object]:
    event, sentences = retold.event, render(retold.story, lang, fields)
    return {
        "index": event.index,
        "id": str(event.event_id),
        "at": event.at.isoformat(),
        "outcome": event.outcome,
        "purpose": event.purpose,
        "recipient": event.recipient,
        "steps": [_step(*told) for told in zip(retold.story, sentences, strict=True)],
    }


def _step(one: Told, sentence: str) -> dict[str, object]:
    whole = {
        "step": one.step,
        "holds": one.holds,
        "rule": one.rule_id,
        "where": one.where,
        "since": one.since and one.since.isoformat(),
        "consent": one.consent and str(one.consent.consent_id),
        "fields": list(one.fields),
        "reason": one.reason,
        "text": sentence,
    }
    return {name: value for name, value in whole.items() if value not in (None, [])}


def _print(report: dict[str, object]) -> None:
    for name, value in report.items():
        if isinstance(value, list):
            for one in value:
                mark = "+" if one["holds"] else "-"
                console.print(f"{mark} ({one['step']}) {one['text']}", markup=False)
        else:
            console.print(f"{name}: {value}", markup=False)
