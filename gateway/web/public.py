"""Openbaar: for anyone, without signing in, what the gate shares: purposes, receivers, bases and terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.responses import Response

from gateway.domain.sentences import Language
from gateway.web import annex
from gateway.web.guard import Entry, Screen
from gateway.web.rendering import page
from gateway.web.rule_words import Sheet, Told
from gateway.web.visit import Visit

PATH: Final = "/openbaar/doelen"


@dataclass(frozen=True, slots=True)
class Aim:
    """A purpose with its rules in words."""

    short: str
    title: str
    since: date
    until: date | None
    rules: Sequence[Sheet]


async def purposes(visit: Visit) -> Response:
    """Show every purpose of the catalogue with who receives what; the rules in force, no person."""
    told = told_of(visit)
    aims = [
        Aim(
            one.purpose.short,
            told.title(one.purpose),
            one.purpose.valid_from,
            one.purpose.valid_until,
            [told.sheet(rule) for rule in one.rules],
        )
        for one in visit.rooms.desks.oversee.activities()
    ]
    digest = visit.rooms.desks.gate.matrix.digest
    return page(visit, "public.html", aims=aims, digest=digest, here=PATH)


async def document(visit: Visit) -> Response:
    """Hand over the DPIA annex of the rules in force, as a page that stands alone."""
    desks, language = visit.rooms.desks, visit.language
    found = desks.oversee.activities()
    blocks = annex.blocks(told_of(visit), found, desks.gate.matrix.digest, language)
    headers = {"Content-Disposition": 'attachment; filename="dpia.html"'}
    return Response(annex.html(blocks, language), headers=headers, media_type="text/html")


def told_of(visit: Visit) -> Told:
    """Return what puts rules into the visitor's language, with the numbers of today."""
    rooms, language = visit.rooms, Language(visit.language)
    roles = {name: label.in_(language) for name, label in rooms.roles.items()}
    terms = rooms.parameters.on(visit.today)
    return Told(rooms.desks.gate.fields, roles, terms, language)


SCREENS: Final = (
    Screen(PATH, purposes, Entry.EVERYONE),
    Screen("/openbaar/dpia", document, Entry.EVERYONE),
)
