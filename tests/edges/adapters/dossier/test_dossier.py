"""The handover dossier, seen with other people's tools: tags, fonts, order of text, what is attached."""

import io
import json
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from adapters import paper
from adapters.dossier import Dossier
from adapters.dossier.own import OwnDossier
from adapters.paper import PaperUnavailableError, Press
from gateway.domain.deliveries import JsonValue
from gateway.domain.files import Duty, Person
from gateway.domain.identifiers import FieldName
from tests.edges.adapters.people import COVER, catalogue, person, profiles, rule, written

P02 = rule("P02", "P02-gemeente_klantmanager") | rule("P02", "P02-gemeente_klantmanager-work")
FORM = Dossier(catalogue().fields, catalogue().codes)


@cache
def share() -> Person:
    """Make a share with values, one missing field, and two that were refused."""
    full = next(one for one in profiles(60) if "overdracht_notitie" in one)
    values = {name: value for name, value in full.items() if name in P02}
    return person(
        7,
        values,
        missing=(FieldName("brp_inschrijfdatum"),),
        refused=(
            (FieldName("hard_medische_behandeling"), "SPECIAL_CATEGORY"),
            (FieldName("herkomstland"), "FIELD_NOT_IN_PURPOSE"),
        ),
        duties=(Duty("P02-gemeente_klantmanager", "5 jaar na einde plicht", tuple(values)),),
        entry=UUID(int=9),
        index=412,
        since=dict.fromkeys(values, "2026-10-28"),
    )


@cache
def printed() -> bytes:
    """Print the dossier once."""
    return written(FORM, [share()])


@cache
def text() -> str:
    """Return the text of all pages in reading order."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(printed())).pages)


def test_it_is_tagged_dutch_and_archivable() -> None:
    """It has a structure tree, a language, and says of itself that it is PDF/A-3a."""
    root: Any = PdfReader(io.BytesIO(printed())).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "nl"
    tags = set(_tags(root["/StructTreeRoot"]))
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L"} <= tags
    metadata = root["/Metadata"].get_data().decode()
    assert 'pdfaid:part="3"' in metadata or "<pdfaid:part>3" in metadata
    assert 'pdfaid:conformance="A"' in metadata or "<pdfaid:conformance>A" in metadata


def test_every_font_is_embedded() -> None:
    """No page relies on a font that the reader's machine may not have."""
    fonts: list[Any] = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        for page in PdfReader(io.BytesIO(printed())).pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]  # pypdf's own dict
    ]
    assert fonts
    assert all("/FontFile2" in one or "/FontFile3" in one for one in fonts)


def test_it_follows_the_brede_intake() -> None:
    """Chapters stand in the order of the conversation, then what is missing and what was withheld."""
    order = ("Persoon", "Contact", "Gezin", "Taal", "Opleiding", "Werk", "Voorinburgering",
             "Wat ontbreekt", "Wat niet is verstrekt", "Bewaren")  # fmt: skip
    places = [text().index(f"\n{title}\n") for title in order]
    assert places == sorted(places)


def test_each_item_tells_its_source_and_day() -> None:
    """Beside a value stand where it came from and since when, in Dutch form."""
    line = text()[text().index("Achternaam") :]
    name = str(share().values[FieldName("achternaam")])
    assert line.index(name) < line.index("TVS") < line.index("28-10-2026")


def test_codes_have_their_names_beside_them() -> None:
    """Country, nationality, language and occupation; a code of no table stands as it is."""
    values: dict[FieldName, JsonValue] = {
        FieldName("nationaliteit"): "0084",
        FieldName("geboorteland"): "9003",
        FieldName("herkomstland"): "ER",
        FieldName("moedertaal"): "tir",
        FieldName("talen"): [{"taal": "tir", "spreken": "C2"}],
        FieldName("beroepen_gewenst"): ["7212", "http://example.org/esco"],
        FieldName("rijbewijs"): {"categorie": "B", "land": "ZZZ"},
    }
    chapters: Any = FORM.page(COVER, person(1, values))["chapters"]
    lines = [line for chapter in chapters for item in chapter.items for line in item.lines]
    assert sorted(lines) == [
        "Eritrea (9003)",
        "Eritrea (ER)",
        "Eritrese (0084)",
        "Lassers en snijbranders (7212)",
        "Tigrinya (tir)",
        "categorie: B; land: ZZZ",
        "http://example.org/esco",
        "taal: Tigrinya (tir); spreken: C2",
    ]


def test_it_says_for_whom_and_until_when() -> None:
    """Recipient, purpose and term stand on the first page and under every page."""
    for page in PdfReader(io.BytesIO(printed())).pages:
        foot = page.extract_text()
        assert "Gemeente Harderwijk" in foot
        assert "te gebruiken tot 03-11-2026" in foot


def test_what_was_withheld_is_named_with_its_reason_only() -> None:
    """A refused field is there by its label under the reason; a missing one under what is missing."""
    withheld = text()[text().index("Wat niet is verstrekt") :]
    assert "Land van herkomst" in withheld
    assert "hoort niet bij dit doel" in withheld
    missing = text()[text().index("Wat ontbreekt") : text().index("Wat niet is verstrekt")]
    assert "Datum inschrijving BRP" in missing


def test_the_same_data_are_attached_for_machines() -> None:
    """dossier.json holds exactly what was granted, in the names of the dictionary."""
    (attached,) = PdfReader(io.BytesIO(printed())).attachments["dossier.json"]
    data = json.loads(attached)
    assert data["velden"] == dict(share().values)
    assert data["ontbreekt"] == ["brp_inschrijfdatum"]
    assert {one["veld"] for one in data["geweigerd"]} == {
        "hard_medische_behandeling",
        "herkomstland",
    }


def test_text_is_black_and_the_watermark_pale() -> None:
    """In black-and-white print all words stay readable, and the watermark stands in no one's text."""
    assert text().count(COVER.title) == 1 + len(PdfReader(io.BytesIO(printed())).pages)


def test_hostile_text_is_text() -> None:
    """Markup in a value is printed as it stands."""
    page = FORM.press.page(
        FORM.page(COVER, person(1, {FieldName("roepnaam"): "<script>\u202ex</script>"}))
    )
    assert "&lt;script&gt;x&lt;/script&gt;" in page


def test_without_its_libraries_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Pango is not there, the error names the packages; nothing else breaks."""

    def absent(name: str) -> None:
        raise OSError(f"cannot load library {name}")

    paper._weasyprint.cache_clear()
    monkeypatch.setattr(paper, "import_module", absent)
    with pytest.raises(PaperUnavailableError, match="libpango"):
        written(FORM, [share()])
    paper._weasyprint.cache_clear()


def test_a_page_reaches_nothing_outside(tmp_path: Path) -> None:
    """A template that names another file, or an address, is not printed."""
    (tmp_path / "evil.html").write_text('<img src="file:///etc/hostname"><p>x</p>')
    with pytest.raises(PaperUnavailableError, match="not ours"):
        Press(tmp_path, "evil.html").print({}, COVER.at)


def _tags(node: object) -> list[str]:
    found: Any = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(found, list):
        return [tag for child in found for tag in _tags(child)]
    if not hasattr(found, "get"):
        return []
    own = [str(found["/S"])] if "/S" in found else []
    return own + (_tags(found["/K"]) if "/K" in found else [])


def test_a_resident_s_own_copy_has_her_data_and_no_duties() -> None:
    """The same chapters under another head: nothing refused, no term, no mark of a recipient."""
    own = OwnDossier(FORM)
    page = own.press.page(FORM.page(COVER, share()))
    assert "<h1>Mijn gegevens</h1>" in page
    shown = next(str(one) for one in share().values.values() if isinstance(one, str))
    assert shown in page
    for word in ("Te gebruiken tot", "Wat niet is verstrekt", "Bewaren", COVER.recipient_name):
        assert word not in page
    assert written(own, [person(7, {FieldName("roepnaam"): "Selam"})]).startswith(b"%PDF")
