"""Put worlds before the core and the oracle, and keep count of what they said."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context

from gateway.domain.decisions import Decision, decide
from gateway.domain.fields import FieldDictionary
from gateway.domain.purposes import Matrix
from policies.enforcer import load_policy
from tests.worlds.generator import draw
from tests.worlds.oracle import Law, may_leave, read_law, relation_holds
from tests.worlds.scene import World

PROCESSES = 2
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Court:
    """The policy under test and the oracle's law, read once a process."""

    fields: FieldDictionary
    matrix: Matrix
    law: Law

    def decide(self, world: World) -> Decision:
        """Let the core decide."""
        return decide(world.ask, world.subject, self.matrix, self.fields, world.moment)

    def expect(self, world: World) -> set[str]:
        """Let the oracle say which fields may leave."""
        return may_leave(self.law, world.subject, world.ask, world.moment)

    def names(self, mask: int) -> set[str]:
        """Return the names of the fields in a mask, as the oracle counts bits."""
        return self.law.names(mask)


@dataclass(frozen=True, slots=True)
class Tally:
    """How often each thing happened, and the faults found, each with the seed that shows it."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    doubles: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Take another tally's figures into this one."""
        self.counts.update(other.counts)
        self.differences.extend(other.differences)
        self.doubles.extend(other.doubles)
        self.gaps.extend(other.gaps)


@cache
def court() -> Court:
    """Read the real policy and, apart from it, the research the oracle reads."""
    catalogue, matrix = load_policy()
    return Court(catalogue.fields, matrix, read_law(catalogue.fields))


def try_worlds(worlds: int) -> Tally:
    """Try the worlds of seeds 0 up to ``worlds``, on as many processes as the machine is given."""
    slices = [range(first, worlds, PROCESSES) for first in range(PROCESSES)]
    whole = Tally()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        for part in pool.map(_try_each, slices):
            whole.add(part)
    return whole


def _try_each(seeds: range) -> Tally:
    tally, judges = Tally(), court()
    for seed in seeds:
        world = draw(judges.law, seed)
        decision, expected = judges.decide(world), judges.expect(world)
        tally.counts.update(_happenings(judges, world, decision, expected))
        granted = judges.names(decision.granted)
        if granted != expected:
            tally.differences.append(_difference(world, granted, expected))
        if sum(grant.fields.bit_count() for grant in decision.grants) != len(granted):
            tally.doubles.append(f"seed {seed}")
        if not _covers(judges, world, decision):
            tally.gaps.append(f"seed {seed}")
    return tally


def _difference(world: World, granted: set[str], expected: set[str]) -> str:
    caller = world.ask.caller
    return (
        f"seed {world.seed}: {caller.role} of {caller.partner.kind.value} asks {world.ask.purpose!r}"
        f" at {world.moment.isoformat()};"
        f" the core alone grants {sorted(granted - expected)},"
        f" the oracle alone {sorted(expected - granted)}"
    )


def _covers(judges: Court, world: World, decision: Decision) -> bool:
    """Tell whether each field asked for is either granted or refused, and not both."""
    refused = 0
    for mask, _ in decision.refused:
        refused |= mask
    if decision.granted & refused:
        return False
    if world.ask.fields is not None:
        return decision.granted | refused == world.ask.fields
    if not decision.grants:
        return decision.reason is not None
    named = {
        name
        for row in judges.law.rows
        if row.role == world.ask.caller.role and row.purpose[:3] == world.ask.purpose[:3]
        for name in row.fields
    }
    return judges.names(decision.granted | refused) == named


def _happenings(
    judges: Court, world: World, decision: Decision, expected: set[str]
) -> Iterator[tuple[str, str]]:
    yield ("asks", "granting" if expected else "empty")
    for grant in decision.grants:
        yield ("rule", grant.rule.rule_id)
    if decision.broken:
        yield ("glass", "broken")
    for reason in {reason for _, reason in decision.refused} | {decision.reason}:
        if reason is not None:
            yield ("reason", reason.value)
    caller = world.ask.caller
    for row in judges.law.rows:
        if row.role == caller.role and row.purpose[:3] == world.ask.purpose[:3]:
            holds = relation_holds(judges.law, row, world.situation, caller, world.moment)
            yield ("holds" if holds else "fails", row.relation)
