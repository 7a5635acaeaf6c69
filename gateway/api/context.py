"""What a route is handed: the actions, and the caller behind the request."""

import re
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from gateway.actions.breakglass import Emergencies
from gateway.actions.clients import ListClients
from gateway.actions.consent import ConsentDesk
from gateway.actions.disclose import Disclose, Gate
from gateway.actions.explain import Explain
from gateway.actions.ingest import Ingest
from gateway.actions.inspect import Inspect
from gateway.actions.introduce import Introduce
from gateway.actions.link import LinkDesk
from gateway.actions.notices import NoticeDesk
from gateway.actions.oversee import Oversee
from gateway.actions.receipts import ReceiptDesk
from gateway.actions.search import Search
from gateway.actions.sweep import ConsentSweep
from gateway.actions.withhold import WithholdDesk
from gateway.api.auditlog import AuditReader
from gateway.api.identity import InsecureTokens
from gateway.api.problems import UnauthorizedError
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import SubjectId, VNummer
from gateway.domain.partners import Caller, PartnerKind
from gateway.domain.ports import BlindIndex, ConsentTexts, Source

TRACEPARENT = re.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-|$)")


@dataclass(frozen=True, slots=True)
class Actions:
    """Everything the routes may call; built once by wiring."""

    gate: Gate
    disclose: Disclose
    clients: ListClients
    agreed: ListClients
    search: Search
    consents: ConsentDesk
    texts: ConsentTexts
    receipts: ReceiptDesk
    introductions: Introduce
    links: LinkDesk
    withholdings: WithholdDesk
    notices: NoticeDesk
    sweep: ConsentSweep
    ingest: Ingest
    oversee: Oversee
    inspect: Inspect
    explain: Explain
    emergencies: Emergencies
    index: BlindIndex
    sources: "Sources"
    tokens: InsecureTokens | None
    auditlog: AuditReader


class Sources:
    """The formats in which a delivery may come over HTTP, by media type, and how large it may be."""

    def __init__(self, by_media_type: dict[str, Source], max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._by_media_type = by_media_type

    def get(self, media_type: str) -> Source | None:
        """Return the source for a media type; parameters such as charset are left aside."""
        return self._by_media_type.get(media_type.split(";", 1)[0].strip().lower())


def actions_of(request: Request) -> Actions:
    """Return the actions that wiring put in place."""
    actions = request.app.state.actions
    assert isinstance(actions, Actions)  # noqa: S101 - create_app puts nothing else there
    return actions


bearer = HTTPBearer(auto_error=False, description="Token of `doelpoort token` (demo settings)")


async def actions_for(request: Request) -> Actions:
    """Hand a route its actions."""
    return actions_of(request)


async def caller_of(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Caller:
    """Return who asks; raises ``UnauthorizedError``."""
    actions = actions_of(request)
    if credentials is None or actions.tokens is None:
        raise UnauthorizedError("a valid bearer token is needed")
    return actions.tokens.caller(credentials.credentials, actions.gate.clock.now())


WithActions = Annotated[Actions, Depends(actions_for)]
WithCaller = Annotated[Caller, Depends(caller_of)]


def trace_of(request: Request) -> str | None:
    """Return the trace id of a W3C ``traceparent`` header, when it is well formed."""
    found = TRACEPARENT.match(request.headers.get("traceparent", ""))
    return found[1] if found and found[1].strip("0") else None


def subject_by_reference(actions: Actions, caller: Caller, reference: UUID) -> SubjectId:
    """Return whom the caller's own reference stands for; an invented one stands for no one."""
    return actions.gate.pseudonyms.resolve(caller.partner.oin, reference)


async def subject_named(
    actions: Actions, caller: Caller, reference: UUID | None, v_nummer: str | None
) -> SubjectId:
    """Return whom a COA worker means, by her reference or by V-nummer."""
    if reference is not None:
        return subject_by_reference(actions, caller, reference)
    if v_nummer is None:
        raise InvalidRequestError("clientRef", "or vNummer is needed")
    if caller.partner.kind is not PartnerKind.COA:
        raise InvalidRequestError("vNummer", "only COA may name people by number; use clientRef")
    return await subject_by_number(actions, caller, v_nummer)


async def subject_by_number(actions: Actions, caller: Caller, v_nummer: str) -> SubjectId:
    """Return whose V-nummer it is; one that nobody has stands for no one."""
    try:
        number = VNummer(v_nummer).reveal()
    except ValueError as error:
        raise InvalidRequestError("vNummer", "is not ten digits") from error
    tag = actions.index.term("v_nummer", number)
    stored = (await actions.gate.subjects.stored([tag])).get(tag)
    return stored.subject if stored else subject_by_reference(actions, caller, UUID(int=0))
