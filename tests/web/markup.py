"""Reads a page as a browser does (WHATWG HTML) and tells what a browser had to forgive."""

from tinyhtml5.parser import HTMLParser

from tests.web.browser import Desk


def faults(one: Desk) -> list[str]:
    """Return the parse errors of the page that a window shows, as it was sent, each with its line."""
    parser = HTMLParser()
    parser.parse(one.source())
    return [f"line {line}: {code}" for (line, _), code, _ in parser.errors]
