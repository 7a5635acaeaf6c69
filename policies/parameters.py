"""Reads the numbers of the law, each with its dates, and refuses a set that leaves a day without.

1. Each name is known, stands once, and has the unit in which the code counts it.
2. Two periods of one name and status share no day.
3. From the first day on, something is in force: a law or what is applied, never an announcement.
"""

import re
from collections.abc import Iterable, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import combinations
from typing import Final

from gateway.domain.parameters import FIRST_DAY, UNITS, Parameter, Parameters, Status, Unit
from policies.documents import Problems, Section, Text, Where, read_sources, read_yaml

FOLDER: Final = "parameters"
PERIOD_KEYS: Final = ("value", "status", "valid_from", "valid_until", "source", "note")
VALUE: Final = re.compile(r"[1-9]\d{0,4}")

Read = tuple[Where, Parameter]


def load_parameters(folder: Traversable | None = None) -> Parameters:
    """Read the parameters of a policy folder, or those that are shipped.

    Raises ``PolicyError`` with one line ``file:line: field: reason`` for every problem.
    """
    problems = Problems()
    periods: dict[str, Sequence[Read]] = {}
    for source in read_sources(folder or files("policies"), FOLDER, problems):
        file = read_yaml(source, problems)
        if file is not None:
            file.only("parameters")
            for section in file.sections("parameters"):
                _read_parameter(section, periods, problems)
    for name in sorted(UNITS.keys() - periods.keys()):
        problems.add(Where(FOLDER, 1), name, "is missing")
    problems.stop_here()
    return Parameters(parameter for found in periods.values() for _, parameter in found)


def _read_parameter(
    section: Section, periods: dict[str, Sequence[Read]], problems: Problems
) -> None:
    section.only("name", "title_nl", "unit", "periods")
    name, title = section.text("name"), section.text("title_nl")
    unit = section.choice("unit", Unit)
    known = UNITS.get(name)
    if known is None:
        problems.unknown("name", name, UNITS)
    elif unit is not None and unit is not known:
        problems.add(section.text("unit").where, "unit", f"{name} is counted in {known}")
    if name in periods:
        problems.add(name.where, "name", f"{name} stands here twice")
    sections = section.sections("periods")
    read = [
        (period.where, parameter)
        for period in sections
        if (parameter := _read_period(period, (name, title), unit, problems))
    ]
    _check_overlap(read, problems)
    if len(read) == len(sections):
        _check_gaps(section.where, read, problems)
    periods[str(name)] = read


def _read_period(
    section: Section, named: tuple[Text, Text], unit: Unit | None, problems: Problems
) -> Parameter | None:
    section.only(*PERIOD_KEYS)
    value, source = section.text("value"), section.text("source")
    status = section.choice("status", Status)
    start, end = section.term()
    if value and not VALUE.fullmatch(value):
        problems.add(value.where, "value", "must be a whole number from 1 to 99999")
        return None
    if not value or unit is None or status is None or start is None:
        return None
    return Parameter(
        name=str(named[0]),
        title_nl=str(named[1]),
        value=int(value),
        unit=unit,
        status=status,
        valid_from=start,
        valid_until=end,
        source=str(source),
        note=str(section.text("note")) if section.has("note") else None,
        where=str(section.where),
    )


def _check_overlap(read: Iterable[Read], problems: Problems) -> None:
    for (_, one), (where, other) in combinations(read, 2):
        shared = one.holds(other.valid_from) or other.holds(one.valid_from)
        if one.status is other.status and shared:
            problems.add(where, "valid_from", f"shares days with {one.where}")


def _check_gaps(here: Where, read: Iterable[Read], problems: Problems) -> None:
    """Walk through what is in force, in order of time: no day may be left out."""
    covered = FIRST_DAY.toordinal() - 1
    in_force = [pair for pair in read if pair[1].in_force]
    for where, period in sorted(in_force, key=lambda pair: pair[1].valid_from):
        if period.valid_from.toordinal() > covered + 1:
            problems.add(where, "valid_from", "leaves a gap: nothing is in force the day before")
        if period.valid_until is None:
            return
        covered = max(covered, period.valid_until.toordinal())
    problems.add(here, "periods", "leave a gap: in the end nothing is in force")
