"""FHIR AuditEvent, NEN 7513 and decision log: word for word, whole for every kind, and nobody but by pseudonym."""

import json
import re
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.logbook.adl import AdlRecords
from adapters.logbook.fhir import FhirEvents
from adapters.logbook.nen7513 import Nen7513Events
from gateway.domain.logbook import LoggedEvent, Told
from gateway.domain.records import RecordKind
from gateway.domain.reviewing import SeenEntry
from tests.edges.adapters.logbook.entries import (
    BSN,
    FIELD,
    PSEUDONYM,
    SPAN,
    SUBJECT,
    TRACE,
    V_NUMMER,
    WORDS,
    WORKER,
    any_event,
    event,
)

FHIR: Final = FhirEvents("doelpoort.example/log", "https://doelpoort.example/")
ADL: Final = AdlRecords("doelpoort.example/log", "1.0.0")
NEN: Final = Nen7513Events("doelpoort.example/log", "coa")
SEALED: Final = (BSN, V_NUMMER, WORDS, str(SUBJECT), SUBJECT.hex)
HL7: Final = "http://terminology.hl7.org/CodeSystem"
OWN: Final = "https://doelpoort.example/fhir"
DCM: Final = "http://dicom.nema.org/resources/ontology/DCM"


def seen(entry: LoggedEvent, whom: UUID | None = PSEUDONYM) -> SeenEntry:
    """Show an entry."""
    return SeenEntry(entry, whom)


def test_a_disclosure_as_a_fhir_audit_event() -> None:
    """Type and subtype of a disclosure, who asked, source and destination, patient and entry."""
    assert FHIR.write(seen(event())) == {
        "resourceType": "AuditEvent",
        "id": "0b1c2d3e-4f50-4162-8374-8596a7b8c9da",
        "type": {"system": DCM, "code": "110106", "display": "Export"},
        "subtype": [
            {"system": f"{OWN}/soort", "code": "disclosure.intent"},
            {"system": f"{HL7}/iso-21089-lifecycle", "code": "disclose", "display": "Disclose"},
        ],
        "action": "R",
        "recorded": "2026-03-02T12:00:00.250+00:00",
        "outcome": "0",
        "outcomeDesc": "NOT_LINKED",
        "purposeOfEvent": [
            {"coding": [{"system": f"{OWN}/doel", "code": "P02_warme_overdracht_brede_intake"}]}
        ],
        "agent": [
            {
                "type": {
                    "coding": [{"system": f"{HL7}/extra-security-role-type", "code": "humanuser"}]
                },
                "requestor": True,
                "who": {"identifier": {"system": f"{OWN}/actor", "value": WORKER}},
                "role": [{"coding": [{"system": f"{OWN}/rol", "code": "canary_role"}]}],
            },
            {
                "type": {
                    "coding": [{"system": DCM, "code": "110152", "display": "Destination Role ID"}]
                },
                "who": {"identifier": {"system": "urn:oin", "value": "00000099000000002430"}},
                "requestor": False,
            },
            {
                "type": {
                    "coding": [{"system": DCM, "code": "110153", "display": "Source Role ID"}]
                },
                "who": {
                    "identifier": {"system": f"{OWN}/logboek", "value": "doelpoort.example/log"}
                },
                "requestor": False,
            },
        ],
        "source": {
            "observer": {"identifier": {"value": "doelpoort.example/log"}},
            "type": [
                {
                    "system": f"{HL7}/security-source-type",
                    "code": "4",
                    "display": "Application Server",
                }
            ],
        },
        "entity": [
            {
                "what": {"identifier": {"system": f"{OWN}/betrokkene", "value": str(PSEUDONYM)}},
                "type": {"system": f"{HL7}/audit-entity-type", "code": "1", "display": "Person"},
                "role": {"system": f"{HL7}/object-role", "code": "1", "display": "Patient"},
            },
            {
                "what": {"identifier": {"system": f"{OWN}/index", "value": "7"}},
                "type": {
                    "system": f"{HL7}/audit-entity-type",
                    "code": "2",
                    "display": "System Object",
                },
                "role": {"system": f"{HL7}/object-role", "code": "4", "display": "Domain Resource"},
                "detail": [{"type": "veld", "valueString": FIELD}],
            },
        ],
    }


def test_a_disclosure_as_a_nen_7513_record() -> None:
    """Event, users, participants, source, protocols and the four checks."""
    granted = event(told=Told(WORKER, "gemeente_klantmanager", (FIELD,), ("c-1",)))
    assert NEN.write(seen(granted)) == {
        "event": {
            "eventID": "0b1c2d3e-4f50-4162-8374-8596a7b8c9da",
            "eventActionCode": "R",
            "eventDateTime": "2026-03-02T12:00:00.250+00:00",
            "eventOutcomeIndicator": "0",
            "eventTypeCode": "disclosure.intent",
        },
        "users": [
            {
                "userID": WORKER,
                "userIsRequestor": True,
                "roleIDCode": "gemeente_klantmanager",
                "purposeOfUse": "P02_warme_overdracht_brede_intake",
            },
            {
                "userID": "00000099000000002430",
                "userIsRequestor": False,
                "roleIDCode": "organisatie",
            },
        ],
        "participants": [
            {
                "participantObjectTypeCode": "1",
                "participantObjectTypeCodeRole": "1",
                "participantObjectIDTypeCode": "pseudoniem",
                "participantObjectID": str(PSEUDONYM),
                "participantObjectDetail": [FIELD],
            }
        ],
        "source": {
            "auditEnterpriseSiteID": "coa",
            "auditSourceID": "doelpoort.example/log",
            "auditSourceTypeCode": "4",
        },
        "autorisatieProtocol": "ab" * 32,
        "behandelrelatieProtocol": ["P02-gemeente_klantmanager"],
        "toestemmingsProfiel": ["c-1"],
        "controles": {
            "autorisatie": True,
            "behandelrelatie": True,
            "toestemming": True,
            "noodknop": False,
        },
    }


@given(any_event(), st.none() | st.just(PSEUDONYM))
def test_what_fhir_requires_is_always_there(entry: LoggedEvent, whom: UUID | None) -> None:
    """R4: type, recorded, agent 1..* each saying whether it asked, exactly one that did, observer."""
    written = FHIR.write(seen(entry, whom))
    assert written["resourceType"] == "AuditEvent"
    assert written["type"]["code"]
    assert written["recorded"].endswith("+00:00")
    assert written["action"] in set("CRUDE")
    assert written["outcome"] in {"0", "4", "8", "12"}
    assert [agent["requestor"] for agent in written["agent"]].count(True) == 1
    assert written["source"]["observer"]["identifier"]["value"]
    assert all(entity["what"]["identifier"]["value"] for entity in written["entity"])
    patients = [one for one in written["entity"] if one["role"]["display"] == "Patient"]
    assert len(patients) == (whom is not None)


@given(any_event(), st.none() | st.just(PSEUDONYM))
def test_what_nen_7513_requires_is_always_there(entry: LoggedEvent, whom: UUID | None) -> None:
    """Five members of the event, a user who asked, three of the source, a participant with its id."""
    written = NEN.write(seen(entry, whom))
    assert all(written["event"].values())
    assert len(written["event"]) == 5
    assert written["event"]["eventActionCode"] in set("CRUDE")
    assert [user["userIsRequestor"] for user in written["users"]].count(True) == 1
    assert all(written["source"].values())
    assert len(written["source"]) == 3
    assert len(written["participants"]) == (whom is not None)
    assert all(one["participantObjectID"] for one in written["participants"])


@given(any_event())
def test_no_personal_value_is_in_an_event(entry: LoggedEvent) -> None:
    """No number, words or id of hers: a worker and a person stand under their log names only."""
    for form in (FHIR, NEN, ADL):
        text = json.dumps(form.write(seen(entry)))
        assert [value for value in SEALED if value in text] == []


@pytest.mark.parametrize(
    ("kind", "outcome", "code", "letter", "indicator"),
    [
        (RecordKind.DENIED, "refused", "110106", "R", "4"),
        (RecordKind.OUTCOME, "failed", "110106", "R", "8"),
        (RecordKind.SEARCH, "found", "110112", "E", "0"),
        (RecordKind.PROFILE, "stored", "110107", "C", "0"),
        (RecordKind.CONSENT, "given", "110110", "C", "0"),
        (RecordKind.WITHHOLDING, "lifted", "110110", "U", "0"),
        (RecordKind.OVERSIGHT, "entries", "110101", "R", "0"),
        (RecordKind.GLASS, "broken", "110113", "E", "0"),
    ],
)
def test_each_kind_in_the_codes_of_others(
    kind: RecordKind, outcome: str, code: str, letter: str, indicator: str
) -> None:
    """DICOM event, action letter, and how it went, the same in both formats."""
    fhir, nen = FHIR.write(seen(event(kind, outcome))), NEN.write(seen(event(kind, outcome)))
    assert (fhir["type"]["code"], fhir["action"], fhir["outcome"]) == (code, letter, indicator)
    told = nen["event"]
    assert (told["eventActionCode"], told["eventOutcomeIndicator"]) == (letter, indicator)


def test_an_emergency_says_so() -> None:
    """Break-glass carries the emergency subtype and purpose."""
    written = FHIR.write(seen(event(RecordKind.GLASS, "broken")))
    assert written["subtype"][-1]["code"] == "110127"
    assert written["purposeOfEvent"][-1]["coding"][0]["code"] == "ETREAT"


def test_an_erased_entry_says_only_what_its_leaf_does() -> None:
    """Somebody asked; who, in which role and about which fields is gone."""
    erased = event(told=None)
    fhir, nen = FHIR.write(seen(erased)), NEN.write(seen(erased))
    assert fhir["agent"][0].keys() == {"type", "requestor"}
    assert "detail" not in fhir["entity"][-1]
    assert nen["users"][0] == {
        "userIsRequestor": True,
        "purposeOfUse": "P02_warme_overdracht_brede_intake",
    }
    assert "controles" not in nen


@pytest.mark.parametrize(
    ("told", "checks"),
    [
        ({"reason": "ACTOR_NOT_ALLOWED"}, (False, False, False, False)),
        ({"reason": "NOT_LINKED"}, (True, False, False, False)),
        ({"reason": "CONSENT_NOT_FOUND"}, (True, True, False, False)),
        ({"reason": None}, (False, False, False, False)),
    ],
)
def test_a_refusal_names_the_check_that_did_not_hold(
    told: dict[str, Any], checks: tuple[bool, ...]
) -> None:
    """Authorisation, relation, consent, emergency button."""
    refused = event(RecordKind.DENIED, "refused", told=Told(WORKER, **told))
    assert tuple(NEN.write(seen(refused))["controles"].values()) == checks


def test_an_emergency_button_stands_in_for_the_relation() -> None:
    """What a broken glass opened was not opened by a relation."""
    opened = event(told=Told(WORKER, detail={"glass": "broken"}))
    assert NEN.write(seen(opened))["controles"] == {
        "autorisatie": True,
        "behandelrelatie": False,
        "toestemming": False,
        "noodknop": True,
    }


def test_a_refusal_as_a_record_of_the_decision_log() -> None:
    """Question and answer in AuthZEN's words; policy, what was read and engine by reference."""
    told = Told(
        WORKER,
        "gemeente_klantmanager",
        (FIELD,),
        reason="NOT_LINKED",
        trace_id=f"{TRACE}-{SPAN}",
        rests_on={"v": 1},
    )
    refused = event(RecordKind.DENIED, "refused", basis=(), told=told)
    assert ADL.write(seen(refused)) == {
        "trace_id": TRACE,
        "span_id": "0b1c2d3e4f504162",
        "parent_span_id": SPAN,
        "event_name": "adl.access_evaluation",
        "timestamp": 1772452800250,
        "status": "Unset",
        "attributes": {
            "adl.core.policies": {"doelpoort": "ab" * 32},
            "adl.core.information": {"doelpoort-log": "0b1c2d3e-4f50-4162-8374-8596a7b8c9da"},
            "adl.core.configuration": {"doelpoort": "1.0.0"},
            "dpl.core.data_subject_id": str(PSEUDONYM),
        },
        "resource": {"service.name": "doelpoort", "doelpoort.log": "doelpoort.example/log"},
        "body": {
            "adl.core.request": {
                "subject": {
                    "type": "rol",
                    "id": "gemeente_klantmanager",
                    "properties": {"oin": "00000099000000002430"},
                },
                "action": {"name": "P02_warme_overdracht_brede_intake"},
                "resource": {
                    "type": "client",
                    "id": str(PSEUDONYM),
                    "properties": {"velden": [FIELD]},
                },
                "context": {"time": "2026-03-02T12:00:00.250+00:00"},
            },
            "adl.core.response": {"decision": False, "context": {"reden": "NOT_LINKED"}},
        },
    }


def test_a_grant_names_its_rules_in_the_decision_log() -> None:
    """A grant is a yes with the rules that carry it."""
    written = ADL.write(seen(event()))
    assert written is not None
    answer = written["body"]["adl.core.response"]
    assert answer == {"decision": True, "context": {"regels": ["P02-gemeente_klantmanager"]}}


@given(any_event(), st.none() | st.just(PSEUDONYM))
def test_what_the_decision_log_requires_is_always_there(
    entry: LoggedEvent, whom: UUID | None
) -> None:
    """Ids in lower-case hex, a moment in milliseconds, never an error; of no decision no record."""
    written = ADL.write(seen(entry, whom))
    decides = entry.kind in {RecordKind.INTENT, RecordKind.DENIED, RecordKind.EXPLAINED}
    assert (written is not None) == (decides and entry.told is not None)
    if written is None:
        return
    assert re.fullmatch("[0-9a-f]{32}", written["trace_id"])
    assert re.fullmatch("[0-9a-f]{16}", written["span_id"])
    assert re.fullmatch("[0-9a-f]{16}", written.get("parent_span_id", SPAN))
    assert (written["event_name"], written["status"]) == ("adl.access_evaluation", "Unset")
    assert isinstance(written["timestamp"], int)
    located = [*written["attributes"], *written["body"]]
    core = [name for name in located if name.startswith("adl.core.")]
    assert len(core) == len(set(core)) == 5
