"""Beleid: the policy owner proposes files in the place of those with their names, and reads what is wrong."""

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from gateway.actions.policy_life import MOST_BYTES
from gateway.domain.errors import InvalidRequestError
from gateway.domain.policy_versions import DraftRefusedError
from gateway.web.guard import Screen
from gateway.web.navigation import OWNER
from gateway.web.oversight_forms import posted
from gateway.web.policy import POLICY, overview
from gateway.web.visit import Visit
from gateway.web.words import N_

MOST_FILES: Final = 20
FAULTS: Final[Mapping[str, str]] = {
    "bestand": N_("Kies bestanden van het beleid, met de namen die zij daar hebben."),
    "bestanden": N_("Deze bestanden wijzigen geen regel."),
    "reden": N_("Geef een reden van één regel, zonder nummers van personen."),
}


async def propose(visit: Visit) -> Response:
    """Propose what was posted; a mistake is told by file and line, and nothing is kept."""
    reason = posted(visit).get("reden", "")
    sent = [one for one in visit.form.getlist("bestand") if isinstance(one, UploadFile)]
    files = {one.filename or "": await one.read() for one in sent if one.size}
    try:
        proposal = await visit.rooms.desks.policy.propose_files(visit.caller, files, reason)
    except DraftRefusedError as refused:
        return await overview(visit, mistakes=refused.mistakes)
    except InvalidRequestError as wrong:
        if wrong.field not in FAULTS:
            raise
        return await overview(visit, errors={wrong.field: visit.say(FAULTS[wrong.field])})
    return RedirectResponse(f"{POLICY}/{proposal.proposal_id}?gedaan=voorgesteld", 303)


SCREENS: Final = (
    Screen(
        POLICY + "/voorstel",
        propose,
        OWNER,
        ("POST",),
        takes_files=MOST_FILES,
        most_bytes=MOST_BYTES,
    ),
)
