"""The code lists are read from the dictionary and the lists beside it."""

import csv
from pathlib import Path

import pytest

import policies
from adapters.synthetic.names import BACKGROUNDS
from gateway.domain.codes import OpvangLocatie
from gateway.domain.fields import FieldSpec, Sensitivity
from gateway.domain.identifiers import FieldName, GemeenteCode
from policies.catalogue import Catalogue
from policies.vocabulary import codes_of

CODES = Path(policies.__file__).with_name("codes")


@pytest.mark.parametrize(
    ("field", "codes"),
    [
        ("geslacht", {"M", "V", "O"}),
        ("alfabetisering", {"A", "AA", "NVT"}),
        ("leerroute", {"B", "O", "Z"}),
        ("nt2_niveau_spreken", {"<A1", "A1-", "A1", "A2", "B1", "B2"}),
        ("nt2_niveau_lezen", {"<A1", "A1-", "A1", "A2", "B1", "B2"}),
        ("engels_niveau", {"geen", "A1", "A2", "B1", "B2", "C1", "C2"}),
        ("woning_aanpassing_functioneel", {"geen", "gelijkvloers", "rolstoel", "nabij_zorg"}),
        ("nt2_presentie", {"Nooit aanwezig", "Wel/niet aanwezig", "Altijd aanwezig"}),
        ("werktijden", {"dag", "avond", "nacht", "weekend", "ploegen"}),
        ("verblijfstitel_code", {"26", "27", "32"}),
        ("doelgroep", {"asielzoeker", "statushouder", "nareiziger", "gezinsmigrant"}),
    ],
)
def test_codes_of_a_field(field: str, codes: set[str], catalogue: Catalogue) -> None:
    """A coded field may hold exactly the codes of its list, without words of explanation."""
    assert catalogue.codes.enums[FieldName(field)] == codes


def test_every_enum_is_coded_but_the_one_without_a_list(catalogue: Catalogue) -> None:
    """Only the COA regions have no published list of codes."""
    enums = {spec.name for spec in catalogue.fields if spec.type == "enum"}
    assert enums - catalogue.codes.enums.keys() == {"coa_regio"}


@pytest.mark.parametrize(
    "field", ["gezinsleden", "talen", "rijbewijs", "achternaam", "isced_niveau"]
)
def test_fields_without_codes(field: str, catalogue: Catalogue) -> None:
    """Objects, numbers and free text are not coded, even where their description lists words."""
    assert FieldName(field) not in catalogue.codes.enums


def test_ranges_are_written_out(catalogue: Catalogue) -> None:
    """A range of levels in the dictionary stands for each level in it."""
    levels = catalogue.codes.enums[FieldName("diplomawaardering_niveau")]
    assert {"mbo-1", "mbo-2", "mbo-3", "mbo-4"} < levels
    assert len(levels) == 11


def test_lists_are_complete(catalogue: Catalogue) -> None:
    """There are 26 SETU categories, 35 labour market regions and 342 municipalities."""
    enums = catalogue.codes.enums
    assert len(enums[FieldName("setu_beroepscategorie")]) == 26
    for field in ("arbeidsmarktregio", "regioadvies", "zacht_netwerk_regio"):
        assert len(enums[FieldName(field)]) == 35
    assert len(catalogue.codes.gemeenten) == 342


def test_reception_sites_know_their_place(catalogue: Catalogue) -> None:
    """A site leads to its municipality and COA region."""
    harderwijk = GemeenteCode("0243")
    assert catalogue.codes.opvanglocaties["AZC-HDW-01"] == OpvangLocatie(harderwijk, "Oost")
    assert catalogue.codes.gemeenten[harderwijk] == "Harderwijk"


def test_a_list_of_its_own_name_goes_first() -> None:
    """A field with its own code list takes that, whatever its description says."""
    spec = FieldSpec(
        0, FieldName("kleur"), "", "", "enum", "a | b", Sensitivity.S1, stored=True, source=""
    )
    assert codes_of(spec, {"kleur": {"rood"}}) == {"rood"}
    assert codes_of(spec, {}) == {"a", "b"}


def test_countries_and_nationalities_have_names(catalogue: Catalogue) -> None:
    """Those that ended are known too: people were born there, and hold old papers."""
    codes = catalogue.codes
    assert (codes.landen["7009"], codes.landen["9049"]) == ("Syrië", "Sovjet-Unie")
    assert (codes.nationaliteiten["0336"], codes.nationaliteiten["0499"]) == (
        "Syrische",
        "Staatloos",
    )
    assert (len(codes.landen), len(codes.nationaliteiten)) == (390, 217)


def test_synthetic_people_have_nationalities_of_the_table(catalogue: Catalogue) -> None:
    """What stands in the population is what the BRP calls by that code."""
    names = {one.land: catalogue.codes.nationaliteiten[one.nationaliteit] for one in BACKGROUNDS}
    assert names == {
        "SY": "Syrische",
        "ER": "Eritrese",
        "IQ": "Iraakse",
        "AF": "Afghaanse",
        "TR": "Turkse",
        "UA": "Oekraïense",
        "SO": "Somalische",
    }


def test_every_table_has_a_version_and_a_source() -> None:
    """Each table of codes is listed once, with its state and where it comes from."""
    with (CODES / "versions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["table"] for row in rows] == sorted(one.name for one in CODES.glob("*.csv"))
    assert all(row["version"] and row["source"] for row in rows)
