"""XML read from front to back, a piece at a time: no DTD, no entities, no tag without end.

Names lose their prefixes. What a handler keeps is its own affair; the parser keeps one piece.
"""

from collections.abc import Callable, Iterator
from typing import IO, Final
from xml.parsers import expat

from gateway.domain.errors import DeliveryRefusedError

PIECE: Final = 1 << 16
# A tag, comment or text that goes on for so long without an event is no document of ours.
LONGEST_SILENCE: Final = 4 << 20

Start = Callable[[str, dict[str, str]], object]
End = Callable[[str], object]
Text = Callable[[str], object]


def pieces(stream: IO[bytes], start: Start, end: End, text: Text) -> Iterator[None]:
    """Feed a document to the handlers; yields after each piece, so that rows can be taken.

    Raises ``DeliveryRefusedError`` for a DTD or an endless tag, ``ValueError`` for what is no XML.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: start(_bare(tag), attributes)
    parser.EndElementHandler = lambda tag: end(_bare(tag))
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    silent = 0
    while piece := stream.read(PIECE):
        before = parser.CurrentByteIndex
        _fed(parser, piece, last=False)
        silent = 0 if parser.CurrentByteIndex > before else silent + len(piece)
        if silent > LONGEST_SILENCE:
            raise DeliveryRefusedError("XML with a tag or comment that does not end")
        yield
    _fed(parser, b"", last=True)
    yield


def _fed(parser: expat.XMLParserType, piece: bytes, *, last: bool) -> None:
    try:
        parser.Parse(piece, last)
    except expat.ExpatError:
        raise ValueError("not well-formed XML") from None


def _bare(tag: str) -> str:
    return tag.rpartition(":")[2] if ":" in tag else tag


def _refuse(*_: object) -> None:
    raise DeliveryRefusedError("XML with a DTD or entities")
