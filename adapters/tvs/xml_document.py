"""A TVS delivery as XML: ``tvsLevering`` with a ``klantprofiel`` a person, names as in the dictionary.

No DTD, no entities, nothing external: whoever needs them is not a TVS export.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from adapters.tvs.layout import Layout, Left, folded
from adapters.tvs.limits import CHUNK, Bounded, Limits, refuse_above
from adapters.tvs.nesting import checked
from adapters.tvs.rows import Raw, read_whole
from gateway.domain.deliveries import JsonValue, ReadDelivery
from gateway.domain.errors import DeliveryRefusedError
from gateway.domain.fields import FieldDictionary, FieldSpec
from gateway.domain.identifiers import FieldName

ROOT: Final = "tvslevering"
PROFILE: Final = "klantprofiel"
FIRST_ROW: Final = 2
# Elements below one profile: some 150 fields with their groups stay far below it.
MOST_ELEMENTS: Final = 10_000


@dataclass(frozen=True, slots=True)
class XmlDocument:
    """Reads XML profile by profile; rows are counted from 2, as if under a header."""

    fields: FieldDictionary
    limits: Limits

    @contextmanager
    def read(self, stream: BinaryIO) -> Iterator[ReadDelivery]:
        """Open a delivery; raises ``DeliveryRefusedError`` when it cannot be read."""
        left = Left(self.limits)
        try:
            delivery = read_whole(self._rows(stream, left), left)
        except DefusedXmlException:
            raise DeliveryRefusedError("XML with a DTD or entities") from None
        except ParseError as error:
            line, _ = error.position
            raise DeliveryRefusedError(f"line {line}: not well-formed XML") from None
        except (ValueError, LookupError):
            raise DeliveryRefusedError("not well-formed XML") from None
        yield delivery

    def _rows(self, stream: BinaryIO, left: Left) -> Iterator[Raw]:
        layout = Layout(self.fields)
        lists = frozenset(spec.name for spec in self.fields if spec.type == "array")
        for row, element in enumerate(self._profiles(stream, left), start=FIRST_ROW):
            where = f"row {row}"
            pairs = [
                (spelled, _single(values, layout.field(spelled), lists, where))
                for spelled, values in _children(element, where).items()
            ]
            yield row, layout.profile(_checked(pairs, self.limits, where), left, where)

    def _profiles(self, stream: BinaryIO, left: Left) -> Iterator[Element]:
        """Yield each profile once it is whole, and forget it after."""
        path: list[Element] = []
        elements = 0
        bounded = _Paced(stream, self.limits)
        for event, element in iterparse(bounded, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                path.append(element)
                elements = elements + 1 if len(path) > 1 else 0
                refuse_above(self.limits.max_depth, len(path) - 1, "levels of nesting")
                refuse_above(MOST_ELEMENTS, elements, "elements in one profile")
                if folded(_local(path[0].tag)) != ROOT:
                    raise DeliveryRefusedError("not a TVS delivery: the root is not tvsLevering")
                continue
            path.pop()
            if len(path) == 1:
                if folded(_local(element.tag)) == PROFILE:
                    yield element
                else:
                    left.behind(_local(element.tag), blocked=False)
                path[0].clear()
                elements = 0
                bounded.mark()


class _Paced(Bounded):
    """Refuses a profile that goes on and on, whatever it is made of."""

    def read(self, size: int = CHUNK) -> bytes:
        """Read at most ``size`` bytes; empty at the end."""
        self.refuse_above(self._limits.max_profile_chars, "bytes in one profile")
        return super().read(size)


def _local(tag: str) -> str:
    """Return the name without its namespace."""
    return tag.rpartition("}")[2]


def _children(element: Element, where: str) -> dict[str, list[JsonValue]]:
    """Gather what stands in an element by name, attributes and elements alike."""
    texts = [element.text, *(child.tail for child in element)]
    if len(element) and any(text and text.strip() for text in texts):
        raise DeliveryRefusedError(f"{where}: text beside elements")
    found: dict[str, list[JsonValue]] = {}
    for name, text in element.attrib.items():
        found.setdefault(_local(name), []).append(text)
    for child in element:
        found.setdefault(_local(child.tag), []).append(_value(child, where))
    return found


def _value(element: Element, where: str) -> JsonValue:
    if not len(element) and not element.attrib:
        return element.text or ""
    return {
        name: values[0] if len(values) == 1 else values
        for name, values in _children(element, where).items()
    }


def _single(
    values: list[JsonValue], spec: FieldSpec | None, lists: frozenset[FieldName], where: str
) -> JsonValue:
    """Give a list field all its elements, and any other known field its only one."""
    if spec is not None and spec.name in lists:
        return [value for value in values if value != ""]
    if spec is not None and spec.stored and len(values) > 1:
        raise DeliveryRefusedError(f"{where}: a field stands there twice")
    return values[0]


def _checked(
    pairs: list[tuple[str, JsonValue]], limits: Limits, where: str
) -> Iterator[tuple[str, JsonValue]]:
    return ((spelled, checked(value, limits, where)) for spelled, value in pairs)
