"""What a small world keeps of residents' own access, and why a change to it does not hold."""

from collections.abc import Container
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.domain.identifiers import SubjectId
from gateway.domain.own_access import (
    WINDOW,
    AccessCode,
    CountGuess,
    EndOwnSession,
    Guess,
    MakeCode,
    OwnAccessChange,
    OwnSession,
    Spent,
    UseCode,
    opens,
)


@dataclass(slots=True)
class Wicket:
    """Codes by their term, sessions by their key, and every guess there ever was."""

    codes: dict[bytes, AccessCode] = field(default_factory=dict)
    sessions: dict[bytes, OwnSession] = field(default_factory=dict)
    guesses: tuple[Guess, ...] = ()

    def copy(self) -> "Wicket":
        """Return one that goes its own way from here."""
        return Wicket(self.codes.copy(), self.sessions.copy(), self.guesses)

    def after(self, change: OwnAccessChange, people: Container[SubjectId]) -> str | None:
        """Carry a change out; say why where it does not hold."""
        match change:
            case MakeCode(code, at):
                if code.subject not in people:
                    return "subject: not known"
                others = {
                    term: one
                    for term, one in self.codes.items()
                    if one.subject != code.subject and one.expires > at
                }
                self.codes = others | {code.term: code}
                self._end_of(code.subject)
            case UseCode(term, address, session):
                if not opens(
                    self.codes.get(term), self._spent(address, session.opened), session.opened
                ):
                    return "code: cannot be used"
                del self.codes[term]
                others_ = {
                    key: one
                    for key, one in self.sessions.items()
                    if one.subject != session.subject and one.ends > session.opened
                }
                self.sessions = others_ | {session.key: session}
            case CountGuess(guess):
                self._count(guess)
            case EndOwnSession(key):
                self.sessions.pop(key, None)
        return None

    def _end_of(self, subject: SubjectId) -> None:
        kept = {key: one for key, one in self.sessions.items() if one.subject != subject}
        self.sessions = kept

    def _count(self, guess: Guess) -> None:
        if self._spent(guess.address, guess.at).over:
            return
        self.guesses = (*self.guesses, guess)
        known = self.codes.get(guess.code) if guess.code else None
        if known is not None:
            self.codes[known.term] = replace(known, tries=known.tries + 1)

    def _spent(self, address: bytes, moment: datetime) -> Spent:
        counting = [one for one in self.guesses if one.at > moment - WINDOW]
        return Spent(sum(one.address == address for one in counting), len(counting))
