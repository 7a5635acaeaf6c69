"""Mijn gegevens: take one's own data along, for a computer, on paper, or as a CV (GDPR art. 15, 20)."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway.actions.desk import OWN_DATA
from gateway.actions.inspect import Inspection
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.files import Cover, FileFormat, Person
from gateway.domain.identifiers import FieldName
from gateway.domain.records import Receipt
from gateway.web.guard import Entry, Screen
from gateway.web.own_desks import OwnDesks
from gateway.web.own_rendering import OWN, own_page
from gateway.web.release import ReleasedPage
from gateway.web.values import changed
from gateway.web.visit import Visit

TAKE: Final = OWN + "/meenemen"
DATA: Final = "json"
FORMS: Final[Mapping[str, str]] = {
    "pdf": "mijn-gegevens.pdf",
    DATA: "mijn-gegevens.json",
    "cv": "mijn-cv.json",
}
"""The forms, with the name of the file, which is nobody's."""


class AsData:
    """All of it as the interface tells it; ``found`` is known once it was opened."""

    media_type = "application/json"
    found: Inspection

    def __init__(self, own: OwnDesks) -> None:
        self._own = own

    def render(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Iterable[bytes]:
        """Yield her fields, and behind them what the log and her consents say."""
        yield from self._own.data.render(receipt, disclosed)
        yield self._own.rest(self.found)


class AsFile:
    """Her profile in a format of files."""

    found: Inspection

    def __init__(self, visit: Visit, format_: FileFormat) -> None:
        self._visit = visit
        self._format = format_
        self.media_type = format_.media_type

    def render(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Iterable[bytes]:
        """Yield the file."""
        made = BytesIO()
        self._format.write(made, self._cover(), [self._person(one, receipt) for one in disclosed])
        yield made.getvalue()

    def _cover(self) -> Cover:
        gate, own = self._visit.rooms.desks.gate, self._visit.own
        assert own is not None  # noqa: S101 - the guard let nobody in without one
        purpose = gate.matrix.purpose(OWN_DATA)
        assert purpose is not None  # noqa: S101 - she was granted under it
        partner, now = own.caller.partner, self._visit.now
        digest = gate.matrix.digest
        return Cover(purpose.code, purpose.title_nl, partner.oin, partner.name, digest, now, now)

    def _person(self, one: Disclosed, receipt: Receipt) -> Person:
        fields = self._visit.rooms.desks.gate.fields
        return Person(
            one.reference,
            {name: json.loads(text) for name, text in one.values.items()},
            one.missing,
            entry=receipt.event_id,
            index=receipt.index,
            since={FieldName(n): day for n, day in changed(one, fields, [*one.values]).items()},
        )


async def take(visit: Visit) -> Response:
    """Show in which forms her data can be taken along."""
    return own_page(visit, "take.html", forms=FORMS)


async def taken(visit: Visit) -> Response:
    """Hand her data over as a file."""
    form = visit.request.path_params["vorm"]
    if form not in FORMS:
        raise HTTPException(404)
    own = visit.rooms.desks.own
    made = AsData(own) if form == DATA else AsFile(visit, own.files[form])
    headers = {"Content-Disposition": f'attachment; filename="{FORMS[form]}"'}
    return ReleasedPage(lambda: _opened(visit, made), headers)


@asynccontextmanager
async def _opened(visit: Visit, made: AsData | AsFile) -> AsyncIterator[Released]:
    assert visit.own is not None  # noqa: S101 - the guard let nobody in without one
    async with visit.rooms.desks.inspect(visit.own.caller, made) as inspection:
        made.found = inspection
        yield inspection.released


SCREENS: Final = (
    Screen(TAKE, take, Entry.HERSELF),
    Screen(TAKE + "/{vorm}", taken, Entry.HERSELF, ("POST",)),
)
