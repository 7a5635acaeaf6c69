"""Logboek and register: what an overseer may look up, and what anyone may know of the processing."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import AwareDatetime, Field
from starlette.responses import Response

from gateway.actions.oversee import Inquiry, Overview
from gateway.actions.references import whose
from gateway.api.context import (
    Actions,
    WithActions,
    WithCaller,
    caller_of,
    subject_by_reference,
    trace_of,
)
from gateway.api.problems import problem
from gateway.api.rendering import JSON, camel, receipt_json
from gateway.api.wire import Wire, in_utc
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import PurposeCode, SubjectId
from gateway.domain.logbook import Filters, Told
from gateway.domain.partners import Caller
from gateway.domain.reasons import Reason
from gateway.domain.records import RecordKind
from gateway.domain.register import Activity, RegisteredRule
from gateway.domain.reviewing import SeenEntry
from gateway.domain.traces import shown

router = APIRouter(prefix="/v1", tags=["toezicht"])
LARGEST_INDEX = 2**53
SHOWN_DETAIL = frozenset(
    {"at", "below", "bytes", "case", "consent", "entry", "filters", "in", "party", "row"}
    | {"sha256", "subjects", "to", "version"}
    | {"rule", "signal", "verdict"}
    | {"flag", "glass", "moot", "note", "request", "until", "why"}
    | {"about", "over", "table"}
)
Place = Annotated[int, Field(ge=0, lt=LARGEST_INDEX)]


class Logboekvraag(Wire):
    """Look for entries; naming a person needs a case (art. 15 or 33 AVG) or a second officer."""

    van: AwareDatetime | None = None
    tot: AwareDatetime | None = None
    doel: str | None = Field(default=None, max_length=60, examples=["P02"])
    soort: RecordKind | None = None
    uitkomst: str | None = Field(default=None, max_length=40)
    actor: str | None = Field(default=None, max_length=100)
    reden: Reason | None = None
    gemarkeerd: bool | None = Field(default=None, description="Door de poort voorgelegd aan de FG")
    betrokkene: UUID | None = Field(default=None, description="Pseudoniem uit uw eigen logboek")
    client_ref: UUID | None = None
    v_nummer: str | None = Field(default=None, max_length=10)
    zaaknummer: str | None = Field(default=None, max_length=20, examples=["AVG15-2026-0042"])
    heridentificatie: UUID | None = Field(
        default=None, description="Het goedgekeurde verzoek, zonder zaaknummer"
    )
    na: Place | None = Field(default=None, description="Index uit `volgende`")


@router.post("/logboek/_zoek", summary="Zoek in het logboek van uw organisatie")
async def search(
    vraag: Logboekvraag, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Show at most fifty entries, newest first; the look-up itself is logged before."""
    inquiry = Inquiry(
        _filters(vraag, actions, caller),
        vraag.na,
        await person_named(actions, caller, vraag.client_ref, vraag.v_nummer),
        vraag.zaaknummer,
        trace_of(request),
        vraag.heridentificatie,
    )
    return _overview(await actions.oversee.search(caller, inquiry))


@router.get("/logboek/{index}/bewijs", summary="Bewijs dat het logboek een regel bevat")
async def proof(
    index: Annotated[int, Path(ge=0, lt=LARGEST_INDEX)],
    request: Request,
    actions: WithActions,
    caller: WithCaller,
    zaaknummer: Annotated[str | None, Query(max_length=20)] = None,
) -> Response:
    """Return the leaf of one of your entries, byte for byte, with its C2SP tlog-proof."""
    inquiry = Inquiry(case=zaaknummer, trace_id=trace_of(request))
    proven = await actions.oversee.proof(caller, index, inquiry)
    if proven is None:
        return problem(HTTPStatus.NOT_FOUND, "Deze regel is er niet in uw logboek.")
    body = {"index": proven.index, "blad": proven.leaf.decode(), "bewijs": proven.proof}
    return Response(orjson.dumps(body), media_type=JSON)


@router.get(
    "/verwerkingsactiviteiten",
    summary="Register van verwerkingsactiviteiten (art. 30)",
    dependencies=[Depends(caller_of)],
)
async def activities(actions: WithActions) -> Response:
    """Return the register, generated from the rules in force; it holds no personal data."""
    body = {
        "beleid": actions.gate.matrix.digest,
        "verwerkingsactiviteiten": [_activity(one) for one in actions.oversee.activities()],
    }
    return Response(orjson.dumps(body), media_type=JSON)


def _filters(vraag: Logboekvraag, actions: Actions, caller: Caller) -> Filters:
    return Filters(
        utc("van", vraag.van),
        utc("tot", vraag.tot),
        purpose_of(vraag.doel, actions),
        vraag.soort,
        vraag.uitkomst,
        vraag.actor,
        vraag.reden,
        vraag.gemarkeerd,
        actions.oversee.meant(caller, vraag.betrokkene) if vraag.betrokkene else None,
    )


def purpose_of(name: str | None, actions: Actions) -> PurposeCode | None:
    """Return the purpose that a request names."""
    if name is None:
        return None
    purpose = actions.gate.matrix.purpose(name)
    if purpose is None:
        raise InvalidRequestError("doel", "is not in the catalogue")
    return purpose.code


def utc(field: str, moment: datetime | None) -> datetime | None:
    """Return a request's moment in UTC; ``field`` is the member that gives it."""
    return in_utc(field, moment) if moment else None


async def person_named(
    actions: Actions, caller: Caller, reference: UUID | None, v_nummer: str | None
) -> SubjectId | None:
    """Return whom an overseer names; a private party has no business with a V-nummer."""
    if reference is not None:
        return await subject_by_reference(actions, caller, reference)
    if v_nummer is None:
        return None
    if caller.partner.kind.private:
        raise InvalidRequestError("vNummer", "is not for a private party; use clientRef")
    return await whose(actions.gate, actions.index, v_nummer)


def _overview(overview: Overview) -> Response:
    listed = orjson.dumps([entry_wire(one) for one in overview.entries])
    onward = orjson.dumps(overview.onward)
    body = b'{"regels":%s,"volgende":%s,"ontvangstbewijs":%s}' % (
        listed,
        onward,
        receipt_json(overview.receipt),
    )
    return Response(body, media_type=JSON)


def entry_wire(seen: SeenEntry) -> dict[str, Any]:
    """Show an entry: its leaf, and what its payload told where that is not erased."""
    event = seen.event
    leaf = {
        "index": event.index,
        "id": str(event.event_id),
        "op": event.at.isoformat(),
        "soort": event.kind,
        "uitkomst": event.outcome,
        "doel": event.purpose,
        "grondslag": event.basis,
        "beleid": event.policy,
        "ontvanger": event.recipient,
        "betrokkene": str(seen.pseudonym) if seen.pseudonym else None,
        "teller": event.count,
        "gewist": event.told is None,
    }
    return leaf | (_told(event.told) if event.told else {})


def _told(told: Told) -> dict[str, Any]:
    detail = told.detail or {}
    return {
        "actor": told.actor,
        "rol": told.role,
        "velden": [camel(name) for name in told.fields],
        "toestemmingen": told.consents,
        "reden": told.reason,
        "hoortBij": str(told.parent) if told.parent else None,
        "vorige": told.before,
        "traceId": shown(told.trace_id),
        "bijzonderheden": {key: detail[key] for key in sorted(SHOWN_DETAIL & detail.keys())},
    }


def _activity(activity: Activity) -> dict[str, Any]:
    purpose = activity.purpose
    return {
        "doel": purpose.code,
        "naam": purpose.title_nl,
        "naamEngels": purpose.title_en,
        "geldigVan": purpose.valid_from.isoformat(),
        "geldigTot": purpose.valid_until.isoformat() if purpose.valid_until else None,
        "regels": [_rule(one) for one in activity.rules],
    }


def _rule(registered: RegisteredRule) -> dict[str, Any]:
    rule = registered.rule
    return {
        "regel": rule.rule_id,
        "bron": rule.where,
        "rol": rule.role,
        "relatie": rule.relation,
        "stadium": rule.stage,
        "grondslag": rule.legal_basis,
        "uitzondering": rule.exception,
        "toestemming": rule.consent,
        "gegevens": {
            klass.name: [camel(name) for name in names]
            for klass, names in registered.categories.items()
        },
        "ontvangers": [
            {"oin": one.oin, "naam": one.name, "soort": one.kind} for one in registered.recipients
        ],
        "bewaartermijn": rule.retention,
    }
