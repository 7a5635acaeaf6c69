"""The register of processing (GDPR art. 30), generated from the rules in force: no personal data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.domain.fields import FieldDictionary, Sensitivity
from gateway.domain.identifiers import FieldName
from gateway.domain.partners import Partner
from gateway.domain.purposes import Matrix, Purpose, Rule


@dataclass(frozen=True, slots=True)
class RegisteredRule:
    """One way in which data are processed: the rule, its data by class, and who receives them."""

    rule: Rule
    categories: Mapping[Sensitivity, tuple[FieldName, ...]]
    recipients: tuple[Partner, ...]


@dataclass(frozen=True, slots=True)
class Activity:
    """A purpose of the catalogue with each rule that carries it."""

    purpose: Purpose
    rules: tuple[RegisteredRule, ...]


def register(
    matrix: Matrix, fields: FieldDictionary, partners: Iterable[Partner]
) -> tuple[Activity, ...]:
    """List the purposes in order of code, each rule with the partners whose agreement names it."""
    known = sorted(partners, key=lambda partner: partner.oin)
    return tuple(
        Activity(purpose, tuple(_rule(rule, fields, known) for rule in purpose.rules))
        for purpose in matrix.purposes()
    )


def _rule(rule: Rule, fields: FieldDictionary, partners: Iterable[Partner]) -> RegisteredRule:
    categories: dict[Sensitivity, tuple[FieldName, ...]] = {}
    for spec in sorted(
        fields.specs(fields.mask(rule.fields)), key=lambda spec: (spec.sensitivity, spec.number)
    ):
        named = categories.get(spec.sensitivity, ())
        categories[spec.sensitivity] = (*named, spec.name)
    agreed = tuple(
        partner
        for partner in partners
        if rule.purpose in partner.agreement.purposes.get(rule.role, frozenset())
    )
    return RegisteredRule(rule, categories, agreed)
