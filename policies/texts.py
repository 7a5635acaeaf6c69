"""Reads the consent texts and refuses an edition in which any question lacks its words.

1. Each rule that rests on consent has a text for every kind of partner that may hold its role.
2. No text asks consent where no rule rests on it: consent is never asked for a legal task.
3. Every edition speaks the same ten languages or more, with the same sections in each.
4. A text holds no character that can't be seen, so what is read is what is digested.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Final

from gateway.domain.consent_texts import ConsentText, Direction, SectionName, TextSection
from gateway.domain.errors import InvalidRequestError
from gateway.domain.partners import PartnerKind
from gateway.domain.purposes import ConsentNeed
from policies.catalogue import Catalogue, shipped
from policies.documents import (
    Problems,
    Section,
    Source,
    Text,
    Where,
    read_sources,
    read_yaml,
)

FOLDER: Final = "consent_texts"
LANGUAGES: Final = ("nl", "en", "ar", "ti", "fa", "tr", "uk", "so", "ps", "ku")
SCRIPTS: Final[Mapping[str, Direction]] = {
    "Latn": Direction.LTR,
    "Cyrl": Direction.LTR,
    "Ethi": Direction.LTR,
    "Arab": Direction.RTL,
}
HEADER: Final = (
    "language",
    "iso_639_3",
    "name",
    "direction",
    "script",
    "reviewed_by_native_speaker",
    "translation",
)
SHARED: Final = (
    SectionName.UNTIL_WHEN,
    SectionName.WHO_READS_IT,
    SectionName.NO_CONSEQUENCE,
    SectionName.HOW_TO_STOP,
    SectionName.DO_IT_YOURSELF,
)
OWN: Final = (
    SectionName.TITLE,
    SectionName.ASKS,
    SectionName.WHO_RECEIVES,
    SectionName.WHICH_DATA,
    SectionName.WHY,
)
VERSION: Final = re.compile(r"[1-9][0-9]*")
ISO_639_3: Final = re.compile(r"[a-z]{3}")
KINDS: Final[Mapping[str, PartnerKind]] = {str(kind): kind for kind in PartnerKind}
NON_JOINER: Final = "\N{ZERO WIDTH NON-JOINER}"  # Persian and Pashto spelling needs it

Asked = tuple[str, PartnerKind]
Edition = Mapping[Asked, Mapping[str, ConsentText]]


@dataclass(frozen=True, slots=True)
class _Contents:
    """The list of an edition: the keys of its texts, and which is asked when."""

    version: Text
    keys: tuple[Text, ...]
    asked: Mapping[Asked, str]


class TextShelf:
    """All editions of the consent texts; an older one is kept as evidence of what was asked."""

    def __init__(self, editions: Mapping[str, Edition]) -> None:
        self._editions = editions
        self.newest = max(editions, key=int)

    def get(
        self, purpose_short: str, recipient_kind: str, language: str, version: str | None = None
    ) -> ConsentText:
        """Return the text for a purpose (``P05``), kind of recipient and language (``ti``, ``tir``).

        Without ``version`` it is the newest. Raises ``InvalidRequestError`` where there is none.
        """
        edition = self._editions.get(version or self.newest)
        if edition is None:
            raise InvalidRequestError("tekstVersie", "is no version of the consent texts")
        kind = KINDS.get(recipient_kind)
        spoken = edition.get((purpose_short, kind)) if kind else None
        if spoken is None:
            raise InvalidRequestError("doel", "asks no consent for this kind of recipient")
        if language not in spoken:
            known = dict.fromkeys(text.language for text in spoken.values())
            raise InvalidRequestError("taal", f"has no text; choose {', '.join(known)}")
        return spoken[language]


def load_texts(catalogue: Catalogue, folder: Traversable | None = None) -> TextShelf:
    """Read all editions from ``folder`` (a ``Path`` will do), or those that are shipped.

    Raises ``PolicyError`` with one line ``file:line: field: reason`` for every problem.
    """
    place = folder or shipped()
    problems = Problems()
    lists = [
        contents
        for source in read_sources(place, FOLDER, problems)
        if (contents := _contents(source, catalogue, problems)) is not None
    ]
    problems.stop_here()
    _check_complete(max(lists, key=lambda contents: int(contents.version)), catalogue, problems)
    editions = {str(one.version): _edition(place, one, problems) for one in lists}
    problems.stop_here()
    return TextShelf(editions)


def _contents(source: Source, catalogue: Catalogue, problems: Problems) -> _Contents | None:
    file = read_yaml(source, problems)
    version = Text(source.stem, Where(source.name, 1))
    if not VERSION.fullmatch(version):
        problems.add(version.where, "file", "is not named for a version, like 1.yaml")
    if file is None:
        return None
    file.only("texts")
    keys: list[Text] = []
    asked: dict[Asked, str] = {}
    for entry in file.sections("texts"):
        entry.only("key", "purpose", "kinds")
        key = entry.text("key")
        if key in keys:
            problems.add(key.where, "key", f"{key} stands here twice")
        keys.append(key)
        for when in _asked(entry, catalogue, problems):
            if when in asked:
                problems.add(key.where, "kinds", f"{when[1]} already has {asked[when]}")
            asked[when] = str(key)
    return _Contents(version, tuple(keys), asked)


def _asked(entry: Section, catalogue: Catalogue, problems: Problems) -> tuple[Asked, ...]:
    purpose, kinds = entry.text("purpose"), entry.texts("kinds")
    shorts = {known.short for known in catalogue.purposes.values()}
    if purpose and purpose not in shorts:
        problems.unknown("purpose", purpose, shorts)
    if not kinds:
        problems.add(entry.where, "kinds", "must be a list of kinds of partner")
    for kind in kinds:
        if kind not in KINDS:
            problems.unknown("kinds", kind, KINDS)
    return tuple((str(purpose), KINDS[kind]) for kind in kinds if kind in KINDS)


def _check_complete(newest: _Contents, catalogue: Catalogue, problems: Problems) -> None:
    """Compare the newest edition with the rules of today (1, 2)."""
    needed = {
        (purpose.short, kind): rule.rule_id
        for purpose in catalogue.purposes.values()
        for rule in purpose.rules
        if rule.consent is not ConsentNeed.NO
        for kind in catalogue.roles[rule.role].kinds
    }
    for (purpose, kind), rule_id in needed.items():
        if (purpose, kind) not in newest.asked:
            reason = f"{rule_id} rests on consent and has no text for {kind}"
            problems.add(newest.version.where, "texts", reason)
    for (purpose, kind), key in newest.asked.items():
        if (purpose, kind) not in needed:
            reason = f"{key}: no rule of {purpose} rests on consent for {kind}"
            problems.add(newest.version.where, "texts", reason)


def _edition(folder: Traversable, contents: _Contents, problems: Problems) -> Edition:
    sources = read_sources(folder, f"{FOLDER}/{contents.version}", problems)
    spoken = {
        source.stem: _language(source, contents, problems)
        for source in sorted(sources, key=_in_order)
    }
    for language in LANGUAGES:
        if language not in spoken:
            problems.add(contents.version.where, "language", f"{language} is missing")
    return {
        when: {
            code: texts[key]
            for texts in spoken.values()
            if key in texts
            for code in (texts[key].language, texts[key].iso_639_3)
        }
        for when, key in contents.asked.items()
    }


def _in_order(source: Source) -> int:
    return LANGUAGES.index(source.stem) if source.stem in LANGUAGES else len(LANGUAGES)


def _language(source: Source, contents: _Contents, problems: Problems) -> Mapping[str, ConsentText]:
    file = read_yaml(source, problems)
    if file is None:
        return {}
    file.only(*HEADER, "shared", "texts")
    direction = _header(file, source, problems)
    reviewed, iso = _reviewed(file, problems), str(file.text("iso_639_3"))
    shared, texts = file.section("shared"), file.section("texts")
    if direction is None or shared is None or texts is None:
        return {}
    shared.only(*SHARED)
    same = _words(shared, SHARED, problems)
    texts.only(*contents.keys)
    found = {}
    for key in contents.keys:
        own = texts.section(key)
        if own is not None:
            own.only(*OWN)
            sections = (*_words(own, OWN, problems), *same)
            found[str(key)] = ConsentText(
                str(key), str(contents.version), source.stem, direction, sections, reviewed, iso
            )
    return found


def _header(file: Section, source: Source, problems: Problems) -> Direction | None:
    language, iso, script = file.text("language"), file.text("iso_639_3"), file.text("script")
    file.text("name")
    file.text("translation")
    direction = file.choice("direction", Direction)
    if language and language != source.stem:
        problems.add(language.where, "language", "differs from the name of the file")
    if iso and not ISO_639_3.fullmatch(iso):
        problems.add(iso.where, "iso_639_3", "must be three small letters")
    if script and script not in SCRIPTS:
        problems.unknown("script", script, SCRIPTS)
    elif script and direction and SCRIPTS[script] is not direction:
        problems.add(script.where, "direction", f"{script} is not written {direction}")
    return direction


def _reviewed(file: Section, problems: Problems) -> bool:
    answer = file.text("reviewed_by_native_speaker")
    if answer and answer not in {"true", "false"}:
        problems.unknown("reviewed_by_native_speaker", answer, ("true", "false"))
    return answer == "true"


def _words(
    section: Section, names: Iterable[SectionName], problems: Problems
) -> tuple[TextSection, ...]:
    read = tuple((name, section.text(name)) for name in names)
    for name, text in read:
        if not unicodedata.is_normalized("NFC", text):
            problems.add(text.where, name, "is not in Unicode form NFC")
        if any(unicodedata.category(char)[0] == "C" and char != NON_JOINER for char in text):
            problems.add(text.where, name, "holds a character that can't be seen")
    return tuple(TextSection(name, str(text)) for name, text in read)
