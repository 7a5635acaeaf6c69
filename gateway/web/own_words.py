"""The words of a resident's own pages, in the ten languages in which she is asked consent.

They are data, a file a language in ``own_texts``, at reading level A2; each says whether a native
speaker read it, and a page says so where nobody did.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from gateway.domain.consent_texts import Direction

LANGUAGES: Final = ("nl", "en", "ar", "ti", "fa", "tr", "uk", "so", "ps", "ku")
DUTCH: Final = "nl"


@dataclass(frozen=True, slots=True)
class OwnWords:
    """All words of one language; ``iso_639_3`` is how a profile names it."""

    language: str
    iso_639_3: str
    name: str
    direction: Direction
    reviewed: bool
    texts: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """Return a text with what belongs in it."""
        return self.texts[key].format(**values)


@cache
def own_words(language: str) -> OwnWords:
    """Read a language of ``LANGUAGES``."""
    file = files("gateway.web").joinpath("own_texts", f"{language}.json")
    found = json.loads(file.read_text("utf-8"))
    return OwnWords(
        language,
        found["iso_639_3"],
        found["name"],
        Direction(found["direction"]),
        found["reviewed_by_native_speaker"],
        found["texts"],
    )


def language_named(name: str) -> str:
    """Return the language of a short or long code (``ti``, ``tir``); Dutch for any other."""
    known = {code: one for one in LANGUAGES for code in (one, own_words(one).iso_639_3)}
    return known.get(name, DUTCH)
