"""Reads a gate's log as an auditor with the keys would: leaf and opened payload side by side."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from audit.entry import SALT_BYTES, read_leaf
from gateway.wiring import Gateway


@dataclass(frozen=True, slots=True)
class Logged:
    """One entry: its place, what stays for ever, and what may be erased."""

    index: int
    leaf_hash: str
    tag: bytes | None
    counter: int | None
    leaf: Mapping[str, Any]
    payload: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """What happened."""
        return str(self.leaf["type"])


def logged(gateway: Gateway, start: int = 0) -> Iterator[Logged]:
    """Read the log from ``start`` to its head."""
    storage, sealer = gateway.audit.storage, gateway.audit.sealer
    for row in storage.rows(start, storage.head().size):
        assert row.payload is not None, "nothing was erased in these stories"
        salted = sealer.open(row.tag, read_leaf(row.leaf).commitment, row.payload)
        assert salted is not None, "no key was destroyed in these stories"
        leaf, payload = json.loads(row.leaf), json.loads(salted[SALT_BYTES:])
        yield Logged(row.index, row.leaf_hash.hex(), row.tag, row.counter, leaf, payload)


def of_kind(gateway: Gateway, kind: str) -> list[Logged]:
    """Read all entries of one kind."""
    return [entry for entry in logged(gateway) if entry.kind == kind]
