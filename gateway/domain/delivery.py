"""The right to push data out: held by disclose, its channels and wiring, and by no one else."""

from typing import Protocol

from gateway.domain.disclosures import Released
from gateway.domain.identifiers import Oin


class Delivery(Protocol):
    """A channel to a partner; ``hand_over`` returns where it went, or raises ``OSError``."""

    async def hand_over(self, recipient: Oin, name: str, released: Released) -> str:
        """Deliver all chunks durably under ``name``; a partial hand-over leaves nothing behind."""
        ...
