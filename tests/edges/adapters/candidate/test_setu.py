"""SETU HumanResource: valid by SETU's own schemas, and empty where an offer must be empty."""

import json
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
import yaml
from defusedxml.ElementTree import fromstring
from jsonschema import (  # type: ignore[import-untyped] # ships no types and is used in tests only
    Draft202012Validator,
)
from lxml import etree

from adapters.candidate.setu import NAMESPACE, SetuJson, SetuXml
from gateway.domain.deliveries import JsonValue
from gateway.domain.files import Person
from gateway.domain.identifiers import FieldName
from tests.edges.adapters.people import people, person, rule, written

AGENCY = rule("P05", "P05-uitzendbureau_matcher")
IDENTITY = {
    "legalId", "birthDate", "gender", "primaryLanguage", "birthPlace", "nationality",
    "legalDocuments", "residenceAddress",
}  # fmt: skip


def message(share: Person) -> dict[str, Any]:
    """Write one candidate as JSON and read it."""
    found: dict[str, Any] = json.loads(written(SetuJson(), [share]))
    return found


@pytest.mark.parametrize("granted", [AGENCY, rule("P05", "P05-werkgever"), None])
def test_an_offer_names_a_person_and_tells_no_more_of_her(
    granted: frozenset[FieldName] | None,
) -> None:
    """Whatever was granted, even everything: a formatted name only, no identity and no contact."""
    for share in people(60, granted):
        told = message(share)["person"]
        assert told.keys() == {"id", "name", "communication"}
        assert told["name"].keys() == {"formattedName"}
        assert told["communication"] == {}
        text = json.dumps(message(share), ensure_ascii=False)
        for name in ("telefoonnummer_azc", "email_azc", "v_nummer", "bsn", "geboortedatum"):
            value = share.values.get(FieldName(name))
            assert value is None or str(value) not in text


def test_codes_stand_beside_their_words() -> None:
    """Occupations carry their ISCO code with its list, languages their ISO code."""
    share = person(
        1,
        {
            FieldName("beroepen_gewenst"): ["5120", "https://example.org/esco/occupation/1"],
            FieldName("talen"): [{"taal": "tir", "spreken": "C1"}],
            FieldName("werkervaring"): [{"beroep": "Kok", "isco": "5120", "van": "2015"}],
        },
    )
    found = message(share)["profiles"]["qualifications"]
    named = {one["competencyName"]: one.get("competencyIds") for one in found}
    assert named == {
        "Kok": {"value": "5120", "schemeAgencyId": "ISCO-08"},
        "Koks": {"value": "5120", "schemeAgencyId": "ISCO-08"},
        "https://example.org/esco/occupation/1": {
            "value": "https://example.org/esco/occupation/1",
            "schemeAgencyId": "ESCO",
        },
        "Tigrinya": {"value": "tir", "schemeAgencyId": "ISO-639-3"},
    }


def test_a_period_that_is_not_exact_is_told_in_words() -> None:
    """SETU's dates are days: a year goes into the description, a day into its own member."""
    jobs: list[JsonValue] = [
        {"beroep": "Kok", "van": "2015", "tot": "2019-03"},
        {"beroep": "Bakker", "van": "2020-01-02", "tot": "2021-03-04"},
    ]
    found = message(person(1, {FieldName("werkervaring"): jobs}))["profiles"]["qualifications"]
    assert [one.get("startDate") for one in found] == [None, "2020-01-02"]
    assert found[0]["description"].endswith("2015 tot 2019-03")


def test_xml_says_what_json_says() -> None:
    """Both forms have the same members in the same order."""
    for share in people(20, AGENCY):
        root = fromstring(written(SetuXml(), [share]))
        assert root.tag == f"{{{NAMESPACE}}}HumanResource"
        assert _flat(root) == _names(message(share))


def test_hostile_text_stays_text_in_xml() -> None:
    """Markup in a value is a value; characters nobody sees are gone."""
    share = person(1, {FieldName("roepnaam"): "</name><bsn>\u202e & x"})
    root = fromstring(written(SetuXml(), [share]))
    name = root.find(f".//{{{NAMESPACE}}}formattedName")
    assert name is not None
    assert name.text == "</name><bsn> & x"


def test_setu_agrees_with_the_json(setu_schemas: Path) -> None:
    """SETU's own JSON Schema accepts 300 candidates."""
    schema = yaml.safe_load((setu_schemas / "HumanResource.yml").read_text())
    validator = Draft202012Validator(schema)
    for share in people(300, AGENCY):
        assert list(validator.iter_errors(message(share))) == []


def test_setu_agrees_with_the_xml(setu_schemas: Path) -> None:
    """SETU's own XSD accepts 300 candidates."""
    schema = etree.XMLSchema(etree.parse(str(setu_schemas / "HumanResource.xsd")))
    for share in people(300, AGENCY):
        schema.assertValid(etree.fromstring(written(SetuXml(), [share])))


def _flat(element: Element) -> list[str]:
    return [
        name
        for child in element
        for name in (child.tag.removeprefix(f"{{{NAMESPACE}}}"), *_flat(child))
    ]


def _names(value: object) -> list[str]:
    if not isinstance(value, dict):
        return []
    found: list[str] = []
    for name, inner in value.items():
        for item in inner if isinstance(inner, list) else [inner]:
            found += [name, *_names(item)]
    return found
