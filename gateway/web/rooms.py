"""What the screens may call: the actions, and the words and places they show; built by wiring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.actions.assignments import TeamDesk
from gateway.actions.clients import ListClients
from gateway.actions.consent import ConsentDesk
from gateway.actions.disclose import Disclose
from gateway.actions.explain import Explain
from gateway.actions.export import ExportDesk
from gateway.actions.gate import Gate
from gateway.actions.handover_files import HandoverDesks
from gateway.actions.inspect import Inspect
from gateway.actions.introduce import Introduce
from gateway.actions.link import LinkDesk
from gateway.actions.notices import NoticeDesk
from gateway.actions.oversee import Oversee
from gateway.actions.placements import PlacementDesk
from gateway.actions.policy_life import PolicyDesk
from gateway.actions.search import Search
from gateway.actions.seen import LastSeen
from gateway.actions.sessions import SessionDesk
from gateway.actions.worklist import Worklist
from gateway.domain.callers import Persona, acting
from gateway.domain.codes import CodeLists
from gateway.domain.errors import GatewayError
from gateway.domain.identifiers import Oin, RoleId
from gateway.domain.parameters import Parameters
from gateway.domain.partners import Caller, Partner
from gateway.domain.replays import Replays
from gateway.domain.sentences import Language
from gateway.domain.sessions import Identity, Provider, Session
from gateway.web.backoffice import BackOffice
from gateway.web.counter import Counter
from gateway.web.engine_room import EngineRoom
from gateway.web.overseers import Overseers
from gateway.web.own_desks import OwnDesks

COOKIE: Final = "__Host-doelpoort"
OWN_COOKIE: Final = "__Host-mijn-gegevens"
DEMO_OWN_COOKIE: Final = "mijn-gegevens-demo"
DEMO_COOKIE: Final = "doelpoort-demo"


class NotOursError(GatewayError):
    """A session of someone whose organisation or role is not in the catalogue any more."""

    code = "NOT_OURS"


@dataclass(frozen=True, slots=True)
class Labels:
    """A name in both languages of the staff."""

    nl: str
    en: str

    def in_(self, language: Language) -> str:
        """Return it in a language."""
        return self.nl if language is Language.NL else self.en


@dataclass(frozen=True, slots=True)
class Desks:
    """The actions behind the screens."""

    gate: Gate
    disclose: Disclose
    clients: ListClients
    worklist: Worklist
    team: TeamDesk
    handovers: HandoverDesks
    explain: Explain
    seen: LastSeen
    search: Search
    introductions: Introduce
    exports: ExportDesk
    placed: ListClients
    guided: ListClients
    placements: PlacementDesk
    policy: PolicyDesk
    consents: ConsentDesk
    links: LinkDesk
    notices: NoticeDesk
    oversee: Oversee
    inspect: Inspect
    sessions: SessionDesk
    replays: Replays
    overseers: Overseers
    counter: Counter
    backoffice: BackOffice
    own: OwnDesks
    engine_room: EngineRoom


@dataclass(frozen=True, slots=True)
class Rooms:
    """Everything a screen may use.

    ``provider`` is absent where nobody can sign in by OpenID Connect, ``personas`` is empty but in
    the demo; ``secure`` is false in the demo only, where there is no TLS.
    """

    desks: Desks
    partners: Mapping[Oin, Partner]
    codes: CodeLists
    parameters: Parameters
    roles: Mapping[RoleId, Labels]
    provider: Provider | None
    personas: Sequence[Identity]
    secure: bool

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; outside the demo the browser binds it to this host."""
        return COOKIE if self.secure else DEMO_COOKIE

    @property
    def own_cookie(self) -> str:
        """The name of the cookie of a resident's own session."""
        return OWN_COOKIE if self.secure else DEMO_OWN_COOKIE

    def caller(self, session: Session) -> Caller:
        """Return who acts in a session; raises ``NotOursError``."""
        identity = session.identity
        partner = self.partners.get(identity.partner)
        if partner is None or session.role is None:
            raise NotOursError("the organisation or role is unknown")
        persona = Persona(partner, session.role, identity.actor, identity.locations)
        return acting(persona, self.codes.opvanglocaties)
