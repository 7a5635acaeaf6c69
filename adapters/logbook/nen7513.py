"""Entries in the shape of NEN 7513 (chapter 7), named as in the draft LDV extension of Logius.

1. A person is named by her organisation's pseudonym, a worker by the name she has in the log; what an
   entry no longer tells is left out.
2. Always there: event, at least one user of whom it is said whether she asked, participants, source.
3. ``controles`` says which checks held: authorisation, relation, consent; and whether the emergency
   button was used. A refusal names the first that did not.
"""

from typing import Any, Final

from adapters.logbook.kinds import acts, failed
from gateway.domain.logbook import LoggedEvent, Told
from gateway.domain.reasons import Reason, step
from gateway.domain.records import RecordKind
from gateway.domain.reviewing import SeenEntry

MEDIA_TYPE: Final = "application/x-ndjson"
APPLICATION_SERVER: Final = "4"
PERSON: Final = "1"
PATIENT: Final = "1"
_RELATION: Final = 3
_CONSENT: Final = 4
_DISCLOSING: Final = frozenset({RecordKind.INTENT, RecordKind.DENIED})

Json = dict[str, Any]


class Nen7513Events:
    """Writes records for the log of one origin, kept by one organisation (``site``)."""

    media_type = MEDIA_TYPE

    def __init__(self, origin: str, site: str) -> None:
        self._origin = origin
        self._site = site

    def write(self, seen: SeenEntry) -> Json:
        """Return the record of an entry."""
        event = seen.event
        written: Json = {
            "event": {
                "eventID": str(event.event_id),
                "eventActionCode": acts(event.kind).letter,
                "eventDateTime": event.at.isoformat(timespec="milliseconds"),
                "eventOutcomeIndicator": str(failed(event)),
                "eventTypeCode": event.kind,
            },
            "users": _users(event),
            "participants": _participants(seen),
            "source": {
                "auditEnterpriseSiteID": self._site,
                "auditSourceID": self._origin,
                "auditSourceTypeCode": APPLICATION_SERVER,
            },
        }
        return written | _protocols(event)


def _users(event: LoggedEvent) -> list[Json]:
    told = event.told or Told()
    worker = {
        "userID": told.actor,
        "userIsRequestor": True,
        "roleIDCode": told.role,
        "purposeOfUse": event.purpose,
    }
    users = [{name: value for name, value in worker.items() if value is not None}]
    if event.recipient is not None:
        users.append(
            {"userID": event.recipient, "userIsRequestor": False, "roleIDCode": "organisatie"}
        )
    return users


def _participants(seen: SeenEntry) -> list[Json]:
    if seen.pseudonym is None:
        return []
    told = seen.event.told or Told()
    return [
        {
            "participantObjectTypeCode": PERSON,
            "participantObjectTypeCodeRole": PATIENT,
            "participantObjectIDTypeCode": "pseudoniem",
            "participantObjectID": str(seen.pseudonym),
            "participantObjectDetail": list(told.fields),
        }
    ]


def _protocols(event: LoggedEvent) -> Json:
    """Say under which rules, on which basis and consents, and what was checked (3)."""
    told = event.told or Told()
    found: Json = {
        "autorisatieProtocol": event.policy,
        "behandelrelatieProtocol": list(event.basis),
        "toestemmingsProfiel": list(told.consents),
        "controles": _checks(event, told) if event.kind in _DISCLOSING and event.told else None,
    }
    return {name: value for name, value in found.items() if value}


def _checks(event: LoggedEvent, told: Told) -> dict[str, bool]:
    broken = (told.detail or {}).get("glass") == "broken"
    refused = step(Reason(told.reason)) if told.reason in set(Reason) else None
    if refused is None and event.kind is RecordKind.DENIED:
        refused = 0
    reached = _CONSENT + 1 if refused is None else refused
    return {
        "autorisatie": reached >= _RELATION,
        "behandelrelatie": reached >= _CONSENT and not broken,
        "toestemming": bool(told.consents),
        "noodknop": broken,
    }
