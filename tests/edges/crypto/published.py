"""The published vectors for sealing, wrapping, derivation and files for one recipient."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

VECTORS: Final = Path(__file__).parents[2] / "vectors" / "crypto"

Case = dict[str, Any]


def load(name: str) -> Case:
    """Read a file of vectors."""
    document: Case = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    return document


def wycheproof(name: str, fits: Callable[[Case], bool] = lambda _: True) -> list[Case]:
    """List the cases of the groups that fit, each with what its group says."""
    groups = load(f"wycheproof_{name}_test")["testGroups"]
    return [{**group, **case} for group in groups if fits(group) for case in group["tests"]]


def is_our_size(group: Case) -> bool:
    """Tell whether key and nonce are as long as ours: 256 and 96 bits."""
    return bool(group["keySize"] == 256 and group["ivSize"] == 96)
