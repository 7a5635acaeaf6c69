"""Reads when laws are in force, and finds rules that rest on one that is not.

1. A rule's law is in force from the first day of its purpose to the last.
2. A law that is not in the list is not judged: the lawyer who reads the line is.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from typing import Final

from policies.documents import Problems, Source, Text, read_csv, read_source

FILE: Final = "laws.csv"
COLUMNS: Final = ("law", "valid_from", "valid_until", "successor", "source")


@dataclass(frozen=True, slots=True)
class Law:
    """A law by the name that rules use, from its first day in force to its last, if it had one."""

    name: str
    valid_from: date
    valid_until: date | None
    successor: str

    def named_in(self, basis: str) -> bool:
        """Tell whether a legal basis names this law, as a whole word."""
        return re.search(rf"(?<!\w){re.escape(self.name)}(?!\w)", basis) is not None

    def why_not(self, start: date, end: date | None) -> str | None:
        """Say why nothing can rest on it from ``start`` to ``end``; ``None`` where it can (1)."""
        if start < self.valid_from:
            return f"{self.name} is in force from {self.valid_from} on, later than the purpose"
        if self.valid_until is None or (end is not None and end <= self.valid_until):
            return None
        instead = f"; name {self.successor}" if self.successor else ""
        return f"{self.name} is out of force after {self.valid_until}{instead}"


def read_laws(folder: Traversable, problems: Problems) -> tuple[Source, tuple[Law, ...]]:
    """Read the list; a wrong line is a problem and is left out."""
    source = read_source(folder, FILE, problems)
    laws: dict[str, Law] = {}
    for row in read_csv(source, COLUMNS, problems):
        if not row["law"] or row["law"] in laws:
            problems.add(row["law"].where, "law", "must be a new name")
        start = _day("valid_from", row["valid_from"], problems)
        until = _day("valid_until", row["valid_until"], problems) if row["valid_until"] else None
        if start is not None:
            laws[row["law"]] = Law(str(row["law"]), start, until, str(row["successor"]))
    return source, tuple(laws.values())


def check_basis(
    basis: Text, term: tuple[date, date | None], laws: Iterable[Law], problems: Problems
) -> None:
    """Note each law that a basis names and that is not in force during ``term``."""
    for law in laws:
        if law.named_in(basis) and (why := law.why_not(*term)):
            problems.add(basis.where, "basis", why)


def _day(name: str, value: Text, problems: Problems) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        problems.add(value.where, name, "is not a date like 2022-01-31")
        return None
