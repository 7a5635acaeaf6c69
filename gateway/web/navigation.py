"""Which screens each role has, in the order of the bar; the first is where she starts."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from gateway.domain.identifiers import RoleId
from gateway.web.words import N_

KLANTMANAGER: Final = frozenset({RoleId("gemeente_klantmanager")})

_DOORS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        "gemeente_klantmanager": (("/overdrachten", N_("Mijn overdrachten")),),
    }
)


def doors(role: RoleId) -> Sequence[tuple[str, str]]:
    """Return path and label of each screen of a role."""
    return _DOORS.get(role, ())
