"""What the privacy officer's screens may call; built by wiring."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from gateway.actions.breakglass import Emergencies
from gateway.actions.consent_overview import ConsentCensus
from gateway.actions.entries import EntryDesk
from gateway.actions.extract import Extract
from gateway.actions.reidentify import Reidentify
from gateway.actions.review import ReviewDesk
from gateway.actions.signal import SignalDesk
from gateway.domain.files import Sink
from gateway.domain.ports import BlindIndex
from gateway.domain.vouching import Voucher

Cells = Sequence[str | int | None]
WriteTable = Callable[[Sink, Iterable[Cells]], None]


@dataclass(frozen=True, slots=True)
class Overseers:
    """The desks where overseers look back, and how a table is written for a spreadsheet."""

    entries: EntryDesk
    review: ReviewDesk
    signals: SignalDesk
    extract: Extract
    emergencies: Emergencies
    reidentify: Reidentify
    consents: ConsentCensus
    log: Voucher
    index: BlindIndex
    write_table: WriteTable
