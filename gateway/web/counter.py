"""What the screens of the Meedoenbalie may call; built by wiring."""

from dataclasses import dataclass

from gateway.actions.clients import ListClients
from gateway.actions.consent import ConsentDesk
from gateway.actions.preview import Preview
from gateway.domain.ports import BlindIndex, ConsentTexts


@dataclass(frozen=True, slots=True)
class Counter:
    """The desks where a casemanager sits down with a resident."""

    residents: ListClients
    consents: ConsentDesk
    texts: ConsentTexts
    preview: Preview
    index: BlindIndex
