"""The words of residents' own pages: whole in ten languages, and honest about who read them."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from string import Formatter
from typing import Final

import pytest

import gateway.web
from gateway.domain.brede_intake import CHAPTERS
from gateway.domain.consents import OPENING, ConsentEventKind
from gateway.domain.purposes import ConsentNeed
from gateway.domain.records import RecordKind
from gateway.web.own_looked import KINDS
from gateway.web.own_rendering import MENU
from gateway.web.own_shared import DONE, STATES, TERMS
from gateway.web.own_words import DUTCH, LANGUAGES, language_named, own_words
from policies.enforcer import load_policy
from policies.texts import LANGUAGES as ASKED_IN
from tests.house.source import ROOT

TEMPLATES: Final = ROOT / "gateway" / "web" / "templates"
NON_JOINER: Final = "\N{ZERO WIDTH NON-JOINER}"
MOST: Final = 14
"""Words in a sentence: what a reader at level A2 holds on to."""


@cache
def named() -> frozenset[str]:
    """Name every text that a template or a table of the code asks for."""
    return frozenset(
        {
            *_in_templates(),
            *(key for _, key in MENU),
            *DONE.values(),
            *STATES.values(),
            *TERMS.values(),
            "term_law",
            *KINDS.values(),
            "did_other",
            "you",
            *(f"part_{number}" for number, _ in enumerate(CHAPTERS, 1)),
            *(f"why_{purpose.short}" for purpose in load_policy()[1].purposes()),
            *(f"kind_{kind}" for kind in ("uitzendbureau", "gemeente", "coa")),
            *(f"take_{form}" for form in ("pdf", "json", "cv")),
        }
    )


def _in_templates() -> Iterator[str]:
    files = [*(TEMPLATES / "own").glob("*.html"), TEMPLATES / "code.html"]
    for file in files:
        text = file.read_text("utf-8")
        yield from re.findall(r"(?:\bt|paper\.texts)\.(\w+)", text)
        yield from re.findall(r'say\("(\w+)"', text)


def test_they_are_the_languages_of_consent() -> None:
    """Who was asked in a language reads her pages in it, found by its short and its long code."""
    assert LANGUAGES == ASKED_IN
    assert [language_named(own_words(one).iso_639_3) for one in LANGUAGES] == [*LANGUAGES]
    assert language_named("xx") == language_named("") == DUTCH


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing_and_none_is_idle(language: str) -> None:
    """Every language has the texts that are asked for, each with words, and no other."""
    texts = own_words(language).texts
    assert set(texts) == named()
    assert all(text.strip() == text != "" for text in texts.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_belongs_in_a_text_is_in_each_language(language: str) -> None:
    """The same places to fill in as in the Dutch."""
    for key, text in own_words(language).texts.items():
        assert _places(text) == _places(own_words(DUTCH).texts[key]), key


def _places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_what_it_looks_like(language: str) -> None:
    """Composed letters, no character that cannot be seen, and Latin names as they are."""
    for text in own_words(language).texts.values():
        assert unicodedata.is_normalized("NFC", text)
        assert not any(unicodedata.category(c)[0] == "C" and c != NON_JOINER for c in text)


def test_nobody_vouches_for_a_text_that_no_native_speaker_read() -> None:
    """Each says so in words of its own, and every page shows them."""
    unread = [own_words(one) for one in LANGUAGES if not own_words(one).reviewed]
    assert len({one.texts["unreviewed"] for one in unread}) == len(unread)
    layout = (TEMPLATES / "own" / "layout.html").read_text("utf-8")
    assert "{% if not words.reviewed %}" in layout


@pytest.mark.parametrize("language", ["nl", "en"])
def test_sentences_are_short(language: str) -> None:
    """Reading level A2: no sentence of many words."""
    for text in own_words(language).texts.values():
        for sentence in re.split(r"[.?!:] ", text):
            assert len(sentence.split()) <= MOST, sentence


def test_every_state_and_every_term_has_words() -> None:
    """However a consent stands, and however long a rule without consent lets data be kept."""
    assert set(STATES) | set(OPENING) == set(ConsentEventKind)
    rules = [rule for purpose in load_policy()[1].purposes() for rule in purpose.rules]
    legal = {r.retention for r in rules if r.consent in {ConsentNeed.NO, ConsentNeed.UNLESS_LINKED}}
    assert legal - {"answer within 1 month"} == set(TERMS)
    assert set(KINDS) <= set(RecordKind)


def test_they_travel_with_the_program() -> None:
    """The files stand in the package that reads them."""
    folder = ROOT / "gateway" / "web" / "own_texts"
    assert gateway.web.__file__ is not None
    assert {path.stem for path in folder.iterdir()} == set(LANGUAGES)
