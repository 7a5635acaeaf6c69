"""The other shapes of a candidate: JSON Resume by its published schema, tables, search profile, CV."""

import csv
import io
import json
from pathlib import Path
from typing import Final

import openpyxl
import pytest
from jsonschema import (  # type: ignore[import-untyped] # ships no types and is used in tests only
    Draft7Validator,
)
from pypdf import PdfReader

from adapters.candidate import FORMATS
from adapters.candidate.json_resume import JsonResume
from adapters.labels import language, occupation
from gateway.domain.deliveries import JsonValue
from gateway.domain.identifiers import FieldName
from tests.edges.adapters.people import catalogue, people, person, rule, written

SCHEMA: Final = Path(__file__).parents[3] / "standards" / "jsonresume" / "schema.json"
GOLDEN: Final = Path(__file__).with_name("golden")
AGENCY: Final = rule("P05", "P05-uitzendbureau_matcher")
SEARCH: Final = rule("P04", "P04-uitzendbureau_matcher")
FIELDS: Final = catalogue().fields
every_format = pytest.mark.parametrize("name", FORMATS)


def test_json_resume_agrees_with_its_schema() -> None:
    """The schema that JSON Resume publishes accepts 300 candidates."""
    validator = Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    for share in people(300, AGENCY):
        assert list(validator.iter_errors(json.loads(written(JsonResume(), [share])))) == []


@every_format
def test_nothing_granted_is_a_sound_file(name: str) -> None:
    """A share without any value is written too, under its reference and no name."""
    form = FORMATS[name](FIELDS)
    assert written(form, [person(1, {})])


def test_a_search_profile_has_no_place_for_identity() -> None:
    """Whatever was granted, even everything, no name, number, contact, birth or origin is in it."""
    for share in people(60):
        text = written(FORMATS["zoekprofiel"](FIELDS), [share]).decode()
        for name in sorted(set(share.values) - SEARCH - {"talen", "werkervaring"}):
            value = share.values[name]
            if isinstance(value, str) and len(value) > len("Friesland"):
                told = {str(share.values.get(field)) for field in SEARCH}
                assert value not in text or any(value in one for one in told)


def test_a_table_has_columns_for_what_was_granted_only() -> None:
    """Headings are Dutch, codes keep their words, and both tables hold the same cells."""
    shares = people(40, AGENCY)
    text = written(FORMATS["kandidaat-csv"](FIELDS), shares).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    labels = {spec.label_nl for spec in FIELDS if spec.name in AGENCY}
    assert set(rows[0]) <= labels | {"Referentie"}
    book = openpyxl.load_workbook(
        io.BytesIO(written(FORMATS["kandidaat-xlsx"](FIELDS), shares)), read_only=True
    )
    sheet = [
        ["" if cell is None else str(cell) for cell in row] for row in book.worksheets[0].values
    ]
    assert sheet == rows
    book.close()


def test_a_cv_is_one_page_in_reading_order() -> None:
    """Even a long life fits on a page: name first, then work, school, languages and skills."""
    jobs: list[JsonValue] = [
        {"beroep": f"Beroep {n}", "sector": "Bouw", "van": str(2000 + n), "taken": "x " * 200}
        for n in range(12)
    ]
    schools: list[JsonValue] = [
        {"naam": f"School {n}", "van": "1990", "status": "Succesvol afgerond"} for n in range(9)
    ]
    share = person(
        1,
        {
            FieldName("roepnaam"): "Layla",
            FieldName("werkervaring"): jobs,
            FieldName("opleidingen"): schools,
            FieldName("talen"): [{"taal": code, "spreken": "B1"} for code in ("ara", "tur", "eng")],
            FieldName("vaardigheden"): [f"vaardigheid {n}" for n in range(30)],
            FieldName("werkambitie"): "Ik wil graag weer bouwen. " * 12,
        },
    )
    reader = PdfReader(io.BytesIO(written(FORMATS["cv-pdf"](FIELDS), [share])))
    (page,) = reader.pages
    text = page.extract_text()
    places = [
        text.index(word) for word in ("Layla", "Beroep 11", "School 8", "Talen", "Vaardigheden")
    ]
    assert places == sorted(places)
    assert reader.metadata is not None
    assert reader.metadata.title == "CV Layla"


def test_a_code_takes_the_nearest_word() -> None:
    """An occupation without a word of its own takes its group's; an unknown language stays a code."""
    assert str(occupation("5120")) == "Koks (5120)"
    assert str(occupation("7213")) == "Metaalarbeiders en monteurs (7213)"
    assert str(language("xxx")) == "xxx"


@pytest.mark.parametrize(
    "name", ["kandidaat-csv", "setu-json", "setu-xml", "json-resume", "zoekprofiel"]
)
def test_golden_file(name: str) -> None:
    """One synthetic candidate is written exactly as the file that was looked at."""
    share = next(one for one in people(60, AGENCY) if len(one.values) > len(AGENCY) - 8)
    form = FORMATS[name](FIELDS)
    assert written(form, [share]) == (GOLDEN / f"kandidaat-{name}{form.suffix}").read_bytes()
