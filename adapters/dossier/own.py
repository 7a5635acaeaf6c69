"""A resident's own data on paper (GDPR art. 15(3)): the chapters of the dossier, without its duties."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from adapters.dossier import Dossier
from adapters.paper import Press
from gateway.domain.files import Cover, Person, Sink


@dataclass(frozen=True, slots=True)
class OwnDossier:
    """The format: one PDF/A-3a, in Dutch, for herself."""

    dossier: Dossier
    media_type: str = "application/pdf"
    suffix: str = ".pdf"
    single: bool = True
    press: Press = field(default_factory=lambda: Press(Path(__file__).parent, "own.html"))

    def write(self, sink: Sink, cover: Cover, people: Iterable[Person]) -> None:
        """Print what is known; see ``FileFormat``."""
        for person in people:
            sink.write(self.press.print(self.dossier.page(cover, person), cover.at))
