"""Mijn gegevens: everything that was ever done with her data, each with its number, from 1 to now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.responses import Response

from gateway.domain.brede_intake import CHAPTERS
from gateway.domain.disclosures import Disclosed
from gateway.domain.logbook import LoggedEvent
from gateway.domain.partners import PartnerKind
from gateway.domain.records import RecordKind
from gateway.web.guard import Entry, Screen
from gateway.web.numbers import whole
from gateway.web.own_rendering import OWN
from gateway.web.own_shared import InspectedPage, opened, purpose_words
from gateway.web.release import ReleasedPage
from gateway.web.visit import Visit

LOOKED: Final = OWN + "/wie-keek"
PAGE: Final = 40
GATE: Final = "Doelpoort"
KINDS: Final[Mapping[RecordKind, str]] = {
    RecordKind.INTENT: "did_got",
    RecordKind.DENIED: "did_not_get",
    RecordKind.OUTCOME: "did_end",
    RecordKind.CONSENT: "did_choice",
    RecordKind.RELATION: "did_relation",
    RecordKind.WITHHOLDING: "did_limit",
    RecordKind.SHIELD: "did_limit",
    RecordKind.NOTICE: "did_notice",
    RecordKind.INTRODUCTION: "did_introduction",
    RecordKind.PROFILE: "did_stored",
    RecordKind.OVERSIGHT: "did_check",
    RecordKind.RECTIFICATION: "did_correct",
    RecordKind.HANDOVER: "did_handover",
    RecordKind.GLASS: "did_emergency",
    RecordKind.SESSION: "did_code",
    RecordKind.ERASURE: "did_erase",
    RecordKind.PROFILE_ERASED: "did_erase",
}
_OTHER: Final = "did_other"


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: its number in her count, when, who, what, for what, and about which of her data."""

    count: int
    at: datetime
    who: str
    what: str
    why: str
    which: tuple[str, ...]


async def looked(visit: Visit) -> Response:
    """Show who did what, newest first."""
    return ReleasedPage(lambda: opened(visit, LookedPage(visit)))


class LookedPage(InspectedPage):
    """A stretch of her count; ``voor`` in the address says below which number it begins."""

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit, "looked.html")

    def tell(self, _: Disclosed) -> Mapping[str, object]:
        """Return the lines, how many there are in all, and where they go on."""
        events = self.found.events
        before = self._visit.request.query_params.get("voor", "")
        last = min(whole(before, len(events) + 1) - 1, len(events))
        shown = events[max(0, last - PAGE) : max(0, last)][::-1]
        older = last - PAGE
        return {
            "whole": self.found.whole,
            "total": len(events),
            "lines": [self._line(one) for one in shown],
            "older": f"{LOOKED}?voor={older + 1}" if older > 0 else "",
            "newer": LOOKED if last < len(events) else "",
        }

    def _line(self, event: LoggedEvent) -> Line:
        texts = self._words.texts
        return Line(
            event.count or 0,
            event.at,
            self._who(event),
            texts[KINDS.get(event.kind, _OTHER)],
            purpose_words(texts, event.purpose),
            self._which(event),
        )

    def _who(self, event: LoggedEvent) -> str:
        """Name who did it; herself as herself, and what the gate did of itself as the gate."""
        if event.recipient is None:
            return GATE
        partner = self._visit.rooms.partners.get(event.recipient)
        if partner is None:
            return str(event.recipient)
        return self._words.texts["you"] if partner.kind is PartnerKind.BETROKKENE else partner.name

    def _which(self, event: LoggedEvent) -> tuple[str, ...]:
        """Name the chapters that the fields are of."""
        named = set(event.told.fields if event.told else ())
        texts = self._words.texts
        return tuple(
            texts[f"part_{number}"]
            for number, chapter in enumerate(CHAPTERS, 1)
            if named.intersection(chapter.fields)
        )


SCREENS: Final = (Screen(LOOKED, looked, Entry.HERSELF),)
