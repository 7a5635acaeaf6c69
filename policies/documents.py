"""Reads YAML and CSV so that every value knows the file and line it stands on."""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from importlib.resources.abc import Traversable
from typing import Final, Self, TypeVar

import yaml

from gateway.domain.errors import PolicyError

E = TypeVar("E", bound=Enum)

LONGEST_TERM_YEARS: Final = 10
LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C where it is built


@dataclass(frozen=True, slots=True, order=True)
class Where:
    """A line of a file; the file is named relative to the folder of the policies."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Text(str):
    """A text that knows where it stands."""

    __slots__ = ("where",)
    where: Where

    def __new__(cls, value: str, where: Where) -> Self:
        """Make the text ``value`` found at ``where``."""
        text = super().__new__(cls, value)
        text.where = where
        return text


class Problems:
    """Gathers all that is wrong, so that one run tells everything."""

    def __init__(self) -> None:
        self._found: list[tuple[Where, str]] = []

    def add(self, where: Where, field: str, reason: str) -> None:
        """Note that ``field`` does not hold at ``where``."""
        self._found.append((where, f"{where}: {field}: {reason}"))

    def unknown(self, field: str, value: Text, known: Iterable[str]) -> None:
        """Note a value outside the vocabulary, with the right spelling where only case differs."""
        meant = [name for name in known if name.casefold() == value.strip().casefold()]
        hint = f", write {meant[0]!r}" if meant else ""
        self.add(value.where, field, f"unknown value {str(value)!r}{hint}")

    def stop_here(self) -> None:
        """Raise ``PolicyError`` with one line for each problem, if there is any."""
        if self._found:
            raise PolicyError("\n".join(line for _, line in sorted(self._found)))


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the policies as it was read: its relative name and its bytes."""

    name: str
    data: bytes

    @property
    def stem(self) -> str:
        """The file's name without folder and ending."""
        return self.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]

    def text(self, problems: Problems) -> str:
        """Return the text; bytes that are not UTF-8 are a problem and leave no text."""
        try:
            return self.data.decode("utf-8")
        except UnicodeDecodeError:
            problems.add(Where(self.name, 1), "file", "is not UTF-8")
            return ""


def read_source(folder: Traversable, name: str, problems: Problems) -> Source:
    """Read one file; a missing file is a problem and reads as empty."""
    file = folder.joinpath(name)
    if not file.is_file():
        problems.add(Where(name, 1), "file", "is missing")
        return Source(name, b"")
    return Source(name, file.read_bytes())


def read_sources(folder: Traversable, below: str, problems: Problems) -> tuple[Source, ...]:
    """Read all YAML files in a folder, in order of name; a folder without any is a problem."""
    place = folder.joinpath(below)
    names = sorted(file.name for file in place.iterdir()) if place.is_dir() else []
    found = [name for name in names if name.endswith(".yaml")]
    if not found:
        problems.add(Where(below, 1), "folder", "holds no YAML file")
    return tuple(read_source(folder, f"{below}/{name}", problems) for name in found)


def digest_of(sources: Iterable[Source]) -> str:
    """Return the SHA-256 (hex) over names and contents, each with its length before it."""
    sha = hashlib.sha256()
    for source in sources:
        for part in (source.name.encode(), source.data):
            sha.update(len(part).to_bytes(8, "big") + part)
    return sha.hexdigest()


class Section:
    """A YAML mapping: asks for each entry by name and kind, and notes what is missing or odd."""

    def __init__(self, node: yaml.MappingNode, file: str, problems: Problems) -> None:
        self.where = Where(file, node.start_mark.line + 1)
        self._file = file
        self._problems = problems
        self._entries: dict[str, yaml.Node] = {}
        for key, value in node.value:
            self._enter(key, value)

    def _enter(self, key: yaml.Node, value: yaml.Node) -> None:
        name = key.value if isinstance(key, yaml.ScalarNode) else "?"
        if name in self._entries:
            self._problems.add(self._at(key), name, "stands here twice")
        self._entries[name] = value
        value.start_mark = key.start_mark

    def _at(self, node: yaml.Node) -> Where:
        return Where(self._file, node.start_mark.line + 1)

    def only(self, *known: str) -> None:
        """Note each entry that is not among ``known``."""
        for name, value in self._entries.items():
            if name not in known:
                self._problems.unknown("key", Text(name, self._at(value)), known)

    def names(self) -> tuple[Text, ...]:
        """Return the names of all entries."""
        return tuple(Text(name, self._at(node)) for name, node in self._entries.items())

    def has(self, name: str) -> bool:
        """Tell whether there is such an entry."""
        return name in self._entries

    def text(self, name: str) -> Text:
        """Return a required text; what is missing or no text is a problem and reads as empty."""
        node = self._entries.get(name)
        if node is None:
            self._problems.add(self.where, name, "is missing")
            return Text("", self.where)
        return self._text(name, node)

    def texts(self, name: str) -> tuple[Text, ...]:
        """Return a list of texts; an absent entry is an empty list."""
        node = self._entries.get(name)
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode):
            self._problems.add(self._at(node), name, "must be a list")
            return ()
        return tuple(self._text(name, item) for item in node.value)

    def section(self, name: str) -> "Section | None":
        """Return a required mapping below this one."""
        node = self._entries.get(name)
        if isinstance(node, yaml.MappingNode):
            return Section(node, self._file, self._problems)
        self._problems.add(self._at(node) if node else self.where, name, "must be a mapping")
        return None

    def sections(self, name: str) -> "tuple[Section, ...]":
        """Return a required, non-empty list of mappings."""
        node = self._entries.get(name)
        items = node.value if isinstance(node, yaml.SequenceNode) else []
        if not items or not all(isinstance(item, yaml.MappingNode) for item in items):
            self._problems.add(self._at(node) if node else self.where, name, "must be a list")
            return ()
        return tuple(Section(item, self._file, self._problems) for item in items)

    def choice(self, name: str, kinds: type[E]) -> E | None:
        """Return a required member of an enumeration, written as its name in lower case."""
        value = self.text(name)
        members = {member.name.lower(): member for member in kinds}
        if value and value not in members:
            self._problems.unknown(name, value, members)
        return members.get(value)

    def term(self) -> tuple[date | None, date | None]:
        """Return ``valid_from`` (required) and ``valid_until`` (optional, inclusive)."""
        start = self.day("valid_from")
        end = self.day("valid_until") if self.has("valid_until") else None
        if start and end:
            self._check_term(start, end)
        return start, end

    def _check_term(self, start: date, end: date) -> None:
        where = self.text("valid_until").where
        if end < start:
            self._problems.add(where, "valid_until", "lies before valid_from")
        if end.year - start.year >= LONGEST_TERM_YEARS:
            reason = f"lies {LONGEST_TERM_YEARS} years or more after valid_from"
            self._problems.add(where, "valid_until", reason)

    def day(self, name: str) -> date | None:
        """Return a required date."""
        value = self.text(name)
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        if value and (day is None or day.isoformat() != value):
            self._problems.add(value.where, name, "is not a date like 2022-01-31")
        return day

    def _text(self, name: str, node: yaml.Node) -> Text:
        where = self._at(node)
        if not isinstance(node, yaml.ScalarNode) or not node.value:
            self._problems.add(where, name, "must be a text")
            return Text("", where)
        if node.value != " ".join(node.value.split()):
            self._problems.add(where, name, "has stray spaces")
        return Text(node.value, where)


def read_yaml(source: Source, problems: Problems) -> Section | None:
    """Read the one mapping of a YAML file; every scalar stays text (``no`` is not false)."""
    try:
        node = yaml.compose(source.text(problems), Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problems.add(Where(source.name, line), "yaml", error.problem or "cannot be read")
        return None
    except yaml.YAMLError:
        problems.add(Where(source.name, 1), "yaml", "cannot be read")
        return None
    if not isinstance(node, yaml.MappingNode):
        problems.add(Where(source.name, 1), "yaml", "must be a mapping")
        return None
    return Section(node, source.name, problems)


def read_csv(
    source: Source, header: tuple[str, ...], problems: Problems
) -> tuple[Mapping[str, Text], ...]:
    """Read the rows of a CSV file with exactly this header and no stray spaces."""
    lines = _csv_lines(source, problems)
    if not lines or tuple(lines[0][1]) != header:
        problems.add(Where(source.name, 1), "header", f"must read {','.join(header)}")
        return ()
    rows = []
    for where, cells in lines[1:]:
        if len(cells) != len(header):
            problems.add(where, "row", f"has {len(cells)} values, not {len(header)}")
            continue
        rows.append({name: Text(cell, where) for name, cell in zip(header, cells, strict=True)})
        for name, cell in rows[-1].items():
            if cell != cell.strip():
                problems.add(where, name, "has stray spaces")
    return tuple(rows)


def _csv_lines(source: Source, problems: Problems) -> list[tuple[Where, list[str]]]:
    reader = csv.reader(io.StringIO(source.text(problems)), strict=True)
    try:
        return [(Where(source.name, reader.line_num), cells) for cells in reader]
    except csv.Error:
        problems.add(Where(source.name, reader.line_num), "csv", "cannot be read")
        return []
