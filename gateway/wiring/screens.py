"""Builds the screens around the actions; it holds no rule."""

from collections.abc import Mapping

from adapters import tvs
from adapters.candidate.json_resume import JsonResume
from adapters.dossier import Dossier
from adapters.dossier.own import OwnDossier
from adapters.oidc.claims import ClaimNames
from adapters.oidc.provider import Client, OpenIdProvider
from adapters.sheets import write_csv
from gateway.actions.assignments import TeamDesk
from gateway.actions.clients import GUIDED, PLACED, ListClients
from gateway.actions.consent_overview import ConsentCensus
from gateway.actions.entries import EntryDesk
from gateway.actions.own_access import OwnAccessDesk, residents
from gateway.actions.placements import PlacementDesk
from gateway.actions.preview import Preview
from gateway.actions.seen import LastSeen
from gateway.actions.sessions import SessionDesk
from gateway.actions.teams import Roster
from gateway.actions.waiting import WaitingList, asked_of, introducing
from gateway.actions.worklist import Waiting, Worklist
from gateway.api.context import Actions
from gateway.api.inspection import OPEN, rest
from gateway.domain.identifiers import ActorId, Oin, RoleId
from gateway.domain.partners import Partner
from gateway.domain.sessions import Identity
from gateway.keeper.office import AuditOffice
from gateway.settings import Mode, Settings
from gateway.store.clocks import StoredClocks
from gateway.store.consents import Consents
from gateway.store.database import Database
from gateway.store.handovers import StoredHandovers
from gateway.store.introductions import Introductions
from gateway.store.own_access import StoredOwnAccess
from gateway.store.placements import StoredPlacements
from gateway.store.replays import StoredReplays
from gateway.store.sessions import Sessions
from gateway.store.teams import StoredTeams
from gateway.web.app import Web
from gateway.web.backoffice import BackOffice
from gateway.web.counter import Counter
from gateway.web.overseers import Overseers
from gateway.web.own_desks import OwnDesks
from gateway.web.personas import PLAYED
from gateway.web.rooms import Desks, Labels, Rooms
from gateway.wiring.desks import reader_of
from gateway.wiring.intake import limits_of
from gateway.wiring.operations import engine_room
from policies.catalogue import Catalogue
from policies.parameters import load_parameters


def screens(
    settings: Settings,
    catalogue: Catalogue,
    actions: Actions,
    database: Database,
    audit: AuditOffice,
) -> Web:
    """Build the screens; personas exist in demo mode only."""
    demo = settings.mode is Mode.DEMO
    return Web(
        Rooms(
            desks=_desks(settings, catalogue, actions, database, audit),
            partners=catalogue.partners,
            codes=catalogue.codes,
            parameters=load_parameters(),
            roles={name: Labels(role.nl, role.en) for name, role in catalogue.roles.items()},
            provider=_provider(settings, catalogue.partners, actions),
            personas=_personas(catalogue) if demo else (),
            secure=not demo,
        )
    )


def _desks(
    settings: Settings,
    catalogue: Catalogue,
    actions: Actions,
    database: Database,
    audit: AuditOffice,
) -> Desks:
    gate, teams = actions.gate, StoredTeams(database)
    log = reader_of(audit)
    roster, replays = Roster(gate, teams), StoredReplays(database)
    waiting = Waiting(StoredClocks(database), StoredHandovers(database), load_parameters())
    return Desks(
        gate=gate,
        disclose=actions.disclose,
        clients=actions.clients,
        worklist=Worklist(gate, actions.disclose, waiting),
        team=TeamDesk(gate, roster, teams, waiting),
        handovers=actions.handovers,
        explain=actions.explain,
        seen=LastSeen(log),
        search=actions.search,
        introductions=actions.introductions,
        exports=actions.exports,
        placed=ListClients(actions.gate, actions.disclose, PLACED),
        guided=ListClients(actions.gate, actions.disclose, GUIDED),
        policy=actions.policy,
        placements=PlacementDesk(gate, actions.disclose, StoredPlacements(database), log),
        consents=actions.consents,
        links=actions.links,
        notices=actions.notices,
        oversee=actions.oversee,
        inspect=actions.inspect,
        sessions=SessionDesk(gate, Sessions(database), roster, replays),
        replays=replays,
        overseers=_overseers(actions, database, audit),
        counter=_counter(settings, actions, database),
        backoffice=_backoffice(settings, catalogue, actions),
        own=_own(catalogue, actions, database),
        engine_room=engine_room(settings, actions, database, audit),
    )


def _counter(settings: Settings, actions: Actions, database: Database) -> Counter:
    """Build what the Meedoenbalie needs; residents are listed with what a casemanager may see."""
    gate, disclose = actions.gate, actions.disclose
    return Counter(
        residents=actions.clients,
        consents=actions.consents,
        wording=actions.wording,
        preview=Preview(gate, disclose, actions.consents),
        receipts=actions.receipts,
        requests=WaitingList(gate, disclose, asked_of(Consents(database))),
        proposals=WaitingList(gate, disclose, introducing(Introductions(database))),
        index=actions.index,
        url=settings.public_url.rstrip("/"),
    )


def _backoffice(settings: Settings, catalogue: Catalogue, actions: Actions) -> BackOffice:
    """Build what COA's desks behind the counter need."""
    limits = limits_of(settings)
    return BackOffice(
        ingest=actions.ingest,
        quarantine=actions.quarantine,
        texts=actions.texts_held,
        questions=actions.handovers.questions,
        rectify=actions.rectify,
        emergencies=actions.emergencies,
        source_for=lambda name: tvs.source_for(name, catalogue.fields, limits),
        most=limits.max_bytes,
    )


def _own(catalogue: Catalogue, actions: Actions, database: Database) -> OwnDesks:
    """Build what residents' own pages need; data go out as the interface tells them."""
    of, gate = residents(catalogue.partners.values()), actions.gate
    access = OwnAccessDesk(gate, actions.disclose, StoredOwnAccess(database), actions.index, of)
    paper = OwnDossier(Dossier(catalogue.fields, catalogue.codes))
    return OwnDesks(access, OPEN, rest, {"pdf": paper, "cv": JsonResume()})


def _overseers(actions: Actions, database: Database, audit: AuditOffice) -> Overseers:
    gate, oversee, hindsight = actions.gate, actions.oversee, actions.hindsight
    log = reader_of(audit)
    return Overseers(
        EntryDesk(gate, oversee, log),
        hindsight.review,
        hindsight.signals,
        hindsight.extract,
        actions.emergencies,
        actions.reidentify,
        ConsentCensus(gate, oversee, Consents(database)),
        audit,
        actions.index,
        write_csv,
    )


def _provider(
    settings: Settings, partners: Mapping[Oin, Partner], actions: Actions
) -> OpenIdProvider | None:
    if not settings.oidc_issuer:
        return None
    secret = settings.oidc_client_secret_file
    here = settings.public_url.rstrip("/")
    client = Client(
        settings.oidc_issuer,
        settings.oidc_client_id,
        secret.read_text(encoding="utf-8").strip() if secret else "",
        f"{here}/aanmelden/terug",
        f"{here}/aanmelden",
    )
    names = ClaimNames(strong=frozenset(settings.oidc_strong_acr.split()))
    return OpenIdProvider(client, names, partners, actions.gate.clock.now)


def _personas(catalogue: Catalogue) -> tuple[Identity, ...]:
    """Return the demo's people; those of COA work for every reception site."""
    by_slug = {partner.slug: partner for partner in catalogue.partners.values()}
    sites = frozenset(catalogue.codes.opvanglocaties)
    return tuple(
        Identity(
            ActorId(one.actor),
            one.name,
            by_slug[one.partner].oin,
            tuple(RoleId(role) for role in one.roles),
            sites if one.partner == "coa" else frozenset(),
        )
        for one in PLAYED
    )
