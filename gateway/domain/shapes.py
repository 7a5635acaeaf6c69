"""The shape each field's value must have, and the clean form in which it is kept.

A shape takes a raw value and gives it back clean, with warnings, or raises ``UnfitError``. Texts
start with the field's name and never repeat a value.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Final, TypeAlias
from uuid import UUID

from gateway.domain.codes import CodeLists
from gateway.domain.deliveries import JsonValue
from gateway.domain.fields import FieldDictionary, FieldSpec
from gateway.domain.groups import MEMBERS
from gateway.domain.identifiers import V_NUMMER_LENGTH, Bsn, FieldName


class UnfitError(Exception):
    """A value that does not fit its field; the text is ``field: reason``."""


@dataclass(frozen=True, slots=True)
class Clean:
    """A value as it is kept, and what a person should know about how it came in."""

    value: JsonValue
    warnings: tuple[str, ...] = ()


Shape: TypeAlias = Callable[[JsonValue], Clean]

FREE_LENGTH: Final = 1_000
CODE_LENGTH: Final = 100
LONGEST_LIST: Final = 200
MOST_REMEMBERED: Final = 5_000
FIRST_YEAR, LAST_YEAR = 1900, 2100

# Cells that a spreadsheet would run: = and @, a tab or return, and + or - before more than digits.
_FORMULA: Final = re.compile(r"[=@\t\r]|[+-](?![0-9 ]*\Z)")
# The characters with Unicode's property Bidi_Control: they make a name read as another.
_BIDI: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_HIDDEN: Final = re.compile(
    f"(?P<bidi>[{_BIDI}])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
)
_ISO_DAY: Final = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", re.ASCII)
_DUTCH_DAY: Final = re.compile(r"(?:(?:(\d{1,2})-)?(\d{1,2})-)?(\d{4})", re.ASCII)
_WHOLE: Final = re.compile(r"-?\d{1,9}", re.ASCII)
_PHONE: Final = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_TRUTH: Final = {word: Clean(value=True) for word in ("ja", "true", "1")} | {
    word: Clean(value=False) for word in ("nee", "false", "0")
}


@dataclass(frozen=True, slots=True)
class _Remembering:
    """A shape that knows the texts it met, as long as one delivery is judged."""

    shape: Shape
    seen: dict[str, Clean] = field(default_factory=dict)

    def __call__(self, raw: JsonValue) -> Clean:
        if not isinstance(raw, str):
            return self.shape(raw)
        found = self.seen.get(raw)
        if found is None:
            found = self.shape(raw)
            if len(self.seen) < MOST_REMEMBERED:
                self.seen[raw] = found
        return found


def absent(raw: JsonValue) -> bool:
    """Tell whether a raw value says nothing: empty text, list or object, or ``null``."""
    if isinstance(raw, str):
        return not raw or raw.isspace()
    return not raw and not isinstance(raw, int)


def padded_v_nummer(raw: JsonValue) -> str | None:
    """Return the V-nummer with the zeros a spreadsheet took, or ``None`` when it is no V-nummer."""
    number = str(raw).strip() if isinstance(raw, str | int) else ""
    if not (number.isascii() and number.isdigit()) or len(number) > V_NUMMER_LENGTH:
        return None
    return number.zfill(V_NUMMER_LENGTH) if int(number) else None


def shapes_of(fields: FieldDictionary, codes: CodeLists) -> Mapping[FieldName, Shape]:
    """Build the shape of every field that may be kept."""
    return {spec.name: _shape(spec, codes) for spec in fields if spec.stored}


def _plain(name: str, raw: JsonValue) -> str:
    """Take text or a whole number as trimmed text in one Unicode form, without hidden characters."""
    if not isinstance(raw, str):
        if isinstance(raw, int) and not isinstance(raw, bool):
            return str(raw)
        raise UnfitError(f"{name}: must be text")
    if not raw.isprintable() and (hidden := _HIDDEN.search(raw)):
        kind = "bidirectional control" if hidden["bidi"] else "control"
        raise UnfitError(f"{name}: holds a {kind} character")
    return raw.strip() if raw.isascii() else unicodedata.normalize("NFC", raw.strip())


def _text(name: str, limit: int, raw: JsonValue) -> Clean:
    text = _plain(name, raw)
    if len(text) > limit:
        raise UnfitError(f"{name}: longer than {limit} characters")
    if _FORMULA.match(text) or (text != raw and _FORMULA.match(str(raw))):
        return Clean(text, (f"{name}: begins like a spreadsheet formula, kept as text",))
    return Clean(text)


def _pattern(name: str, pattern: re.Pattern[str], why: str, raw: JsonValue) -> Clean:
    text = _plain(name, raw)
    if not pattern.fullmatch(text):
        raise UnfitError(f"{name}: {why}")
    return Clean(text)


def _v_nummer(name: str, raw: JsonValue) -> Clean:
    text = _plain(name, raw)
    number = padded_v_nummer(text)
    if number is None:
        raise UnfitError(f"{name}: not a number of {V_NUMMER_LENGTH} digits")
    if len(text) < V_NUMMER_LENGTH:
        return Clean(number, (f"{name}: shorter than {V_NUMMER_LENGTH} digits, zeros put back",))
    return Clean(number)


def _bsn(name: str, raw: JsonValue) -> Clean:
    text = _plain(name, raw)
    try:
        return Clean(Bsn(text).reveal())
    except ValueError:
        raise UnfitError(f"{name}: fails the 11-proef") from None


def _phone(name: str, raw: JsonValue) -> Clean:
    bare = re.sub(r"[ ().-]", "", _plain(name, raw))
    number = re.sub(r"\A0(?=[1-9])", "+31", re.sub(r"\A00", "+", bare))
    if not _PHONE.fullmatch(number):
        raise UnfitError(f"{name}: not a telephone number")
    return Clean(number)


def _email(name: str, raw: JsonValue) -> Clean:
    clean = _text(name, 241, raw)
    if not isinstance(clean.value, str) or not _EMAIL.fullmatch(clean.value):
        raise UnfitError(f"{name}: not an e-mail address")
    return clean


def _uuid(name: str, raw: JsonValue) -> Clean:
    try:
        return Clean(str(UUID(_plain(name, raw))))
    except ValueError:
        raise UnfitError(f"{name}: not a UUID") from None


def _moment(name: str, raw: JsonValue) -> Clean:
    try:
        moment = datetime.fromisoformat(_plain(name, raw))
        in_utc = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UnfitError(f"{name}: not a moment in ISO 8601") from None
    if moment.tzinfo is None:
        raise UnfitError(f"{name}: a moment without a time zone")
    return Clean(in_utc.isoformat())


def _one_of(name: str, codes: Mapping[str, str], why: str, raw: JsonValue) -> Clean:
    code = codes.get(_plain(name, raw).casefold())
    if code is None:
        raise UnfitError(f"{name}: {why}")
    return Clean(code)


def _coded(name: str, codes: Iterable[str], why: str = "unknown code") -> Shape:
    """Spell a code as its list does, whatever its case."""
    return _Remembering(partial(_one_of, name, {code.casefold(): code for code in codes}, why))


def _yes_no(name: str, raw: JsonValue) -> Clean:
    word = str(raw) if isinstance(raw, bool) else _plain(name, raw)
    answer = _TRUTH.get(word.casefold())
    if answer is None:
        raise UnfitError(f"{name}: neither ja nor nee")
    return answer


def _whole(name: str, low: int, high: int, raw: JsonValue) -> Clean:
    text = _plain(name, raw)
    if not _WHOLE.fullmatch(text):
        raise UnfitError(f"{name}: not a whole number")
    if not low <= int(text) <= high:
        raise UnfitError(f"{name}: not between {low} and {high}")
    return Clean(int(text))


def _day_parts(name: str, text: str) -> tuple[int, int, int]:
    """Read year, month, day from ``jjjj-mm-dd`` or ``dd-mm-jjjj``; what is unknown is 0."""
    if match := _ISO_DAY.fullmatch(text):
        year, month, day = match.groups(default="0")
    elif match := _DUTCH_DAY.fullmatch(text):
        day, month, year = match.groups(default="0")
    else:
        raise UnfitError(f"{name}: not a date")
    return int(year), int(month), int(day)


def _calendar(name: str, raw: JsonValue) -> str:
    """Return the date as far as it is known: ``jjjj``, ``jjjj-mm`` or ``jjjj-mm-dd``."""
    year, month, day = _day_parts(name, _plain(name, raw))
    try:
        known = date(year, month or 1, day or 1)
    except ValueError:
        raise UnfitError(f"{name}: impossible date") from None
    if not FIRST_YEAR <= year <= LAST_YEAR or (day and not month):
        raise UnfitError(f"{name}: impossible date")
    return known.isoformat()[: 10 if day else 7 if month else 4]


def _day(name: str, raw: JsonValue) -> Clean:
    known = _calendar(name, raw)
    if len(known) < len("jjjj-mm-dd"):
        raise UnfitError(f"{name}: not a full date")
    return Clean(known)


def _birth(name: str, raw: JsonValue) -> Clean:
    known = _calendar(name, raw)
    if len(known) < len("jjjj-mm-dd"):
        return Clean(known, (f"{name}: partial birth date",))
    return Clean(known)


def _period(name: str, raw: JsonValue) -> Clean:
    return Clean(_calendar(name, raw))


def _list(name: str, item: Shape, raw: JsonValue) -> Clean:
    if not isinstance(raw, list):
        raise UnfitError(f"{name}: must be a list")
    if len(raw) > LONGEST_LIST:
        raise UnfitError(f"{name}: more than {LONGEST_LIST} items")
    items = [item(value) for value in raw if not absent(value)]
    cleaned = [clean for clean in items if not absent(clean.value)]
    return Clean(
        [clean.value for clean in cleaned],
        tuple(warning for clean in cleaned for warning in clean.warnings),
    )


def _group(name: str, members: Mapping[str, Shape], raw: JsonValue) -> Clean:
    if not isinstance(raw, dict):
        raise UnfitError(f"{name}: must be a group of named values")
    known = {key: value for key, value in raw.items() if not absent(value)}
    if not known.keys() <= members.keys():
        raise UnfitError(f"{name}: holds an unknown name")
    cleaned = {key: members[key](value) for key, value in known.items()}
    return Clean(
        {key: clean.value for key, clean in cleaned.items()},
        tuple(warning for clean in cleaned.values() for warning in clean.warnings),
    )


def _licence(group: Shape, raw: JsonValue) -> Clean:
    """Take a licence as its group, or as the bare category that a flat file holds."""
    return group(raw if isinstance(raw, dict) else {"categorie": raw})


def _span(text: str) -> tuple[int, int]:
    """Read ``0..40``; without it any whole number from 0."""
    found = re.search(r"(\d+)\.\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 999_999_999)


def _length(kind: str, otherwise: int) -> int:
    found = re.fullmatch(r"string\((\d+)\)", kind)
    return int(found[1]) if found else otherwise


_PATTERNS: Final = {
    "country": (re.compile(r"\d{4}|[A-Z]{2,3}", re.ASCII), "not a code of a country"),
    "isco": (re.compile(r"\d{4}", re.ASCII), "not an ISCO code of four digits"),
    "language": (re.compile(r"[a-z]{3}"), "not an ISO 639-3 code"),
    "nationality": (re.compile(r"\d{4}", re.ASCII), "not a code of four digits"),
    "occupation": (re.compile(r"\d{4}|https?://\S{1,200}", re.ASCII), "not an ISCO or ESCO code"),
    "postcode": (re.compile(r"[1-9]\d{3}", re.ASCII), "not a postcode of four digits"),
    "education": (re.compile(r"\d{2,4}", re.ASCII), "not an ISCED-F code"),
    "purpose": (re.compile(r"P\d{2}(_[a-z0-9_]+)?", re.ASCII), "not a purpose code"),
}
_KINDS: Final[Mapping[str, Callable[[str, JsonValue], Clean]]] = {
    "v_nummer": _v_nummer,
    "bsn": _bsn,
    "phone": _phone,
    "email": _email,
    "datetime": _moment,
    "uuid": _uuid,
}
# Kinds of which a delivery repeats the same values many times.
_REPEATED: Final[Mapping[str, Callable[[str, JsonValue], Clean]]] = {
    "birth": _birth,
    "period": _period,
    "date": _day,
    "boolean": _yes_no,
}
# Fields whose type in the dictionary says less than is known of them.
_KIND_OF: Final[Mapping[str, str]] = {
    "v_nummer": "v_nummer",
    "bsn": "bsn",
    "geboortedatum": "birth",
    "telefoonnummer_azc": "phone",
    "email_azc": "email",
    "bemiddelingspostcode4": "postcode",
    "nationaliteit": "nationality",
    "geboorteland": "country",
    "herkomstland": "country",
    "voorkeurstaal_contact": "language",
    "moedertaal": "language",
    "toestemming_taal": "language",
    "toestemming_doel": "purpose",
    "opleidingsrichting": "education",
}
_ITEM_OF: Final[Mapping[str, str]] = {"beroepen_gewenst": "occupation"}


def _of_kind(name: str, kind: str) -> Shape:
    """Build the shape of a kind; a kind written as ``a | b`` is a list of codes."""
    if kind in _KINDS:
        return partial(_KINDS[kind], name)
    if kind in _REPEATED:
        return _Remembering(partial(_REPEATED[kind], name))
    if kind in _PATTERNS:
        return _Remembering(partial(_pattern, name, *_PATTERNS[kind]))
    if kind.startswith("integer"):
        return partial(_whole, name, *_span(kind))
    if " | " in kind:
        return _coded(name, kind.split(" | "))
    return partial(_text, name, _length(kind, FREE_LENGTH))


def _shape(spec: FieldSpec, codes: CodeLists) -> Shape:
    if spec.name in MEMBERS:
        return _grouped(spec)
    if spec.name.endswith("gemeente_code"):
        return _coded(spec.name, codes.gemeenten, "unknown municipality code")
    if spec.name == "opvanglocatie_code":
        return _coded(spec.name, codes.opvanglocaties)
    single = _single(spec, codes)
    return partial(_list, spec.name, single) if spec.type == "array" else single


def _grouped(spec: FieldSpec) -> Shape:
    members = {
        member: _of_kind(f"{spec.name}.{member}", kind)
        for member, kind in MEMBERS[spec.name].items()
    }
    group = partial(_group, spec.name, members)
    if spec.name == "rijbewijs":
        return partial(_licence, group)
    return partial(_list, spec.name, group) if spec.type == "array" else group


def _single(spec: FieldSpec, codes: CodeLists) -> Shape:
    if listed := codes.enums.get(spec.name):
        return _coded(spec.name, listed)
    kind = _KIND_OF.get(spec.name) or _ITEM_OF.get(spec.name) or spec.type
    if kind == "integer":
        return partial(_whole, spec.name, *_span(spec.code_list))
    if kind in {"code", "enum"}:
        return partial(_text, spec.name, CODE_LENGTH)
    return _of_kind(spec.name, kind)
