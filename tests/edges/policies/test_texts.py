"""Consent is asked in short sentences, the same question in ten languages, or the gate won't start."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.domain.consent_texts import ConsentText, Direction, SectionName
from gateway.domain.errors import InvalidRequestError, PolicyError
from gateway.domain.purposes import ConsentNeed
from policies.catalogue import Catalogue
from policies.texts import TextShelf, load_texts

SCRIPT_OF = {
    "nl": "LATIN",
    "en": "LATIN",
    "ar": "ARABIC",
    "ti": "ETHIOPIC",
    "fa": "ARABIC",
    "tr": "LATIN",
    "uk": "CYRILLIC",
    "so": "LATIN",
    "ps": "ARABIC",
    "ku": "LATIN",
}
LANGUAGES = tuple(SCRIPT_OF)
QUESTIONS = {
    "P01-functional": ("P01", "gemeente"),
    "P04": ("P04", "uitzendbureau"),
    "P05-uitzendbureau": ("P05", "uitzendbureau"),
    "P05-werkgever": ("P05", "werkgever"),
    "P06": ("P06", "werkgever"),
    "P07": ("P07", "uitzendbureau"),
    "P08": ("P08", "uitzendbureau"),
}
# Letters by which a reader tells a language from its neighbours in the same script.
OWN_LETTERS = {
    "tr": set("ığşç"),
    "ku": set("êîûş"),
    "fa": set("پچژگ"),
    "ps": set("ښړځټډ"),
    "ar": set("ةىؤ"),
    "uk": set("іїє"),
}
LONGEST, MEAN = 20, 12
SENTENCE = re.compile(r"[^.?!؟።]+[.?!؟።]+")


@pytest.fixture(scope="module")
def shelf(catalogue: Catalogue) -> TextShelf:
    """Read the texts that come with the program."""
    return load_texts(catalogue)


def texts(shelf: TextShelf, language: str) -> Iterator[ConsentText]:
    """Take all seven questions in one language."""
    for purpose, kind in QUESTIONS.values():
        yield shelf.get(purpose, kind, language)


def sentences(text: ConsentText) -> list[str]:
    """Split all but the title into sentences."""
    return [
        sentence.strip()
        for section in text.sections
        if section.name is not SectionName.TITLE
        for sentence in SENTENCE.findall(section.text)
    ]


def words(text: ConsentText) -> str:
    """Put all sections after one another."""
    return " ".join(section.text for section in text.sections)


def test_every_rule_on_consent_finds_its_words_in_ten_languages(
    shelf: TextShelf, catalogue: Catalogue
) -> None:
    """For each rule that rests on consent, each kind that may hold its role has all ten texts."""
    asked = [
        (purpose.short, kind)
        for purpose in catalogue.purposes.values()
        for rule in purpose.rules
        if rule.consent is not ConsentNeed.NO
        for kind in catalogue.roles[rule.role].kinds
    ]
    assert len(asked) == 11
    for purpose, kind in asked:
        found = [shelf.get(purpose, kind, language) for language in LANGUAGES]
        assert [text.language for text in found] == list(LANGUAGES)
        assert {text.key[:3] for text in found} == {purpose}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_read_in_the_order_of_its_sections(shelf: TextShelf, language: str) -> None:
    """Each text holds every section once, from the title to doing it oneself."""
    for text in texts(shelf, language):
        assert [section.name for section in text.sections] == list(SectionName)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_words_are_of_level_a2(shelf: TextShelf, language: str) -> None:
    """No sentence is over 20 words, and the mean of each text is 12 at most."""
    for text in texts(shelf, language):
        lengths = [len(sentence.split()) for sentence in sentences(text)]
        assert max(lengths) <= LONGEST, text.key
        assert sum(lengths) / len(lengths) <= MEAN, text.key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_written_in_its_own_script(shelf: TextShelf, language: str) -> None:
    """All letters but the Dutch names and numbers in a text are of the script of its language."""
    for text in texts(shelf, language):
        scripts = Counter(
            unicodedata.name(char).split()[0] for char in words(text) if char.isalpha()
        )
        assert set(scripts) <= {SCRIPT_OF[language], "LATIN"}
        assert scripts[SCRIPT_OF[language]] > 0.9 * scripts.total()


@pytest.mark.parametrize("language", OWN_LETTERS)
def test_a_language_is_not_its_neighbour(shelf: TextShelf, language: str) -> None:
    """Each text uses the letters that set its language apart from others in the script."""
    for text in texts(shelf, language):
        assert OWN_LETTERS[language] & set(words(text).lower()), text.key


@pytest.mark.parametrize("key", QUESTIONS)
def test_no_two_languages_say_the_same(shelf: TextShelf, key: str) -> None:
    """No section of a text is word for word that of another language."""
    purpose, kind = QUESTIONS[key]
    spoken = [shelf.get(purpose, kind, language).sections for language in LANGUAGES]
    for sections in zip(*spoken, strict=True):
        assert len({section.text for section in sections}) == len(LANGUAGES), sections[0].name


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_translation_has_the_sentences_of_the_dutch(shelf: TextShelf, language: str) -> None:
    """Section by section a translation has as many sentences, and as many questions."""
    for key, (purpose, kind) in QUESTIONS.items():
        dutch, other = (shelf.get(purpose, kind, tongue) for tongue in ("nl", language))
        for ours, theirs in zip(dutch.sections, other.sections, strict=True):
            assert ours.name is theirs.name
            counts = [
                (len(re.findall("[.?!؟።](?= |$)", s.text)), len(re.findall("[?؟]", s.text)))
                for s in (ours, theirs)
            ]
            assert counts[0] == counts[1], (key, ours.name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_that_people_must_recognise_stay(shelf: TextShelf, language: str) -> None:
    """COA, the regulator, and where the Dutch has it the BSN stand in each language as in Dutch."""
    for purpose, kind in QUESTIONS.values():
        dutch, other = (words(shelf.get(purpose, kind, tongue)) for tongue in ("nl", language))
        for name in ("COA", "Autoriteit Persoonsgegevens", "BSN"):
            assert (name in dutch) == (name in other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_nobody_reviewed_say_so(shelf: TextShelf, language: str) -> None:
    """No text of the first version claims a native speaker's review."""
    assert not any(text.reviewed for text in texts(shelf, language))


def test_arabic_persian_and_pashto_run_from_right_to_left(shelf: TextShelf) -> None:
    """The direction stands on the text, for the screen and the printed sheet."""
    rtl = {
        language
        for language in LANGUAGES
        if all(text.direction is Direction.RTL for text in texts(shelf, language))
    }
    assert rtl == {"ar", "fa", "ps"}


def test_the_digest_tells_every_text_apart(shelf: TextShelf) -> None:
    """Seventy texts have seventy digests, which reading again gives again."""
    digests = {text.sha256 for language in LANGUAGES for text in texts(shelf, language)}
    assert len(digests) == len(QUESTIONS) * len(LANGUAGES)


def test_the_digest_covers_the_words(catalogue: Catalogue, folder: Path) -> None:
    """A changed word changes the digest of that text; a review changes none."""
    file = folder / "consent_texts/1/nl.yaml"
    before = load_texts(catalogue, folder)
    file.write_text(file.read_text("utf-8").replace("aan deze werkgever geven", "geven"), "utf-8")
    file.write_text(file.read_text("utf-8").replace("speaker: false", "speaker: true"), "utf-8")
    after = load_texts(catalogue, folder)
    changed = {
        key
        for key, (purpose, kind) in QUESTIONS.items()
        if before.get(purpose, kind, "nl").sha256 != after.get(purpose, kind, "nl").sha256
    }
    assert changed == {"P05-werkgever"}
    assert after.get("P04", "gemeente", "nl").reviewed


def test_a_new_edition_is_shown_and_the_old_one_kept(catalogue: Catalogue, folder: Path) -> None:
    """With editions 1 and 2 the newest is shown, and the first can still be read as evidence."""
    shelf = folder / "consent_texts"
    (shelf / "2").mkdir()
    for file in (shelf / "1").iterdir():
        (shelf / "2" / file.name).write_bytes(file.read_bytes())
    (shelf / "2.yaml").write_bytes((shelf / "1.yaml").read_bytes())
    both = load_texts(catalogue, folder)
    old, new = both.get("P04", "coa", "so", "1"), both.get("P04", "coa", "so")
    assert (old.version, new.version, both.newest) == ("1", "2", "2")
    assert old.sha256 != new.sha256


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (("P05", "werkgever", "fr", None), "taal"),
        (("P05", "werkgever", "", None), "taal"),
        (("P05", "werkgever", "nl", "2"), "tekstVersie"),
        (("P05", "gemeente", "nl", None), "doel"),
        (("P05", "klooster", "nl", None), "doel"),
        (("P02", "gemeente", "nl", "1"), "doel"),
    ],
)
def test_a_text_that_is_not_there_is_refused_by_name(
    shelf: TextShelf, asked: tuple[str, str, str, str | None], field: str
) -> None:
    """An unknown language, version or question names the field that is wrong."""
    with pytest.raises(InvalidRequestError) as refused:
        shelf.get(*asked)
    assert refused.value.field == field


@dataclass(frozen=True)
class Break:
    """Replace the first ``old`` by ``new``; the complaint says ``says`` of ``where``."""

    name: str
    file: str
    old: str
    new: str
    says: str


BREAKS = [
    Break("section", "1/nl.yaml", "    why: Dan kan de g", "    wy: Dan kan de g", "why: is miss"),
    Break("key", "1/ti.yaml", "  P08:", "  P09:", "P08: must be a mapping"),
    Break("extra", "1/so.yaml", "  P08:", "  P02: {}\n  P08:", "key: unknown value 'P02'"),
    Break("shared", "1/fa.yaml", "  how_to_stop:", "  how_to:", "how_to_stop: is missing"),
    Break(
        "empty", "1/uk.yaml", "title: Дозвіл для вашої роботи", "title:", "title: must be a text"
    ),
    Break("language", "1/tr.yaml", "language: tr", "language: az", "language: differs from"),
    Break("iso", "1/ku.yaml", "639_3: kmr", "639_3: ku", "iso_639_3: must be three small"),
    Break("script", "1/ps.yaml", "script: Arab", "script: arab", "script: unknown value 'arab', w"),
    Break("direction", "1/ar.yaml", "direction: rtl", "direction: ltr", "direction: Arab is not"),
    Break("which way", "1/ar.yaml", "direction: rtl", "direction: up", "direction: unknown value"),
    Break(
        "review", "1/en.yaml", "speaker: false", "speaker: no", "reviewed_by_native_speaker: unk"
    ),
    Break("origin", "1/en.yaml", "translation: ", "made: ", "translation: is missing"),
    Break("unseen", "1/en.yaml", "A permit", "A \u202epermit", "title: holds a character that can"),
    Break("header", "1/tr.yaml", "Türkçe", "Türkçe\nx: y", "key: unknown value 'x'"),
    Break(
        "unnormal", "1/ku.yaml", "Destûrnameyek", "Destu\u0302rnameyek", "title: is not in Unicode"
    ),
    Break("yaml", "1/nl.yaml", "language: nl", "language: [nl", "yaml: "),
    Break(
        "rule", "1.yaml", "werkgever]\n  - key: P06", "coa]\n  - key: P06", "has no text for werk"
    ),
    Break(
        "legal task", "1.yaml", "[gemeente]", "[gemeente, coa]", "no rule of P01 rests on consent"
    ),
    Break("purpose", "1.yaml", "purpose: P07", "purpose: P77", "purpose: unknown value 'P77'"),
    Break("kind", "1.yaml", "[gemeente]", "[Gemeente]", "kinds: unknown value 'Gemeente', write"),
    Break("no kind", "1.yaml", "kinds: [gemeente]", "kinds: []", "kinds: must be a list of kinds"),
    Break("two", "1.yaml", "key: P08", "key: P07", "key: P07 stands here twice"),
    Break("both", "1.yaml", "[werkgever]", "[werkgever, uitzendbureau]", "already has P05-uitz"),
]


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.name)
def test_a_broken_text_is_refused(catalogue: Catalogue, folder: Path, broken: Break) -> None:
    """The complaint names the file and a line, and what does not hold."""
    file = folder / "consent_texts" / broken.file
    whole = file.read_text("utf-8")
    assert broken.old in whole
    file.write_text(whole.replace(broken.old, broken.new, 1), "utf-8")
    with pytest.raises(PolicyError) as refused:
        load_texts(catalogue, folder)
    assert re.search(rf"^consent_texts/{broken.file}:\d+: ", str(refused.value), re.MULTILINE)
    assert broken.says in str(refused.value)


def test_a_missing_language_is_refused(catalogue: Catalogue, folder: Path) -> None:
    """An edition without one of the ten languages names the language."""
    (folder / "consent_texts/1/so.yaml").unlink()
    with pytest.raises(PolicyError, match="language: so is missing"):
        load_texts(catalogue, folder)


def test_an_edition_is_named_by_its_number(catalogue: Catalogue, folder: Path) -> None:
    """A list that is not named for a version is refused, as is a shelf without any."""
    (folder / "consent_texts/1.yaml").rename(folder / "consent_texts/eerste.yaml")
    with pytest.raises(PolicyError, match=r"file: is not named for a version"):
        load_texts(catalogue, folder)
    (folder / "consent_texts/eerste.yaml").unlink()
    with pytest.raises(PolicyError, match=r"folder: holds no YAML file"):
        load_texts(catalogue, folder)
