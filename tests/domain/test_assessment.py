"""What a DPIA must look at: each risk has its cause in the rules, and the gate's own step against it."""

from gateway.domain.assessment import REFUSALS, Risk, risks
from gateway.domain.fields import Sensitivity
from gateway.domain.purposes import ConsentNeed, RelationTest
from gateway.domain.register import RegisteredRule, register
from policies.enforcer import load_policy


def rules() -> dict[str, RegisteredRule]:
    """Return the rules in force as the register has them, by id."""
    catalogue, matrix = load_policy()
    activities = register(matrix, catalogue.fields, catalogue.partners.values())
    return {one.rule.rule_id: one for activity in activities for one in activity.rules}


def test_a_risk_is_named_where_a_rule_gives_cause() -> None:
    """Special data, numbers, consent, search and private recipients each show, and only there."""
    for one in rules().values():
        found, rule = set(risks(one)), one.rule
        assert {Risk.ONLOOKER, Risk.EXCESS, Risk.LASTING} <= found
        special = {Sensitivity.S4, Sensitivity.S5} & one.categories.keys()
        assert (Risk.SPECIAL in found) == bool(special)
        assert (Risk.NUMBER in found) == (Sensitivity.S3 in one.categories)
        assert (Risk.CONSENT in found) == (rule.consent is not ConsentNeed.NO)
        assert (Risk.SMALL in found) == (rule.relation is RelationTest.AGGREGATES_ONLY)
        private = any(partner.kind.private for partner in one.recipients)
        assert (Risk.PRIVATE in found) == private
        assert not (private and Risk.NUMBER in found)


def test_every_risk_occurs_and_has_its_refusals() -> None:
    """No words stand ready for a risk that no rule shows, and none is without an entry."""
    assert {risk for one in rules().values() for risk in risks(one)} == set(Risk) == set(REFUSALS)


def test_break_glass_is_a_risk_for_who_has_it() -> None:
    """A casemanager's guidance and a klantmanager's intake name it; a recruiter's search does not."""
    named = {id_: Risk.EMERGENCY in risks(one) for id_, one in rules().items()}
    assert named["P03-coa_casemanager-guidance"]
    assert named["P02-gemeente_klantmanager"]
    assert not named["P04-uitzendbureau_matcher"]
