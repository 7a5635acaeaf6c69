"""A partner (ketenpartner), the agreement under which it may ask, and the caller who acts for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gateway.domain.identifiers import (
    ActorId,
    FieldName,
    GemeenteCode,
    Oin,
    PurposeCode,
    RoleId,
    SubjectId,
)


class PartnerKind(StrEnum):
    """What sort of organisation a partner is; private parties never receive a number set by law."""

    COA = "coa"
    GEMEENTE = "gemeente"
    UITZENDBUREAU = "uitzendbureau"
    WERKGEVER = "werkgever"
    INSTELLING = "instelling"
    TOEZICHTHOUDER = "toezichthouder"
    BETROKKENE = "betrokkene"

    @property
    def private(self) -> bool:
        """Whether the partner is outside government (UAVG art. 46 bars it from BSN and V-nummer)."""
        return self in {PartnerKind.UITZENDBUREAU, PartnerKind.WERKGEVER}


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a partner may ask, per role, and until when; ``without`` are fields it gave up."""

    reference: str
    valid_from: date
    valid_until: date | None
    purposes: Mapping[RoleId, frozenset[PurposeCode]]
    without: frozenset[FieldName] = frozenset()

    def runs(self, day: date) -> bool:
        """Tell whether the agreement is in force on ``day``."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation known by its OIN; ``slug`` is its short name on the command line.

    ``gemeenten`` are the municipalities it is (one for a gemeente) or processes data for.
    """

    oin: Oin
    slug: str
    name: str
    kind: PartnerKind
    agreement: Agreement
    gemeenten: frozenset[GemeenteCode] = frozenset()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a person or system of a partner in one role.

    ``locations`` and ``regions`` are the reception sites and COA regions of a COA worker;
    ``subject`` is set for a resident who asks about herself.
    """

    partner: Partner
    role: RoleId
    actor: ActorId
    locations: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    subject: SubjectId | None = None
