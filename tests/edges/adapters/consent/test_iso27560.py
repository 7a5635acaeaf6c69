"""A record or receipt tells in ISO's fields and DPV's terms what was agreed, and no more."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from jsonschema import (  # type: ignore[import-untyped] # ships no types and is used in tests only
    Draft202012Validator,
)

from adapters.consent import iso27560
from adapters.consent.vocabulary import broader_purpose, category
from gateway.domain.consent_statements import ConsentStatement, StatementEvent
from gateway.domain.consents import ConsentEventKind
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName, PurposeCode
from policies.catalogue import Catalogue, load
from tests.edges.adapters.consent.statements import (
    DAY,
    GIVEN,
    HOUSING,
    NOON,
    RECEIPT,
    after,
    dpv_terms,
    rows,
    schema,
)

LATER = NOON + 10 * DAY
DPV = "https://w3id.org/dpv"
OTHERS = {
    "dct": {
        "audience",
        "conformsTo",
        "created",
        "creator",
        "identifier",
        "language",
        "publisher",
        "title",
    },
    "rdf": {"value"},
    "schema": {
        "ContactPoint",
        "contactPoint",
        "email",
        "sha256",
        "telephone",
        "url",
        "version",
    },
    "skos": {"broader"},
}
CASES = {
    "given": GIVEN,
    "explicit": HOUSING,
    "renewed": after(GIVEN, ConsentEventKind.RENEWED),
    "withdrawn": after(GIVEN, ConsentEventKind.WITHDRAWN),
    "invalidated": after(HOUSING, ConsentEventKind.INVALIDATED),
    "refused": replace(GIVEN, events=(StatementEvent(ConsentEventKind.REFUSED, NOON),)),
    "expired": replace(GIVEN, expires=NOON + DAY),
    "endless": replace(GIVEN, expires=None),
    "requested": replace(GIVEN, events=(StatementEvent(ConsentEventKind.REQUESTED, NOON),)),
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """Load the rules that come with the program."""
    return load()


def validator(kind: str) -> Draft202012Validator:
    """Validate against a part of the schema of mandatory fields."""
    whole = schema("iso27560.schema.json")
    return Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": whole["$defs"]})


def nodes(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - a walk over any JSON
    """Walk all objects of a document but its context."""
    if isinstance(value, list):
        for item in value:
            yield from nodes(item)
    elif isinstance(value, dict):
        yield value
        for name, item in value.items():
            if name != "@context":
                yield from nodes(item)


def used(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name each compact IRI that a document uses, with how: as a property or as a class."""
    for node in nodes(document):
        for name, value in node.items():
            if not name.startswith("@"):
                yield "property", name
            elif name == "@type":
                yield from (("class", term) for term in ([value] if type(value) is str else value))
            elif name == "@id" and value.split(":")[0] in iso27560.CONTEXT:
                yield "class", value


def states(statement: ConsentStatement, moment: datetime = LATER) -> list[str]:
    """Read the states of a record in order."""
    found = iso27560.record(statement, moment)["dpv:hasConsentStatus"]
    return [event["@type"] for event in found]


@pytest.mark.parametrize("statement", CASES.values(), ids=CASES)
def test_every_term_exists(statement: ConsentStatement) -> None:
    """Each DPV IRI is in DPV's own lists with the right kind; other vocabularies are few."""
    terms = dpv_terms()
    for how, name in used(iso27560.receipt(statement, RECEIPT, LATER)):
        prefix, term = name.split(":", 1)
        base = iso27560.CONTEXT[prefix]
        if base.startswith(DPV):
            assert terms[base + term]["type"] == how, name
        else:
            assert term in OTHERS[prefix], name


@pytest.mark.parametrize("statement", CASES.values(), ids=CASES)
def test_mandatory_fields_are_there(statement: ConsentStatement) -> None:
    """A record and a receipt hold all that ISO/IEC TS 27560 makes mandatory."""
    validator("record").validate(iso27560.record(statement, LATER))
    validator("receipt").validate(iso27560.receipt(statement, RECEIPT, LATER))


def test_the_schema_misses_what_is_taken_away() -> None:
    """Without any one of the fields the schema names, a record is not valid."""
    record = iso27560.record(GIVEN, LATER)
    check = validator("record")
    required = schema("iso27560.schema.json")["$defs"]["record"]["required"]
    assert len(required) == 11
    for name in required:
        assert not check.is_valid({key: record[key] for key in record if key != name}), name


@pytest.mark.parametrize("kind", ConsentEventKind)
def test_only_given_and_renewed_are_valid_for_processing(kind: ConsentEventKind) -> None:
    """By DPV's own tree every other state is one that is invalid for processing."""
    terms = dpv_terms()
    term = iso27560.STATES[kind].replace("dpv:", iso27560.CONTEXT["dpv"])
    opens = kind in {ConsentEventKind.GIVEN, ConsentEventKind.RENEWED}
    above = "ConsentStatusValidForProcessing" if opens else "ConsentStatusInvalidForProcessing"
    assert terms[term]["hasbroader"] == f"{DPV}#{above}"


def test_a_withdrawal_shows() -> None:
    """After a withdrawal the last state is ConsentWithdrawn, by the resident, at its own time."""
    last = iso27560.record(CASES["withdrawn"], LATER)["dpv:hasConsentStatus"][-1]
    assert last["@type"] == "dpv:ConsentWithdrawn"
    assert last["dpv:isIndicatedBy"] == {"@id": iso27560.RESIDENT}
    assert last["dpv:isIndicatedAtTime"] == "2026-03-03T12:00:00Z"


def test_a_record_stands_at_its_moment() -> None:
    """What came after the moment is not told, and a term that ran out is."""
    assert states(CASES["withdrawn"], NOON) == ["dpv:ConsentGiven"]
    assert states(CASES["withdrawn"]) == ["dpv:ConsentGiven", "dpv:ConsentWithdrawn"]
    assert states(CASES["expired"], NOON) == ["dpv:ConsentGiven"]
    assert states(CASES["expired"], NOON + DAY) == ["dpv:ConsentGiven", "dpv:ConsentExpired"]


def test_there_is_no_record_of_before_the_first_event() -> None:
    """A moment before anything was said has nothing to record, and says so."""
    with pytest.raises(InvalidRequestError, match="moment: lies before the first event"):
        iso27560.record(GIVEN, NOON - DAY)


def test_an_ended_consent_does_not_expire_too() -> None:
    """A consent withdrawn before its term shows no expiry after it."""
    ended = replace(CASES["withdrawn"], expires=NOON + 2 * DAY)
    assert states(ended) == ["dpv:ConsentGiven", "dpv:ConsentWithdrawn"]


def test_times_are_in_utc() -> None:
    """A moment in another zone is written in UTC."""
    winter = timezone(timedelta(hours=1))
    local = replace(
        GIVEN, events=(StatementEvent(ConsentEventKind.GIVEN, NOON.astimezone(winter)),)
    )
    event = iso27560.record(local, LATER)["dpv:hasConsentStatus"][0]
    assert event["dpv:isIndicatedAtTime"] == "2026-03-02T12:00:00Z"


def test_explicit_consent_rests_on_article_9() -> None:
    """Consent for a special category names art. 9(2)(a) and marks the field; other consent 6(1)(a)."""
    plain = iso27560.record(GIVEN, LATER)["dpv:hasProcess"]
    special = iso27560.record(HOUSING, LATER)["dpv:hasProcess"]
    assert plain["dpv:hasLegalBasis"] == {"@id": "eu-gdpr:A6-1-a"}
    assert special["dpv:hasLegalBasis"] == {"@id": "eu-gdpr:A9-2-a"}
    assert special["dpv:hasPersonalData"] == [
        {"@type": "pd:UID", "dct:identifier": "client_ref"},
        {
            "@type": ["pd:Health", "dpv:SpecialCategoryPersonalData"],
            "dct:identifier": "woning_aanpassing_functioneel",
        },
    ]


def test_the_words_are_named_by_their_digest() -> None:
    """The notice holds key, version, language and digest of the text that was used."""
    notice = iso27560.record(GIVEN, LATER)["dpv:hasNotice"]
    assert notice["dct:identifier"] == "P05-werkgever"
    assert notice["schema:version"] == "1"
    assert notice["dct:language"] == "ti"
    assert notice["schema:sha256"] == GIVEN.text.sha256


def test_an_interpreter_is_told_of() -> None:
    """Who helped to understand the question is part of how the answer was given."""
    method = "dpv:hasIndicationMethod"
    alone, helped = (
        iso27560.record(statement, LATER)["dpv:hasConsentStatus"][0][method]
        for statement in (GIVEN, HOUSING)
    )
    assert (alone, helped) == (
        "asked in ti, without an interpreter",
        "asked in ti, with an interpreter",
    )
    assert method not in iso27560.record(CASES["withdrawn"], LATER)["dpv:hasConsentStatus"][-1]


def test_the_rights_are_those_dpv_gives_with_consent() -> None:
    """The rights in a record are exactly those that DPV maps to GDPR art. 6(1)(a)."""
    base = iso27560.CONTEXT["eu-gdpr"]
    mapped = {
        row["right"].removeprefix(base)
        for row in rows("dpv/legal_basis_rights_mapping.csv")
        if row["legal_basis"] == f"{base}A6-1-a"
    }
    assert set(iso27560.RIGHTS) == mapped


def test_parties_are_named_and_people_are_not() -> None:
    """Both organisations stand there with their number; the resident only by her pseudonym."""
    resident, controller, recipient = iso27560.record(GIVEN, LATER)["dpv:hasEntity"]
    assert resident == {
        "@id": iso27560.RESIDENT,
        "@type": "dpv:DataSubject",
        "dpv:hasIdentifier": "bewoner-7f3a",
    }
    assert controller["dpv:hasIdentifier"] == "00000099000000001000"
    assert recipient["dpv:hasIdentifier"] == "00000099000000005000"


def test_a_receipt_wraps_the_record() -> None:
    """A receipt is the record of the same moment under an id and time of its own."""
    receipt = iso27560.receipt(GIVEN, RECEIPT, LATER)
    record = iso27560.record(GIVEN, LATER)
    assert {"@context": record["@context"], **receipt["dpv:hasRecordOfActivity"]} == record
    assert receipt["dct:identifier"] == str(RECEIPT)
    assert json.loads(json.dumps(receipt)) == receipt


def test_every_field_one_can_consent_to_has_a_category(catalogue: Catalogue) -> None:
    """The table names each field of a rule on consent, marks what is special, and nothing else."""
    consentable = {
        name
        for purpose in catalogue.purposes.values()
        for rule in purpose.rules
        if rule.consent != "no"
        for name in rule.fields
    }
    special = catalogue.fields.names(catalogue.fields.special)
    for name in consentable:
        found = category(name)
        assert found.term.startswith("pd:")
        assert found.special == (name in special)
    strangers = {spec.name for spec in catalogue.fields} - consentable
    assert {category(name).term for name in strangers} == {"dpv:PersonalData"}


def test_every_purpose_one_can_consent_to_stands_below_one_of_dpv(catalogue: Catalogue) -> None:
    """Each purpose with a rule on consent has a DPV purpose above it that is not the top itself."""
    terms = dpv_terms()
    for purpose in catalogue.purposes.values():
        if any(rule.consent != "no" for rule in purpose.rules):
            above = broader_purpose(purpose.code)
            assert above != "dpv:Purpose"
            found = terms[above.replace("dpv:", iso27560.CONTEXT["dpv"])]
            assert found["dpvtype"] == f"{DPV}#Purpose"


def test_what_the_tables_do_not_know_is_called_by_the_top_term() -> None:
    """An unknown field is personal data, an unknown purpose a purpose: true, if not precise."""
    odd = replace(
        GIVEN, purpose=PurposeCode("P99_toekomst"), fields=frozenset({FieldName("hobby")})
    )
    process = iso27560.record(odd, LATER)["dpv:hasProcess"]
    assert process["dpv:hasPurpose"]["skos:broader"] == {"@id": "dpv:Purpose"}
    assert process["dpv:hasPersonalData"] == [
        {"@type": "dpv:PersonalData", "dct:identifier": "hobby"}
    ]


@pytest.mark.parametrize(
    "events",
    [
        (),
        (StatementEvent(ConsentEventKind.GIVEN, NOON.replace(tzinfo=None)),),
        (
            StatementEvent(ConsentEventKind.WITHDRAWN, NOON + DAY),
            StatementEvent(ConsentEventKind.GIVEN, NOON),
        ),
    ],
    ids=["none", "no zone", "out of order"],
)
def test_a_statement_without_a_sound_history_is_refused(
    events: tuple[StatementEvent, ...],
) -> None:
    """Nothing happened, no time zone or a wrong order: there is no such statement."""
    with pytest.raises(ValueError, match=r"^events: "):
        replace(GIVEN, events=events)
