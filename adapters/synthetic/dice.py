"""Draws from a seed: the same seed and number give the same person on every machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random  # noqa: TID251 - a population must be the same again from its seed
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dice:
    """The draws of one household; ``anchor`` is the first of the month, so days stay the same in it."""

    random: Random
    anchor: date

    @classmethod
    def of(cls, seed: int, household: int, day: date) -> "Dice":
        """Make the dice of a household."""
        return cls(Random(f"{seed}/{household}"), day.replace(day=1))  # noqa: S311 - no secret

    def one(self, choices: Sequence[T]) -> T:
        """Draw one."""
        return choices[int(self.random.random() * len(choices))]

    def some(self, choices: Sequence[T], least: int, most: int) -> list[T]:
        """Draw some, each once."""
        return self.random.sample(choices, min(self.between(least, most), len(choices)))

    def weighted(self, choices: Sequence[T], weights: Sequence[int]) -> T:
        """Draw one by weight."""
        return self.random.choices(choices, weights)[0]

    def chance(self, percent: int) -> bool:
        """Tell whether something with this chance happens."""
        return self.random.random() * 100 < percent

    def between(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return low + int(self.random.random() * (high - low + 1))

    def ago(self, least: int, most: int) -> date:
        """Draw a day so many days before the anchor."""
        return self.anchor - timedelta(days=self.between(least, most))

    def ahead(self, least: int, most: int) -> date:
        """Draw a day so many days after the anchor."""
        return self.anchor + timedelta(days=self.between(least, most))

    def since(self, start: date) -> date:
        """Draw a day from ``start`` up to the anchor."""
        return start + timedelta(days=self.between(0, max(0, (self.anchor - start).days)))
