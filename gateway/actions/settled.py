"""What became of each subject of a question: granted or refused, taken or not, and how it is told."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from gateway.actions.accounts import Context
from gateway.domain.decisions import Decision
from gateway.domain.errors import GatewayError, RecipientGoneError
from gateway.domain.events import DisclosureDecided
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import SubjectId
from gateway.domain.reasons import Reason, told
from gateway.domain.records import Receipt
from gateway.domain.subjects import Dossier, Situation


@dataclass(frozen=True, slots=True)
class Granted:
    """Someone about whom an intent is durable in the log."""

    dossier: Dossier
    decision: Decision
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal with the situation it rests on; ``context`` is at the moment it was decided."""

    decision: Decision
    situation: Situation | None
    context: Context

    def resting(self, fields: FieldDictionary) -> Context:
        """Return the context with what the decision read."""
        return self.context.resting(self.situation, fields)


@dataclass(slots=True)
class Tally:
    """Passes chunks on and counts what was taken."""

    chunks: Iterable[bytes]
    taken: int = field(default=0, init=False)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the chunks."""
        for chunk in self.chunks:
            self.taken += len(chunk)
            yield chunk


@dataclass(slots=True)
class Ending:
    """How a sending ended; ``why`` is the code of the fault of ours that ended it."""

    outcome: str = "failed"
    why: str | None = None

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Hear how what happens within ends."""
        try:
            yield
            self.outcome = "sent"
        except RecipientGoneError:
            self.outcome = "recipient gone"
            raise
        except GatewayError as error:
            self.why = error.code
            raise


def known(subject: SubjectId, decision: Decision) -> SubjectId | None:
    """Name the subject of a refusal only where the gate knows her."""
    return subject if decision.epoch is not None else None


def told_to_caller(decision: Decision) -> Reason:
    """Return the reason as the caller may hear it: who is hidden is unknown."""
    if decision.hidden:
        return Reason.SUBJECT_UNKNOWN
    return told(decision.reason or Reason.FIELD_NOT_IN_PURPOSE)


def as_event(context: Context, decision: Decision, subjects: int) -> DisclosureDecided:
    """Tell operators of a decision: counts and codes, no one and nothing of hers."""
    caller = context.ask.caller
    refused = 0
    for mask, _ in decision.refused:
        refused |= mask
    return DisclosureDecided(
        purpose=decision.purpose.short if decision.purpose else "",
        role=caller.role,
        partner=caller.partner.slug,
        outcome="granted" if decision.granted else "refused",
        reason=str(decision.reason or ""),
        granted=decision.granted.bit_count(),
        refused=max(refused, 0).bit_count(),
        subjects=subjects,
    )
