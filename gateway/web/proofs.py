"""The receipt of a choice on paper, for the resident to keep (GDPR art. 7(1)); its code leads back.

The code holds this gate's address and the consent's id: whoever scans it signs in first.
"""

from datetime import datetime
from io import BytesIO
from typing import Final

import segno
from starlette.responses import RedirectResponse, Response

from gateway.domain.consent_texts import SectionName
from gateway.domain.consents import OPENING
from gateway.web.guard import Screen
from gateway.web.navigation import CASEMANAGER
from gateway.web.rendering import page
from gateway.web.resident import ONE, STATES, title, whom
from gateway.web.residents import PATH
from gateway.web.values import Teller
from gateway.web.visit import Visit
from gateway.web.words import AMSTERDAM, N_, day

SCANNED: Final = PATH + "/bewijs"
_FORM: Final = "paper"
_KEPT: Final = frozenset(
    {SectionName.TITLE, SectionName.WHO_RECEIVES, SectionName.UNTIL_WHEN, SectionName.HOW_TO_STOP}
)


async def proof(visit: Visit) -> Response:
    """Show the receipt; that it was given out stands in the log."""
    params, counter = visit.request.path_params, visit.rooms.desks.counter
    issued = await counter.receipts.issue(visit.caller, params["toestemming"], _FORM)
    said, here = issued.statement, f"{PATH}/{params['ref']}"
    purpose = visit.rooms.desks.gate.matrix.purpose(said.purpose)
    assert purpose is not None  # noqa: S101 - the desk states no consent for an unknown purpose
    last = said.events[-1]
    words = said.text
    spoken = counter.wording.text(purpose, said.recipient.identifier, words.language, words.version)
    teller = Teller(visit.rooms, visit.language)
    return page(
        visit,
        "proof.html",
        steps=((PATH, visit.say(N_("Bewoners"))), (here, visit.say(N_("Bewoner")))),
        what=title(visit, purpose),
        whom=whom(visit, said.recipient.identifier),
        state=visit.say(STATES[last.state][0]),
        on=_day(visit, last.at),
        until=_day(visit, said.expires) if last.state in OPENING else "",
        labels=[teller.label(name) for name in sorted(said.fields)],
        spoken=spoken,
        kept=[part.text for part in spoken.sections if part.name in _KEPT],
        receipt_id=issued.receipt_id,
        digest=words.sha256,
        contact=said.controller.contact,
        code=drawn(f"{counter.url}{SCANNED}/{said.consent_id}"),
        back=here,
    )


async def scanned(visit: Visit) -> Response:
    """Go from a receipt's code to the resident whose choice it is."""
    consent = visit.request.path_params["toestemming"]
    desk, _ = await visit.rooms.desks.counter.consents.find(visit.caller, consent)
    pseudonyms, oin = visit.rooms.desks.gate.pseudonyms, visit.caller.partner.oin
    reference = pseudonyms.reference(oin, desk.dossier.situation.subject)
    return RedirectResponse(f"{PATH}/{reference}", 303)


def _day(visit: Visit, moment: datetime | None) -> str:
    return day(moment.astimezone(AMSTERDAM).date(), visit.language) if moment else ""


def drawn(address: str) -> str:
    """Draw a QR code (ISO/IEC 18004) as a picture in the page; its attributes hold no style."""
    picture = BytesIO()
    code = segno.make_qr(address, error="m")
    code.save(picture, kind="svg", xmldecl=False, svgns=False, omitsize=True, scale=4)
    return picture.getvalue().decode()


SCREENS: Final = (
    Screen(ONE + "/toestemmingen/{toestemming:uuid}/bewijs", proof, CASEMANAGER),
    Screen(SCANNED + "/{toestemming:uuid}", scanned, CASEMANAGER),
)
