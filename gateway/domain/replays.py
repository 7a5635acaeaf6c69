"""Tokens that are good once: the first use of each is remembered for as long as it could be used."""

from datetime import datetime
from hashlib import sha256
from typing import Protocol


class Replays(Protocol):
    """Where used tokens are remembered, by every gate on one store."""

    async def first(self, token: bytes, until: datetime, now: datetime) -> bool:
        """Remember a token until a moment; tell whether this was its first use.

        What could not be used any more by ``now`` is forgotten.
        """
        ...


def once(issuer: str, token_id: str) -> bytes:
    """Name a token by who made it and its id (``jti``); the name tells neither."""
    return sha256(f"{len(issuer)}:{issuer}:{token_id}".encode()).digest()
