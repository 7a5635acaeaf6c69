"""The synthetic population is sound as a delivery, varied as a population, and always the same."""

import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice, pairwise
from typing import Any

import pytest
from stdnum.nl import bsn as bsn_check

from adapters.synthetic import population, write_json
from adapters.tvs import Limits, source_for
from gateway.domain.deliveries import DeliveredRow, JsonValue, RowOutcome
from gateway.domain.identifiers import FieldName
from gateway.domain.intake import judge
from policies.catalogue import Catalogue, load

DAY = date(2026, 11, 22)
# Fields the gate makes itself, consents, files, and what comes only later in a life.
NOT_DELIVERED = frozenset({
    "client_ref", "cv_document", "grondslag_code", "profiel_versie", "voorvoegsel",
    "leeftijdsband", "meerderjarig", "opvanglocatie_gemeente_code", "coa_regio",
    "asiel_wachttijd_voldaan", "arbeidsmarktaantekening", "inzetbaarheid", "mag_werken",
    "huisvesting_streefdatum", "verhuis_streefdatum", "pip_deadline", "ervaring_jaren",
    "map_einddatum", "pvt_datum", "dienstverband_eind", "reden_einde_werk",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rows:
    """People as the rows of a delivery."""

    people: list[dict[FieldName, JsonValue]]

    def __iter__(self) -> Iterator[DeliveredRow]:
        """Yield the rows."""
        return (DeliveredRow(row, person) for row, person in enumerate(self.people, start=2))


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """Load the catalogue that comes with the program."""
    return load()


@pytest.fixture(scope="module")
def people(catalogue: Catalogue) -> list[dict[FieldName, JsonValue]]:
    """Draw a population once."""
    return list(population(1_500, 7, DAY, catalogue.codes))


def column(people: list[dict[FieldName, JsonValue]], name: str) -> list[Any]:
    """List the values of a field, where given."""
    return [person[FieldName(name)] for person in people if FieldName(name) in person]


def test_all_are_accepted_without_a_word(
    catalogue: Catalogue, people: list[dict[FieldName, JsonValue]]
) -> None:
    """No synthetic person gives a warning, a hold, a quarantine or a signal, and none changes."""
    for row, person in zip(
        judge(Rows(people), catalogue.fields, catalogue.codes), people, strict=True
    ):
        assert (row.outcome, row.reasons, row.signals) == (RowOutcome.ACCEPTED, (), ())
        assert not row.duplicate
        assert row.values == {name: value for name, value in person.items() if value != []}


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2027, 1, 1), date(2031, 12, 31)])
def test_any_day_will_do(catalogue: Catalogue, day: date) -> None:
    """A population of another day is as sound."""
    rows = Rows(list(population(300, 3, day, catalogue.codes)))
    for row in judge(rows, catalogue.fields, catalogue.codes):
        assert (row.outcome, row.signals) == (RowOutcome.ACCEPTED, ())


def test_a_delivery_is_read_back_whole(
    catalogue: Catalogue, people: list[dict[FieldName, JsonValue]]
) -> None:
    """What is written as a TVS delivery is what the TVS source reads."""
    stream = io.BytesIO()
    write_json(stream, people, DAY)
    stream.seek(0)
    with source_for("x.json", catalogue.fields, Limits()).read(stream) as delivery:
        assert (delivery.blocked_columns, delivery.unknown_columns) == ((), ())
        assert [dict(row.values) for row in delivery.rows] == people


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_delivery_is_json_of_the_agreed_layout(catalogue: Catalogue, count: int) -> None:
    """Supplier, system and as-of date stand above the profiles, however many there are."""
    stream = io.BytesIO()
    write_json(stream, population(count, 7, DAY, catalogue.codes), DAY)
    delivery = json.loads(stream.getvalue())
    assert len(delivery.pop("klantprofielen")) == count
    assert delivery == {"leverancier": "COA", "stelsel": "TVS", "peildatum": "2026-11-22"}


def test_the_seed_decides(catalogue: Catalogue, people: list[dict[FieldName, JsonValue]]) -> None:
    """The same seed gives the same people, however many are asked; another seed gives others."""
    again = list(population(40, 7, DAY, catalogue.codes))
    others = list(population(40, 8, DAY, catalogue.codes))
    assert again == people[:40]
    assert all(one != other for one, other in zip(again, others, strict=True))


def test_no_two_people_share_a_number(people: list[dict[FieldName, JsonValue]]) -> None:
    """V-nummers, BSNs, telephone numbers and addresses are one person's; BSNs are never real."""
    for name in ("v_nummer", "bsn", "telefoonnummer_azc", "email_azc"):
        found = column(people, name)
        assert len(set(found)) == len(found)
    bsns = column(people, "bsn")
    assert len(bsns) > 700
    assert all(number.startswith("9999") and bsn_check.is_valid(number) for number in bsns)


def test_bsns_stay_unique_when_they_run_out(catalogue: Catalogue) -> None:
    """In a population larger than the range each number still belongs to one person."""
    found = column(list(islice(population(40_000, 7, DAY, catalogue.codes), 3_000)), "bsn")
    assert 200 < len(found) == len(set(found))


def test_more_people_than_numbers_are_refused(catalogue: Catalogue) -> None:
    """Above a million the V-nummers would run out, and below nothing there is nobody."""
    for count in (-1, 1_000_001):
        with pytest.raises(ValueError, match="0 to 1,000,000"):
            next(population(count, 7, DAY, catalogue.codes))


def test_the_population_is_mixed(people: list[dict[FieldName, JsonValue]]) -> None:
    """Status, links, minors, statelessness and families come in the shares that are asked for."""
    groups = Counter(column(people, "doelgroep"))
    share = (groups["statushouder"] + groups["nareiziger"]) / len(people)
    assert 0.5 < share < 0.62
    assert groups["asielzoeker"] > 0.35 * len(people)
    towns = Counter(column(people, "koppel_gemeente_code"))
    assert min(towns["0243"], towns["0344"]) > 0.12 * towns.total()
    assert len(towns) > 10
    born = [date.fromisoformat(day) for day in column(people, "geboortedatum")]
    minors = [day for day in born if (DAY.year - day.year) in {16, 17}]
    assert 10 < len(minors) < 0.1 * len(people)
    assert Counter(column(people, "nationaliteit"))["0499"] > 20
    assert set(column(people, "gezinssamenstelling")) == {
        "alleenstaand", "alleenouder", "paar", "gezin_met_kinderen", "amv",
    }  # fmt: skip


def test_the_dossiers_are_rich(
    catalogue: Catalogue, people: list[dict[FieldName, JsonValue]]
) -> None:
    """Every field that a source would deliver is filled for somebody, and most for most."""
    filled = Counter(name for person in people for name in person)
    expected = {
        spec.name
        for spec in catalogue.fields
        if spec.stored
        and spec.name not in NOT_DELIVERED
        and not spec.name.startswith("toestemming_")
    }
    assert expected - filled.keys() == set()
    assert sum(map(len, people)) / len(people) > 80


def test_families_agree(people: list[dict[FieldName, JsonValue]]) -> None:
    """Size and members of a household agree, and a family has one name, town and site."""
    for person in people:
        members = person.get(FieldName("gezinsleden"), [])
        assert isinstance(members, list)
        assert person[FieldName("gezinsgrootte")] == len(members) + 1
    couples = [
        (head, other)
        for head, other in pairwise(people)
        if (partner(head), year(head)) == (year(other), partner(other))
    ]
    assert len(couples) > 0.1 * len(people)
    for head, other in couples:
        for name in ("achternaam", "opvanglocatie_code", "koppel_datum", "asielaanvraag_datum"):
            assert same(head, other, name)


def year(person: Mapping[FieldName, JsonValue]) -> int:
    """Return the year of birth."""
    return int(str(person[FieldName("geboortedatum")])[:4])


def partner(person: Mapping[FieldName, JsonValue]) -> JsonValue:
    """Return the partner's year of birth; absent where there is none."""
    members = person.get(FieldName("gezinsleden"))
    first = members[0] if isinstance(members, list) else None
    couple = isinstance(first, dict) and first["relatie"] == "partner"
    return first["geboortejaar"] if couple and isinstance(first, dict) else None


def same(
    one: Mapping[FieldName, JsonValue], other: Mapping[FieldName, JsonValue], name: str
) -> bool:
    """Tell whether two people have the same value."""
    return one.get(FieldName(name)) == other.get(FieldName(name))


def test_some_move_within_the_month(
    catalogue: Catalogue, people: list[dict[FieldName, JsonValue]]
) -> None:
    """Three weeks earlier the same people are there, and some stay at another site."""
    earlier = list(population(1_500, 7, DAY.replace(day=1), catalogue.codes))
    assert column(earlier, "v_nummer") == column(people, "v_nummer")
    assert column(earlier, "geboortedatum") == column(people, "geboortedatum")
    moved = sum(not same(*pair, "opvanglocatie_code") for pair in zip(earlier, people, strict=True))
    assert 20 < moved < 150
