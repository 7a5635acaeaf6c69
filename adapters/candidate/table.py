"""Candidates as a table, CSV or XLSX, with Dutch headings: what recruiters open every day."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from adapters.candidate.profile import Candidate
from adapters.sheets import XLSX, Cell, write_csv, write_xlsx
from gateway.domain.brede_intake import in_order
from gateway.domain.deliveries import JsonValue
from gateway.domain.fields import FieldDictionary
from gateway.domain.files import Cover, Person, Sink
from gateway.domain.identifiers import FieldName

REFERENCE: Final = FieldName("client_ref")


@dataclass(frozen=True, slots=True)
class CandidateCsv:
    """A line a candidate, with semicolons."""

    fields: FieldDictionary
    media_type: str = "text/csv"
    suffix: str = ".csv"
    single: bool = False

    def write(self, sink: Sink, _cover: Cover, people: Iterable[Person]) -> None:
        """Write the table; see ``FileFormat``."""
        write_csv(sink, _table(self.fields, people))


@dataclass(frozen=True, slots=True)
class CandidateXlsx:
    """A workbook with one sheet, a row a candidate."""

    fields: FieldDictionary
    media_type: str = XLSX
    suffix: str = ".xlsx"
    single: bool = False

    def write(self, sink: Sink, _cover: Cover, people: Iterable[Person]) -> None:
        """Write the table; see ``FileFormat``."""
        write_xlsx(sink, "Kandidaten", _table(self.fields, people))


def _table(fields: FieldDictionary, people: Iterable[Person]) -> Iterator[list[Cell]]:
    granted = {name for person in people for name in (*person.values, *person.missing)}
    columns = in_order(granted - {REFERENCE})
    yield ["Referentie", *(fields[name].label_nl for name in columns)]
    for person in people:
        yield [str(person.reference), *(_cell(person, name) for name in columns)]


def _cell(person: Person, name: FieldName) -> Cell:
    value = person.values.get(name)
    if isinstance(value, list | dict):
        told = _TOLD.get(name)
        return "; ".join(told(Candidate(person)) if told else _words(value))
    if isinstance(value, bool):
        return "ja" if value else "nee"
    return value


def _jobs(candidate: Candidate) -> Iterator[str]:
    for job in candidate.jobs():
        code = f" ({job.code.code})" if job.code else ""
        yield ", ".join(
            filter(None, (f"{job.title}{code}", job.sector, _period(job.start, job.end)))
        )


def _schools(candidate: Candidate) -> Iterator[str]:
    for one in candidate.schools():
        diploma = "diploma" if one.diploma else ""
        yield ", ".join(filter(None, (one.name, one.status, _period(one.start, one.end), diploma)))


def _period(start: str, end: str) -> str:
    return f"{start} tot {end or 'nu'}" if start else end


_TOLD: Final[Mapping[FieldName, Callable[[Candidate], Iterable[str]]]] = {
    FieldName("werkervaring"): _jobs,
    FieldName("opleidingen"): _schools,
    FieldName("talen"): lambda one: [f"{s.language.label} {s.told}" for s in one.languages()],
    FieldName("certificaten"): lambda one: [
        ", ".join(filter(None, (c.name, c.issuer, c.end))) for c in one.certificates()
    ],
    FieldName("beroepen_gewenst"): lambda one: map(str, one.wanted()),
    FieldName("vaardigheden"): lambda one: [str(s) for s in one.skills()],
    FieldName("rijbewijs"): lambda one: [one.licence()],
}


def _words(value: JsonValue) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _words(item)
    elif isinstance(value, dict):
        yield ", ".join(str(inner) for inner in value.values())
    elif value is not None:
        yield str(value)
