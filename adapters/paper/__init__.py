"""Pages as tagged PDF/A-3a from our own templates and fonts; nothing is fetched from anywhere else.

WeasyPrint needs Pango from the system, so it is imported only when a page is printed.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.domain.errors import GatewayError

HERE: Final = Path(__file__).parent
FONTS: Final = HERE / "fonts"
BASE: Final = FONTS.as_uri() + "/"
VARIANT: Final = "pdf/a-3a"


class PaperUnavailableError(GatewayError):
    """PDFs cannot be made on this machine; the text says what to install."""

    code = "PDF_UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that travels inside a PDF, and what it is to a reader."""

    name: str
    description: str
    data: bytes


class Press:
    """Prints the template ``name`` of a folder, with our base style and fonts."""

    def __init__(self, folder: Path, name: str) -> None:
        loader = FileSystemLoader([folder, HERE])
        rooms = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
        self._template = rooms.get_template(name)

    def page(self, values: Mapping[str, object]) -> str:
        """Fill the template; every value is escaped."""
        return self._template.render(values)

    def print(
        self, values: Mapping[str, object], at: datetime, attached: tuple[Attached, ...] = ()
    ) -> bytes:
        """Return the PDF; raises ``PaperUnavailableError`` where WeasyPrint cannot run."""
        weasyprint, type_case = _weasyprint(), _type_case()
        page = weasyprint.HTML(string=self.page(values), base_url=BASE, url_fetcher=_fetcher())
        files = [
            weasyprint.Attachment(
                file_obj=_Bytes(one.data),
                name=one.name,
                description=one.description,
                relationship="Data",
                created=at,
                modified=at,
            )
            for one in attached
        ]
        try:
            with type_case.lock, warnings.catch_warnings():
                # WeasyPrint leaves its own colour profile open.
                warnings.simplefilter("ignore", ResourceWarning)
                made: bytes = page.write_pdf(
                    stylesheets=[type_case.faces],
                    font_config=type_case.fonts,
                    pdf_variant=VARIANT,
                    pdf_tags=True,
                    attachments=files,
                    pdf_identifier=b"doelpoort",
                )
        except weasyprint.urls.FatalURLFetchingError as error:  # no Exception to Python
            raise PaperUnavailableError(str(error)) from None
        return made


@dataclass(frozen=True, slots=True)
class _TypeCase:
    """Our fonts, unpacked once; whoever prints holds the lock, as Pango's map of fonts is not shared."""

    fonts: Any
    faces: Any
    lock: Lock


@cache
def _type_case() -> _TypeCase:
    """Unpack the fonts, which takes longer than laying out a page."""
    fonts = import_module("weasyprint.text.fonts").FontConfiguration()
    faces = _weasyprint().CSS(
        HERE / "fonts.css", font_config=fonts, base_url=BASE, url_fetcher=_fetcher()
    )
    return _TypeCase(fonts, faces, Lock())


class _Bytes:
    """Bytes as WeasyPrint reads an attachment."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, _size: int = -1) -> bytes:
        data, self._data = self._data, b""
        return data


@cache
def _weasyprint() -> Any:  # noqa: ANN401 - an untyped package
    try:
        return import_module("weasyprint")
    except OSError as error:
        raise PaperUnavailableError(
            "PDF needs the system libraries libpango-1.0-0, libpangoft2-1.0-0 and "
            "libharfbuzz-subset0; install them, or choose another format"
        ) from error


@cache
def _fetcher() -> Any:  # noqa: ANN401 - an untyped package
    """Make a fetcher that reads our fonts and data URLs, and nothing else."""
    fetchers = import_module("weasyprint.urls")

    class OwnFilesOnly(fetchers.URLFetcher):  # type: ignore[misc, name-defined]  # an untyped package
        """Refuses every address outside the folder of fonts."""

        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> object:
            """Open one of our own files."""
            if not url.startswith((BASE, "data:")) or ".." in url:
                raise fetchers.FatalURLFetchingError("a page named a file that is not ours")
            return super().fetch(url, headers)

    return OwnFilesOnly(allowed_protocols=("file", "data"), fail_on_errors=True)
