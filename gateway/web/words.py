"""The words of the screens: Dutch is what the source says, English is looked up in a catalogue."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from gateway.domain.sentences import Language

AMSTERDAM: Final = ZoneInfo("Europe/Amsterdam")


def N_(text: str) -> str:  # noqa: N802 - the name that extractors know
    """Mark a text for translation where it is written; it is translated where it is shown."""
    return text


@cache
def catalogue(language: Language) -> Mapping[str, tuple[str, ...]]:
    """Return the translations into a language, by Dutch text; one form, or singular and plural."""
    if language is Language.NL:
        return {}
    with files("gateway.web").joinpath("translations", f"{language}.po").open("rb") as stream:
        messages = read_po(stream)
    found: dict[str, tuple[str, ...]] = {}
    for message in messages:
        source = message.id if isinstance(message.id, str) else message.id[0]
        said = message.string or ""
        forms = (said,) if isinstance(said, str) else tuple(said)
        if source and all(forms):
            found[source] = forms
    return found


def say(text: str, language: Language) -> str:
    """Return a Dutch text in a language."""
    if language is Language.NL:
        return text
    return catalogue(language).get(text, (text,))[0]


def count(one: str, more: str, number: int, language: Language) -> str:
    """Return the Dutch singular or plural in a language; both count one as singular."""
    forms = catalogue(language).get(one, (one, more))
    return forms[0] if number == 1 else forms[-1]


@lru_cache(maxsize=4_096)
def day(value: date | str, language: Language) -> str:
    """Write a day in words, such as 3 mrt 2026; a partial date stays as it is known."""
    try:
        known = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    return format_date(known, "d MMM y", locale=str(language))


@lru_cache(maxsize=4_096)
def moment(value: datetime, language: Language) -> str:
    """Write a moment as a clock in the Netherlands shows it."""
    local = value.astimezone(AMSTERDAM)
    return format_datetime(local, "d MMM y HH:mm", locale=str(language))


@lru_cache(maxsize=4_096)
def number(value: float, language: Language) -> str:
    """Write a number with the language's marks."""
    return format_decimal(value, locale=str(language))
