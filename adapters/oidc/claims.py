"""From the claims of an identity provider to someone of a partner, in the roles it agreed on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.domain.identifiers import ActorId, Oin, RoleId
from gateway.domain.partners import Partner
from gateway.domain.sessions import Identity, SignInRefusedError

_LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """What a provider calls the organisation, the roles and the reception sites.

    ``strong`` are the ``acr`` values that let one see a BSN.
    """

    oin: str = "oin"
    roles: str = "roles"
    locations: str = "locations"
    strong: frozenset[str] = frozenset()


def identity_of(
    claims: Mapping[str, Any], names: ClaimNames, partners: Mapping[Oin, Partner], hint: str
) -> Identity:
    """Return who the claims are about; raises ``SignInRefusedError`` where no role is agreed.

    Roles that the organisation's agreement does not name are left out: a provider can give nobody
    more than that.
    """
    partner = partners.get(Oin(str(claims.get(names.oin))))
    actor = claims.get("sub")
    if partner is None or not isinstance(actor, str) or not actor:
        raise SignInRefusedError("the organisation is not a partner")
    agreed = partner.agreement.purposes
    roles = tuple(RoleId(one) for one in _texts(claims.get(names.roles)) if one in agreed)
    if not roles:
        raise SignInRefusedError("no role is agreed for this organisation")
    session = claims.get("sid")
    return Identity(
        ActorId(actor),
        str(claims.get("name") or claims.get("preferred_username") or actor)[:_LONGEST_NAME],
        partner.oin,
        tuple(dict.fromkeys(roles)),
        frozenset(_texts(claims.get(names.locations))),
        claims.get("acr") in names.strong,
        session if isinstance(session, str) else None,
        hint,
    )


def _texts(claim: object) -> Sequence[str]:
    """Read a list of texts, or one text with spaces."""
    if isinstance(claim, str):
        return claim.split()
    return [one for one in claim if isinstance(one, str)] if isinstance(claim, list) else []
