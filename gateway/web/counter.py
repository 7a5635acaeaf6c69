"""What the screens of the Meedoenbalie may call; built by wiring."""

from dataclasses import dataclass

from gateway.actions.clients import ListClients
from gateway.actions.consent import ConsentDesk
from gateway.actions.preview import Preview
from gateway.actions.receipts import ReceiptDesk
from gateway.actions.waiting import WaitingList
from gateway.actions.wording import Wording
from gateway.domain.consents import Asked
from gateway.domain.introductions import Introduction
from gateway.domain.ports import BlindIndex


@dataclass(frozen=True, slots=True)
class Counter:
    """The desks where a casemanager sits down with a resident; ``url`` is the address of this gate."""

    residents: ListClients
    consents: ConsentDesk
    wording: Wording
    preview: Preview
    receipts: ReceiptDesk
    requests: WaitingList[Asked]
    proposals: WaitingList[Introduction]
    index: BlindIndex
    url: str
