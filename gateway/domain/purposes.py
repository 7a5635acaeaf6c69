"""A purpose and its rules: who may have which field, on what basis, in which relation and stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gateway.domain.identifiers import FieldName, PurposeCode, RoleId, RuleId


class RelationTest(StrEnum):
    """Why this partner may know this subject; the ``relation`` of a rule names one."""

    LINKED_OR_HOUSED = "linked_or_housed"
    OWN_REGION = "own_region"
    OWN_LOCATION = "own_location"
    PROCESSOR_OF_LINKED_MUNICIPALITY = "processor_of_linked_municipality"
    FINDABLE = "findable"
    LINKED_OR_FINDABLE = "linked_or_findable"
    INTRODUCED = "introduced"
    OFFER_RECORDED = "offer_recorded"
    RECEPTION_SITE_IN = "reception_site_in"
    PLACED = "placed"
    AGGREGATES_ONLY = "aggregates_only"
    OWN_ORGANISATION_LOG = "own_organisation_log"
    ON_REQUEST = "on_request"
    SELF = "self"
    NEWLY_LINKED = "newly_linked"


class Stage(StrEnum):
    """How far work mediation has come: a rule with a stage grants nothing before it."""

    NONE = "-"
    SEARCH = "search"
    INTRODUCTION = "introduction"
    OFFER = "offer"
    PLACED = "placed"


class ConsentNeed(StrEnum):
    """Whether a rule rests on consent: of anyone so named, of this recipient, or explicit."""

    NO = "no"
    YES = "yes"
    SPECIFIC = "specific"
    EXPLICIT = "explicit"
    UNLESS_LINKED = "unless_linked"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the matrix. ``fields`` is the exact set it names; ``where`` is ``file:line``.

    ``exception`` names the ground for S4/S5 fields (GDPR art. 9(2)); without it they stay closed.
    ``not_for`` holds the target groups (doelgroep) that the rule does not concern.
    """

    rule_id: RuleId
    purpose: PurposeCode
    role: RoleId
    relation: RelationTest
    stage: Stage
    legal_basis: str
    consent: ConsentNeed
    fields: frozenset[FieldName]
    retention: str
    exception: str | None = None
    not_for: frozenset[str] = frozenset()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Purpose:
    """An entry of the catalogue; ``short`` is its number (``P02``), also accepted in requests."""

    code: PurposeCode
    title_nl: str
    title_en: str
    valid_from: date
    valid_until: date | None
    rules: tuple[Rule, ...]

    @property
    def short(self) -> str:
        """The number before the first underscore."""
        return self.code.split("_", 1)[0]

    def active(self, day: date) -> bool:
        """Tell whether the purpose is in force on ``day``."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Cell:
    """What the matrix says for one role and purpose: each rule with its mask, and what is denied."""

    rules: tuple[tuple[Rule, int], ...]
    denied: int

    @property
    def named(self) -> int:
        """The mask of all fields that some rule names."""
        mask = 0
        for _, fields in self.rules:
            mask |= fields
        return mask


class Matrix:
    """The compiled, immutable policy: (role, purpose) to cell, with the digest of its sources."""

    def __init__(
        self,
        purposes: Mapping[PurposeCode, Purpose],
        cells: Mapping[tuple[RoleId, PurposeCode], Cell],
        digest: str,
    ) -> None:
        self._purposes = dict(purposes)
        self._cells = dict(cells)
        self._by_short = {purpose.short: purpose for purpose in purposes.values()}
        self.digest = digest

    def purpose(self, code: str) -> Purpose | None:
        """Find a purpose by full code or number; ``None`` when the catalogue has none."""
        return self._purposes.get(PurposeCode(code)) or self._by_short.get(code)

    def purposes(self) -> tuple[Purpose, ...]:
        """All purposes of the catalogue, in order of code."""
        return tuple(self._purposes[code] for code in sorted(self._purposes))

    def cell(self, role: RoleId, purpose: PurposeCode) -> Cell | None:
        """Return what the matrix says for a role and purpose; ``None`` when no rule names them."""
        return self._cells.get((role, purpose))
