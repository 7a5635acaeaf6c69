"""What each role may take along as a file: for which purpose, in which formats, from which list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from gateway.actions.introduce import INTRODUCING
from gateway.domain.decisions import Ask
from gateway.domain.identifiers import FieldName, RoleId
from gateway.web.navigation import INTRODUCED, KLANTMANAGER
from gateway.web.visit import Visit
from gateway.web.words import N_

HANDOVERS: Final = "/overdrachten"
PROFILES: Final = "/profielen"
HANDOVER: Final = "P02"
BSN: Final = FieldName("bsn")


@dataclass(frozen=True, slots=True)
class Taking:
    """A purpose, the formats by name with their words, the list one takes from, and a file's name."""

    purpose: str
    forms: Mapping[str, str]
    path: str
    title: str
    file: str


_CANDIDATES: Final = Taking(
    INTRODUCING,
    {
        "setu-json": N_("SETU (JSON)"),
        "setu-xml": N_("SETU (XML)"),
        "json-resume": N_("JSON Resume"),
        "cv-pdf": N_("Cv (PDF)"),
        "kandidaat-xlsx": N_("Excel"),
        "kandidaat-csv": N_("CSV"),
    },
    PROFILES,
    N_("Profielen"),
    "profielen.zip",
)
_DOSSIERS: Final = Taking(
    HANDOVER,
    {"dossier": N_("PDF"), "xlsx": N_("Excel")},
    HANDOVERS,
    N_("Mijn overdrachten"),
    "dossiers.zip",
)
_OF_ROLE: Final[Mapping[RoleId, Taking]] = MappingProxyType(
    dict.fromkeys(INTRODUCED, _CANDIDATES) | dict.fromkeys(KLANTMANAGER, _DOSSIERS)
)
TAKERS: Final = frozenset(_OF_ROLE)


def taking(visit: Visit) -> Taking:
    """Return what the visitor's role may take along; only for one of ``TAKERS``."""
    return _OF_ROLE[visit.caller.role]


def forms(visit: Visit) -> Sequence[tuple[str, str]]:
    """Return the formats in which the visitor's organisation may take people along."""
    known = visit.rooms.desks.exports.press.known_to(visit.caller.partner)
    listed = taking(visit).forms.items()
    return [(name, visit.say(label)) for name, label in listed if name in known]


def asked(visit: Visit, purpose: str) -> Ask:
    """Ask for all that a purpose names for this role; a BSN only for who proved herself well."""
    gate = visit.rooms.desks.gate
    found = gate.matrix.purpose(purpose)
    cell = gate.matrix.cell(visit.caller.role, found.code) if found else None
    named = cell.named & ~cell.denied if cell else 0
    return Ask(visit.caller, purpose, named if strong(visit) else named & ~gate.fields[BSN].bit)


def with_bsn(visit: Visit, fields: int | None) -> bool:
    """Tell whether a mask of fields holds the BSN; ``None`` is all fields there are."""
    return fields is None or bool(fields & visit.rooms.desks.gate.fields[BSN].bit)


def strong(visit: Visit) -> bool:
    """Tell whether the visitor proved herself well enough to see a BSN."""
    return visit.session is not None and visit.session.identity.strong
