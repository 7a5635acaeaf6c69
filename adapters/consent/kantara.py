"""Consent receipts in the JSON of the Kantara Consent Receipt Specification 1.1.

The format knows no withdrawal: ``termination`` tells how and when the consent ends or ended.
"""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from adapters.consent.vocabulary import broader_purpose, category
from gateway.domain.consent_statements import ConsentStatement, Party
from gateway.domain.consents import OPENING
from gateway.domain.errors import InvalidRequestError

Json = dict[str, Any]

VERSION: Final = "KI-CR-v1.1.0"
JURISDICTION: Final = "NL"


def receipt(statement: ConsentStatement, receipt_id: UUID, moment: datetime) -> Json:
    """Return the receipt as it stands at ``moment``.

    Raises ``InvalidRequestError`` for a consent that was never given: there is no receipt for it.
    """
    opened = [event.at for event in statement.history(moment) if event.state in OPENING]
    if not opened:
        raise InvalidRequestError("toestemming", "was never given, so it has no receipt")
    special = sorted(name for name in statement.fields if category(name).special)
    return {
        "version": VERSION,
        "jurisdiction": JURISDICTION,
        "consentTimestamp": int(opened[-1].timestamp()),
        "collectionMethod": statement.method,
        "consentReceiptID": str(receipt_id),
        "language": statement.text.language,
        "piiPrincipalId": statement.given_by,
        "piiControllers": [_controller(statement.controller)],
        "policyUrl": statement.notice_url,
        "services": [{"service": statement.title_en, "purposes": [_purpose(statement, moment)]}],
        "sensitive": bool(special),
        "spiCat": special,
    }


def _controller(party: Party) -> Json:
    contact = party.contact
    return {
        "piiController": party.name,
        "onBehalf": False,
        "contact": contact.desk,
        "address": {
            "streetAddress": contact.street,
            "postalCode": contact.postcode,
            "addressLocality": contact.place,
            "addressCountry": JURISDICTION,
        },
        "email": contact.email,
        "phone": contact.phone,
    }


def _purpose(statement: ConsentStatement, moment: datetime) -> Json:
    return {
        "purpose": statement.title_en,
        "consentType": "EXPLICIT",
        "purposeCategory": [str(statement.purpose), broader_purpose(statement.purpose)],
        "piiCategory": sorted(statement.fields),
        "primaryPurpose": True,
        "termination": _termination(statement, moment),
        "thirdPartyDisclosure": True,
        "thirdPartyName": statement.recipient.name,
    }


def _termination(statement: ConsentStatement, moment: datetime) -> str:
    last = statement.history(moment)[-1]
    if last.state not in OPENING:
        return f"{last.state} on {_day(last.at)}"
    until = f"until {_day(statement.expires)}, or " if statement.expires else ""
    return f"{until}until withdrawn at {statement.withdraw_at}"


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()
