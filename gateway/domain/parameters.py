"""The numbers that law and practice set: a decision on a day uses what was in force that day.

1. What is applied (a judgment, a settled practice, a choice of the gate) goes before the text.
2. What is announced is never used.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from gateway.domain.errors import PolicyError

FIRST_DAY: Final = date(2022, 1, 1)  # the Wet inburgering 2021 takes effect


class Status(StrEnum):
    """Where a number stands: in the text, in practice, or only in a plan."""

    LAW = "law"
    APPLIED = "applied"
    ANNOUNCED = "announced"


class Unit(StrEnum):
    """What a number counts."""

    YEARS = "years"
    MONTHS = "months"
    WEEKS = "weeks"
    DAYS = "days"
    HOURS = "hours"
    PEOPLE = "people"
    QUESTIONS = "questions"


UNITS: Final[Mapping[str, Unit]] = MappingProxyType(
    {
        "twv_wait": Unit.MONTHS,
        "twv_weeks_a_year": Unit.WEEKS,
        "twv_age": Unit.YEARS,
        "working_age": Unit.YEARS,
        "adult_age": Unit.YEARS,
        "linking_clock": Unit.WEEKS,
        "housing_clock": Unit.WEEKS,
        "move_clock": Unit.WEEKS,
        "talk_clock": Unit.WEEKS,
        "pip_deadline": Unit.WEEKS,
        "pip_extension": Unit.WEEKS,
        "predecessor_access": Unit.DAYS,
        "consent_term": Unit.DAYS,
        "guardian_age": Unit.YEARS,
        "handover_copy": Unit.DAYS,
        "placement_copy": Unit.MONTHS,
        "quarantine_copy": Unit.DAYS,
        "search_result": Unit.HOURS,
        "break_glass": Unit.HOURS,
        "log_retention": Unit.YEARS,
        "search_group": Unit.PEOPLE,
        "search_results": Unit.PEOPLE,
        "search_rounding": Unit.PEOPLE,
        "search_budget": Unit.QUESTIONS,
        "statistics_cell": Unit.PEOPLE,
        "statistics_budget": Unit.QUESTIONS,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A number during a period, both days included; ``where`` is ``file:line``."""

    name: str
    title_nl: str
    value: int
    unit: Unit
    status: Status
    valid_from: date
    valid_until: date | None = None
    source: str
    note: str | None = None
    where: str = ""

    @property
    def in_force(self) -> bool:
        """Whether a decision may rest on it, on its days."""
        return self.status is not Status.ANNOUNCED

    def holds(self, day: date) -> bool:
        """Tell whether ``day`` is one of its days."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Terms:
    """The numbers in force on one day, by name."""

    parameters: Mapping[str, Parameter]

    def __getitem__(self, name: str) -> int:
        """Return a number in the unit that ``UNITS`` gives; an unknown name is a ``KeyError``."""
        return self.parameters[name].value


class Parameters:
    """All numbers with their periods, as checked when they were read."""

    def __init__(self, periods: Iterable[Parameter]) -> None:
        # Later wins in ``on``: practice stands behind the text.
        self._periods = tuple(sorted(periods, key=lambda p: p.status is Status.APPLIED))

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._periods)

    def on(self, day: date) -> Terms:
        """Return what is in force on ``day``; raises ``PolicyError`` before ``FIRST_DAY``."""
        if day < FIRST_DAY:
            raise PolicyError(f"parameters: told from {FIRST_DAY} on, not for {day}")
        in_force = {p.name: p for p in self._periods if p.in_force and p.holds(day)}
        return Terms(MappingProxyType(in_force))
