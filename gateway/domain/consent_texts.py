"""The words a resident is asked consent with, and the digest that proves which they were.

GDPR art. 7(1) and (2), 12(1): the controller can show what was asked, in plain language.
"""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256


class Direction(StrEnum):
    """Which way a language is written."""

    LTR = "ltr"
    RTL = "rtl"


class SectionName(StrEnum):
    """The parts of a text, in the order in which they are read aloud."""

    TITLE = "title"
    ASKS = "asks"
    WHO_RECEIVES = "who_receives"
    WHICH_DATA = "which_data"
    WHY = "why"
    UNTIL_WHEN = "until_when"
    WHO_READS_IT = "who_reads_it"
    NO_CONSEQUENCE = "no_consequence"
    HOW_TO_STOP = "how_to_stop"
    DO_IT_YOURSELF = "do_it_yourself"


@dataclass(frozen=True, slots=True)
class TextSection:
    """One part of a text: a title, or a few sentences on one line."""

    name: SectionName
    text: str


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One question in one language; ``key`` is the question (``P05-werkgever``).

    ``language`` is its short code (``ti``) and ``iso_639_3`` its long one (``tir``).

    ``reviewed`` tells whether a native speaker read it; outside the demonstration an unreviewed
    text carries no consent, except with a named interpreter who read the Dutch text aloud.
    """

    key: str
    version: str
    language: str
    direction: Direction
    sections: tuple[TextSection, ...]
    reviewed: bool
    iso_639_3: str

    @property
    def canonical(self) -> bytes:
        """The words as UTF-8, one line a section; a review changes no word and is left out."""
        head = ("consent text", self.key, self.version, self.language)
        lines = (*head, *(f"{section.name}: {section.text}" for section in self.sections))
        return "".join(f"{line}\n" for line in lines).encode()

    @property
    def sha256(self) -> str:
        """The digest (hex) of the canonical words: what the consent ledger keeps as evidence."""
        return sha256(self.canonical).hexdigest()
