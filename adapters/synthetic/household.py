"""Households and who belongs to them: families under one head, couples, people alone, minors."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from adapters.synthetic.dice import Dice
from adapters.synthetic.names import BACKGROUNDS, Background
from adapters.synthetic.places import SITES, TOWNS
from gateway.domain.codes import CodeLists

KINDS: Final = ("alleenstaand", "alleenouder", "paar", "gezin_met_kinderen", "amv")
KIND_WEIGHTS: Final = (56, 6, 9, 26, 3)
STATUSES: Final = ("gekoppeld", "omgekoppeld", "gehuisvest", "ontkoppeld")
STATUS_WEIGHTS: Final = (84, 5, 9, 2)


@dataclass(frozen=True, slots=True)
class Household:
    """What its members share; ``sites`` are two where it moves on day ``moves`` of the month.

    ``adults`` and ``children`` are ages reached in the course of the year, the head's first (the
    head may be a minor); ``town`` and ``linked`` are absent where there is no municipality yet.
    """

    background: Background
    family: str
    kind: str
    permit: bool
    applied: date
    sites: tuple[str, str]
    moves: int
    town: str | None
    linked: date | None
    link_status: str
    adults: tuple[int, ...]
    children: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """One member: ``age`` is reached in the course of the year, ``place`` is 0 for the head."""

    home: Household
    dice: Dice
    place: int
    age: int
    geslacht: str
    geboren: date

    @property
    def adult(self) -> bool:
        """Whether the person is surely an adult."""
        return self.age > 18  # noqa: PLR2004 - at 18 the birthday may still be to come

    @property
    def may_work_now(self) -> bool:
        """Whether work is free, or a permit can be asked: half a year after the application."""
        waited = (self.dice.anchor - self.home.applied).days > 190  # noqa: PLR2004 - six months and some days
        return self.home.permit or (waited and self.adult)


def draw_household(dice: Dice, codes: CodeLists) -> Household:
    """Draw a household."""
    background = dice.weighted(BACKGROUNDS, [entry.weight for entry in BACKGROUNDS])
    kind = dice.weighted(KINDS, KIND_WEIGHTS)
    children = _children(dice, kind)
    permit = dice.chance(56)
    applied = dice.ago(420, 1_100) if permit else dice.ago(40, 800)
    linked = dice.ago(3, 330) if permit and dice.chance(86) else None
    sites = [site for site in SITES if site in codes.opvanglocaties]
    return Household(
        background=background,
        family=dice.one(background.families),
        kind=kind,
        permit=permit,
        applied=applied,
        sites=(dice.one(sites), dice.one(sites)),
        moves=dice.between(2, 27) if dice.chance(6) else 0,
        town=_town(dice, codes) if linked else None,
        linked=linked,
        link_status=dice.weighted(STATUSES, STATUS_WEIGHTS) if linked else "niet_gekoppeld",
        adults=_adults(dice, kind, max(children, default=0)),
        children=children,
    )


def _town(dice: Dice, codes: CodeLists) -> str:
    towns = [town for town in TOWNS if town in codes.gemeenten]
    return dice.weighted(towns, [TOWNS[town][0] for town in towns])


def _adults(dice: Dice, kind: str, oldest: int) -> tuple[int, ...]:
    """Draw the ages of head and partner, each old enough to be a parent of the oldest child."""
    if kind == "amv":
        return (17,)
    head = dice.between(max(19, oldest + 18), max(58, oldest + 25))
    if kind == "paar" or (kind == "gezin_met_kinderen" and dice.chance(90)):
        return head, max(19, oldest + 18, head + dice.between(-6, 4))
    return (head,)


def _children(dice: Dice, kind: str) -> tuple[int, ...]:
    if kind not in {"alleenouder", "gezin_met_kinderen"}:
        return ()
    return tuple(sorted(dice.between(0, 17) for _ in range(dice.between(1, 4))))


def members(dice: Dice, home: Household) -> Iterator[Person]:
    """Yield those with a profile of their own: head, partner, and children from 16."""
    for place, age in enumerate(home.adults):
        yield _member(dice, home, place, age)
    for place, child in enumerate(home.children, start=2):
        if child == 17:  # noqa: PLR2004 - who turns 17 this year is 16 or 17 now
            yield _member(dice, home, place, child)


def _member(dice: Dice, home: Household, place: int, age: int) -> Person:
    geslacht = dice.weighted(("M", "V", "O"), (58, 41, 1))
    born = date(dice.anchor.year - age, dice.between(1, 12), dice.between(1, 28))
    return Person(home, dice, place, age, geslacht, born)
