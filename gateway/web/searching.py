"""What a matcher searches by: her form, read and kept sealed in a cookie, so that no address tells it.

1. A filter is offered on a field that she may read and that can be searched by, no other.
2. What is kept opens for the session that asked it only; a new search is a new search session, so
   that references of one search mean nothing in the next.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from starlette.datastructures import FormData
from starlette.responses import Response

from gateway.actions.search import new_session
from gateway.domain.criteria import (
    ENGLISH_LEVELS,
    HOURS,
    NT2_LEVELS,
    SEARCHABLE,
    Criteria,
    Criterion,
)
from gateway.domain.errors import UnreadableValueError
from gateway.domain.identifiers import FieldName
from gateway.web.code_words import OCCUPATIONS
from gateway.web.values import Teller
from gateway.web.visit import Visit
from gateway.web.words import N_

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
        "beschikbaar_uren": tuple(str(hours) for hours in HOURS),
    }
)
_SEVERAL: Final = ("werktijden", "contractvoorkeur", "vervoermiddel")
_ORDER: Final = (
    "beroepen_gewenst", "setu_beroepscategorie", "arbeidsmarktregio", "bemiddelingspostcode4",
    "nt2_niveau_spreken", "engels_niveau", "opleidingsniveau_hoogste", "beschikbaar_uren",
    "rijbewijs", "inzetbaarheid", "werktijden", "contractvoorkeur", "vervoermiddel",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sought:
    """A search as it was asked: its session, and the values by field."""

    session: str
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def criteria(self) -> Criteria:
        """Return what the gate searches by."""
        return Criteria(
            tuple(Criterion(FieldName(name), tuple(of)) for name, of in self.filters.items())
        )


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter on the form: a choice of one, of several (``several``), or a text (no options)."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    several: bool
    chosen: Sequence[str]
    error: str


def readable(visit: Visit) -> Sequence[str]:
    """Name the fields that the visitor may search by, in the order of the form (1)."""
    gate = visit.rooms.desks.gate
    purpose = gate.matrix.purpose(PURPOSE)
    cell = gate.matrix.cell(visit.caller.role, purpose.code) if purpose else None
    named = cell.named if cell else 0
    known = [name for name in _ORDER if FieldName(name) in SEARCHABLE]
    return [name for name in known if gate.fields[FieldName(name)].bit & named]


def filters(visit: Visit, chosen: Mapping[str, Sequence[str]], wrong: str = "") -> list[Filter]:
    """Return the form's filters with what was chosen; ``wrong`` names one that cannot be so."""
    teller, error = Teller(visit.rooms, visit.language), visit.say(_WRONG)
    return [
        Filter(
            name,
            teller.label(name),
            _options(visit, teller, name),
            name in _SEVERAL,
            chosen.get(name, ()),
            error if name == wrong else "",
        )
        for name in readable(visit)
    ]


_WRONG: Final = N_("Vul vier cijfers in, of de eerste twee.")


def _options(visit: Visit, teller: Teller, name: str) -> list[tuple[str, str]]:
    """Return code and words of a filter, in the order of the words, levels in their own."""
    if name in _LEVELS:
        return [(code, at_least(visit, name, code)) for code in _LEVELS[name]]
    if name == "rijbewijs":
        return [(code, code) for code in LICENCES]
    if name == "bemiddelingspostcode4":
        return []
    enums = visit.rooms.codes.enums.get(FieldName(name), frozenset())
    codes = OCCUPATIONS if name == "beroepen_gewenst" else enums
    told = [(code, teller.code(name, code)) for code in codes]
    return sorted(told, key=lambda pair: pair[1].casefold())


def at_least(visit: Visit, name: str, code: str) -> str:
    """Say a level or a number of hours as the least that is asked for."""
    least = visit.say(AT_LEAST) % {"value": code}
    return (
        visit.say(N_("%(least)s uur")) % {"least": least} if name == "beschikbaar_uren" else least
    )


def asked(visit: Visit, sought: Sought) -> list[tuple[str, str]]:
    """Return label and words of each filter of a search."""
    teller, found = Teller(visit.rooms, visit.language), []
    for name, values in sought.filters.items():
        level = name in _LEVELS
        words = [at_least(visit, name, v) if level else teller.code(name, v) for v in values]
        found.append((teller.label(name), ", ".join(words)))
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
        elif any(not _postcode(value) for value in values):
            wrong = one.name
        if values:
            found[one.name] = values
    return Sought(new_session(), found), wrong


def _values(form: FormData, name: str) -> list[str]:
    sent = (value.strip() for value in form.getlist(name) if isinstance(value, str))
    return list(dict.fromkeys(value for value in sent if value))


def _postcode(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) in {2, 4}


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
