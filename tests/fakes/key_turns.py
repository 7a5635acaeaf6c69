"""Turns of keys in memory: what is turned is known to a gate when it next reads."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

from gateway.domain.keys import KeyVersions


class Gate(Protocol):
    """Whatever goes by living versions, the one to write with first."""

    living: tuple[int, ...]


@dataclass(slots=True)
class KeyTurns:
    """Keeps the versions; ``gates`` go by what was last ``read``."""

    gates: Iterable[Gate]
    state: dict[str, KeyVersions] = field(default_factory=dict)

    def read(self, name: str) -> None:
        """Let every gate read the versions anew."""
        living = self.versions(name)
        coming = () if living.coming is None else (living.coming,)
        for gate in self.gates:
            gate.living = (living.writes, *coming, *living.older)

    def versions(self, name: str) -> KeyVersions:
        """Return the living versions."""
        return self.state.get(name, KeyVersions(1))

    def announce(self, name: str) -> int:
        """Make the next version, unless one is coming."""
        living = self.versions(name)
        coming = living.coming or living.writes + 1
        self.state[name] = replace(living, coming=coming)
        return coming

    def take_up(self, name: str) -> int:
        """Write with what was announced."""
        living = self.versions(name)
        if living.coming is not None:
            self.state[name] = KeyVersions(living.coming, (living.writes, *living.older))
        return self.versions(name).writes

    def retire(self, name: str) -> tuple[int, ...]:
        """Forget the older ones."""
        living = self.versions(name)
        self.state[name] = KeyVersions(living.writes)
        return tuple(sorted(living.older))
