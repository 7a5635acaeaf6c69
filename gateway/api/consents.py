"""Toestemmingen and koppelingen: what the COA desk records about a resident."""

from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Header
from pydantic import AwareDatetime, Field
from starlette.responses import Response

from gateway.actions.consent import RecordedConsent
from gateway.api.context import WithActions, WithCaller, subject_named
from gateway.api.rendering import answered, consent_wire, field_named
from gateway.api.wire import Wire, in_utc
from gateway.domain.consent_choices import ConsentWish, Renewal
from gateway.domain.errors import InvalidRequestError
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import SubjectId
from gateway.domain.relations import RelationEvent, RelationKind

router = APIRouter(prefix="/v1")
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", max_length=100)]


class Toestemmingswens(Wire):
    """A resident's choice, told in her language; ``gegeven`` false records a refusal.

    ``status`` ``gevraagd`` records that she was asked; her choice then names it in ``opVerzoek``.
    """

    client_ref: UUID | None = None
    v_nummer: str | None = Field(default=None, max_length=10)
    doel: str = Field(max_length=60, examples=["P04"])
    ontvanger: str = Field(max_length=40, description="OIN, of `soort:uitzendbureau` bij P04")
    taal: str = Field(pattern="^[a-z]{2,3}$", examples=["tir"])
    tekst_versie: str = Field(max_length=40, examples=["1"])
    velden: list[str] = Field(default_factory=list, max_length=200)
    gegeven: bool = True
    tolk: bool = False
    voogd: bool = Field(default=False, description="De wettelijk vertegenwoordiger stemt in")
    vervaldatum: AwareDatetime | None = None
    tolk_naam: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Wie de Nederlandse tekst voorlas; staat alleen verzegeld in het logboek",
    )
    teruggelezen: bool = Field(default=False, description="Voorgelezen en door haar bevestigd")
    status: Literal["gevraagd"] | None = Field(default=None, description="Nog zonder antwoord")
    op_verzoek: UUID | None = Field(default=None, description="Het verzoek dat dit beantwoordt")
    besluit_over_bewoner: bool = Field(
        default=False, description="Wie dit vastlegt, neemt ook besluiten over haar"
    )


class Verlenging(Wire):
    """An open consent said again, on the same words."""

    vervaldatum: AwareDatetime | None = None
    tolk: bool = False
    voogd: bool = False
    tolk_naam: str | None = Field(default=None, min_length=1, max_length=100)
    teruggelezen: bool = False
    besluit_over_bewoner: bool = False


class Koppeling(Wire):
    """A relation event: linked, re-linked, unlinked, housed; offered, placed or ended with a partner."""

    client_ref: UUID | None = None
    v_nummer: str | None = Field(default=None, max_length=10)
    soort: RelationKind
    partij: str = Field(max_length=40, description="Gemeentecode of OIN")
    op: AwareDatetime | None = None


@router.post("/toestemmingen", summary="Leg een keuze van een bewoner vast", status_code=201)
async def record(
    wens: Toestemmingswens,
    actions: WithActions,
    caller: WithCaller,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Record consent or its refusal; a repeated Idempotency-Key answers with the first outcome."""
    subject = await subject_named(actions, caller, wens.client_ref, wens.v_nummer)
    wish = _wish(wens, subject, actions.gate.fields, idempotency_key)
    return _answer(await actions.consents.record(caller, wish), HTTPStatus.CREATED)


@router.post("/toestemmingen/{toestemming_id}/_intrekken", summary="Trek een toestemming in")
async def withdraw(toestemming_id: UUID, actions: WithActions, caller: WithCaller) -> Response:
    """Withdraw consent; it no longer counts from the next decision on."""
    return _answer(await actions.consents.withdraw(caller, toestemming_id), HTTPStatus.OK)


@router.post("/toestemmingen/{toestemming_id}/_verlengen", summary="Verleng een toestemming")
async def renew(
    toestemming_id: UUID, verlenging: Verlenging, actions: WithActions, caller: WithCaller
) -> Response:
    """Lengthen an open consent by at most half a year from now."""
    renewal = Renewal(
        verlenging.vervaldatum,
        verlenging.tolk,
        verlenging.voogd,
        verlenging.tolk_naam,
        verlenging.teruggelezen,
        verlenging.besluit_over_bewoner,
    )
    return _answer(await actions.consents.renew(caller, toestemming_id, renewal), HTTPStatus.OK)


@router.post("/koppelingen", summary="Leg een koppeling of andere relatie vast", status_code=201)
async def link(koppeling: Koppeling, actions: WithActions, caller: WithCaller) -> Response:
    """Record a relation event; whoever it ends loses access at the next decision."""
    subject = await subject_named(actions, caller, koppeling.client_ref, koppeling.v_nummer)
    at = in_utc("op", koppeling.op) if koppeling.op else actions.gate.clock.now()
    event = RelationEvent(koppeling.soort, koppeling.partij, at, caller.partner.slug)
    receipt = await actions.links.record(caller, subject, event)
    return answered({"soort": koppeling.soort}, receipt, HTTPStatus.CREATED)


def _wish(
    wens: Toestemmingswens, subject: SubjectId, fields: FieldDictionary, retry_key: str | None
) -> ConsentWish:
    if wens.status and "gegeven" in wens.model_fields_set:
        raise InvalidRequestError("gegeven", "is the answer; a request has none yet")
    return ConsentWish(
        subject,
        wens.doel,
        wens.ontvanger,
        wens.taal,
        wens.tekst_versie,
        frozenset(field_named("velden", name, fields) for name in wens.velden),
        wens.gegeven,
        wens.tolk,
        wens.vervaldatum,
        retry_key,
        wens.voogd,
        wens.tolk_naam,
        wens.teruggelezen,
        wens.status == "gevraagd",
        wens.op_verzoek,
        wens.besluit_over_bewoner,
    )


def _answer(recorded: RecordedConsent, status: HTTPStatus) -> Response:
    return answered(consent_wire(recorded.consent, recorded.state), recorded.receipt, status)
