"""Exports over HTTP: asked for, looked after, fetched once; and nothing in them that may not leave."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey

from gateway.actions.export import SEARCH_FORM
from gateway.crypto.packed import texts
from gateway.domain.deliveries import JsonValue
from gateway.domain.exports import TERM
from tests.edges.adapters.people import profiles, rule
from tests.edges.api.door import AGENCY, OTHER, OWN, Door, opened, row, v_nummer
from tests.edges.crypto.test_packed import FORMATS as PACKED

KLANTMANAGER: Final = "gemeente_klantmanager"
MATCHER: Final = "uitzendbureau_matcher"
ZIP: Final = "application/zip"
RICH: Final = 40


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open one gate for all of these tests."""
    folder: Path = tmp_path_factory.mktemp("exports")
    door = opened(folder)
    assert door.deliver(row(RICH, **full())).status_code == 201
    assert door.consent(RICH, "P05", AGENCY).status_code == 201
    yield door
    door.gateway.close()


def full() -> dict[str, JsonValue]:
    """Return everything that is known of a synthetic person, with a number set by law."""
    values = next(one for one in profiles(60) if "werkervaring" in one and "bsn" in one)
    own = ("v_nummer", "opvanglocatie_code", "profiel_peildatum")
    return {str(n): v for n, v in values.items() if n not in own and "koppel" not in n}


def asked(door: Door, role: str = KLANTMANAGER, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - a body
    """Ask for an export and wait until it is whole."""
    body = {"doel": "P02", "formaat": "json"} | more
    answer = door.ask("POST", "/v1/exports", role, json=body)
    assert answer.status_code == 202, answer.text
    where = answer.headers["location"]
    state: dict[str, Any] = door.ask("GET", where, role).json()
    assert state["status"] == "klaar"
    return state | {"waar": where}


def test_a_file_is_asked_for_made_and_fetched_once(door: Door) -> None:
    """202 with an address; there the state; there the file; and after that nothing more."""
    state = asked(door, clientRefs=[door.reference(KLANTMANAGER, OWN)])
    assert (state["totaal"], state["verwerkt"]) == (1, 1)
    got = door.ask("GET", f"{state['waar']}/bestand", KLANTMANAGER)
    assert got.headers["content-type"] == ZIP
    assert got.headers["cache-control"] == "no-store"
    parcel = ZipFile(io.BytesIO(got.content))
    (person,) = json.loads(parcel.read("export.json"))["klantprofielen"]
    assert person["client_ref"] == door.reference(KLANTMANAGER, OWN)
    again = door.ask("GET", f"{state['waar']}/bestand", KLANTMANAGER)
    assert again.status_code == 404
    assert door.ask("GET", state["waar"], KLANTMANAGER).json()["status"] == "opgehaald"


def test_someone_who_is_not_yours_is_not_in_it(door: Door) -> None:
    """A stranger in a selection is named in the manifest as unknown, and nowhere else."""
    refs = [door.reference(KLANTMANAGER, number) for number in (OWN, OTHER)]
    state = asked(door, clientRefs=refs, formaat="csv")
    parcel = ZipFile(io.BytesIO(door.ask("GET", f"{state['waar']}/bestand", KLANTMANAGER).content))
    assert parcel.read("export.csv").decode().count("\r\n") == 2
    manifest = json.loads(parcel.read("manifest.json"))
    assert manifest["geweigerd"] == [{"clientRef": refs[1], "reden": "SUBJECT_UNKNOWN"}]


def test_only_its_asker_has_it(door: Door) -> None:
    """Another town's worker finds nothing there."""
    state = asked(door)
    for after in ("", "/bestand"):
        headers = {"Authorization": f"Bearer {door.token(KLANTMANAGER, 'utrecht')}"}
        assert door.ask("GET", state["waar"] + after, None, headers=headers).status_code == 404


def test_it_runs_out(door: Door) -> None:
    """After its term the state says so and the file is gone."""
    state = asked(door)
    before = door.clock.moment
    door.clock.moment += TERM
    try:
        assert door.ask("GET", state["waar"], KLANTMANAGER).json()["status"] == "verlopen"
        assert door.ask("GET", f"{state['waar']}/bestand", KLANTMANAGER).status_code == 404
    finally:
        door.clock.moment = before


def test_a_file_can_be_encrypted_and_signed(door: Door) -> None:
    """With a key only its holder reads the file; the signature stands in the header."""
    key = ECKey.generate_key("P-256", {"alg": "ECDH-ES", "use": "enc"})
    state = asked(door, sleutel=key.as_dict(private=False), ondertekend=True)
    assert state["sleutelVanDePoort"]["kty"] == "OKP"
    got = door.ask("GET", f"{state['waar']}/bestand", KLANTMANAGER)
    assert got.headers["content-type"] == "application/jose"
    assert got.headers["x-jws-signature"].count("..") == 1
    opened_ = jwe.decrypt_compact(got.content, key, algorithms=["ECDH-ES", "A256GCM"])
    assert opened_.plaintext is not None
    assert "export.json" in ZipFile(io.BytesIO(opened_.plaintext)).namelist()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"formaat": "docx"}, "formaat"),
        ({"velden": ["bestaatNiet"]}, "velden"),
        ({"sleutel": {"kty": "oct", "k": "x"}}, "sleutel"),
        ({"clientRefs": []}, "clientRefs"),
        ({"doel": "P04", "formaat": "csv"}, "doel"),
        ({"anders": 1}, "body"),
    ],
)
def test_a_bad_wish_names_what_is_wrong(door: Door, body: dict[str, Any], field: str) -> None:
    """400 with the field, and never what was sent."""
    whole = {"doel": "P02", "formaat": "json"} | body
    answer = door.ask("POST", "/v1/exports", KLANTMANAGER, json=whole)
    assert answer.status_code == 400
    assert answer.json()["fouten"][0]["veld"] == field


FORMATS: Final = (
    "kandidaat-csv", "kandidaat-xlsx", "setu-json", "setu-xml", "json-resume", "cv-pdf",
)  # fmt: skip
GOVERNMENT: Final = ("json", "xml", "csv", "xlsx", "dossier", "ggm")


@pytest.mark.parametrize("form", GOVERNMENT)
def test_formats_of_government_are_not_for_an_agency(door: Door, form: str) -> None:
    """A caseload, a dossier and the model of municipalities are refused to a private party."""
    body = {"doel": "P05", "formaat": form, "clientRefs": [door.reference(MATCHER, RICH)]}
    answer = door.ask("POST", "/v1/exports", MATCHER, json=body)
    assert answer.status_code == 400
    assert answer.json()["fouten"][0]["veld"] == "formaat"


def test_every_format_of_the_gate_is_among_these(door: Door) -> None:
    """A format that is added and not judged here, or by the firewall's own tests, is seen."""
    formats = door.gateway.actions.exports.press.formats.keys()
    assert formats == {*FORMATS, *GOVERNMENT, SEARCH_FORM} == PACKED.keys()


def _leaves(value: JsonValue) -> Iterator[str]:
    """Yield the texts in a value, however deep they lie."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)


@pytest.mark.parametrize("form", FORMATS)
def test_no_file_tells_an_agency_more_than_its_rule(door: Door, form: str) -> None:
    """In no format, page, title or attachment is a number set by law or a field that was not granted."""
    ref, hers = door.reference(MATCHER, RICH), full() | {"v_nummer": v_nummer(RICH)}
    state = asked(door, MATCHER, doel="P05", formaat=form, clientRefs=[ref])
    data = door.ask("GET", f"{state['waar']}/bestand", MATCHER).content
    told = b"\n".join(texts(data)).decode("utf-8", "replace")
    assert ref in told
    granted: frozenset[str] = rule("P05", "P05-uitzendbureau_matcher")
    allowed = {str(value) for name, value in hers.items() if name in granted}
    kept = {text for n, v in hers.items() if n not in granted for text in _leaves(v)}
    assert {hers["bsn"], hers["v_nummer"]} <= kept
    for value in kept:
        if len(value) > 8 and not any(value in one for one in allowed):
            assert value not in told
