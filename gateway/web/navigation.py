"""Which screens each role has, in the order of the bar; the first is where she starts."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from gateway.domain.identifiers import RoleId
from gateway.web.words import N_

KLANTMANAGER: Final = frozenset({RoleId("gemeente_klantmanager")})
OFFICER: Final = frozenset({RoleId("privacy_officer")})
AGENCY: Final = frozenset({RoleId("uitzendbureau_matcher")})
SEARCHERS: Final = AGENCY | {RoleId("gemeente_matcher")}

_DOORS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        "privacy_officer": (
            ("/toezicht", N_("Toezicht")),
            ("/logboek", N_("Logboek")),
            ("/beoordelen", N_("Beoordelen")),
            ("/onderzoek", N_("Onderzoek")),
            ("/verantwoording", N_("Verantwoording")),
        ),
        "gemeente_klantmanager": (("/overdrachten", N_("Mijn overdrachten")),),
        "uitzendbureau_matcher": (
            ("/kandidaten", N_("Kandidaten")),
            ("/voorstellen", N_("Voorstellen")),
            ("/profielen", N_("Profielen")),
            ("/plaatsingen", N_("Plaatsingen")),
            ("/nazorg", N_("Nazorg")),
            ("/verwijderen", N_("Verwijderen")),
        ),
        "gemeente_matcher": (("/kandidaten", N_("Kandidaten")),),
    }
)


def doors(role: RoleId) -> Sequence[tuple[str, str]]:
    """Return path and label of each screen of a role."""
    return _DOORS.get(role, ())
