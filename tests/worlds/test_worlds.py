"""The core grants exactly what an independent reading of the matrix allows, world after world."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random  # noqa: TID251 - a seeded shuffle, so that a failure can be shown again

import pytest

from gateway.domain.consents import ConsentEventKind
from gateway.domain.partners import PartnerKind
from gateway.domain.reasons import Reason
from gateway.domain.subjects import Withholding, WithholdingKind
from tests.worlds.generator import draw
from tests.worlds.oracle import OPENING
from tests.worlds.scene import DAY, OINS, Scene, World
from tests.worlds.trial import SHOWN, Court, Tally, court, try_worlds

WORLDS = 20_000
WORLDS_DEEP = 1_000_000
BENT = 2_000
BENT_DEEP = 50_000
NEVER_HOLD = {"aggregates_only", "own_organisation_log", "on_request"}
# Purposes of one date and a ladder of stages that begins with the relation leave these to
# tests of the domain; that a second person is needed, or that a table would reveal someone, is no
# matter of one disclosure.
SEEN_ELSEWHERE = {
    Reason.PURPOSE_NOT_ACTIVE,
    Reason.STAGE_NOT_REACHED,
    Reason.SECOND_PERSON_NEEDED,
    Reason.WOULD_REVEAL,
}


@pytest.fixture(scope="module")
def judges() -> Court:
    """Read the policy once for the suite."""
    return court()


@pytest.fixture(scope="module")
def tally(deep: bool) -> Tally:  # noqa: FBT001 - pytest passes fixtures by name
    """Try all worlds once for the suite."""
    return try_worlds(WORLDS_DEEP if deep else WORLDS)


@pytest.fixture(scope="module")
def worlds(deep: bool, judges: Court) -> list[World]:  # noqa: FBT001 - pytest passes fixtures by name
    """Draw worlds to bend, of other seeds than the trial's."""
    first = WORLDS_DEEP
    return [draw(judges.law, first + step) for step in range(BENT_DEEP if deep else BENT)]


def _total(tally: Tally) -> int:
    return tally.counts["asks", "granting"] + tally.counts["asks", "empty"]


def test_core_grants_what_the_oracle_grants(tally: Tally) -> None:
    """In every world the core grants the oracle's fields, no more and no fewer."""
    found = len(tally.differences)
    assert not found, "\n".join([f"{found} worlds differ", *tally.differences[:SHOWN]])


def test_each_granted_field_has_one_rule(tally: Tally) -> None:
    """A granted field is carried by exactly one rule."""
    assert tally.doubles == []


def test_each_field_asked_for_is_answered(tally: Tally) -> None:
    """Every field asked for is granted or refused, never both and never neither."""
    assert tally.gaps == []


def test_a_good_part_of_the_asks_grants_something(tally: Tally) -> None:
    """Between a quarter and three fifths of the asks have an answer, so both sides are tried."""
    granting = tally.counts["asks", "granting"]
    assert 0.25 <= granting / _total(tally) <= 0.6


def test_every_rule_that_can_grant_does(tally: Tally, judges: Court) -> None:
    """Each of the 25 rules that can grant does so in at least one world of two hundred."""
    often = _total(tally) / 200
    rules = [row.rule_id for row in judges.law.rows if row.relation not in NEVER_HOLD]
    rare = {rule: tally.counts["rule", rule] for rule in rules}
    assert len(rules) == 25
    assert {rule: count for rule, count in rare.items() if count < often} == {}


def test_every_relation_test_is_met_both_ways(tally: Tally, judges: Court) -> None:
    """Each relation test holds in many worlds and fails in many; three of them never hold."""
    relations = {row.relation for row in judges.law.rows}
    often = _total(tally) / 250
    holding = {name for name in relations if tally.counts["holds", name] >= often}
    failing = {name for name in relations if tally.counts["fails", name] >= often}
    assert holding == relations - NEVER_HOLD
    assert failing == relations


def test_a_broken_glass_is_met_in_many_worlds(tally: Tally) -> None:
    """In at least one world of two hundred something leaves only because the glass was broken."""
    assert tally.counts["glass", "broken"] >= _total(tally) / 200


def test_every_reason_to_refuse_is_given(tally: Tally) -> None:
    """Each reason is given in some world, but for those that other suites show."""
    given = {name for about, name in tally.counts if about == "reason"}
    assert set(Reason) - SEEN_ELSEWHERE <= {Reason(name) for name in given}


def test_a_seed_draws_the_same_world(judges: Court, worlds: list[World]) -> None:
    """A seed draws its world again, so that every failure can be shown again."""
    assert [draw(judges.law, world.seed) for world in worlds[:50]] == worlds[:50]


def test_withdrawal_never_widens(judges: Court, worlds: list[World]) -> None:
    """Withdrawing any one consent takes fields away or leaves all as it was."""
    narrowed = 0
    for world in worlds:
        before = judges.decide(world).granted
        for bent in _withdrawals(world):
            after = judges.decide(bent).granted
            assert judges.names(after & ~before) == set(), f"seed {world.seed}"
            narrowed += after != before
    assert narrowed > len(worlds) / 50


def _withdrawals(world: World) -> Iterator[World]:
    for given in world.situation.consents:
        if given.kind in OPENING and given.at < world.moment:
            kind = ConsentEventKind.WITHDRAWN
            yield world.with_consents(
                replace(given, kind=kind, at=world.moment, scope=None, expires=None)
            )


def test_withholding_takes_away_exactly_its_fields(judges: Court, worlds: list[World]) -> None:
    """A restriction or objection takes away its own fields; from her own access it takes nothing."""
    for world in worlds:
        scene = Scene(judges.law, Random(world.seed), world.moment)  # noqa: S311 - a shuffle
        mask = scene.mask(scene.some(judges.law.numbers))
        kind = scene.dice.choice(list(WithholdingKind))
        one = Withholding(kind, mask, frozenset(), world.moment - DAY)
        more = (*world.situation.withholdings, one)
        bent = replace(world, situation=replace(world.situation, withholdings=more))
        before = judges.decide(world).granted
        left = before if world.ask.purpose.startswith(("P10", "P11")) else before & ~mask
        assert judges.decide(bent).granted == left, f"seed {world.seed}"


def test_order_of_the_records_does_not_matter(judges: Court, worlds: list[World]) -> None:
    """A situation read in another order is decided in the same way, reasons included."""
    for world in worlds:
        dice = Random(world.seed)  # noqa: S311 - a shuffle is no secret
        told = world.situation
        shuffled = replace(
            told,
            relations=tuple(dice.sample(told.relations, len(told.relations))),
            consents=tuple(dice.sample(told.consents, len(told.consents))),
            versions=tuple(dice.sample(told.versions, len(told.versions))),
            withholdings=tuple(dice.sample(told.withholdings, len(told.withholdings))),
            closed=tuple(dice.sample(told.closed, len(told.closed))),
        )
        bent = replace(world, situation=shuffled)
        before, after = judges.decide(world), judges.decide(bent)
        assert (after.grants, after.reason) == (before.grants, before.reason), f"seed {world.seed}"


def test_consent_for_another_recipient_changes_nothing(judges: Court, worlds: list[World]) -> None:
    """What a resident allows to somebody else opens and closes nothing here."""
    for world in worlds:
        partner = world.ask.caller.partner
        scene = Scene(judges.law, Random(world.seed), world.moment)  # noqa: S311 - a choice
        kinds = [f"soort:{kind.value}" for kind in PartnerKind if kind is not partner.kind]
        recipient = scene.other((*OINS, *kinds), partner.oin)
        rows = [row for row in judges.law.rows if row.purpose[:3] == world.ask.purpose[:3]]
        purpose = rows[0].purpose if rows else judges.law.rows[0].purpose
        at = world.moment - timedelta(hours=1)
        given = scene.given(purpose, recipient, judges.law.numbers, at)
        before, after = judges.decide(world), judges.decide(world.with_consents(given))
        assert after.grants == before.grants, f"seed {world.seed}"


def test_asking_for_less_gives_the_same_but_less(judges: Court, worlds: list[World]) -> None:
    """What leaves for part of the fields is that part of what leaves for all of them."""
    for world in worlds:
        whole = judges.decide(replace(world, ask=replace(world.ask, fields=None))).granted
        asked = world.ask.fields if world.ask.fields is not None else whole & ~(whole >> 1)
        part = judges.decide(replace(world, ask=replace(world.ask, fields=asked))).granted
        assert part == whole & asked, f"seed {world.seed}"
