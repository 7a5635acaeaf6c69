"""A watermark drawn as outlines: eyes see it on every page, and it stands in no one's copied text."""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any, Final
from urllib.parse import quote

from adapters.paper import FONTS

FACE: Final = FONTS / "noto-sans-latin-wght-normal.woff2"
LONGEST: Final = 48
# Light enough to read what stands on it, also in black-and-white print.
GREY: Final = "#dedede"
SIZE: Final = 24


def watermark(lines: Sequence[str]) -> str:
    """Return lines across an A4 page as a data URL with an SVG image."""
    drawn = "".join(_line(line[:LONGEST], 380 + 46 * place) for place, line in enumerate(lines))
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="850" viewBox="0 0 600 850">'
        f'<g transform="rotate(-35 300 425)" fill="{GREY}">{drawn}</g></svg>'
    )
    return "data:image/svg+xml," + quote(svg)


def _line(text: str, y: int) -> str:
    glyphs, names, units = _face()
    scale = SIZE / units
    paths, x = [], 0.0
    for mark in text:
        glyph = glyphs[names.get(ord(mark), ".notdef")]
        pen = import_module("fontTools.pens.svgPathPen").SVGPathPen(glyphs, ntos=_short)
        glyph.draw(pen)
        paths.append(f'<path transform="translate({_short(x)} 0)" d="{pen.getCommands()}"/>')
        x += glyph.width
    start = _short(300 - x * scale / 2)
    return f'<g transform="translate({start} {y}) scale({scale:.5f} {-scale:.5f})">{"".join(paths)}</g>'


def _short(number: float) -> str:
    return f"{number:.0f}"


@cache
def _face() -> tuple[Any, dict[int, str], int]:
    """Open the font with fontTools, which WeasyPrint brings."""
    font = import_module("fontTools.ttLib").TTFont(FACE)
    return font.getGlyphSet(), font.getBestCmap(), font["head"].unitsPerEm
