"""Every row of a delivery gets one outcome, with reasons that name a field and never a value."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.nl import bsn as bsn_check

from gateway.domain.codes import CodeLists
from gateway.domain.deliveries import DeliveredRow, JsonValue, JudgedRow, RowOutcome
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import FieldName
from gateway.domain.intake import DeliveryReport, ReportLine, judge
from policies.catalogue import load

Values = Mapping[str, JsonValue]
Judge = Callable[..., list[JudgedRow]]

SOUND: dict[str, JsonValue] = {
    "v_nummer": "0307000001",
    "bsn": "999959086",
    "achternaam": "Haddad",
    "voornamen": "Layla",
    "geslacht": "V",
    "geboortedatum": "1990-02-28",
    "nationaliteit": "0338",
    "doelgroep": "statushouder",
    "verblijfstitel_code": "26",
    "koppel_gemeente_code": "0243",
    "koppel_datum": "2026-10-13",
    "koppel_status": "gekoppeld",
    "werkambitie": "Ik wil graag in de techniek werken.",
    "profiel_peildatum": "2026-11-01",
}


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows numbered from 2 that can be read again and again."""

    profiles: Sequence[Values]

    def __iter__(self) -> Iterator[DeliveredRow]:
        """Yield the rows."""
        for row, profile in enumerate(self.profiles, start=2):
            yield DeliveredRow(row, {FieldName(name): value for name, value in profile.items()})


@pytest.fixture(scope="session")
def words() -> tuple[FieldDictionary, CodeLists]:
    """Load the dictionary and the code lists."""
    catalogue = load()
    return catalogue.fields, catalogue.codes


@pytest.fixture(scope="session")
def judged(words: tuple[FieldDictionary, CodeLists]) -> Judge:
    """Judge profiles as the rows of one delivery."""

    def judging(*profiles: Values) -> list[JudgedRow]:
        return list(judge(Rows(profiles), *words))

    return judging


@pytest.fixture(scope="session")
def one(judged: Judge) -> Callable[..., JudgedRow]:
    """Judge the sound profile with some values changed."""

    def judging(**changed: JsonValue) -> JudgedRow:
        return judged(SOUND | changed)[0]

    return judging


One = Callable[..., JudgedRow]


def value(row: JudgedRow, name: str) -> JsonValue:
    """Read one clean value."""
    return row.values.get(FieldName(name))


def test_a_sound_row_is_accepted_as_it_is(one: One) -> None:
    """Nothing is said of a sound row, and its values stay."""
    row = one()
    assert (row.outcome, row.reasons, row.signals) == (RowOutcome.ACCEPTED, (), ())
    assert row.values == SOUND
    assert row.v_nummer == "0307000001"


@pytest.mark.parametrize("empty", [None, "", "  ", "\t", [], {}])
def test_an_empty_value_is_absent(one: One, empty: JsonValue) -> None:
    """A value that says nothing is left out."""
    row = one(roepnaam=empty)
    assert row.outcome is RowOutcome.ACCEPTED
    assert FieldName("roepnaam") not in row.values


CLEANED: list[tuple[str, JsonValue, JsonValue]] = [
    ("achternaam", " Haddad ", "Haddad"),
    ("achternaam", "Mu\u0308ller", "Müller"),
    ("geboortedatum", "28-02-1990", "1990-02-28"),
    ("koppel_datum", "1-3-2026", "2026-03-01"),
    ("gezinsgrootte", " 3", 3),
    ("gezinsgrootte", 3, 3),
    ("tolk_nodig", "Ja", True),
    ("tolk_nodig", False, False),
    ("tolk_nodig", 0, False),
    ("geslacht", "v", "V"),
    ("nt2_niveau_spreken", "a1-", "A1-"),
    ("opvanglocatie_code", "azc-hdw-01", "AZC-HDW-01"),
    ("telefoonnummer_azc", "06 0008 4115", "+31600084115"),
    ("telefoonnummer_azc", "0031-600084115", "+31600084115"),
    ("email_azc", "bewoner1@example.org", "bewoner1@example.org"),
    ("bemiddelingspostcode4", 3841, "3841"),
    ("rijbewijs", "b", {"categorie": "B"}),
    ("rijbewijs", {"categorie": "C", "land": "SY"}, {"categorie": "C", "land": "SY"}),
    ("werktijden", ["DAG", "", "nacht"], ["dag", "nacht"]),
    ("beroepen_gewenst", ["7212", "http://data.europa.eu/esco/x"], ["7212", "http://data.europa.eu/esco/x"]),
    ("opleidingen", [{"naam": "Economie", "van": "2006", "tot": "06-2009", "diploma": "ja", "land": ""}],
     [{"naam": "Economie", "van": "2006", "tot": "2009-06", "diploma": True}]),
    ("gezinsleden", [{"relatie": "Kind", "geboortejaar": "2019"}], [{"relatie": "kind", "geboortejaar": 2019}]),
    ("toestemming_tijdstip", "2026-11-01T10:00:00+01:00", "2026-11-01T09:00:00+00:00"),
    ("toestemming_id", "0F8FAD5B-D9CB-469F-A165-70867728950E", "0f8fad5b-d9cb-469f-a165-70867728950e"),
    ("casemanager_coa", {"naam": "A", "telefoon": "+31850000100"}, {"naam": "A", "telefoon": "+31850000100"}),
    ("regioadvies", "midden-utrecht", "Midden-Utrecht"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "raw", "clean"), CLEANED)
def test_values_are_cleaned(one: One, name: str, raw: JsonValue, clean: JsonValue) -> None:
    """What is sound in another spelling is kept in one, without a word."""
    row = one(**{name: raw})
    assert (row.outcome, row.reasons) == (RowOutcome.ACCEPTED, ())
    assert value(row, name) == clean


UNFIT: list[tuple[str, JsonValue, str]] = [
    ("v_nummer", "", "v_nummer: missing"),
    ("v_nummer", None, "v_nummer: missing"),
    ("v_nummer", "030700000A", "v_nummer: not a number of 10 digits"),
    ("v_nummer", "03070000011", "v_nummer: not a number of 10 digits"),
    ("v_nummer", "0000000000", "v_nummer: not a number of 10 digits"),
    ("v_nummer", True, "v_nummer: must be text"),
    ("bsn", "999959087", "bsn: fails the 11-proef"),
    ("bsn", "99995908", "bsn: fails the 11-proef"),
    ("bsn", "000000000", "bsn: fails the 11-proef"),
    ("achternaam", "x" * 201, "achternaam: longer than 200 characters"),
    ("achternaam", {"naam": "Haddad"}, "achternaam: must be text"),
    ("achternaam", ["Haddad"], "achternaam: must be text"),
    ("achternaam", "Rahimi\u202e", "achternaam: holds a bidirectional control character"),
    ("achternaam", "\u200fRahimi", "achternaam: holds a bidirectional control character"),
    ("achternaam", "Ra\u2066himi", "achternaam: holds a bidirectional control character"),
    ("achternaam", "Rahimi\x00", "achternaam: holds a control character"),
    ("achternaam", "Rahimi\x85", "achternaam: holds a control character"),
    ("koppel_gemeente_code", "02\u202e43", "koppel_gemeente_code: holds a bidirectional control character"),
    ("geboortedatum", "31-02-1990", "geboortedatum: impossible date"),
    ("geboortedatum", "1990-13-01", "geboortedatum: impossible date"),
    ("geboortedatum", "1990-00-05", "geboortedatum: impossible date"),
    ("geboortedatum", "0990-01-05", "geboortedatum: impossible date"),
    ("geboortedatum", "2026-11-02", "geboortedatum: impossible date, after profiel_peildatum"),
    ("geboortedatum", "gisteren", "geboortedatum: not a date"),
    ("geboortedatum", "02/28/1990", "geboortedatum: not a date"),
    ("koppel_datum", "2026-10", "koppel_datum: not a full date"),
    ("nt2_niveau_spreken", "heel goed", "nt2_niveau_spreken: unknown code"),
    ("opvanglocatie_code", "AZC-XXX-99", "opvanglocatie_code: unknown code"),
    ("verblijfstitel_code", "99", "verblijfstitel_code: unknown code"),
    ("koppel_gemeente_code", "9999", "koppel_gemeente_code: unknown municipality code"),
    ("hard_familie_gemeente_code", "34", "hard_familie_gemeente_code: unknown municipality code"),
    ("nationaliteit", "Syrië", "nationaliteit: not a code of four digits"),
    ("moedertaal", "Arabisch", "moedertaal: not an ISO 639-3 code"),
    ("gezinsgrootte", "21", "gezinsgrootte: not between 1 and 20"),
    ("gezinsgrootte", -1, "gezinsgrootte: not between 1 and 20"),
    ("gezinsgrootte", "drie", "gezinsgrootte: not a whole number"),
    ("gezinsgrootte", True, "gezinsgrootte: must be text"),
    ("beschikbaar_uren", 41, "beschikbaar_uren: not between 0 and 40"),
    ("tolk_nodig", "soms", "tolk_nodig: neither ja nor nee"),
    ("telefoonnummer_azc", "12345", "telefoonnummer_azc: not a telephone number"),
    ("email_azc", "bewoner1 at example.org", "email_azc: not an e-mail address"),
    ("email_azc", "a@b", "email_azc: not an e-mail address"),
    ("bemiddelingspostcode4", "0841", "bemiddelingspostcode4: not a postcode of four digits"),
    ("werktijden", "dag", "werktijden: must be a list"),
    ("werktijden", ["dag", "ochtend"], "werktijden: unknown code"),
    ("vaardigheden", ["x"] * 201, "vaardigheden: more than 200 items"),
    ("beroepen_gewenst", ["Kok"], "beroepen_gewenst: not an ISCO or ESCO code"),
    ("opleidingen", ["Economie"], "opleidingen: must be a group of named values"),
    ("opleidingen", [{"kleur": "rood"}], "opleidingen: holds an unknown name"),
    ("opleidingen", [{"van": "2006-31"}], "opleidingen.van: impossible date"),
    ("werkervaring", [{"isco": "512"}], "werkervaring.isco: not an ISCO code of four digits"),
    ("gezinsleden", [{"relatie": "buurman"}], "gezinsleden.relatie: unknown code"),
    ("participatie_activiteiten", [{"uren": 200}], "participatie_activiteiten.uren: not between 0 and 168"),
    ("casemanager_coa", {"email": "x"}, "casemanager_coa.email: not an e-mail address"),
    ("toestemming_tijdstip", "2026-11-01T10:00:00", "toestemming_tijdstip: a moment without a time zone"),
    ("toestemming_tijdstip", "0001-01-01T00:00:00+14:00", "toestemming_tijdstip: not a moment in ISO 8601"),
    ("toestemming_tijdstip", "straks", "toestemming_tijdstip: not a moment in ISO 8601"),
    ("toestemming_id", "1", "toestemming_id: not a UUID"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "raw", "reason"), UNFIT)
def test_what_cannot_be_right_is_quarantined(
    one: One, name: str, raw: JsonValue, reason: str
) -> None:
    """The reason names field and fault, and the row keeps its values as they came."""
    row = one(**{name: raw})
    assert (row.outcome, row.reasons) == (RowOutcome.QUARANTINED, (reason,))
    assert row.values == SOUND | {name: raw}


def test_every_fault_of_a_row_is_named(one: One) -> None:
    """A row with several faults tells all of them at once."""
    row = one(bsn="123", geslacht="X", geboortedatum="31-02-1990")
    assert len(row.reasons) == 3


WARNED: list[tuple[str, JsonValue, JsonValue, str]] = [
    ("v_nummer", " 307000001", "0307000001", "v_nummer: shorter than 10 digits, zeros put back"),
    ("v_nummer", 307000001, "0307000001", "v_nummer: shorter than 10 digits, zeros put back"),
    ("geboortedatum", "1988", "1988", "geboortedatum: partial birth date"),
    ("geboortedatum", "1988-05", "1988-05", "geboortedatum: partial birth date"),
    ("geboortedatum", "05-1988", "1988-05", "geboortedatum: partial birth date"),
    ("geboortedatum", "00-00-1988", "1988", "geboortedatum: partial birth date"),
    ("geboortedatum", "1988-05-00", "1988-05", "geboortedatum: partial birth date"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "raw", "clean", "reason"), WARNED)
def test_what_is_odd_but_sound_is_warned_of(
    one: One, name: str, raw: JsonValue, clean: JsonValue, reason: str
) -> None:
    """A number that lost its zeros and a birth date known in part are accepted with a warning."""
    row = one(**{name: raw})
    assert (row.outcome, row.reasons) == (RowOutcome.WARNING, (reason,))
    assert value(row, name) == clean
    assert row.v_nummer == "0307000001"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "@SUM(A1)", "\t=1", "\rx", "+cmd", "-1+1", "+31 6a", "- vrij", " =1+1", "\n@x"],
)
def test_text_that_begins_like_a_formula_is_warned_of(one: One, text: str) -> None:
    """What a spreadsheet would run is kept as text, with a warning."""
    row = one(werkambitie=text)
    assert row.outcome is RowOutcome.WARNING
    assert row.reasons == ("werkambitie: begins like a spreadsheet formula, kept as text",)
    assert value(row, "werkambitie") == text.strip()


@pytest.mark.parametrize("text", ["+31 6 0008 4115", "-40", "-", "+", "a=b", "1+1", "'=1"])
def test_numbers_with_a_sign_are_no_formula(one: One, text: str) -> None:
    """A sign before digits and spaces only, or anything further on, is plain text."""
    assert one(werkambitie=text).outcome is RowOutcome.ACCEPTED


def test_a_formula_in_a_group_is_warned_of(one: One) -> None:
    """Text inside lists and groups is looked at too."""
    row = one(werkervaring=[{"beroep": "=x"}], vaardigheden=["@x"])
    assert row.reasons == (
        "werkervaring.beroep: begins like a spreadsheet formula, kept as text",
        "vaardigheden: begins like a spreadsheet formula, kept as text",
    )


HELD = [
    ("Ik heb diabetes en een rugblessure maar wil graag werken.", "health"),
    ("Ik ben vaak ziek", "health"),
    ("Ik heb RUGPIJN.", "health"),
    ("hij is slechtziend", "health"),
    ("I have a chronic illness", "health"),
    ("Ik heb een lichamelijke   beperking", "health"),
    ("Ik ga elke vrijdag naar de moskee", "religion"),
    ("as a Christian I work on Sunday", "religion"),
    ("ik ben Koerd", "ethnicity"),
    ("onze etnische groep", "ethnicity"),
    ("Hij zat in de gevangenis", "crime"),
    ("I was convicted", "crime"),
    ("ik ben lesbisch", "orientation"),
    ("Íslám is mijn leven", "religion"),
]


@pytest.mark.parametrize("name", ["werkambitie", "zacht_toekomstambitie", "overdracht_notitie"])
@pytest.mark.parametrize(("text", "category"), HELD)
def test_words_of_a_special_category_are_held(
    one: One, name: str, text: str, category: str
) -> None:
    """Only the field with the words is held; the row is stored."""
    row = one(**{name: text})
    assert (row.outcome, row.held) == (RowOutcome.HELD, frozenset({name}))
    assert row.reasons == (f"{name}: words of a special category ({category})",)
    assert value(row, name) == text


def test_the_tasks_of_a_job_are_free_text(one: One) -> None:
    """Words in the tasks hold the work experience; an occupation with such a word does not."""
    row = one(werkervaring=[{"beroep": "Imam"}, {"taken": "tijdens mijn depressie gestopt"}])
    assert row.held == {"werkervaring"}
    assert row.reasons == ("werkervaring.taken: words of a special category (health)",)


@pytest.mark.parametrize(
    "text",
    [
        "Ik werkte in een ziekenhuis als verpleegkundige.",
        "Ik wil in de gezondheidszorg werken.",
        "Klachten van klanten behandelen en geloof me, dat kan ik.",
        "Painter and decorator, operationeel leidinggeven",
        "Ik spreek Koerdisch, Tigrinya en Pasjto",
        "Excursies naar het Churchillpark",
    ],
)
def test_words_of_a_trade_are_not_held(one: One, text: str) -> None:
    """Places of work, trades and languages do not stop a profile."""
    assert one(werkambitie=text).outcome is RowOutcome.ACCEPTED


def test_other_fields_are_never_held(one: One) -> None:
    """Names, codes and occupations may hold such words: they are no free text."""
    row = one(achternaam="Christen", vaardigheden=["therapie"], opleidingen=[{"naam": "Islam"}])
    assert (row.outcome, row.held) == (RowOutcome.ACCEPTED, frozenset())


def test_held_goes_before_a_warning(one: One) -> None:
    """A row with both is held and tells both."""
    row = one(werkambitie="mijn ziekte", geboortedatum="1988")
    assert row.outcome is RowOutcome.HELD
    assert len(row.reasons) == 2


def test_quarantine_goes_before_all(one: One) -> None:
    """A row with a fault is quarantined, whatever else there is to say."""
    row = one(werkambitie="mijn ziekte", bsn="1")
    assert (row.outcome, row.held) == (RowOutcome.QUARANTINED, frozenset())


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"doelgroep": "asielzoeker", "verblijfstitel_code": "32"}, RowOutcome.QUARANTINED),
        ({"doelgroep": "asielzoeker", "verblijfstitel_code": ""}, RowOutcome.QUARANTINED),
        ({"doelgroep": "statushouder", "verblijfstitel_code": "32"}, RowOutcome.QUARANTINED),
        (
            {"doelgroep": "", "verblijfstitel_code": "32", "koppel_status": ""},
            RowOutcome.QUARANTINED,
        ),
        ({"verblijfstitel_code": "32", "koppel_gemeente_code": ""}, RowOutcome.QUARANTINED),
        ({"verblijfstitel_code": "32", "koppel_status": "niet_gekoppeld"}, RowOutcome.QUARANTINED),
        ({"verblijfstitel_code": "32", "koppel_status": "ontkoppeld"}, RowOutcome.ACCEPTED),
        (
            {
                "verblijfstitel_code": "32",
                "koppel_status": "niet_gekoppeld",
                "koppel_gemeente_code": "",
            },
            RowOutcome.ACCEPTED,
        ),
        ({"doelgroep": "", "verblijfstitel_code": ""}, RowOutcome.ACCEPTED),
    ],
)
def test_only_a_permit_links(one: One, changed: dict[str, JsonValue], outcome: RowOutcome) -> None:
    """Nobody without a permit is linked to a municipality, said in whatever way."""
    row = one(**changed)
    assert row.outcome is outcome
    if outcome is RowOutcome.QUARANTINED:
        assert row.reasons == ("koppel_gemeente_code: linked to a municipality without a permit",)


@pytest.mark.parametrize(
    ("changed", "signal"),
    [
        ({"mag_werken": True, "twv_status": "nog_niet_mogelijk"}, "mag_werken: "),
        ({"twv_geldig_tot": "2027-02-01", "w_document_geldig_tot": "2027-01-01"}, "twv_geldig_tot: "),
        ({"vergunning_ingangsdatum": "2026-01-01", "vergunning_einddatum": "2025-01-01"}, "vergunning_einddatum: "),
        ({"koppel_gemeente_code": ""}, "koppel_status: "),
        ({"koppel_status": "niet_gekoppeld"}, "koppel_status: "),
        (
            {"doelgroep": "asielzoeker", "verblijfstitel_code": "32", "koppel_status": "niet_gekoppeld",
             "koppel_gemeente_code": "", "werk_status": "werkend", "twv_status": "aangevraagd"},
            "werk_status: ",
        ),
    ],
)  # fmt: skip
def test_signals_change_nothing(one: One, changed: dict[str, JsonValue], signal: str) -> None:
    """An implausible combination is signalled, and the row is accepted as it is."""
    row = one(**changed)
    assert (row.outcome, row.reasons) == (RowOutcome.ACCEPTED, ())
    assert [text.startswith(signal) for text in row.signals] == [True]


@pytest.mark.parametrize(
    "other",
    [
        {"achternaam": "Saleh"}, {"voornamen": "Omar"}, {"geboortedatum": "1971-07-07"},
        {"geslacht": "M"}, {"nationaliteit": "0083"}, {"bsn": "999931945"},
        {"geboortedatum": "1991"}, {"bsn": "123", "achternaam": "Saleh"},
    ],
)  # fmt: skip
def test_one_number_with_two_identities(judged: Judge, other: dict[str, JsonValue]) -> None:
    """Every row of the number is quarantined; other people are not touched."""
    stranger = SOUND | {"v_nummer": "0307000009", "bsn": "999931945"}
    rows = judged(SOUND, stranger, SOUND | other, SOUND | {"v_nummer": 307000001})
    assert [row.outcome for row in rows] == [
        RowOutcome.QUARANTINED, RowOutcome.ACCEPTED, RowOutcome.QUARANTINED, RowOutcome.QUARANTINED,
    ]  # fmt: skip
    reason = "v_nummer: two identities under one number in this delivery"
    assert all(reason in row.reasons for row in rows if row.outcome is RowOutcome.QUARANTINED)


@pytest.mark.parametrize(
    "other",
    [
        {"werkambitie": "Iets anders"},
        {"bsn": ""},
        {"achternaam": "HADDAD"},
        {"geboortedatum": "1990-02"},
        {"geboortedatum": "1990"},
        {"geslacht": "X"},
    ],
)
def test_one_identity_with_two_contents(judged: Judge, other: dict[str, JsonValue]) -> None:
    """Rows of one person that differ are all quarantined: the source must say which is right."""
    rows = judged(SOUND, SOUND | other)
    assert {row.outcome for row in rows} == {RowOutcome.QUARANTINED}
    different = "v_nummer: rows with different content under one number in this delivery"
    identities = "v_nummer: two identities under one number in this delivery"
    expected = identities if other == {"geslacht": "X"} else different
    assert all(row.reasons[-1] == expected for row in rows)


def test_copies_collapse(judged: Judge) -> None:
    """Copies of a row, also in another spelling, are accepted once and marked after."""
    spelled = SOUND | {"v_nummer": "307000001", "geboortedatum": "28-02-1990", "roepnaam": ""}
    rows = judged(SOUND, spelled, dict(reversed(SOUND.items())))
    assert [row.duplicate for row in rows] == [False, True, True]
    assert {row.outcome for row in rows} == {RowOutcome.ACCEPTED}
    assert rows[1].reasons == ("v_nummer: exact copy of row 2",)
    assert rows[1].values == rows[0].values


def test_copies_of_a_held_row_keep_it_held(judged: Judge) -> None:
    """A copy is accepted, and its flagged field stays held."""
    first, copy = judged(*[SOUND | {"werkambitie": "mijn ziekte"}] * 2)
    assert (first.outcome, copy.outcome) == (RowOutcome.HELD, RowOutcome.ACCEPTED)
    assert copy.duplicate
    assert first.held == copy.held == {"werkambitie"}


def test_copies_of_a_broken_row_are_broken(judged: Judge) -> None:
    """A copy of a quarantined row is quarantined like it, and is no duplicate."""
    rows = judged(*[SOUND | {"bsn": "1"}] * 2)
    assert [(row.outcome, row.duplicate) for row in rows] == [(RowOutcome.QUARANTINED, False)] * 2


def test_rows_without_a_number_are_strangers(judged: Judge) -> None:
    """Rows without a V-nummer are not compared with each other."""
    rows = judged(*[SOUND | {"v_nummer": ""}] * 2)
    assert [row.reasons for row in rows] == [("v_nummer: missing",)] * 2
    assert [row.v_nummer for row in rows] == ["", ""]


def test_many_different_values_are_judged_alike(judged: Judge) -> None:
    """Beyond what is remembered of a delivery, values are judged as before."""
    days = [(date(2000, 1, 1) + timedelta(days=n)).isoformat() for n in range(5_200)]
    rows = judged(
        *(
            SOUND | {"v_nummer": str(n + 1_000_000_000), "werkervaring": jobs(days[n : n + 200])}
            for n in range(0, 5_200, 200)
        )
    )
    assert {row.outcome for row in rows} == {RowOutcome.ACCEPTED}
    assert value(rows[-1], "werkervaring") == jobs(days[-200:])


def jobs(days: Sequence[str]) -> JsonValue:
    """List jobs that begin on some days."""
    return [{"van": day} for day in days]


def test_rows_must_be_readable_again(words: tuple[FieldDictionary, CodeLists]) -> None:
    """Rows that can be read once only are a fault of the caller."""
    with pytest.raises(ValueError, match="only once"):
        next(judge(iter(Rows([SOUND])), *words))


def test_the_report_adds_up(judged: Judge) -> None:
    """The four outcomes partition the rows, and the JSON has the agreed shape."""
    rows = judged(
        SOUND,
        SOUND,
        SOUND | {"v_nummer": "1", "mag_werken": True, "twv_status": "nog_niet_mogelijk"},
        SOUND | {"v_nummer": "0307000002", "werkambitie": "ziek"},
        SOUND | {"v_nummer": "0307000003", "bsn": "1"},
    )
    report = DeliveryReport.of(map(ReportLine.of, rows), {"b", "a"}, ["x"]).as_json()
    lines = report.pop("rows")
    assert report == {
        "accepted": 2, "warnings": 1, "held": 1, "quarantined": 1, "duplicates": 1,
        "blockedColumns": ["a", "b"], "unknownColumns": ["x"],
    }  # fmt: skip
    assert isinstance(lines, list)
    assert lines[0] == {"row": 2, "vNummer": "0307000001", "outcome": "accepted", "reasons": []}
    assert lines[2] == {
        "row": 4,
        "vNummer": "0000000001",
        "outcome": "accepted_with_warning",
        "reasons": ["v_nummer: shorter than 10 digits, zeros put back"],
        "signals": ["mag_werken: does not fit twv_status"],
    }


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(data=st.data())
def test_any_value_in_any_field_is_judged(
    words: tuple[FieldDictionary, CodeLists], data: st.DataObject
) -> None:
    """No value breaks the judge; what it accepts it accepts again, unchanged."""
    fields, codes = words
    names = [spec.name for spec in fields if spec.stored and spec.name != "v_nummer"]
    chosen = data.draw(st.dictionaries(st.sampled_from(names), values, max_size=6))
    first = next(judge(Rows([SOUND | chosen]), fields, codes))
    if first.outcome is not RowOutcome.QUARANTINED:
        kept = {str(name): value for name, value in first.values.items()}
        again = next(judge(Rows([kept]), fields, codes))
        assert again.values == first.values
        assert again.held == first.held


@given(marker=st.from_regex(r"[a-z]{12}", fullmatch=True), data=st.data())
def test_no_reason_repeats_a_value(
    words: tuple[FieldDictionary, CodeLists], marker: str, data: st.DataObject
) -> None:
    """Whatever a field holds, neither reasons nor signals say it."""
    fields, codes = words
    name = str(data.draw(st.sampled_from([spec.name for spec in fields if spec.stored])))
    shapes: list[JsonValue] = [marker, [marker], {"naam": marker}, [{"taken": f"={marker}"}]]
    shape = data.draw(st.sampled_from(shapes))
    row = next(judge(Rows([SOUND | {name: shape}]), fields, codes))
    assert marker not in json.dumps([*row.reasons, *row.signals])


@given(st.integers(999_900_000, 999_999_999))
def test_the_eleven_proof_decides(words: tuple[FieldDictionary, CodeLists], number: int) -> None:
    """A BSN is accepted exactly when it passes the 11-proof."""
    row = next(judge(Rows([SOUND | {"bsn": number}]), *words))
    assert (row.outcome is RowOutcome.ACCEPTED) == bsn_check.is_valid(str(number))
