"""What a recipient would see if the resident said yes: shown to her before she answers."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway.actions.preview import Foreseen
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.generalise import generalise
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.purposes import Purpose, Stage
from gateway.domain.reasons import EXPLANATIONS
from gateway.domain.records import Receipt
from gateway.domain.sentences import Language
from gateway.web.guard import Screen
from gateway.web.navigation import CASEMANAGER
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HtmlFormat
from gateway.web.resident import ONE, chosen, title, whom
from gateway.web.residents import PATH
from gateway.web.values import Shown, Teller, full_name
from gateway.web.visit import Visit
from gateway.web.words import N_

_REFERENCE: Final = FieldName("client_ref")


@dataclass(frozen=True, slots=True)
class Seen:
    """A field as the recipient would see it; ``shown`` is ``None`` where it is not ours to show."""

    label: str
    shown: Shown | None


async def preview(visit: Visit) -> Response:
    """Show it for the choice that the address names."""
    choice = chosen(visit)
    if choice is None:
        raise HTTPException(404)
    subject = await visit.subject(visit.request.path_params["ref"])
    return ReleasedPage(lambda: _opened(visit, subject, choice))


@asynccontextmanager
async def _opened(
    visit: Visit, subject: SubjectId, choice: tuple[Purpose, str]
) -> AsyncIterator[Released]:
    def layout(foreseen: Foreseen) -> HtmlFormat:
        return PreviewPage(visit, choice, foreseen)

    desk = visit.rooms.desks.counter.preview
    async with desk(visit.caller, subject, choice, layout) as released:
        yield released


class PreviewPage(HtmlFormat):
    """The recipient's view as a page."""

    def __init__(self, visit: Visit, choice: tuple[Purpose, str], foreseen: Foreseen) -> None:
        super().__init__(visit, "preview.html")
        self._choice = choice
        self._foreseen = foreseen
        self._teller = Teller(visit.rooms, visit.language)

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return what would be seen, what is empty, what is not ours to show, or why nothing is."""
        one, visit = disclosed[0], self._visit
        purpose, recipient = self._choice
        here = f"{PATH}/{one.reference}"
        names = [name for name in self._foreseen.fields if name != _REFERENCE]
        seen = [self._seen(name, one) for name in names if name not in one.missing]
        return {
            "name": full_name(one),
            "steps": ((PATH, visit.say(N_("Bewoners"))), (here, visit.say(N_("Bewoner")))),
            "what": title(visit, purpose),
            "whom": whom(visit, recipient),
            "seen": [one_ for one_ in seen if one_.shown is not None],
            "unseen": [one_.label for one_ in seen if one_.shown is None],
            "empty": [self._teller.label(name) for name in names if name in one.missing],
            "why": self._why(),
            "receipt": receipt,
        }

    def _seen(self, name: FieldName, one: Disclosed) -> Seen:
        """Show a value as the recipient would get it: in buckets at the search stage."""
        label, value = self._teller.label(name), one.values.get(name)
        if value is None:
            return Seen(label, None)
        coarse = generalise(name, value) if self._searches(name) else value
        return Seen(label, self._teller.show_text(name, coarse))

    def _searches(self, name: FieldName) -> bool:
        bit = self._visit.rooms.desks.gate.fields[name].bit
        grants = self._foreseen.decision.grants
        return any(one.fields & bit and one.rule.stage is Stage.SEARCH for one in grants)

    def _why(self) -> str:
        """Say why the recipient would see nothing even then; empty where she would."""
        reason = self._foreseen.decision.reason
        if self._foreseen.decision.granted or reason is None:
            return ""
        said = EXPLANATIONS[reason]
        return said.en if self._visit.language is Language.EN else said.nl


SCREENS: Final = (Screen(ONE + "/voorbeeld/{keuze}", preview, CASEMANAGER),)
