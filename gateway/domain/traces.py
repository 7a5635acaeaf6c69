"""Traces across organisations, after W3C Trace Context: who asked, in which of her own actions.

The log keeps a caller's trace as ``trace-span``: the trace id, and the caller's span in it.
"""

import re
from typing import Final
from uuid import UUID

_HEADER: Final = re.compile("[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-|$)")
_KEPT: Final = re.compile("([0-9a-f]{32})(?:-([0-9a-f]{16}))?")


def received(header: str) -> str | None:
    """Read a ``traceparent`` header into the form the log keeps; ``None`` when it is not well formed.

    Its sampled flag is not read: what is logged is no sample.
    """
    found = _HEADER.match(header)
    if found is None or not found[1].strip("0") or not found[2].strip("0"):
        return None
    return f"{found[1]}-{found[2]}"


def sent(trace: bytes, span: bytes) -> str:
    """Write the ``traceparent`` header of a call of ours."""
    return f"00-{trace.hex()}-{span.hex()}-01"


def kept(text: str | None) -> tuple[bytes, bytes | None] | None:
    """Read trace and span from what the log keeps; ``None`` when it keeps no trace."""
    found = _KEPT.fullmatch(text or "")
    if found is None:
        return None
    return bytes.fromhex(found[1]), bytes.fromhex(found[2]) if found[2] else None


def shown(text: str | None) -> str | None:
    """Return the trace id alone."""
    return text and text.split("-", 1)[0]


def span_of(event_id: UUID) -> bytes:
    """Return the span of what an entry records: the same each time it is told."""
    return event_id.bytes[:8]
