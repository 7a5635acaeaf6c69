"""Dossiers as a file: chosen from the list or from the page, with a BSN only after more proof, once."""

import io
from typing import Final
from zipfile import ZipFile

import openpyxl
import pytest

from tests.edges.api.door import Door, row
from tests.web.visitor import Visitor, signed_in, tree, words

NUMBERS: Final = (42, 43)
BSN: Final = "999959086"
FORM: Final = "//form[@action='/bestanden']"


@pytest.fixture(scope="module", name="people")
def fixture_people(door: Door) -> list[str]:
    """Deliver two people, one with a BSN; return the references of both."""
    first, second = NUMBERS
    assert door.deliver(row(first, bsn=BSN), row(second)).status_code == 201
    return [door.reference("gemeente_klantmanager", number) for number in NUMBERS]


def taken(visitor: Visitor, people: list[str], form: str = "xlsx") -> ZipFile:
    """Ask for a file of people, wait for it as the page does, and fetch it."""
    sent = visitor.submit("/bestanden", persoon=people, formaat=form)
    path = sent.headers["location"]
    assert "Klaar om op te halen" in words(visitor.get(path))
    handed = visitor.submit(f"{path}/ophalen")
    assert 'filename="dossiers.zip"' in handed.headers["content-disposition"]
    assert visitor.submit(f"{path}/ophalen").status_code == 410
    return ZipFile(io.BytesIO(handed.content))


def cells(whole: ZipFile) -> set[str]:
    """Return every text in the workbook."""
    (name,) = (name for name in whole.namelist() if name.endswith(".xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(whole.read(name)), read_only=True)
    rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
    return {str(cell) for row in rows for cell in row if cell is not None}


def test_chosen_people_leave_in_a_workbook_once(sanne: Visitor, people: list[str]) -> None:
    """Whoever is ticked on the list is in the file, and nobody else; without more proof no BSN."""
    listed = tree(sanne.get("/overdrachten")).xpath(f"{FORM}//input[@name='persoon']/@value")
    assert listed
    told = cells(taken(sanne, people))
    assert {f"Voorbeeld{number}" for number in NUMBERS} == {
        one for one in told if one.startswith("Voorbeeld")
    }
    assert BSN not in told


def test_a_bsn_is_in_the_file_after_more_proof(door: Door, people: list[str]) -> None:
    """Who proved herself well takes the number along as she sees it on the page."""
    visitor = signed_in(door)
    assert visitor.submit("/aanmelden/bewijs", terug="/").status_code == 303
    assert BSN in cells(taken(visitor, people[:1]))


def test_a_file_with_a_bsn_is_fetched_after_more_proof_too(door: Door, people: list[str]) -> None:
    """Ordered with more proof, it waits for as much: a later session of hers is asked for it first."""
    visitor, later = signed_in(door), signed_in(door)
    assert visitor.submit("/aanmelden/bewijs", terug="/").status_code == 303
    sent = visitor.submit("/bestanden", persoon=people[:1], formaat="xlsx")
    path = sent.headers["location"]
    asked = later.submit(f"{path}/ophalen")
    assert asked.headers.get("location") == f"/aanmelden/extra?terug={path}"
    assert later.submit("/aanmelden/bewijs", terug=path).headers["location"] == path
    assert BSN in cells(ZipFile(io.BytesIO(later.submit(f"{path}/ophalen").content)))


def test_a_dossier_offers_paper_and_a_workbook(sanne: Visitor, people: list[str]) -> None:
    """The page of one person has a button a format, and names her alone; agencies' formats are not hers."""
    (form,) = tree(sanne.get(f"/overdrachten/{people[0]}")).xpath(FORM)
    assert form.xpath(".//button/@value") == ["dossier", "xlsx"]
    assert form.xpath(".//input[@name='persoon']/@value") == people[:1]
    assert sanne.submit("/bestanden", persoon=people[0], formaat="setu-json").status_code == 400
    asked = sanne.submit("/bestanden", persoon=people[0], formaat="dossier")
    assert "PDF" in words(sanne.follow(asked))
