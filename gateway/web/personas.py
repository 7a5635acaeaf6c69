"""The people of the demo's open door; there is no such door outside the demo."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Played:
    """Someone to be in the demo: her name, organisation (slug) and roles."""

    name: str
    partner: str
    roles: tuple[str, ...]

    @property
    def actor(self) -> str:
        """Her name in the log."""
        return "demo-" + self.name.lower().replace(" ", "-")


PLAYED: Final = (
    Played("Sanne Bakker", "harderwijk", ("gemeente_klantmanager",)),
    Played("Robin Smit", "harderwijk", ("gemeente_klantmanager", "gemeente_matcher")),
    Played("Joris Visser", "utrecht", ("gemeente_klantmanager",)),
    Played("Noor Jansen", "uitzendbureau", ("uitzendbureau_matcher",)),
    Played("Willem de Groot", "harderwijk", ("privacy_officer",)),
    Played("Hanna Vos", "harderwijk", ("privacy_officer",)),
    Played("Anouk Meijer", "coa", ("privacy_officer",)),
    Played("Daan Peters", "coa", ("privacy_officer",)),
    Played("Iris de Boer", "coa", ("beleidseigenaar",)),
    Played("Fatima van Dijk", "coa", ("coa_casemanager",)),
    Played("Ilse Brouwer", "coa", ("coa_coordinator_meedoenbalie",)),
    Played("Bram Peters", "coa", ("beheerder",)),
    Played("Yonas Tesfay", "coa", ("bewoner_matcher",)),
    Played("Karin Mulder", "werkgever", ("werkgever",)),
    Played("Mila Kok", "harderwijk", ("gemeente_burgerzaken",)),
    Played("Pieter Post", "harderwijk", ("jobcoach_gemeente",)),
    Played("Els de Wit", "ap", ("autoriteit_persoonsgegevens",)),
)
