"""Reads and checks the whole catalogue: fields, purposes with their rules, partners and codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from gateway.domain.codes import CodeLists
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import Oin, PurposeCode, RoleId
from gateway.domain.partners import Partner
from gateway.domain.purposes import Purpose
from policies.documents import (
    Problems,
    Source,
    Where,
    digest_of,
    read_source,
    read_sources,
)
from policies.partner_files import PartnerReader
from policies.purpose_files import read_purpose
from policies.vocabulary import Role, Vocabulary, read_vocabulary


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that the policy files say, checked.

    ``model`` is the text of ``model.conf``. ``digest`` is the SHA-256 of fields, roles, laws,
    purposes, parameters and consent texts as read, so that a decision names them all; partners and
    codes change on their own clock and are not in it.
    """

    fields: FieldDictionary
    roles: Mapping[RoleId, Role]
    purposes: Mapping[PurposeCode, Purpose]
    partners: Mapping[Oin, Partner]
    codes: CodeLists
    model: str
    digest: str


def shipped() -> Traversable:
    """Return the folder of the policies that come with the program."""
    return files("policies")


def load(folder: Traversable | None = None) -> Catalogue:
    """Read the catalogue from ``folder`` (a ``Path`` will do), or the one that is shipped.

    Raises ``PolicyError`` with one line ``file:line: field: reason`` for every problem.
    """
    place = folder or shipped()
    problems = Problems()
    words = read_vocabulary(place, problems)
    model = read_source(place, "model.conf", problems).text(problems)
    sources = read_sources(place, "purposes", problems)
    purposes = _read_purposes(sources, words, problems)
    partners = _read_partners(place, words, purposes, problems)
    problems.stop_here()
    digest = digest_of((*words.sources, *sources, *_beside(place, problems)))
    problems.stop_here()
    return Catalogue(words.fields, words.roles, purposes, partners, words.codes, model, digest)


def _beside(folder: Traversable, problems: Problems) -> tuple[Source, ...]:
    """Read what decides beside the rules: the numbers of the law, and the words of consent.

    What they say is checked where they are used (``parameters``, ``texts``).
    """
    numbers = read_sources(folder, "parameters", problems)
    lists = read_sources(folder, "consent_texts", problems)
    words = [read_sources(folder, f"consent_texts/{one.stem}", problems) for one in lists]
    return (*numbers, *lists, *(source for edition in words for source in edition))


def _read_purposes(
    sources: tuple[Source, ...], words: Vocabulary, problems: Problems
) -> Mapping[PurposeCode, Purpose]:
    purposes: dict[PurposeCode, Purpose] = {}
    numbers: set[str] = set()
    for source in sources:
        purpose = read_purpose(source, words, problems)
        if purpose is None:
            continue
        if purpose.short in numbers:
            problems.add(Where(source.name, 1), "purpose", f"{purpose.short} is taken")
        numbers.add(purpose.short)
        purposes[purpose.code] = purpose
    return purposes


def _read_partners(
    folder: Traversable,
    words: Vocabulary,
    purposes: Mapping[PurposeCode, Purpose],
    problems: Problems,
) -> Mapping[Oin, Partner]:
    reader = PartnerReader(words, purposes, problems)
    partners: dict[Oin, Partner] = {}
    for source in read_sources(folder, "partners", problems):
        found = reader.read(source)
        if found is None:
            continue
        oin, partner = found
        if partner.oin in partners:
            problems.add(oin.where, "oin", f"is that of {partners[partner.oin].slug}")
        partners[partner.oin] = partner
    return partners
