"""Which screens each role has, in the order of the bar; the first is where she starts."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from gateway.domain import upkeep
from gateway.domain.identifiers import RoleId
from gateway.domain.partners import PartnerKind
from gateway.web.words import N_

KLANTMANAGER: Final = frozenset({RoleId("gemeente_klantmanager")})
CASEMANAGER: Final = frozenset({RoleId("coa_casemanager")})
OFFICER: Final = frozenset({RoleId("privacy_officer")})
OWNER: Final = frozenset({RoleId("beleidseigenaar")})
AGENCY: Final = frozenset({RoleId("uitzendbureau_matcher")})
EMPLOYER: Final = frozenset({RoleId("werkgever")})
OPERATOR: Final = frozenset({upkeep.OPERATOR})
AUTHORITY: Final = frozenset({RoleId("autoriteit_persoonsgegevens")})
SEARCHERS: Final = AGENCY | {RoleId("gemeente_matcher"), RoleId("bewoner_matcher")}
INTRODUCED: Final = AGENCY | EMPLOYER
COORDINATOR: Final = frozenset({RoleId("coa_coordinator_meedoenbalie")})
PLACERS: Final = INTRODUCED | COORDINATOR
GUIDES: Final = AGENCY | {RoleId("jobcoach_gemeente")}
RECIPIENTS: Final = INTRODUCED | KLANTMANAGER
OVERSEERS: Final = OFFICER | AUTHORITY
"""The authority (GDPR art. 58) has what can be asked within a case, and the register."""

_TO_DELETE: Final = ("/verwijderen", N_("Verwijder en bevestig"))
_POLICY: Final = ("/beleid", N_("Beleid"))
_DOORS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        "privacy_officer": (
            ("/toezicht", N_("Toezicht")),
            ("/logboek", N_("Logboek")),
            ("/beoordelen", N_("Beoordelen")),
            ("/onderzoek", N_("Onderzoek")),
            ("/verantwoording", N_("Verantwoording")),
        ),
        "beleidseigenaar": (_POLICY,),
        "gemeente_klantmanager": (
            ("/overdrachten", N_("Mijn overdrachten")),
            ("/werkverdeling", N_("Werkverdeling")),
            _TO_DELETE,
        ),
        "coa_casemanager": (
            ("/bewoners", N_("Bewoners")),
            ("/verzoeken", N_("Open verzoeken")),
            ("/vragen", N_("Vragen")),
            ("/rectificaties", N_("Rectificaties")),
            ("/leveringen", N_("Leveringen")),
            ("/noodtoegang", N_("Noodtoegang")),
        ),
        "uitzendbureau_matcher": (
            ("/kandidaten", N_("Kandidaten")),
            ("/voorstellen", N_("Voorstellen")),
            ("/profielen", N_("Profielen")),
            ("/plaatsingen", N_("Plaatsingen")),
            ("/nazorg", N_("Nazorg")),
            _TO_DELETE,
        ),
        "gemeente_matcher": (("/kandidaten", N_("Kandidaten")),),
        "bewoner_matcher": (("/kandidaten", N_("Kandidaten")),),
        "werkgever": (
            ("/profielen", N_("Profielen")),
            ("/plaatsingen", N_("Plaatsingen")),
            _TO_DELETE,
        ),
        "coa_coordinator_meedoenbalie": (("/plaatsingen", N_("Plaatsingen")),),
        "jobcoach_gemeente": (("/nazorg", N_("Nazorg")),),
        "beheerder": (("/beheer", N_("Beheer")),),
        "autoriteit_persoonsgegevens": (
            ("/onderzoek", N_("Onderzoek")),
            ("/verantwoording", N_("Register van verwerkingsactiviteiten")),
        ),
    }
)

_WITHIN_A_CASE: Final = frozenset({"/onderzoek", "/onderzoek/bewijsbundel", "/verantwoording"})


def doors(role: RoleId, kind: PartnerKind) -> Sequence[tuple[str, str]]:
    """Return path and label of each screen of a role; COA's officer has the policy too."""
    known = _DOORS.get(role, ())
    return (*known, _POLICY) if role in OFFICER and kind is PartnerKind.COA else known


def tabs(role: RoleId, every: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """Return the tabs of a screen that a role has."""
    return [tab for tab in every if role in OFFICER or tab[0] in _WITHIN_A_CASE]
