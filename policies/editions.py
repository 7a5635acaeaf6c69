"""Reads a whole edition of the policy, to be laid beside another: the table and every other word.

A consent text is told by its digest, all else in words.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable

from gateway.domain.fields import FieldDictionary
from gateway.domain.parameters import Parameter
from gateway.domain.partners import Partner
from gateway.domain.policy_changes import FIELDS, PURPOSES, Edition
from gateway.domain.purposes import Matrix, Purpose
from policies.catalogue import Catalogue, shipped
from policies.documents import Problems, Source, digest_of, read_sources
from policies.laws import read_laws
from policies.parameters import load_parameters
from policies.vocabulary import Role


def edition_of(catalogue: Catalogue, matrix: Matrix, folder: Traversable | None = None) -> Edition:
    """Return the edition that was loaded from ``folder`` (or the shipped one).

    Raises ``PolicyError`` where its numbers or laws do not hold.
    """
    place = folder or shipped()
    words = {
        FIELDS: _fields(catalogue.fields),
        PURPOSES: {str(p.code): _purpose(p) for p in catalogue.purposes.values()},
        "role": {str(role.role): _role(role) for role in catalogue.roles.values()},
        "partner": {one.slug: _partner(one) for one in catalogue.partners.values()},
        "number": _numbers(place),
        "law": _laws(place),
        "text": _texts(place),
    }
    return Edition(matrix, catalogue.fields, words)


def _fields(fields: FieldDictionary) -> Mapping[str, str]:
    return {
        spec.name: f"{spec.sensitivity.name}, {'stored' if spec.stored else 'blocked'}, {spec.type}"
        for spec in fields
    }


def _purpose(purpose: Purpose) -> str:
    return (
        f"{purpose.title_nl}, {purpose.valid_from} until {purpose.valid_until or 'further notice'}"
    )


def _role(role: Role) -> str:
    return f"{role.nl}, held by {', '.join(sorted(role.kinds))}"


def _partner(partner: Partner) -> str:
    """Tell what an agreement gives; it changes on its own clock, and who may ask changes with it."""
    deal = partner.agreement
    given = "; ".join(
        f"{role}: {', '.join(sorted(p))}" for role, p in sorted(deal.purposes.items())
    )
    without = f", without {', '.join(sorted(deal.without))}" if deal.without else ""
    until = deal.valid_until or "further notice"
    return f"{deal.reference}, {deal.valid_from} until {until}, {given}{without}"


def _numbers(place: Traversable) -> Mapping[str, str]:
    periods: defaultdict[str, list[str]] = defaultdict(list)
    for one in sorted(load_parameters(place), key=lambda one: (one.valid_from, one.status)):
        periods[one.name].append(_period(one))
    return {name: "; ".join(told) for name, told in periods.items()}


def _period(one: Parameter) -> str:
    until = one.valid_until or "further notice"
    return f"{one.value} {one.unit} ({one.status}) {one.valid_from} until {until}"


def _laws(place: Traversable) -> Mapping[str, str]:
    problems = Problems()
    _, laws = read_laws(place, problems)
    problems.stop_here()
    return {
        law.name: f"{law.valid_from} until {law.valid_until or 'further notice'}" for law in laws
    }


def _texts(place: Traversable) -> Mapping[str, str]:
    problems = Problems()
    told = {one.name: digest_of((one,))[:16] for one in _text_files(place, problems)}
    problems.stop_here()
    return told


def _text_files(place: Traversable, problems: Problems) -> Iterator[Source]:
    for contents in read_sources(place, "consent_texts", problems):
        yield contents
        yield from read_sources(place, f"consent_texts/{contents.stem}", problems)
