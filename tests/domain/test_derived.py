"""Derived fields follow from delivered values and a day, and from nothing else."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.synthetic import population
from gateway.domain.codes import CodeLists, OpvangLocatie
from gateway.domain.deliveries import JsonValue
from gateway.domain.derived import DERIVABLE, INPUTS, derive, rederived
from gateway.domain.identifiers import FieldName, GemeenteCode
from gateway.domain.parameters import Terms
from policies.catalogue import load
from policies.parameters import load_parameters

DAY = date(2026, 11, 1)
PARAMETERS = load_parameters()
TERMS = PARAMETERS.on(DAY)
CODES = CodeLists(
    enums={},
    gemeenten={GemeenteCode("0243"): "Harderwijk"},
    opvanglocaties={"AZC-HDW-01": OpvangLocatie(GemeenteCode("0243"), "Oost")},
)
ASKING: dict[str, JsonValue] = {
    "geboortedatum": "1990-01-01",
    "doelgroep": "asielzoeker",
    "verblijfstitel_code": "32",
    "asielaanvraag_datum": "2026-05-01",
    "w_document_geldig_tot": "2027-01-01",
}


def derived(day: date = DAY, /, **values: JsonValue) -> dict[str, JsonValue]:
    """Derive from some values."""
    found = derive({FieldName(name): value for name, value in values.items()}, day, CODES, TERMS)
    return {str(name): value for name, value in found.items()}


@pytest.mark.parametrize(
    ("born", "adult", "band"),
    [
        ("2010-11-02", False, None),
        ("2010-11-01", False, "16-17"),
        ("2008-11-02", False, "16-17"),
        ("2008-11-01", True, "18-24"),
        ("2001-11-01", True, "25-34"),
        ("1960-11-01", True, "55-66"),
        ("1959-11-01", True, None),
        ("2008", False, "16-17"),
        ("2007", True, "18-24"),
        ("2008-10", True, "18-24"),
        ("2008-11", False, "16-17"),
        ("2008-12", False, "16-17"),
    ],
)
def test_age_follows_from_birth(born: str, adult: bool, band: str | None) -> None:  # noqa: FBT001 - a table
    """Age turns on the birthday; a birth date known in part counts as its last day."""
    found = derived(geboortedatum=born)
    assert (found["meerderjarig"], found.get("leeftijdsband")) == (adult, band)


def test_nothing_follows_from_nothing() -> None:
    """Where sources are missing, derived fields stay away."""
    assert derived() == {}


@pytest.mark.parametrize(
    ("changed", "note", "may"),
    [
        ({}, "twv_vereist", True),
        ({"asielaanvraag_datum": "2026-05-02"}, "geen_arbeid", False),
        ({"asielaanvraag_datum": None}, "geen_arbeid", False),
        ({"asielaanvraag_datum": None, "twv_status": "aangevraagd"}, "twv_vereist", True),
        ({"asielaanvraag_datum": None, "twv_status": "nog_niet_mogelijk"}, "geen_arbeid", False),
        ({"geboortedatum": "2008-11-02"}, "geen_arbeid", False),
        ({"opvang_door_coa": False}, "geen_arbeid", False),
        ({"opvang_door_coa": True}, "twv_vereist", True),
        ({"w_document_geldig_tot": "2026-11-01"}, "twv_vereist", True),
        ({"w_document_geldig_tot": "2026-10-31"}, "geen_arbeid", False),
        ({"verblijfstitel_code": "26"}, "vrij_twv_niet_vereist", True),
        ({"doelgroep": "statushouder"}, "twv_vereist", True),
        ({"doelgroep": "statushouder", "verblijfstitel_code": None}, "vrij_twv_niet_vereist", True),
        ({"verblijfstitel_code": "27", "geboortedatum": "2010-11-01"}, "vrij_twv_niet_vereist", True),
        ({"verblijfstitel_code": "27", "geboortedatum": "2010-11-02"}, "vrij_twv_niet_vereist", False),
    ],
)  # fmt: skip
def test_the_right_to_work(changed: dict[str, JsonValue], note: str, may: bool) -> None:  # noqa: FBT001 - a table
    """A permit makes work free; without one each condition of the work permit must hold."""
    found = derived(**{name: v for name, v in (ASKING | changed).items() if v is not None})
    assert (found["arbeidsmarktaantekening"], found["mag_werken"]) == (note, may)
    coarse = {"vrij_twv_niet_vereist": "direct", "twv_vereist": "met_vergunning"}
    assert found.get("inzetbaarheid") == coarse.get(note)


def test_the_waiting_period_is_told_of_asylum_seekers_only() -> None:
    """Six months after the application it is over, to the day; with a permit there is none."""
    assert derived(**ASKING)["asiel_wachttijd_voldaan"] is True
    assert derived(date(2026, 10, 31), **ASKING)["asiel_wachttijd_voldaan"] is False
    end_of_month = ASKING | {"asielaanvraag_datum": "2025-08-31"}
    assert derived(date(2026, 2, 27), **end_of_month)["asiel_wachttijd_voldaan"] is False
    assert derived(date(2026, 2, 28), **end_of_month)["asiel_wachttijd_voldaan"] is True
    assert "asiel_wachttijd_voldaan" not in derived(**ASKING | {"verblijfstitel_code": "26"})


def test_other_terms_can_be_set() -> None:
    """The waiting period is a parameter, so that a change of law is a change of number."""
    wait = replace(TERMS.parameters["twv_wait"], value=3)
    three = Terms({**TERMS.parameters, "twv_wait": wait})
    values = {FieldName(k): v for k, v in (ASKING | {"asielaanvraag_datum": "2026-07-20"}).items()}
    assert derive(values, DAY, CODES, TERMS)[FieldName("mag_werken")] is False
    assert derive(values, DAY, CODES, three)[FieldName("mag_werken")] is True


def test_what_was_delivered_goes_first() -> None:
    """A delivered answer on work and years of experience is not derived again."""
    given_values = ASKING | {"mag_werken": False, "ervaring_jaren": 3, "werkervaring": []}
    assert {"mag_werken", "ervaring_jaren"}.isdisjoint(derived(**given_values))


def test_target_dates() -> None:
    """Ten weeks to a home, two weeks to move, ten weeks to the PIP from notice or registration."""
    assert derived(
        koppel_datum="2026-10-01",
        woningaanbod_datum="2026-10-10",
        inburgeringsplicht_kennisgeving="2026-09-01",
    ) == {
        "huisvesting_streefdatum": "2026-12-10",
        "verhuis_streefdatum": "2026-10-24",
        "pip_deadline": "2026-11-10",
    }
    registered = derived(
        inburgeringsplicht_kennisgeving="2026-09-01", brp_inschrijfdatum="2026-09-08"
    )
    assert registered == {"pip_deadline": "2026-11-17"}
    earlier = derived(inburgeringsplicht_kennisgeving="2026-09-01", brp_inschrijfdatum="2026-08-01")
    assert earlier == {"pip_deadline": "2026-11-10"}
    assert derived(brp_inschrijfdatum="2026-08-01") == {}


def test_the_site_tells_town_and_region() -> None:
    """Town and region follow from a known site, and from no other."""
    assert derived(opvanglocatie_code="AZC-HDW-01") == {
        "opvanglocatie_gemeente_code": "0243",
        "coa_regio": "Oost",
    }
    assert derived(opvanglocatie_code="AZC-XXX-99") == {}


@pytest.mark.parametrize(
    ("jobs", "years"),
    [
        ([], 0),
        ([{"van": "2016", "tot": "2018"}], 2),
        ([{"van": "2016", "tot": "2018"}, {"van": "2017", "tot": "2020"}], 4),
        ([{"van": "2010", "tot": "2020"}, {"van": "2012", "tot": "2013"}], 10),
        ([{"van": "2024-11-01"}], 2),
        ([{"van": "2020", "tot": "2018"}], 0),
        ([{"tot": "2018"}, {"beroep": "Kok"}], 0),
        ([{"van": "1930", "tot": "2020"}], 50),
    ],
)
def test_years_of_work_count_once(jobs: list[JsonValue], years: int) -> None:
    """Overlapping jobs count once, an open one runs to the day, and fifty years is the most."""
    assert derived(werkervaring=jobs) == {"ervaring_jaren": years}


@given(st.dates(date(1930, 1, 1), DAY), st.dates(DAY, date(2040, 1, 1)))
def test_nobody_grows_younger(born: date, later: date) -> None:
    """Who is an adult stays one."""
    now = derived(geboortedatum=born.isoformat())["meerderjarig"]
    assert derived(later, geboortedatum=born.isoformat())["meerderjarig"] or not now


PEOPLE = [
    {FieldName(name): value for name, value in person.items()}
    for person in population(300, 7, DAY, load().codes)
]


def test_the_round_looks_at_all_that_derived_fields_follow_from() -> None:
    """Of 300 people, nothing is derived that is not derivable, or from what is no input."""
    for person in PEOPLE:
        whole = derive(person, DAY, CODES, TERMS)
        assert whole.keys() <= DERIVABLE
        looked_at = {n: v for n, v in person.items() if n in INPUTS | DERIVABLE}
        assert derive(looked_at, DAY, CODES, TERMS) == whole


@given(st.sampled_from(PEOPLE), st.integers(0, 9_000))
def test_deriving_anew_is_as_if_delivered_today(
    person: dict[FieldName, JsonValue], days: int
) -> None:
    """What was derived once and is derived again equals what a delivery of today would give."""
    then, now = DAY, DAY + timedelta(days=days)
    plain = {n: v for n, v in person.items() if n not in DERIVABLE}
    stored = plain | derive(plain, then, CODES, PARAMETERS.on(then))
    fresh = rederived(stored, (then, now), CODES, PARAMETERS)
    assert fresh == plain | derive(plain, now, CODES, PARAMETERS.on(now))
    assert rederived(fresh, (now, now), CODES, PARAMETERS) == fresh


def test_what_was_delivered_stays_when_derived_anew() -> None:
    """A derivable value that does not follow from the others came from the source."""
    values: dict[FieldName, JsonValue] = {
        FieldName("geboortedatum"): "2008-11-02",
        FieldName("doelgroep"): "statushouder",
        FieldName("mag_werken"): False,
        FieldName("pip_deadline"): "2027-01-01",
        FieldName("meerderjarig"): False,
    }
    fresh = rederived(values, (DAY, DAY + timedelta(days=1)), CODES, PARAMETERS)
    kept = (FieldName("mag_werken"), FieldName("pip_deadline"))
    assert [fresh[name] for name in kept] == [False, "2027-01-01"]
    assert fresh[FieldName("meerderjarig")] is True
