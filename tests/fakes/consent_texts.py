"""A shelf of short texts: every question in Tigrinya and Dutch, in as many editions as asked."""

from dataclasses import dataclass, field

from gateway.domain.consent_texts import ConsentText, Direction, SectionName, TextSection
from gateway.domain.errors import InvalidRequestError

LANGUAGES = {"tir": "ti", "ti": "ti", "nld": "nl", "nl": "nl", "tur": "tr"}


@dataclass(slots=True)
class ConsentTexts:
    """Makes up a text for any question; ``reviewed`` holds the languages a native speaker read."""

    newest: str = "1"
    reviewed: set[str] = field(default_factory=lambda: {"nl"})

    def get(
        self, purpose_short: str, recipient_kind: str, language: str, version: str | None = None
    ) -> ConsentText:
        """Return a text that says its own name."""
        edition = version or self.newest
        if not edition.isdecimal() or not 1 <= int(edition) <= int(self.newest):
            raise InvalidRequestError("tekstVersie", "is no version of the consent texts")
        if language not in LANGUAGES:
            raise InvalidRequestError("taal", "has no text")
        short, key = LANGUAGES[language], f"{purpose_short}-{recipient_kind}"
        sections = (TextSection(SectionName.TITLE, f"{key} {edition} {short}"),)
        return ConsentText(
            key, edition, short, Direction.LTR, sections, short in self.reviewed, language
        )
