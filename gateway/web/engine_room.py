"""What the operator's screens may call; built by wiring."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.actions.upkeep import Upkeep
from gateway.domain.upkeep import LawTerm


@dataclass(frozen=True, slots=True)
class EngineRoom:
    """The look at the gate itself; ``laws`` are those that rules may rest on."""

    upkeep: Upkeep
    laws: Sequence[LawTerm]
