"""Decisions on the shipped policy: one person, a few organisations, and worlds drawn from a seed."""

from datetime import UTC, date, datetime
from uuid import UUID

from gateway.domain.decisions import Ask, Decision, decide
from gateway.domain.identifiers import ActorId, GemeenteCode, Oin, PurposeCode, RoleId, SubjectId
from gateway.domain.partners import Agreement, Caller, Partner, PartnerKind
from gateway.domain.relations import RelationEvent, RelationKind
from gateway.domain.replay import Recorded
from gateway.domain.subjects import Situation
from tests.worlds.generator import draw
from tests.worlds.trial import Court, court

SUBJECT = SubjectId(UUID(int=1))
P02 = PurposeCode("P02_warme_overdracht_brede_intake")
P03 = PurposeCode("P03_doorlopende_integratielijn")


def caller(
    kind: PartnerKind = PartnerKind.GEMEENTE,
    role: str = "gemeente_klantmanager",
    town: str = "0243",
    oin: int = 101,
) -> Caller:
    """Return someone whose agreement gives her role the purposes P02 and P03."""
    agreement = Agreement(
        "overeenkomst-1",
        date(2026, 1, 1),
        date(2026, 12, 31),
        {RoleId(role): frozenset({P02, P03})},
    )
    towns = frozenset({GemeenteCode(town)}) if kind is PartnerKind.GEMEENTE else frozenset()
    name = Oin(f"00000099{oin:012d}")
    partner = Partner(name, "partner", "Partner", kind, agreement, towns)
    return Caller(partner, RoleId(role), ActorId("medewerker-1"))


def moment(month: int, day: int, hour: int = 9) -> datetime:
    """Return an hour of a day in 2026."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


def link(town: str, at: datetime) -> RelationEvent:
    """Link the person to a municipality."""
    return RelationEvent(RelationKind.GEKOPPELD, town, at, "")


def unlink(town: str, at: datetime) -> RelationEvent:
    """Unlink the person from a municipality."""
    return RelationEvent(RelationKind.ONTKOPPELD, town, at, "")


def asked(
    purpose: str, at: datetime, situation: Situation | None, who: Caller | None = None
) -> tuple[Decision, Recorded]:
    """Ask about the person, and keep what the answer rested on."""
    judges = court()
    recorded = Recorded(Ask(who or caller(), purpose), situation, at, judges.matrix.digest)
    ask = recorded.ask
    return decide(ask, situation, judges.matrix, judges.fields, at), recorded


def drawn(seed: int) -> tuple[Court, Decision, Recorded]:
    """Ask the question of a drawn world."""
    judges = court()
    world = draw(judges.law, seed)
    recorded = Recorded(world.ask, world.subject, world.moment, judges.matrix.digest)
    return judges, judges.decide(world), recorded
