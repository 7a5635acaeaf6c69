"""Intake of a delivery (levering): what a careful importer makes of each row, and the report on it.

1. Nothing is guessed and nothing is lost: what cannot be right is quarantined as it came.
2. What is odd but sound is accepted with a warning.
3. Free text with words of a special category (GDPR art. 9, 10) is held until someone has looked.
4. One V-nummer is one person: rows that disagree on who that is are quarantined, every one.
5. Rows of one V-nummer with one identity but different content are quarantined too: which of them
   is right the source must say, and a profile is kept accurate (GDPR art. 5(1)(d)).
6. Exact copies of an earlier row collapse into it.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

from gateway.domain.codes import CodeLists
from gateway.domain.deliveries import DeliveredRow, JsonValue, JudgedRow, RowOutcome
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import FieldName
from gateway.domain.shapes import Shape, UnfitError, absent, padded_v_nummer, shapes_of
from gateway.domain.special_words import special_categories

V_NUMMER: Final = FieldName("v_nummer")
BIRTH: Final = FieldName("geboortedatum")
IDENTITY: Final = tuple(
    map(
        FieldName,
        ("bsn", "achternaam", "voornamen", "geboortedatum", "geslacht", "nationaliteit"),
    )
)
# Free text, and for a group the member that is free text (DESIGN: codes and occupations never).
FREE_TEXT: Final[Mapping[FieldName, str | None]] = {
    FieldName("werkambitie"): None,
    FieldName("werkervaring"): "taken",
    FieldName("zacht_toekomstambitie"): None,
    FieldName("overdracht_notitie"): None,
}
LINKED: Final = frozenset({"gekoppeld", "omgekoppeld", "gehuisvest"})
IN_PROCEDURE: Final = "32"
EMPTY: Final[tuple[JsonValue, ...]] = ([], {})

Values = Mapping[FieldName, JsonValue]


def _of(values: Values, name: str) -> JsonValue:
    return values.get(FieldName(name))


@dataclass(frozen=True, slots=True)
class _Examined:
    """One row on its own: what fits is clean, what does not is kept as it came."""

    row: DeliveredRow
    values: Values
    unfit: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def v_nummer(self) -> str:
        return padded_v_nummer(self.row.values.get(V_NUMMER)) or ""

    @property
    def digest(self) -> bytes:
        text = json.dumps(self.values, sort_keys=True)
        return blake2b(text.encode("ascii"), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class _Twin:
    """What must be remembered of a row to compare it with others of its V-nummer."""

    row: int
    identity: tuple[str, ...]
    digest: bytes


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What the other rows of its V-nummer mean for a row: a copy of one, or a reason against."""

    copy_of: int | None = None
    against: str | None = None


def judge(
    rows: Iterable[DeliveredRow],
    fields: FieldDictionary,
    codes: CodeLists,
    against: str | None = None,
) -> Iterator[JudgedRow]:
    """Judge every row, in order; ``rows`` is read three times and must give the same each time.

    What speaks ``against`` the whole delivery quarantines each of its rows.

    Memory grows with the number of V-nummers, and with whole rows never. Quarantined rows carry
    their values as they came. A ``duplicate`` is accepted, carries the clean values of the row it
    copies and must not be stored again.
    """
    if iter(rows) is rows:
        raise ValueError("rows can be read only once")
    shapes = shapes_of(fields, codes)
    repeated = _repeated(rows)
    verdicts = _verdicts(
        _examine(row, shapes)
        for row in rows
        if padded_v_nummer(row.values.get(V_NUMMER)) in repeated
    )
    alone = _Verdict(against=against)
    for row in rows:
        yield _judged(_examine(row, shapes), verdicts.get(row.row, alone))


def _repeated(rows: Iterable[DeliveredRow]) -> frozenset[str]:
    seen: set[str] = set()
    again: set[str] = set()
    for row in rows:
        if number := padded_v_nummer(row.values.get(V_NUMMER)):
            (again if number in seen else seen).add(number)
    return frozenset(again)


def _examine(row: DeliveredRow, shapes: Mapping[FieldName, Shape]) -> _Examined:
    values: dict[FieldName, JsonValue] = {}
    unfit: list[str] = []
    warnings: list[str] = []
    for name, raw in row.values.items():
        if absent(raw):
            continue
        try:
            clean = shapes[name](raw)
        except UnfitError as error:
            unfit.append(str(error))
            values[name] = raw
        else:
            if clean.value not in EMPTY:
                values[name] = clean.value
            warnings += clean.warnings
    if V_NUMMER not in values:
        unfit.insert(0, f"{V_NUMMER}: missing")
    return _Examined(row, values, tuple(unfit or _contradictions(values)), tuple(warnings))


def _contradictions(values: Values) -> Iterator[str]:
    """Name what cannot be true together; asked of fitting values only."""
    town, status = _of(values, "koppel_gemeente_code"), _of(values, "koppel_status")
    linked = status in LINKED or (status != "ontkoppeld" and town is not None)
    without_permit = (
        _of(values, "doelgroep") == "asielzoeker"
        or _of(values, "verblijfstitel_code") == IN_PROCEDURE
    )
    if linked and without_permit:
        yield "koppel_gemeente_code: linked to a municipality without a permit"
    born, as_of = values.get(BIRTH), _of(values, "profiel_peildatum")
    if isinstance(born, str) and isinstance(as_of, str) and born > as_of:
        yield f"{BIRTH}: impossible date, after profiel_peildatum"


def _verdicts(repeated: Iterable[_Examined]) -> Mapping[int, _Verdict]:
    groups: defaultdict[str, list[_Twin]] = defaultdict(list)
    for examined in repeated:
        identity = tuple(_comparable(examined.values.get(name)) for name in IDENTITY)
        groups[examined.v_nummer].append(_Twin(examined.row.row, identity, examined.digest))
    return {row: verdict for twins in groups.values() for row, verdict in _compared(twins).items()}


def _compared(twins: Sequence[_Twin]) -> Mapping[int, _Verdict]:
    if any(_differ(values) for values in zip(*(twin.identity for twin in twins), strict=True)):
        against = f"{V_NUMMER}: two identities under one number in this delivery"
    elif len({twin.digest for twin in twins}) > 1:
        against = f"{V_NUMMER}: rows with different content under one number in this delivery"
    else:
        first, *others = twins
        return {twin.row: _Verdict(copy_of=first.row) for twin in others}
    return {twin.row: _Verdict(against=against) for twin in twins}


def _comparable(value: JsonValue) -> str:
    return " ".join(str(value).casefold().split()) if value is not None else ""


def _differ(values: Iterable[str]) -> bool:
    """Tell whether given values differ; a partial date agrees with the full one it begins."""
    longest = max(given := [value for value in values if value] or [""], key=len)
    partial = {4, 7} if len(longest) == len("jjjj-mm-dd") else set[int]()
    return any(
        value != longest and not (len(value) in partial and longest.startswith(f"{value}-"))
        for value in given
    )


def _judged(examined: _Examined, verdict: _Verdict) -> JudgedRow:
    row = JudgedRow(
        row=examined.row.row,
        v_nummer=examined.v_nummer,
        outcome=RowOutcome.ACCEPTED,
        reasons=(),
        values=examined.values,
    )
    against = (verdict.against,) if verdict.against else ()
    if reasons := (*examined.unfit, *against):
        return replace(
            row, outcome=RowOutcome.QUARANTINED, reasons=reasons, values=examined.row.values
        )
    held = _special(examined.values)
    row = replace(row, held=frozenset(held), signals=tuple(_signals(examined.values)))
    if verdict.copy_of is not None:
        reason = f"{V_NUMMER}: exact copy of row {verdict.copy_of}"
        return replace(row, reasons=(reason,), duplicate=True)
    reasons = (*held.values(), *examined.warnings)
    if held:
        return replace(row, outcome=RowOutcome.HELD, reasons=reasons)
    if reasons:
        return replace(row, outcome=RowOutcome.WARNING, reasons=reasons)
    return row


def _special(values: Values) -> Mapping[FieldName, str]:
    """Give each free-text field with words of a special category its reason."""
    found: dict[FieldName, str] = {}
    for name, member in FREE_TEXT.items():
        if name in values and (categories := _categories(values[name], member)):
            where = f"{name}.{member}" if member else name
            found[name] = f"{where}: words of a special category ({', '.join(categories)})"
    return found


def _categories(value: JsonValue, member: str | None) -> Sequence[str]:
    if isinstance(value, list):
        texts = [item.get(member) for item in value if isinstance(item, dict) and member]
    else:
        texts = [value]
    return sorted(
        {name for text in texts if isinstance(text, str) for name in special_categories(text)}
    )


def _later(values: Values, first: str, second: str) -> bool:
    one, other = _of(values, first), _of(values, second)
    return isinstance(one, str) and isinstance(other, str) and one > other


def _works_without_permit(values: Values) -> bool:
    return (
        _of(values, "doelgroep") == "asielzoeker"
        and _of(values, "werk_status") == "werkend"
        and _of(values, "twv_status") not in {None, "verleend"}
    )


def _link_half_told(values: Values) -> bool:
    status, town = _of(values, "koppel_status"), _of(values, "koppel_gemeente_code")
    return (status in LINKED and town is None) or (status == "niet_gekoppeld" and town is not None)


_IMPLAUSIBLE: Final[Sequence[tuple[str, Callable[[Values], bool]]]] = (
    (
        "mag_werken: does not fit twv_status",
        lambda v: _of(v, "mag_werken") is True and _of(v, "twv_status") == "nog_niet_mogelijk",
    ),
    ("werk_status: work of an asielzoeker without a granted twv_status", _works_without_permit),
    (
        "twv_geldig_tot: later than w_document_geldig_tot",
        lambda v: _later(v, "twv_geldig_tot", "w_document_geldig_tot"),
    ),
    (
        "vergunning_einddatum: before vergunning_ingangsdatum",
        lambda v: _later(v, "vergunning_ingangsdatum", "vergunning_einddatum"),
    ),
    ("koppel_status: does not fit koppel_gemeente_code", _link_half_told),
)


def _signals(values: Values) -> Iterator[str]:
    """Name implausible combinations; they never change the outcome."""
    return (text for text, holds in _IMPLAUSIBLE if holds(values))


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What the report says of one row: no value but the V-nummer that names it."""

    row: int
    v_nummer: str
    outcome: RowOutcome
    reasons: tuple[str, ...]
    signals: tuple[str, ...]
    duplicate: bool

    @classmethod
    def of(cls, judged: JudgedRow) -> "ReportLine":
        """Take from a judged row what the report may say."""
        return cls(
            judged.row,
            judged.v_nummer,
            judged.outcome,
            judged.reasons,
            judged.signals,
            judged.duplicate,
        )

    def as_json(self) -> dict[str, JsonValue]:
        """Return the line as the report file holds it; ``signals`` only where there are any."""
        line: dict[str, JsonValue] = {
            "row": self.row,
            "vNummer": self.v_nummer,
            "outcome": str(self.outcome),
            "reasons": list(self.reasons),
        }
        return line | {"signals": list(self.signals)} if self.signals else line


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """The report on a delivery.

    ``accepted`` (without warnings), ``warnings``, ``held`` and ``quarantined`` add up to the rows
    read; ``duplicates`` are among the accepted; columns are spelled as in the file.
    """

    accepted: int
    warnings: int
    held: int
    quarantined: int
    duplicates: int
    blocked_columns: tuple[str, ...]
    unknown_columns: tuple[str, ...]
    rows: tuple[ReportLine, ...]

    @classmethod
    def of(
        cls, lines: Iterable[ReportLine], blocked: Iterable[str], unknown: Iterable[str]
    ) -> "DeliveryReport":
        """Count the lines of a whole delivery."""
        rows = tuple(lines)
        counts = dict.fromkeys(RowOutcome, 0)
        for line in rows:
            counts[line.outcome] += 1
        return cls(
            accepted=counts[RowOutcome.ACCEPTED],
            warnings=counts[RowOutcome.WARNING],
            held=counts[RowOutcome.HELD],
            quarantined=counts[RowOutcome.QUARANTINED],
            duplicates=sum(line.duplicate for line in rows),
            blocked_columns=tuple(sorted(blocked)),
            unknown_columns=tuple(sorted(unknown)),
            rows=rows,
        )

    def as_json(self) -> dict[str, JsonValue]:
        """Return the report in the shape of the report file."""
        return {
            "accepted": self.accepted,
            "warnings": self.warnings,
            "held": self.held,
            "quarantined": self.quarantined,
            "duplicates": self.duplicates,
            "blockedColumns": list(self.blocked_columns),
            "unknownColumns": list(self.unknown_columns),
            "rows": [line.as_json() for line in self.rows],
        }
