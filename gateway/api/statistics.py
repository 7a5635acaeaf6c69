"""Statistieken: tables of counts for analysts; no person, and no number under ten."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from gateway.actions.statistics import Offered, TableQuestion, ToldTable
from gateway.api.context import WithActions, WithCaller, trace_of
from gateway.api.rendering import JSON, camel, field_named, receipt_json
from gateway.api.wire import Wire
from gateway.domain.decisions import Ask
from gateway.domain.fields import FieldDictionary
from gateway.domain.statistics import MOST_DIMENSIONS, Dimensions, Place, Share
from gateway.domain.suppression import Node

router = APIRouter(prefix="/v1/statistieken", tags=["statistieken"])
Name = Annotated[str, Field(max_length=60)]


class Plaats(Wire):
    """One category of a dimension."""

    dimensie: Name
    categorie: Name


class Tabelvraag(Wire):
    """Ask for a table over one or two of its dimensions, perhaps about one category of another."""

    doel: Name = "P09"
    tabel: Name = Field(examples=["werk-per-regio"])
    dimensies: list[Name] = Field(
        min_length=1, max_length=MOST_DIMENSIONS, examples=[["arbeidsmarktregio", "werkStatus"]]
    )
    waar: Plaats | None = None


@router.get("", summary="Tabellen met aantallen, en van welke dag (P09)")
async def offered(actions: WithActions, caller: WithCaller) -> Response:
    """List the tables with their dimensions and categories; `peildatum` is null until counted."""
    found = [_offered(one) for one in await actions.statistics.tables(Ask(caller, "P09"))]
    return Response(orjson.dumps({"tabellen": found}), media_type=JSON)


@router.post("/_bevragen", summary="Vraag een tabel met aantallen (P09)")
async def ask(
    vraag: Tabelvraag, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Answer a table without small numbers; the day's budget and earlier tables may refuse it."""
    fields = actions.gate.fields
    question = TableQuestion(
        Ask(caller, vraag.doel),
        vraag.tabel,
        tuple(field_named("dimensies", name, fields) for name in vraag.dimensies),
        _place(vraag.waar, fields) if vraag.waar else None,
        trace_of(request),
    )
    return _told(vraag.tabel, await actions.statistics.query(question))


def _place(waar: Plaats, fields: FieldDictionary) -> Place:
    return field_named("waar", waar.dimensie, fields), waar.categorie


def _offered(one: Offered) -> dict[str, Any]:
    return {
        "tabel": one.name,
        "peildatum": one.day.isoformat() if one.day else None,
        "dimensies": [
            {"dimensie": camel(name), "categorieen": line} for name, line in one.axes.items()
        ],
    }


def _told(name: str, told: ToldTable) -> Response:
    table = told.table
    body = {
        "tabel": name,
        "peildatum": table.day.isoformat(),
        "dimensies": [camel(dimension) for dimension in table.dimensions],
        "waar": {camel(table.where[0]): table.where[1]} if table.where else None,
        "cellen": [_cell(table.dimensions, node, count) for node, count in table.cells.items()],
        "kengetallen": [_share(name, share) for name, share in told.shares.items()],
        "nogTeVragen": told.left,
    }
    tail = b',"ontvangstbewijs":' + receipt_json(told.receipt) + b"}"
    return Response(orjson.dumps(body)[:-1] + tail, media_type=JSON)


def _cell(dimensions: Dimensions, node: Node, count: int | None) -> dict[str, Any]:
    """Show a count; a dimension that is not named is summed over, and no number is withheld."""
    named = zip(dimensions, node, strict=True)
    places = {camel(dimension): value for dimension, value in named if value is not None}
    return {"categorieen": places, "aantal": count}


def _share(name: str, share: Share | None) -> dict[str, Any]:
    return {
        "kengetal": name,
        "deel": share.part if share else None,
        "geheel": share.whole if share else None,
        "procent": share.percent if share else None,
    }
