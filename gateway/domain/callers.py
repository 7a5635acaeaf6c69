"""Who someone says she is, once proven, becomes the ``Caller`` that the gate decides about."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.domain.codes import OpvangLocatie
from gateway.domain.identifiers import ActorId, RoleId, SubjectId
from gateway.domain.partners import Caller, Partner, PartnerKind


@dataclass(frozen=True, slots=True)
class Persona:
    """Someone in one role: partner, role, actor, and the reception sites of a COA worker."""

    partner: Partner
    role: RoleId
    actor: ActorId
    locations: frozenset[str] = frozenset()
    subject: SubjectId | None = None


def acting(persona: Persona, sites: Mapping[str, OpvangLocatie]) -> Caller:
    """Return who asks: reception sites and their COA regions count for a COA worker only."""
    own = persona.locations if persona.partner.kind is PartnerKind.COA else frozenset()
    return Caller(
        persona.partner,
        persona.role,
        persona.actor,
        own,
        frozenset(sites[site].regio for site in own if site in sites),
        persona.subject,
    )
