"""Consent records and receipts of ISO/IEC TS 27560:2023 as JSON-LD in DPV terms.

Layout and mandatory fields follow the W3C community guide "Consent Records and Receipts as per
ISO/IEC TS 27560:2023 using DPV". A receipt wraps one record, as that guide has it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from adapters.consent.vocabulary import broader_purpose, category
from gateway.domain.consent_statements import ConsentStatement, Party, StatementEvent
from gateway.domain.consents import OPENING, ConsentEventKind
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName

Json = dict[str, Any]

SCHEMA: Final = "https://w3id.org/dpv/schema/dpv-27560"
CONTEXT: Final[Mapping[str, str]] = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}
STATES: Final[Mapping[ConsentEventKind, str]] = {
    ConsentEventKind.REQUESTED: "dpv:ConsentRequested",
    ConsentEventKind.GIVEN: "dpv:ConsentGiven",
    ConsentEventKind.REFUSED: "dpv:ConsentRefused",
    ConsentEventKind.RENEWED: "dpv:RenewedConsentGiven",
    ConsentEventKind.WITHDRAWN: "dpv:ConsentWithdrawn",
    ConsentEventKind.EXPIRED: "dpv:ConsentExpired",
    ConsentEventKind.INVALIDATED: "dpv:ConsentInvalidated",
}
BY_CONTROLLER: Final = frozenset(
    {ConsentEventKind.REQUESTED, ConsentEventKind.EXPIRED, ConsentEventKind.INVALIDATED}
)
ANSWERS: Final = OPENING | {ConsentEventKind.REFUSED}  # what was said to the question in the text
# The rights that go with consent, per DPV's own mapping of legal basis to rights.
RIGHTS: Final = ("A7-3", "A13", "A14", "A15", "A16", "A17", "A18", "A20", "A22", "A77")
PLACE: Final = "NL"
LAW: Final = "Regulation (EU) 2016/679 (GDPR)"
RESIDENT: Final = "_:resident"
CONTROLLER: Final = "_:controller"
RECIPIENT: Final = "_:recipient"


def record(statement: ConsentStatement, moment: datetime) -> Json:
    """Return the consent record as it stands at ``moment``; the controller keeps it.

    Raises ``InvalidRequestError`` for a moment before the first event.
    """
    return {"@context": dict(CONTEXT), **_record(statement, moment)}


def receipt(statement: ConsentStatement, receipt_id: UUID, moment: datetime) -> Json:
    """Return the receipt made at ``moment`` for the resident: her copy of the record."""
    return {
        "@context": dict(CONTEXT),
        "@id": receipt_id.urn,
        "@type": "dpv:ConsentReceipt",
        "dct:conformsTo": {"@id": f"{SCHEMA}#receipt-eu-gdpr"},
        "dct:identifier": str(receipt_id),
        "dpv:hasIdentifier": str(receipt_id),
        "dct:created": _time(moment),
        "dct:publisher": {"@id": CONTROLLER},
        "dct:audience": {"@id": RESIDENT},
        "dpv:hasRecordOfActivity": _record(statement, moment),
    }


def _record(statement: ConsentStatement, moment: datetime) -> Json:
    events = statement.history(moment)
    if not events:
        raise InvalidRequestError("moment", "lies before the first event of this consent")
    return {
        "@id": statement.consent_id.urn,
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": {"@id": f"{SCHEMA}#record-eu-gdpr"},
        "dct:identifier": str(statement.consent_id),
        "dpv:hasIdentifier": str(statement.consent_id),
        "dct:creator": statement.recorded_by,
        "dpv:hasDataSubject": {"@id": RESIDENT},
        "dpv:hasDataController": {"@id": CONTROLLER},
        "dpv:hasJurisdiction": PLACE,
        "dpv:hasApplicableLaw": LAW,
        "dpv:hasProcess": _process(statement),
        "dpv:hasConsentControl": {
            "@type": ["dpv:ProvideConsent", "dpv:WithdrawConsent"],
            "dpv:isExercisedAt": statement.withdraw_at,
        },
        "dpv:hasRight": [{"@id": f"eu-gdpr:{article}"} for article in RIGHTS],
        "dpv:hasNotice": _notice(statement),
        "dpv:hasConsentStatus": [_event(event, statement) for event in events],
        "dpv:hasEntity": [
            {"@id": RESIDENT, "@type": "dpv:DataSubject", "dpv:hasIdentifier": statement.given_by},
            _party(CONTROLLER, "dpv:DataController", statement.controller),
            _party(RECIPIENT, "dpv:Recipient", statement.recipient),
        ],
    }


def _process(statement: ConsentStatement) -> Json:
    return {
        "@type": "dpv:Process",
        "dpv:hasPurpose": {
            "@type": "dpv:Purpose",
            "dct:identifier": statement.purpose,
            "dct:title": [
                {"@value": statement.title_nl, "@language": "nl"},
                {"@value": statement.title_en, "@language": "en"},
            ],
            "skos:broader": {"@id": broader_purpose(statement.purpose)},
        },
        "dpv:hasLegalBasis": {"@id": _legal_basis(statement)},
        "dpv:hasProcessing": {"@id": "dpv:DiscloseByTransmission"},
        "dpv:hasPersonalData": [_field(name) for name in sorted(statement.fields)],
        "dpv:hasRecipient": {"@id": RECIPIENT},
        "dpv:hasStorageCondition": [
            {"@type": "dpv:StorageLocation", "dpv:hasLocation": PLACE},
            {
                "@type": "dpv:StorageDuration",
                "dpv:hasDuration": {
                    "@type": "dpv:UntilEventDuration",
                    "rdf:value": statement.retention,
                },
            },
        ],
    }


def _legal_basis(statement: ConsentStatement) -> str:
    return "eu-gdpr:A9-2-a" if statement.explicit else "eu-gdpr:A6-1-a"


def _field(name: FieldName) -> Json:
    found = category(name)
    types = [found.term, "dpv:SpecialCategoryPersonalData"] if found.special else found.term
    return {"@type": types, "dct:identifier": name}


def _notice(statement: ConsentStatement) -> Json:
    text = statement.text
    return {
        "@type": "dpv:ConsentNotice",
        "dct:identifier": text.key,
        "schema:version": text.version,
        "dct:language": text.language,
        "schema:sha256": text.sha256,
        "schema:url": statement.notice_url,
    }


def _event(event: StatementEvent, statement: ConsentStatement) -> Json:
    kind = "dpv:ExplicitlyExpressedConsent" if statement.explicit else "dpv:ExpressedConsent"
    by = CONTROLLER if event.state in BY_CONTROLLER else RESIDENT
    told = {"dpv:hasIndicationMethod": statement.method} if event.state in ANSWERS else {}
    return {
        "@type": STATES[event.state],
        "dpv:hasLegalBasis": {"@id": kind},
        "dpv:isIndicatedBy": {"@id": by},
        "dpv:isIndicatedAtTime": _time(event.at),
        "dpv:hasDuration": _validity(event, statement),
        **told,
    }


def _validity(event: StatementEvent, statement: ConsentStatement) -> Json:
    if event.state in OPENING and statement.expires is not None:
        return {"@type": "dpv:UntilTimeDuration", "rdf:value": _time(statement.expires)}
    return {"@type": "dpv:UntilEventDuration", "rdf:value": "until the next event of this consent"}


def _party(node: str, role: str, party: Party) -> Json:
    contact = party.contact
    return {
        "@id": node,
        "@type": ["dpv:Organisation", role],
        "dpv:hasIdentifier": party.identifier,
        "dpv:hasName": party.name,
        "dpv:hasAddress": f"{contact.street}, {contact.postcode} {contact.place}",
        "dpv:hasContact": contact.desk,
        "schema:contactPoint": {
            "@type": "schema:ContactPoint",
            "schema:email": contact.email,
            "schema:telephone": contact.phone,
        },
    }


def _time(moment: datetime) -> str:
    """Write a moment in UTC, as ISO/IEC TS 27560 asks."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
