"""The numbers of the law are data with dates: read whole, refused when a day has none or two."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from gateway.actions.search import BUDGET_TERM, MAX_RESULTS, ROUNDED_TO
from gateway.domain.consent_choices import DEFAULT_TERM
from gateway.domain.decisions import MIN_GROUP
from gateway.domain.errors import PolicyError
from gateway.domain.parameters import FIRST_DAY, UNITS, Status
from gateway.domain.relation_tests import PREDECESSOR_TERM
from gateway.domain.statistics import BUDGET_TERM as TABLES_TERM
from gateway.settings import Settings
from policies.parameters import load_parameters

WORK = "parameters/work.yaml"
TODAY = date(2026, 11, 22)


def test_every_number_is_there_on_every_day() -> None:
    """All names the code knows have a number on the first day, today and far ahead."""
    parameters = load_parameters()
    for day in (FIRST_DAY, TODAY, date(2099, 1, 1)):
        assert parameters.on(day).parameters.keys() == UNITS.keys()


def test_code_and_law_say_the_same_number() -> None:
    """Where the code holds a number itself, it is the one in force."""
    terms = load_parameters().on(TODAY)
    assert terms["search_group"] == MIN_GROUP
    assert terms["search_results"] == MAX_RESULTS
    assert terms["search_rounding"] == ROUNDED_TO
    assert terms["search_budget"] == Settings.model_fields["search_budget"].default
    assert BUDGET_TERM == TABLES_TERM == timedelta(days=1)
    assert timedelta(days=terms["consent_term"]) == DEFAULT_TERM
    assert timedelta(days=terms["predecessor_access"]) == PREDECESSOR_TERM


def test_the_pact_is_announced_and_not_applied() -> None:
    """The waiting time is six months, also after the day announced for three."""
    parameters = load_parameters()
    announced = [p for p in parameters if p.name == "twv_wait" and not p.in_force]
    assert [(p.value, p.valid_from) for p in announced] == [(3, date(2026, 6, 12))]
    assert parameters.on(date(2026, 6, 11))["twv_wait"] == 6
    assert parameters.on(date(2026, 6, 12))["twv_wait"] == 6


def test_what_is_announced_counts_once_it_is_applied(folder: Path) -> None:
    """Changing one word makes three months the rule from its day on, and not before."""
    file = folder / WORK
    before, after = file.read_text(encoding="utf-8").split("status: announced", 1)
    file.write_text(f"{before}status: applied{after}", encoding="utf-8")
    parameters = load_parameters(folder)
    assert parameters.on(date(2026, 6, 11))["twv_wait"] == 6
    assert parameters.on(date(2026, 6, 12))["twv_wait"] == 3


def test_a_judgment_goes_before_the_text() -> None:
    """The 24-weeks clause holds until the Council of State set it aside, though still in print."""
    parameters = load_parameters()
    assert parameters.on(date(2023, 11, 28))["twv_weeks_a_year"] == 24
    assert parameters.on(date(2023, 11, 29))["twv_weeks_a_year"] == 52
    printed = [p for p in parameters if p.name == "twv_weeks_a_year" and p.status is Status.LAW]
    assert [p.holds(TODAY) for p in printed] == [True]


def test_each_number_says_where_it_comes_from() -> None:
    """Source, title and place of each period are kept, and a note where there is one."""
    parameters = {p.name: p for p in load_parameters()}
    predecessor = parameters["predecessor_access"]
    assert (predecessor.value, predecessor.unit) == (30, UNITS["predecessor_access"])
    assert predecessor.title_nl == "Toegang van de vorige gemeente"
    assert predecessor.source.startswith("DUO")
    assert predecessor.note
    assert "30 days to the hour" in predecessor.note
    assert predecessor.where.startswith("parameters/integration.yaml:")
    assert parameters["working_age"].note is None


@dataclass(frozen=True)
class Break:
    """Replace the first ``old`` by ``new``; the complaint names the line of ``at`` and ``says``."""

    name: str
    old: str
    new: str
    at: str
    says: str


FIRST, LAST = "valid_from: 2022-01-01", "valid_from: 2026-06-12"
AGE = "title_nl: Meerderjarigheid\n    unit: years\n    periods"
SIX = "value: 6\n        status: law"
BREAKS = [
    Break("key", "parameters:", "params:", "params:", "key: unknown value 'params'"),
    Break("unknown", "name: twv_wait", "name: twv_weight", "twv_weight", "name: unknown value"),
    Break("case", "name: twv_wait", "name: TWV_wait", "TWV_wait", "write 'twv_wait'"),
    Break("twice", "name: twv_age", "name: twv_wait", "", "name: twv_wait stands here twice"),
    Break("unit", "unit: months", "unit: moons", "unit: moons", "unit: unknown value 'moons'"),
    Break("wrong unit", "unit: months", "unit: weeks", "unit: weeks", "is counted in months"),
    Break("no title", "    title_nl: Wachttijd", "    title: W", "name: twv_wait", "is missing"),
    Break(
        "no source", "        source: BuWav", "        bron: B", "- value: 6", "source: is missing"
    ),
    Break("empty note", "note: The application for", "note: #", "note: #", "must be a text"),
    Break("value", "value: 6", "value: six", "value: six", "value: must be a whole number"),
    Break("zero", "value: 6", "value: 0", "value: 0", "value: must be a whole number"),
    Break(
        "status", SIX, SIX.replace("law", "planned"), "planned", "status: unknown value 'planned'"
    ),
    Break("no date", f"        {LAST}\n", "", "- value: 3", "valid_from: is missing"),
    Break("bad date", LAST, "valid_from: 2026-06", "2026-06", "valid_from: is not a date"),
    Break("late start", FIRST, "valid_from: 2022-01-02", "- value: 6", "valid_from: leaves a gap"),
    Break(
        "an end",
        FIRST,
        "valid_from: 2022-01-01\n        valid_until: 2026-06-11",
        "name: twv_wait",
        "periods: leave a gap",
    ),
    Break("announced only", SIX, SIX.replace("law", "announced"), "", "periods: leave a gap"),
    Break(
        "overlap",
        "status: announced\n        valid_from: 2026-06-12",
        "status: law\n        valid_from: 2026-06-12",
        "- value: 3",
        "valid_from: shares days with parameters/work.yaml:13",
    ),
    Break(
        "overlap told backwards",
        "periods:\n",
        "periods:\n      - value: 4\n        status: law\n        valid_from: 2023-01-01\n"
        "        source: S\n",
        "- value: 6",
        "valid_from: shares days with parameters/work.yaml:13",
    ),
    Break(
        "no periods",
        f"{AGE}:",
        f"{AGE}: none\n    more:",
        "periods: none",
        "periods: must be a list",
    ),
    Break("yaml", "parameters:", "parameters: [", "", "yaml:"),
]


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.name)
def test_a_broken_file_is_refused(folder: Path, broken: Break) -> None:
    """The complaint names file, line, field and reason."""
    file = folder / WORK
    text = file.read_text(encoding="utf-8")
    assert broken.old in text
    text = text.replace(broken.old, broken.new, 1)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as complaint:
        load_parameters(folder)
    lines = [line for line in str(complaint.value).splitlines() if broken.says in line]
    assert lines
    assert all(line.startswith("parameters/") for line in lines)
    if broken.at:
        number = next(n for n, line in enumerate(text.splitlines(), 1) if broken.at in line)
        assert lines[0].startswith(f"{WORK}:{number}: ")


def test_periods_may_follow_one_another(folder: Path) -> None:
    """A change of law is a second period from the day after the first ends; a hole is refused."""
    file = folder / WORK
    text = file.read_text(encoding="utf-8")
    period = "valid_until: 2026-12-31\n        source: BuWav 2022 art. 6.2\n      - value: 4\n"
    period += "        status: law\n        valid_from: 2027-01-01\n        source: BuWav"
    text = text.replace("source: BuWav", period, 1)
    file.write_text(text, encoding="utf-8")
    parameters = load_parameters(folder)
    assert parameters.on(date(2026, 12, 31))["twv_wait"] == 6
    assert parameters.on(date(2027, 1, 1))["twv_wait"] == 4
    file.write_text(text.replace("2027-01-01", "2027-01-02"), encoding="utf-8")
    with pytest.raises(PolicyError, match="nothing is in force the day before"):
        load_parameters(folder)


def test_practice_inside_a_text_leaves_no_gap(folder: Path) -> None:
    """A practice that ends before the text does leaves the text in force, until its successor."""
    file = folder / "parameters" / "housing.yaml"
    text = file.read_text(encoding="utf-8").replace("status: applied", "status: law", 1)
    more = "valid_until: 2030-12-31\n        source: S\n"
    for status, first, last in (("applied", "2024-01-01", "2024-12-31"), ("law", "2031-01-01", "")):
        more += f"      - value: 3\n        status: {status}\n        valid_from: {first}\n"
        more += f"        valid_until: {last}\n        source: S\n" if last else ""
    file.write_text(text.replace("source:", f"{more}        source:", 1), encoding="utf-8")
    parameters = load_parameters(folder)
    days = (date(2023, 12, 31), date(2024, 1, 1), date(2025, 1, 1), date(2031, 1, 1))
    assert [parameters.on(day)["linking_clock"] for day in days] == [2, 3, 2, 3]


def test_an_unreadable_period_is_told_once(folder: Path) -> None:
    """A period that cannot be read is one problem, not also a gap."""
    file = folder / WORK
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("value: 6", "value: six", 1), encoding="utf-8")
    with pytest.raises(PolicyError) as complaint:
        load_parameters(folder)
    assert len(str(complaint.value).splitlines()) == 1


def test_a_missing_number_is_refused(folder: Path) -> None:
    """Each name that a file should hold and does not is listed."""
    (folder / "parameters" / "housing.yaml").unlink()
    with pytest.raises(PolicyError) as complaint:
        load_parameters(folder)
    assert str(complaint.value).splitlines() == [
        "parameters:1: housing_clock: is missing",
        "parameters:1: linking_clock: is missing",
        "parameters:1: move_clock: is missing",
    ]
