"""What a matcher searches by: her form, read and kept sealed in a cookie, so that no address tells it.

1. A filter is offered on a field that she may read and that can be searched by, no other.
2. What is kept opens for the session that asked it only; a new search is a new search session, so
   that references of one search mean nothing in the next.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final

from starlette.datastructures import FormData
from starlette.responses import Response

from gateway.actions.search import new_session
from gateway.domain.criteria import (
    DATED,
    ENGLISH_LEVELS,
    EXPERIENCE_YEARS,
    HOURS,
    NT2_LEVELS,
    SEARCHABLE,
    TRAVEL_KM,
    Criteria,
    Criterion,
)
from gateway.domain.errors import UnreadableValueError
from gateway.domain.identifiers import FieldName
from gateway.domain.nearby import POSTCODE, STEPS_KM
from gateway.web.code_words import OCCUPATIONS
from gateway.web.values import Teller
from gateway.web.visit import Visit
from gateway.web.words import N_, day

PURPOSE: Final = "P04"
COOKIE: Final = "zoekvraag"
PATH: Final = "/kandidaten"
AT_LEAST: Final = N_("minstens %(value)s")
LICENCES: Final = ("AM", "A", "B", "BE", "C", "CE", "D")
_LABEL: Final = "web-search"
_LEVELS: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        "nt2_niveau_spreken": NT2_LEVELS,
        "engels_niveau": ENGLISH_LEVELS[1:],
        "beschikbaar_uren": tuple(map(str, HOURS)),
        "ervaring_jaren": tuple(map(str, EXPERIENCE_YEARS)),
        "reisafstand_max_km": tuple(map(str, TRAVEL_KM)),
    }
)
_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "beschikbaar_uren": N_("%(least)s uur"),
        "ervaring_jaren": N_("%(least)s jaar"),
        "reisafstand_max_km": N_("%(least)s km"),
    }
)
DISTANCE: Final = "afstand"
SKILLS: Final = "vaardigheden"
_TYPED: Final[Mapping[str, str]] = MappingProxyType(
    {
        POSTCODE: N_("Vier cijfers, of de eerste twee"),
        SKILLS: N_("Met komma's ertussen; één ervan is genoeg"),
        DATED: N_("In de maand van deze dag, of eerder"),
    }
)
_WRONG: Final[Mapping[str, str]] = MappingProxyType(
    {
        POSTCODE: N_("Vul vier cijfers in, of de eerste twee."),
        SKILLS: N_("Hoogstens twintig, van hoogstens honderd tekens."),
        DATED: N_("Vul een dag in, zoals 2026-12-31."),
    }
)
_MOST_SKILLS: Final = 20
_LONGEST_SKILL: Final = 100
_SEVERAL: Final = ("werktijden", "contractvoorkeur", "vervoermiddel")
_ORDER: Final = (
    "beroepen_gewenst", "setu_beroepscategorie", SKILLS, "ervaring_jaren", "arbeidsmarktregio",
    POSTCODE, DISTANCE, "reisafstand_max_km", "nt2_niveau_spreken", "engels_niveau",
    "opleidingsniveau_hoogste", "beschikbaar_uren", DATED, "rijbewijs", "inzetbaarheid",
    "werktijden", "contractvoorkeur", "vervoermiddel",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sought:
    """A search as it was asked: its session, and the values by field."""

    session: str
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def criteria(self) -> Criteria:
        """Return what the gate searches by."""
        km = next((int(value) for value in self.filters.get(DISTANCE, ())), None)
        return Criteria(
            tuple(
                Criterion(FieldName(name), tuple(of), km if name == POSTCODE else None)
                for name, of in self.filters.items()
                if name != DISTANCE
            )
        )


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter on the form: a choice of one, of several (``several``), or typed (no options)."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    several: bool
    chosen: Sequence[str]
    error: str
    hint: str
    type: str


def readable(visit: Visit) -> Sequence[str]:
    """Name the fields that the visitor may search by, in the order of the form (1)."""
    gate = visit.rooms.desks.gate
    purpose = gate.matrix.purpose(PURPOSE)
    cell = gate.matrix.cell(visit.caller.role, purpose.code) if purpose else None
    named = cell.named if cell else 0
    stands_on = {name: FieldName(POSTCODE if name == DISTANCE else name) for name in _ORDER}
    known = [name for name in _ORDER if stands_on[name] in SEARCHABLE]
    return [name for name in known if gate.fields[stands_on[name]].bit & named]


def filters(visit: Visit, chosen: Mapping[str, Sequence[str]], wrong: str = "") -> list[Filter]:
    """Return the form's filters with what was chosen; ``wrong`` names one that cannot be so."""
    teller = Teller(visit.rooms, visit.language)
    return [
        Filter(
            name,
            label(visit, teller, name),
            _options(visit, teller, name),
            name in _SEVERAL,
            [", ".join(chosen.get(name, ()))] if name in _TYPED else chosen.get(name, ()),
            visit.say(_WRONG[name]) if name == wrong else "",
            visit.say(_TYPED[name]) if name in _TYPED else "",
            "date" if name == DATED else "text",
        )
        for name in readable(visit)
    ]


def label(visit: Visit, teller: Teller, name: str) -> str:
    """Return what a filter is called."""
    return visit.say(N_("Afstand tot die postcode")) if name == DISTANCE else teller.label(name)


def _options(visit: Visit, teller: Teller, name: str) -> list[tuple[str, str]]:
    """Return code and words of a filter, in the order of the words, levels in their own."""
    if name in _LEVELS:
        return [(code, at_least(visit, name, code)) for code in _LEVELS[name]]
    if name == "rijbewijs":
        return [(code, code) for code in LICENCES]
    if name == DISTANCE:
        return [(str(km), _at_most(visit, str(km))) for km in STEPS_KM]
    if name in _TYPED:
        return []
    enums = visit.rooms.codes.enums.get(FieldName(name), frozenset())
    codes = OCCUPATIONS if name == "beroepen_gewenst" else enums
    told = [(code, teller.code(name, code)) for code in codes]
    return sorted(told, key=lambda pair: pair[1].casefold())


def at_least(visit: Visit, name: str, code: str) -> str:
    """Say a level, or a number of hours, years or kilometres, as the least that is asked for."""
    least = visit.say(AT_LEAST) % {"value": code}
    return visit.say(_UNITS[name]) % {"least": least} if name in _UNITS else least


def _at_most(visit: Visit, km: str) -> str:
    return visit.say(N_("hoogstens %(value)s km")) % {"value": km}


def _word(visit: Visit, teller: Teller, name: str, value: str) -> str:
    """Return a value of a filter in words."""
    if name in _LEVELS:
        return at_least(visit, name, value)
    if name == DISTANCE:
        return _at_most(visit, value)
    return day(value, visit.language) if name == DATED else teller.code(name, value)


def asked(visit: Visit, sought: Sought) -> list[tuple[str, str]]:
    """Return label and words of each filter of a search."""
    teller, found = Teller(visit.rooms, visit.language), []
    for name, values in sought.filters.items():
        words = [_word(visit, teller, name, value) for value in values]
        found.append((label(visit, teller, name), ", ".join(words)))
    return found


def read(visit: Visit) -> tuple[Sought, str]:
    """Read the posted form; the second is the name of a filter that cannot be so, or empty."""
    found: dict[str, Sequence[str]] = {}
    wrong = ""
    for one in filters(visit, {}):
        values = _values(visit.form, one.name)
        known = {code for code, _ in one.options}
        if one.options:
            values = [value for value in values if value in known]
        elif not _fits(visit, one.name, values):
            wrong = one.name
        if values:
            found[one.name] = values
    if DISTANCE in found and POSTCODE not in found:
        wrong = POSTCODE
    return Sought(new_session(), found), wrong


def _values(form: FormData, name: str) -> list[str]:
    sent = [value for value in form.getlist(name) if isinstance(value, str)]
    split = [part for value in sent for part in value.split(",")] if name == SKILLS else sent
    return list(dict.fromkeys(value.strip() for value in split if value.strip()))


def _fits(visit: Visit, name: str, values: Sequence[str]) -> bool:
    """Tell whether what was typed for a filter can be asked."""
    if name == SKILLS:
        return len(values) <= _MOST_SKILLS and all(len(one) <= _LONGEST_SKILL for one in values)
    if name == POSTCODE:
        return all(_postcode(one) and one[:2] in visit.rooms.codes.postcode_areas for one in values)
    return all(map(_day, values))


def _postcode(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) in {2, 4}


def _day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def keep(visit: Visit, sought: Sought, answer: Response) -> None:
    """Keep a search in the visitor's browser, sealed for her session (2)."""
    plain = json.dumps([sought.session, dict(sought.filters)]).encode()
    sealed = visit.rooms.desks.gate.vault.seal_blob(_LABEL, _place(visit), plain)
    answer.set_cookie(
        COOKIE,
        sealed.hex(),
        path=PATH,
        secure=visit.rooms.secure,
        httponly=True,
        samesite="strict",
    )


def forget(answer: Response) -> None:
    """Let the browser forget the last search."""
    answer.delete_cookie(COOKIE, path=PATH)


def kept(visit: Visit) -> Sought | None:
    """Return the visitor's last search; ``None`` when there is none in this session."""
    sealed = visit.request.cookies.get(COOKIE, "")
    try:
        opened = visit.rooms.desks.gate.vault.open_blob(
            _LABEL, _place(visit), bytes.fromhex(sealed)
        )
    except (UnreadableValueError, ValueError):
        return None
    session, chosen = json.loads(opened)
    return Sought(session, chosen)


def _place(visit: Visit) -> bytes:
    assert visit.session is not None  # noqa: S101 - the guard let nobody in without one
    return visit.session.key
