"""A number that may not leave is seen in whatever it is packed, and other numbers are not."""

import io
from collections.abc import Callable
from functools import partial
from typing import Final
from zipfile import ZipFile

import pytest

from adapters import candidate, tvs
from adapters.dossier import Dossier
from adapters.ggm import GgmJson
from adapters.paper import Attached
from gateway.crypto.firewall import Firewall, ForbiddenNumberError
from gateway.domain.deliveries import JsonValue
from gateway.domain.files import FileFormat
from gateway.domain.identifiers import FieldName
from tests.edges.adapters.people import COVER, catalogue, people, person, rule, written

BSN: Final = "999959086"
FIELDS: Final = catalogue().fields
FORMATS: Final[dict[str, Callable[[], FileFormat]]] = {
    **{name: partial(make, FIELDS) for name, make in tvs.WRITERS.items()},
    **{name: partial(make, FIELDS) for name, make in candidate.FORMATS.items()},
    "dossier": lambda: Dossier(FIELDS, catalogue().codes),
    "ggm": GgmJson,
}
every_format = pytest.mark.parametrize("name", FORMATS)
AGENCY: Final = rule("P05", "P05-uitzendbureau_matcher")


@every_format
def test_a_number_in_a_text_is_seen(name: str) -> None:
    """In every format a BSN that someone wrote into a free text or a list stops the file."""
    told: dict[FieldName, JsonValue] = {
        FieldName("werkambitie"): f"mijn nummer is {BSN}",
        FieldName("vaardigheden"): [f"bsn {BSN}"],
    }
    share = person(1, told)
    with pytest.raises(ForbiddenNumberError):
        Firewall.inspect(written(FORMATS[name](), [share]))


@every_format
def test_what_an_agency_is_granted_passes(name: str) -> None:
    """Files of synthetic candidates, with their telephone numbers and references, are not stopped."""
    few = 1 if "pdf" in name or name == "dossier" else 40
    for share in people(few, AGENCY):
        Firewall.inspect(written(FORMATS[name](), [share]))


def test_it_looks_into_what_is_packed_in_a_parcel() -> None:
    """A parcel in a parcel, a file's name, a comment and an attachment of a PDF are looked at."""
    inner = io.BytesIO()
    with ZipFile(inner, "w") as parcel:
        parcel.writestr("a.txt", BSN)
    outer = io.BytesIO()
    with ZipFile(outer, "w") as parcel:
        parcel.writestr("inner.zip", inner.getvalue())
    named, told = io.BytesIO(), io.BytesIO()
    with ZipFile(named, "w") as parcel:
        parcel.writestr(f"{BSN}.txt", "x")
    with ZipFile(told, "w") as parcel:
        parcel.comment = BSN.encode()
    for data in (outer.getvalue(), named.getvalue(), told.getvalue()):
        with pytest.raises(ForbiddenNumberError):
            Firewall.inspect(data)


def test_it_looks_at_a_pdf_as_its_reader_does() -> None:
    """A number in the title or in an attached file is seen, though no page shows it."""
    for title, attached in ((f"CV {BSN}", b"x"), ("CV", BSN.encode())):
        form = Dossier(FIELDS, catalogue().codes)
        page = form.page(COVER, person(1, {})) | {"reference": title}
        data = form.press.print(page, COVER.at, (Attached("a.txt", "a", attached),))
        with pytest.raises(ForbiddenNumberError):
            Firewall.inspect(data)
