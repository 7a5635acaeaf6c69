"""A world, and the dice and places from which one is drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random  # noqa: TID251 - worlds are drawn from a seed so that one can be redrawn
from typing import TypeVar, cast
from uuid import UUID

from gateway.domain.consents import ConsentEvent, ConsentEventKind, ConsentScope
from gateway.domain.decisions import Ask
from gateway.domain.identifiers import ConsentId, FieldName, PurposeCode, SubjectId
from gateway.domain.relations import RelationEvent, RelationKind
from gateway.domain.subjects import Situation
from tests.worlds.oracle import OPENING, Law

GEMEENTEN = ("0034", "0050", "0171", "0243", "0995")
SITES = ("azc-noord", "azc-oost", "azc-zuid", "azc-west")
REGIONS = ("noord", "oost", "zuid", "west", "midden")
OINS = tuple(f"00000099{number:012d}" for number in range(101, 107))
SUBJECTS = tuple(SubjectId(UUID(int=number)) for number in range(1, 4))
EPOCH = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)

Dated = TypeVar("Dated", RelationEvent, ConsentEvent)


@dataclass(frozen=True, slots=True)
class World:
    """One question to the gate, about one situation, at one moment; ``seed`` draws it again."""

    seed: int
    ask: Ask
    situation: Situation
    moment: datetime
    unknown: bool = False

    @property
    def subject(self) -> Situation | None:
        """The situation as the core receives it, none when the subject is unknown."""
        return None if self.unknown else self.situation

    def with_relations(self, *more: RelationEvent) -> "World":
        """Return the same world in which more happened, no two relation events at one instant."""
        events = _apart((*more, *self.situation.relations))
        return replace(self, situation=replace(self.situation, relations=tuple(events)))

    def with_consents(self, *more: ConsentEvent) -> "World":
        """Return the same world in which more was said, no two consent events at one instant."""
        events = _apart((*more, *self.situation.consents))
        return replace(self, situation=replace(self.situation, consents=tuple(events)))


def _apart(events: Iterable[Dated]) -> list[Dated]:
    return list({event.at: event for event in events}.values())


@dataclass(frozen=True, slots=True)
class Scene:
    """The law, the dice and the moment of the world that is being drawn."""

    law: Law
    dice: Random
    moment: datetime

    def days_ago(self, least: float, most: float) -> datetime:
        """Pick an instant between ``least`` and ``most`` days before the moment; negative lies ahead."""
        return self.moment - timedelta(days=self.dice.uniform(least, most))

    def chance(self, share: float) -> bool:
        """Tell whether something that happens in ``share`` of the worlds happens here."""
        return self.dice.random() < share

    def some(self, names: Iterable[str], share: float = 0.5) -> frozenset[FieldName]:
        """Pick each of ``names`` with a chance of ``share``."""
        roll = self.dice.random
        picked = frozenset([name for name in sorted(names) if roll() < share])
        return cast("frozenset[FieldName]", picked)

    def mask(self, names: Iterable[str]) -> int:
        """Return the bits of ``names``."""
        return sum(1 << self.law.numbers[name] for name in set(names))

    def other(self, places: Sequence[str], *taken: str) -> str:
        """Pick one of ``places`` that is not taken."""
        return self.dice.choice([place for place in places if place not in taken])

    def event(self, kind: RelationKind, party: str, at: datetime) -> RelationEvent:
        """Tell of a relation event."""
        return RelationEvent(kind, party, at, "IBIS")

    def consent_id(self) -> ConsentId:
        """Pick a fresh consent number."""
        return ConsentId(UUID(int=self.dice.getrandbits(128)))

    def given(
        self, purpose: str, recipient: str, fields: Iterable[str], at: datetime
    ) -> ConsentEvent:
        """Tell of a consent given at ``at`` that is still to run out at the moment."""
        names = frozenset(FieldName(name) for name in fields)
        return ConsentEvent(
            consent_id=self.consent_id(),
            kind=ConsentEventKind.GIVEN,
            at=at,
            recorded_by="medewerker-1",
            scope=ConsentScope(PurposeCode(purpose), recipient, names, "2026-1", "tir"),
            expires=max(at, self.moment) + timedelta(days=self.dice.uniform(1, 180)),
        )

    def about(self, given: ConsentEvent, kind: ConsentEventKind, at: datetime) -> ConsentEvent:
        """Tell what was recorded about a consent at ``at``; only what opens it has a scope."""
        if kind in OPENING:
            return replace(given, kind=kind, at=at)
        return replace(given, kind=kind, at=at, scope=None, expires=None)
