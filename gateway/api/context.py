"""What a route is handed: the actions, and the caller behind the request."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from gateway.actions.breakglass import Emergencies
from gateway.actions.clients import ListClients
from gateway.actions.consent import ConsentDesk
from gateway.actions.copies import CopyDesk
from gateway.actions.count import CountPeople
from gateway.actions.disclose import Disclose
from gateway.actions.erase import Erase
from gateway.actions.evaluate import Evaluate
from gateway.actions.explain import Explain
from gateway.actions.export import ExportDesk
from gateway.actions.extract import Extract
from gateway.actions.feed import Feed
from gateway.actions.gate import Gate
from gateway.actions.handover_files import HandoverDesks
from gateway.actions.held_texts import TextDesk
from gateway.actions.ingest import Ingest
from gateway.actions.inspect import Inspect
from gateway.actions.introduce import Introduce
from gateway.actions.keys import KeyDesk
from gateway.actions.link import LinkDesk
from gateway.actions.notices import NoticeDesk
from gateway.actions.oversee import Oversee
from gateway.actions.policy_life import PolicyDesk
from gateway.actions.quarantine import QuarantineDesk
from gateway.actions.receipts import ReceiptDesk
from gateway.actions.rectify import RectifyDesk
from gateway.actions.references import all_meant, meant, whose
from gateway.actions.reidentify import Reidentify
from gateway.actions.rekey import RekeyIndex
from gateway.actions.repseudonymise import Repseudonymise
from gateway.actions.retain import Retain
from gateway.actions.review import ReviewDesk
from gateway.actions.search import Search
from gateway.actions.signal import SignalDesk
from gateway.actions.statistics import AnalystDesk
from gateway.actions.subscribe import SubscriptionDesk
from gateway.actions.sweep import ConsentSweep
from gateway.actions.waiting import WaitingList
from gateway.actions.withhold import WithholdDesk
from gateway.actions.wording import Wording
from gateway.api.auditlog import AuditReader
from gateway.api.identity import InsecureTokens
from gateway.api.machines import MachineDoor
from gateway.api.problems import UnauthorizedError
from gateway.domain.consents import Asked
from gateway.domain.errors import InvalidRequestError
from gateway.domain.event_formats import EventFormat
from gateway.domain.identifiers import SubjectId
from gateway.domain.partners import Caller, PartnerKind
from gateway.domain.ports import BlindIndex, Source
from gateway.domain.traces import received


@dataclass(frozen=True, slots=True)
class Hindsight:
    """Where overseers look back over a period of their log."""

    review: ReviewDesk
    signals: SignalDesk
    extract: Extract
    formats: Mapping[str, EventFormat]


@dataclass(frozen=True, slots=True)
class Actions:
    """Everything the routes may call; built once by wiring. ``address`` is where the gate is reached."""

    gate: Gate
    disclose: Disclose
    exports: ExportDesk
    clients: ListClients
    agreed: ListClients
    search: Search
    consents: ConsentDesk
    wording: Wording
    receipts: ReceiptDesk
    requests: WaitingList[Asked]
    introductions: Introduce
    links: LinkDesk
    handovers: HandoverDesks
    withholdings: WithholdDesk
    notices: NoticeDesk
    subscriptions: SubscriptionDesk
    sweep: ConsentSweep
    ingest: Ingest
    feed: Feed
    quarantine: QuarantineDesk
    texts_held: TextDesk
    oversee: Oversee
    hindsight: Hindsight
    reidentify: Reidentify
    rectify: RectifyDesk
    retain: Retain
    inspect: Inspect
    explain: Explain
    policy: PolicyDesk
    evaluate: Evaluate
    address: str
    emergencies: Emergencies
    erase: Erase
    copies: CopyDesk
    keys: KeyDesk
    rekey: RekeyIndex
    repseudonymise: Repseudonymise
    counting: CountPeople
    statistics: AnalystDesk
    index: BlindIndex
    sources: "Sources"
    tokens: InsecureTokens | None
    machines: MachineDoor | None
    auditlog: AuditReader


class Sources:
    """The formats in which a delivery may come over HTTP, by media type, and how large it may be.

    ``events`` is the media type of a feed.
    """

    def __init__(self, by_media_type: dict[str, Source], max_bytes: int, events: str) -> None:
        self.max_bytes = max_bytes
        self.events = events
        self._by_media_type = by_media_type

    def get(self, media_type: str) -> Source | None:
        """Return the source for a media type; parameters such as charset are left aside."""
        return self._by_media_type.get(media_type.split(";", 1)[0].strip().lower())


def actions_of(request: Request) -> Actions:
    """Return the actions that wiring put in place."""
    actions = request.app.state.actions
    assert isinstance(actions, Actions)  # noqa: S101 - create_app puts nothing else there
    return actions


bearer = HTTPBearer(
    auto_error=False, description="Token of `/oauth/token`, or of `doelpoort token` (demo settings)"
)


async def actions_for(request: Request) -> Actions:
    """Hand a route its actions."""
    return actions_of(request)


async def caller_of(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Caller:
    """Return who asks; raises ``UnauthorizedError``."""
    actions = actions_of(request)
    doors = (actions.tokens, actions.machines.tokens if actions.machines else None)
    for known in doors if credentials else ():
        with suppress(UnauthorizedError):
            if known is not None and credentials is not None:
                return known.caller(credentials.credentials, actions.gate.clock.now())
    raise UnauthorizedError("a valid bearer token is needed")


WithActions = Annotated[Actions, Depends(actions_for)]
WithCaller = Annotated[Caller, Depends(caller_of)]


def trace_of(request: Request) -> str | None:
    """Return the caller's trace and span of a W3C ``traceparent`` header, when it is well formed."""
    return received(request.headers.get("traceparent", ""))


async def subject_by_reference(actions: Actions, caller: Caller, reference: UUID) -> SubjectId:
    """Return whom the caller's own reference stands for; an invented one stands for no one."""
    return await meant(actions.gate, caller.partner.oin, reference)


async def subjects_by_reference(
    actions: Actions, caller: Caller, references: Sequence[UUID]
) -> Mapping[UUID, SubjectId]:
    """Return whom each of the caller's own references stands for; refuse the same one twice."""
    if len(set(references)) < len(references):
        raise InvalidRequestError("clientRefs", "names someone twice")
    return await all_meant(actions.gate, caller.partner.oin, references)


async def subject_named(
    actions: Actions, caller: Caller, reference: UUID | None, v_nummer: str | None
) -> SubjectId:
    """Return whom a COA worker means, by her reference or by V-nummer."""
    if reference is not None:
        return await subject_by_reference(actions, caller, reference)
    if v_nummer is None:
        raise InvalidRequestError("clientRef", "or vNummer is needed")
    if caller.partner.kind is not PartnerKind.COA:
        raise InvalidRequestError("vNummer", "only COA may name people by number; use clientRef")
    return await whose(actions.gate, actions.index, v_nummer)
