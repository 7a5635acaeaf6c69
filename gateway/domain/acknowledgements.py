"""The acknowledgement (ontvangstbevestiging) of a delivery: counts and places, and never a value.

The report on a delivery names people by V-nummer and is for who may read it; this goes back to the
source, or lies in a folder, and says only what became of how many rows, and which to look at.
"""

from collections.abc import Iterator, Mapping
from uuid import UUID

from gateway.domain.deliveries import JsonValue, RowOutcome

COUNTS = ("accepted", "warnings", "held", "quarantined")


def acknowledged(
    delivery: UUID, digest: bytes, report: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    """Acknowledge a processed delivery; ``COUNTS`` add up to ``rows``, duplicates are among them."""
    counts = {name: report[name] for name in COUNTS}
    return {
        "outcome": "processed",
        "delivery": str(delivery),
        "sha256": digest.hex(),
        "rows": sum(count for count in counts.values() if isinstance(count, int)),
        **counts,
        "duplicates": report["duplicates"],
        "quarantinedRows": list(_lines(report, RowOutcome.QUARANTINED)),
        "heldRows": list(_lines(report, RowOutcome.HELD)),
    }


def refused(digest: bytes, why: str) -> dict[str, JsonValue]:
    """Acknowledge a file of which nothing was stored."""
    return {"outcome": "refused", "sha256": digest.hex(), "why": why}


def _lines(report: Mapping[str, JsonValue], outcome: RowOutcome) -> Iterator[JsonValue]:
    lines = report["rows"]
    for line in lines if isinstance(lines, list) else ():
        if isinstance(line, dict) and line["outcome"] == outcome:
            reasons = line["reasons"]
            faults: list[JsonValue] = [
                dict(zip(("field", "reason"), fault(str(reason)), strict=True))
                for reason in (reasons if isinstance(reasons, list) else ())
            ]
            yield {"row": line["row"], "faults": faults}


def fault(reason: str) -> tuple[str, str]:
    """Take a reason apart, which names its field before the first colon."""
    field, _, why = reason.partition(": ")
    return field, why
