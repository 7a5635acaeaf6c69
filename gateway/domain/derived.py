"""Fields that follow from others: computed at intake and daily, never at disclosure.

Computed from the values as delivered and a day, so that a decision never opens an ungranted
source. Where a source is missing the derived field stays away; nothing is assumed in favour of
a disclosure or a right to work.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from gateway.domain.codes import CodeLists
from gateway.domain.deliveries import JsonValue
from gateway.domain.identifiers import FieldName
from gateway.domain.parameters import Parameters, Terms

Values = Mapping[FieldName, JsonValue]
Derived = dict[FieldName, JsonValue]

BANDS: Final = ((16, 17), (18, 24), (25, 34), (35, 44), (45, 54), (55, 66))
PERMITS: Final = frozenset({"26", "27"})
FREE, PERMIT_NEEDED, NO_WORK = "vrij_twv_niet_vereist", "twv_vereist", "geen_arbeid"
WAIT_OVER: Final = frozenset({"aan_te_vragen", "aangevraagd", "verleend", "geweigerd", "verlopen"})
DEPLOYABLE: Final = {FREE: "direct", PERMIT_NEEDED: "met_vergunning"}
MOST_YEARS: Final = 50
DAYS_A_YEAR: Final = 365.25


DERIVABLE: Final = frozenset(
    map(
        FieldName,
        (
            "meerderjarig", "leeftijdsband", "asiel_wachttijd_voldaan", "arbeidsmarktaantekening",
            "inzetbaarheid", "mag_werken", "huisvesting_streefdatum", "verhuis_streefdatum",
            "pip_deadline", "opvanglocatie_gemeente_code", "coa_regio", "ervaring_jaren",
        ),
    )
)  # fmt: skip
INPUTS: Final = frozenset(
    map(
        FieldName,
        (
            "geboortedatum", "verblijfstitel_code", "doelgroep", "asielaanvraag_datum",
            "twv_status", "w_document_geldig_tot", "opvang_door_coa", "koppel_datum",
            "woningaanbod_datum", "inburgeringsplicht_kennisgeving", "brp_inschrijfdatum",
            "opvanglocatie_code", "werkervaring",
        ),
    )
)  # fmt: skip


def rederived(
    values: Values, days: tuple[date, date], codes: CodeLists, parameters: Parameters
) -> Derived:
    """Return ``values`` as they stand on the second of ``days``, derived on the first before.

    A value that could be derived, and does not follow from the others on the first day, was
    delivered: it stays.
    """
    then, now = days
    given = {name: value for name, value in values.items() if name not in DERIVABLE}
    followed = derive(given, then, codes, parameters.on(then))
    sources = {n: v for n, v in values.items() if n not in followed or followed[n] != v}
    return sources | derive(sources, now, codes, parameters.on(now))


def derive(values: Values, day: date, codes: CodeLists, terms: Terms) -> Derived:
    """Return what follows from ``values`` on ``day``, by the ``terms`` in force that day.

    ``values`` are clean and as delivered, without fields derived on an earlier day. A delivered
    ``mag_werken`` or ``ervaring_jaren`` goes before a derived one.
    """
    age = _age(_of(values, "geboortedatum"), day)
    return (
        _from_age(age, terms)
        | _from_work(values, age, day, terms)
        | _from_terms(values, terms)
        | _from_place(values, codes)
        | _from_experience(values, day)
    )


def _of(values: Values, name: str) -> JsonValue:
    return values.get(FieldName(name))


def _age(born: JsonValue, day: date) -> int | None:
    """Count full years; a partial date counts as its last day, so nobody turns 18 too early."""
    if not isinstance(born, str):
        return None
    birthday = _last_day(born)
    return day.year - birthday.year - ((day.month, day.day) < (birthday.month, birthday.day))


def is_of_age(values: Values, age: int, day: date) -> bool:
    """Tell whether she is known to be ``age`` or older on ``day``; an unknown age is no age.

    A partial date counts as its last day; who was born on 29 February turns on 1 March.
    """
    years = _age(_of(values, "geboortedatum"), day)
    return years is not None and years >= age


def _first_day(text: str) -> date:
    return date.fromisoformat(text + "0000-01-01"[len(text) :])


def _last_day(text: str) -> date:
    first = _first_day(text)
    if len(text) == len("jjjj"):
        return first.replace(month=12, day=31)
    if len(text) == len("jjjj-mm"):
        return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first


def _day(values: Values, name: str) -> date | None:
    text = _of(values, name)
    return date.fromisoformat(text) if isinstance(text, str) else None


def _from_age(age: int | None, terms: Terms) -> Derived:
    if age is None:
        return {}
    found: Derived = {FieldName("meerderjarig"): age >= terms["adult_age"]}
    for low, high in BANDS:
        if low <= age <= high:
            found[FieldName("leeftijdsband")] = f"{low}-{high}"
    return found


def _from_work(values: Values, age: int | None, day: date, terms: Terms) -> Derived:
    """Derive the right to work (Wav; BuWav 2022 art. 6.1 and 6.2)."""
    free = _has_permit(values)
    if free is None:
        return {}
    found: Derived = {}
    waited = _waited(values, day, terms)
    if not free and waited is not None:
        found[FieldName("asiel_wachttijd_voldaan")] = waited
    note = FREE if free else _note_for_asylum_seeker(values, age, day, waited=waited, terms=terms)
    found[FieldName("arbeidsmarktaantekening")] = note
    if note in DEPLOYABLE:
        found[FieldName("inzetbaarheid")] = DEPLOYABLE[note]
    if "mag_werken" not in values and age is not None:
        found[FieldName("mag_werken")] = note != NO_WORK and age >= terms["working_age"]
    return found


def _has_permit(values: Values) -> bool | None:
    """Tell whether work is free; the residence title goes before the target group."""
    title, group = _of(values, "verblijfstitel_code"), _of(values, "doelgroep")
    if title is None and group is None:
        return None
    return title in PERMITS if title is not None else group != "asielzoeker"


def _waited(values: Values, day: date, terms: Terms) -> bool | None:
    applied, status = _day(values, "asielaanvraag_datum"), _of(values, "twv_status")
    if applied:
        return months_later(applied, terms["twv_wait"]) <= day
    if status in WAIT_OVER:
        return True
    return False if status == "nog_niet_mogelijk" else None


def months_later(start: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day where it is shorter."""
    years, month = divmod(start.month - 1 + months, 12)
    first = date(start.year + years, month + 1, 1)
    return min(first.replace(day=1) + timedelta(days=start.day - 1), _last_day(f"{first:%Y-%m}"))


def _note_for_asylum_seeker(
    values: Values, age: int | None, day: date, *, waited: bool | None, terms: Terms
) -> str:
    """Allow work with a permit only where every condition is known to hold or was never told."""
    document = _day(values, "w_document_geldig_tot")
    holds = (
        waited is True
        and age is not None
        and age >= terms["twv_age"]
        and _of(values, "opvang_door_coa") is not False
        and (document is None or document >= day)
    )
    return PERMIT_NEEDED if holds else NO_WORK


def _from_terms(values: Values, terms: Terms) -> Derived:
    found: Derived = {}
    if linked := _day(values, "koppel_datum"):
        due = linked + timedelta(weeks=terms["housing_clock"])
        found[FieldName("huisvesting_streefdatum")] = due.isoformat()
    if offered := _day(values, "woningaanbod_datum"):
        due = offered + timedelta(weeks=terms["move_clock"])
        found[FieldName("verhuis_streefdatum")] = due.isoformat()
    if notified := _day(values, "inburgeringsplicht_kennisgeving"):
        start = max(notified, _day(values, "brp_inschrijfdatum") or notified)
        found[FieldName("pip_deadline")] = (
            start + timedelta(weeks=terms["pip_deadline"])
        ).isoformat()
    return found


def _from_place(values: Values, codes: CodeLists) -> Derived:
    site = codes.opvanglocaties.get(str(_of(values, "opvanglocatie_code")))
    if site is None:
        return {}
    return {
        FieldName("opvanglocatie_gemeente_code"): site.gemeente,
        FieldName("coa_regio"): site.regio,
    }


def _from_experience(values: Values, day: date) -> Derived:
    """Count years of work, overlapping jobs once; a job without an end runs until ``day``."""
    jobs = _of(values, "werkervaring")
    if "ervaring_jaren" in values or not isinstance(jobs, list):
        return {}
    days, covered = 0, date.min
    for start, end in sorted(_spans(jobs, day)):
        fresh = max(start, covered)
        if end > fresh:
            days += (end - fresh).days
            covered = end
    return {FieldName("ervaring_jaren"): min(round(days / DAYS_A_YEAR), MOST_YEARS)}


def _spans(jobs: list[JsonValue], day: date) -> Iterator[tuple[date, date]]:
    for job in jobs:
        start = job.get("van") if isinstance(job, dict) else None
        if isinstance(job, dict) and isinstance(start, str):
            end = job.get("tot")
            yield _first_day(start), _first_day(end) if isinstance(end, str) else day
