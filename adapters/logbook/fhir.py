"""Entries as HL7 FHIR R4 AuditEvent resources, in the codes that IHE BALP uses.

1. A person is named by her organisation's pseudonym, a worker by the name she has in the log; what an
   entry no longer tells is left out.
2. Required by R4 and always there: type, recorded, one agent who asked, source.observer.
3. No profile is claimed: BALP asks for network addresses, which the log does not keep.
"""

from typing import Any, Final

from adapters.logbook.kinds import Action, acts, failed
from gateway.domain.logbook import LoggedEvent, Told
from gateway.domain.records import RecordKind
from gateway.domain.reviewing import SeenEntry

MEDIA_TYPE: Final = "application/fhir+ndjson"
_DCM: Final = "http://dicom.nema.org/resources/ontology/DCM"
_HL7: Final = "http://terminology.hl7.org/CodeSystem"
_DISPLAY: Final = {
    "110101": "Audit Log Used",
    "110106": "Export",
    "110107": "Import",
    "110110": "Patient Record",
    "110112": "Query",
    "110113": "Security Alert",
    "110127": "Emergency Override Started",
    "110152": "Destination Role ID",
    "110153": "Source Role ID",
}

Json = dict[str, Any]


class FhirEvents:
    """Writes AuditEvents for the log of one origin; ``base`` begins the gate's own code systems."""

    media_type = MEDIA_TYPE

    def __init__(self, origin: str, base: str) -> None:
        self._origin = origin
        self._base = f"{base.rstrip('/')}/fhir"

    def write(self, seen: SeenEntry) -> Json:
        """Return the AuditEvent of an entry."""
        event = seen.event
        action = acts(event.kind)
        written: Json = {
            "resourceType": "AuditEvent",
            "id": str(event.event_id),
            "type": _dicom(action.code),
            "subtype": self._subtypes(event),
            "action": action.letter,
            "recorded": event.at.isoformat(timespec="milliseconds"),
            "outcome": str(failed(event)),
            "outcomeDesc": (event.told.reason if event.told else None) or event.outcome,
            "purposeOfEvent": self._purposes(event),
            "agent": self._agents(event, action),
            "source": {
                "observer": {"identifier": {"value": self._origin}},
                "type": [_code(f"{_HL7}/security-source-type", "4", "Application Server")],
            },
            "entity": self._entities(seen),
        }
        return {name: value for name, value in written.items() if value not in ("", [])}

    def _subtypes(self, event: LoggedEvent) -> list[Json]:
        found = [_code(f"{self._base}/soort", event.kind)]
        if event.kind is RecordKind.INTENT:
            found.append(_code(f"{_HL7}/iso-21089-lifecycle", "disclose", "Disclose"))
        if event.kind is RecordKind.GLASS:
            found.append(_dicom("110127"))
        return found

    def _purposes(self, event: LoggedEvent) -> list[Json]:
        codes = [_code(f"{self._base}/doel", event.purpose)] if event.purpose else []
        if event.kind is RecordKind.GLASS:
            codes.append(_code(f"{_HL7}/v3-ActReason", "ETREAT", "Emergency Treatment"))
        return [{"coding": [code]} for code in codes]

    def _agents(self, event: LoggedEvent, action: Action) -> list[Json]:
        """Name who asked, and between whom it went where data went out."""
        agents = [self._requestor(event.told)]
        if event.recipient is not None:
            agents.append(self._party("110152", "urn:oin", event.recipient))
        if action.sends:
            agents.append(self._party("110153", f"{self._base}/logboek", self._origin))
        return agents

    def _requestor(self, told: Told | None) -> Json:
        agent: Json = {
            "type": {"coding": [_code(f"{_HL7}/extra-security-role-type", "humanuser")]},
            "requestor": True,
        }
        if told and told.actor:
            agent["who"] = {"identifier": {"system": f"{self._base}/actor", "value": told.actor}}
        if told and told.role:
            agent["role"] = [{"coding": [_code(f"{self._base}/rol", told.role)]}]
        return agent

    def _party(self, role: str, system: str, value: str) -> Json:
        who = {"identifier": {"system": system, "value": value}}
        return {"type": {"coding": [_dicom(role)]}, "who": who, "requestor": False}

    def _entities(self, seen: SeenEntry) -> list[Json]:
        entities = []
        if seen.pseudonym is not None:
            entities.append(
                {
                    "what": self._named("betrokkene", str(seen.pseudonym)),
                    "type": _code(f"{_HL7}/audit-entity-type", "1", "Person"),
                    "role": _code(f"{_HL7}/object-role", "1", "Patient"),
                }
            )
        return [*entities, self._record(seen.event)]

    def _record(self, event: LoggedEvent) -> Json:
        """Point to the entry itself, with the names of the fields it is about."""
        record: Json = {
            "what": self._named("index", str(event.index)),
            "type": _code(f"{_HL7}/audit-entity-type", "2", "System Object"),
            "role": _code(f"{_HL7}/object-role", "4", "Domain Resource"),
        }
        names = event.told.fields if event.told else ()
        if names:
            record["detail"] = [{"type": "veld", "valueString": name} for name in names]
        return record

    def _named(self, system: str, value: str) -> Json:
        return {"identifier": {"system": f"{self._base}/{system}", "value": value}}


def _dicom(code: str) -> Json:
    return _code(_DCM, code, _DISPLAY[code])


def _code(system: str, code: str, display: str | None = None) -> Json:
    found = {"system": system, "code": code}
    return found | {"display": display} if display else found
