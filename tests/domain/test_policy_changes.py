"""The computed change between two policies names every cell that can make a decision differ."""

from collections.abc import Iterable
from dataclasses import replace
from random import Random  # noqa: TID251 - a policy drawn from a seed can be drawn again

import pytest

from gateway.domain.decisions import decide
from gateway.domain.identifiers import FieldName, PurposeCode, RoleId, RuleId
from gateway.domain.policy_changes import (
    PURPOSES,
    Edition,
    PolicyChange,
    changed_fields,
    compare,
    differs,
)
from gateway.domain.purposes import Cell, ConsentNeed, Matrix, Purpose, RelationTest, Rule, Stage
from tests.domain.cases import P02, drawn
from tests.worlds.trial import court

MATRIX, FIELDS = court().matrix, court().fields
RULES = tuple(rule for purpose in MATRIX.purposes() for rule in purpose.rules)
INTAKE = next(rule for rule in RULES if rule.rule_id == "P02-gemeente_klantmanager")
NEW = FieldName("reisafstand_max_km")  # nothing of P02 names it
WORLDS = 200


def edition(rules: Iterable[Rule], digest: str = "other", **words: str) -> Edition:
    """Compile the shipped purposes with these rules; ``words`` are of purposes."""
    every = tuple(rules)
    purposes = {
        one.code: replace(one, rules=tuple(r for r in every if r.purpose == one.code))
        for one in MATRIX.purposes()
    }
    return Edition(Matrix(purposes, _cells(purposes.values()), digest), FIELDS, {PURPOSES: words})


def _cells(purposes: Iterable[Purpose]) -> dict[tuple[RoleId, PurposeCode], Cell]:
    rows: dict[tuple[RoleId, PurposeCode], list[tuple[Rule, int]]] = {}
    for rule in (rule for purpose in purposes for rule in purpose.rules):
        rows.setdefault((rule.role, rule.purpose), []).append((rule, FIELDS.mask(rule.fields)))
    denied = {pair: cell.denied for pair in rows if (cell := MATRIX.cell(*pair))}
    return {pair: Cell(tuple(named), denied.get(pair, 0)) for pair, named in rows.items()}


def with_(rule: Rule, **other: object) -> list[Rule]:
    """Return all rules, with one of them changed."""
    return [replace(one, **other) if one is rule else one for one in RULES]  # type: ignore[arg-type]  # a test names what differs


SHIPPED = edition(RULES, MATRIX.digest)


def test_the_same_policy_changes_nothing() -> None:
    """Laid beside itself a policy has no changed cell and no changed word."""
    same = compare(SHIPPED, SHIPPED)
    assert (same.cells, same.words, same.pairs) == ((), (), ())


def test_a_field_more_and_a_field_less_are_told() -> None:
    """Gained, lost and kept otherwise are told apart, by purpose, role and relation."""
    names = INTAKE.fields - {FieldName("roepnaam")} | {NEW}
    (cell,) = compare(SHIPPED, edition(with_(INTAKE, fields=names))).cells
    assert (cell.purpose, cell.role, cell.relation) == (
        INTAKE.purpose,
        INTAKE.role,
        INTAKE.relation,
    )
    assert (cell.gained, cell.lost, cell.altered) == ((NEW,), ("roepnaam",), ())
    assert cell.special == ()


@pytest.mark.parametrize(
    "other",
    [
        {"consent": ConsentNeed.SPECIFIC},
        {"stage": Stage.OFFER},
        {"not_for": frozenset({"nareiziger"})},
        {"legal_basis": "GDPR 6(1)(a)"},
        {"retention": "a day"},
        {"rule_id": RuleId("P02-gemeente_klantmanager-other")},
    ],
    ids=str,
)
def test_other_conditions_alter_every_field_of_the_rule(other: dict[str, object]) -> None:
    """Consent, stage, group, basis, term or name: each field it carries is under other conditions."""
    (cell,) = compare(SHIPPED, edition(with_(INTAKE, **other))).cells
    assert (cell.gained, cell.lost) == ((), ())
    assert cell.fields == INTAKE.fields - special(INTAKE)


def special(rule: Rule) -> frozenset[FieldName]:
    """Name the fields of class S4 and S5 that a rule names without an exception."""
    closed = 0 if rule.exception else FIELDS.special
    return frozenset(FIELDS.names(FIELDS.mask(rule.fields) & closed))


def test_a_widened_special_category_is_marked() -> None:
    """A field of class S4 that a rule comes to carry is told as such, not only as gained."""
    health = next(spec.name for spec in FIELDS.specs(FIELDS.special) if spec.stored)
    wider = with_(INTAKE, fields=INTAKE.fields | {health}, exception="GDPR 9(2)(g)")
    (cell,) = compare(SHIPPED, edition(wider)).cells
    assert health in cell.gained
    assert cell.special == (health,)


def test_another_relation_is_a_cell_that_goes_and_one_that_comes() -> None:
    """Who moves a rule to another relation takes the fields from one cell to another."""
    moved = edition(with_(INTAKE, relation=RelationTest.OWN_REGION))
    change = compare(SHIPPED, moved)
    assert {cell.relation for cell in change.cells} == {INTAKE.relation, RelationTest.OWN_REGION}
    assert change.pairs == ((INTAKE.role, INTAKE.purpose),)


def test_changed_words_are_told_with_what_they_were() -> None:
    """A word that comes, goes or differs is told by kind and name."""
    before, after = edition(RULES, "a", P02="x", P03="y"), edition(RULES, "b", P03="z", P05="w")
    told = [(one.name, one.was, one.now) for one in compare(before, after).words]
    assert told == [("P02", "x", None), ("P03", "y", "z"), ("P05", None, "w")]


def test_what_did_not_change_explains_nothing() -> None:
    """A change of one cell does not explain another pair, or another field of the pair."""
    change = compare(
        SHIPPED, edition(with_(INTAKE, fields=INTAKE.fields - {FieldName("roepnaam")}))
    )
    assert change.explains(INTAKE.role, P02, [FieldName("roepnaam")])
    assert change.explains(INTAKE.role, P02, [])
    assert not change.explains(INTAKE.role, P02, [FieldName("roepnaam"), FieldName("achternaam")])
    assert not change.explains("werkgever", P02, [FieldName("roepnaam")])
    assert not compare(SHIPPED, SHIPPED).explains(INTAKE.role, P02, [])


def test_a_purposes_term_explains_all_its_decisions() -> None:
    """A purpose that comes into force later decides otherwise about all that it names."""
    change = compare(edition(RULES, "a", **{P02: "x"}), edition(RULES, "b", **{P02: "y"}))
    assert change.explains("anyone", P02, [FieldName("achternaam")])


@pytest.mark.parametrize("seed", range(6))
def test_every_difference_is_explained_by_a_changed_cell(seed: int) -> None:
    """Over drawn policies and drawn worlds no decision differs where the change names nothing."""
    other = edition(_redrawn(Random(seed)))  # noqa: S311 - a seeded draw, nothing secret
    change = compare(SHIPPED, other)
    differences = sum(_judged(change, other, seed * WORLDS + number) for number in range(WORLDS))
    assert differences > 0


def _redrawn(dice: Random) -> list[Rule]:
    """Change several rules in one thing each."""
    rules = list(RULES)
    for place in dice.sample(range(len(rules)), 9):
        rule = rules[place]
        names = sorted(rule.fields)
        fields = frozenset(dice.sample(names, len(names) // 2 or 1))
        stage, consent = dice.choice(list(Stage)), dice.choice(list(ConsentNeed))
        rules[place] = dice.choice(
            [
                replace(rule, fields=fields),
                replace(rule, stage=stage, consent=consent),
                replace(rule, relation=dice.choice(list(RelationTest))),
            ]
        )
    return rules


def _judged(change: PolicyChange, other: Edition, seed: int) -> bool:
    """Decide a drawn world under both; a difference must be explained."""
    _, was, recorded = drawn(seed)
    ask = recorded.ask
    now = decide(ask, recorded.situation, other.matrix, FIELDS, recorded.moment)
    if not differs(was, now):
        return False
    purpose = now.purpose or was.purpose
    assert purpose is not None
    assert change.explains(ask.caller.role, purpose.code, FIELDS.names(changed_fields(was, now)))
    return True
