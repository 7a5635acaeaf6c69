"""Reads the published vectors."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parents[1] / "vectors" / "audit"


def load(name: str) -> dict[str, Any]:
    """Read one file of vectors."""
    content: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_bytes())
    return content


def cases(name: str) -> list[dict[str, Any]]:
    """Read the cases of one file, and check that none got lost."""
    content = load(name)
    listed: list[dict[str, Any]] = content["cases"]
    assert len(listed) == content["count"]
    return listed


def decoded(texts: list[str] | None) -> list[bytes]:
    """Decode a list of base64 texts; none is an empty list."""
    return [b64decode(text) for text in texts or ()]
