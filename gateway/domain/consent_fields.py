"""The fields toestemming_*: filled from the ledger of consents, which alone knows how each stands.

They have no column for a state, so what was only asked, and never answered, is not among them.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

from gateway.domain.consents import Consent, ConsentEvent, ConsentEventKind, fold
from gateway.domain.identifiers import FieldName

_Cell = str | list[str] | None


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _withdrawn(consent: Consent) -> str | None:
    withdrawn = consent.state is ConsentEventKind.WITHDRAWN
    return _moment(consent.ended) if withdrawn else None


_COLUMNS: Final[Mapping[str, Callable[[Consent], _Cell]]] = {
    "toestemming_id": lambda consent: str(consent.consent_id),
    "toestemming_doel": lambda consent: consent.scope.purpose,
    "toestemming_ontvanger": lambda consent: consent.scope.recipient,
    "toestemming_velden": lambda consent: sorted(consent.scope.fields),
    "toestemming_taal": lambda consent: consent.scope.language,
    "toestemming_tijdstip": lambda consent: _moment(consent.since or consent.recorded),
    "toestemming_vervaldatum": lambda consent: _moment(consent.expires),
    "toestemming_ingetrokken_op": _withdrawn,
}


def consent_fields(
    events: Iterable[ConsentEvent], moment: datetime, names: Iterable[FieldName]
) -> dict[FieldName, bytes]:
    """Write those of ``names`` that tell of consents as JSON lists, aligned by consent, oldest first.

    Without any consent nothing is written: the field is missing, as for any value nobody has.
    """
    asked = [name for name in names if name in _COLUMNS]
    consents = [one for one in fold(events, moment) if _answered(one)] if asked else ()
    if not consents:
        return {}
    return {
        name: json.dumps([_COLUMNS[name](one) for one in consents], separators=(",", ":")).encode()
        for name in asked
    }


def _answered(consent: Consent) -> bool:
    return consent.since is not None or consent.state is ConsentEventKind.REFUSED
