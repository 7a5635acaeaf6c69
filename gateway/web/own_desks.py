"""What a resident's own pages may call; built by wiring."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.actions.inspect import Inspection
from gateway.actions.own_access import OwnAccessDesk
from gateway.domain.files import FileFormat
from gateway.domain.ports import Format


@dataclass(frozen=True, slots=True)
class OwnDesks:
    """Where her session begins and ends, and how her data are written when she takes them along.

    ``data`` is the answer of the interface (``GET /v1/inzage``) without the brace that ends it, and
    ``rest`` what follows: her consents, who received what, and her count. ``files`` are the other
    forms, by name.
    """

    access: OwnAccessDesk
    data: Format
    rest: Callable[[Inspection], bytes]
    files: Mapping[str, FileFormat]
