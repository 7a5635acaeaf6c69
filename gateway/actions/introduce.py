"""Ask to be introduced to someone found without a name; she answers at the consent desk, not here.

1. Who asks hears nothing about her: who cannot be found now is as unknown as who does not exist.
2. She is named to who asked only after she agreed, and that is a disclosure like any other.
3. Her casemanager sees what was asked; who stays elsewhere is left out.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from gateway.actions.accounts import Context
from gateway.actions.desk import GUIDANCE, admit
from gateway.actions.disclose import CLIENT_REF, PAGE, Disclose, Question
from gateway.actions.gate import DisclosureRefusedError, Gate, admitted, commit, deny
from gateway.actions.references import all_meant
from gateway.actions.search import found_as
from gateway.domain.changes import RequireEpoch
from gateway.domain.decisions import MIN_GROUP, Ask, Decision, decide
from gateway.domain.disclosures import ListPage
from gateway.domain.errors import InvalidRequestError, LedgerUnavailableError
from gateway.domain.identifiers import Oin, SubjectId
from gateway.domain.introductions import (
    Answer,
    CloseIntroduction,
    Introduction,
    Introductions,
    IntroductionState,
    RequestIntroduction,
)
from gateway.domain.partners import Caller, Partner, PartnerKind
from gateway.domain.ports import Entry, Format
from gateway.domain.reasons import Reason
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.subjects import Dossier

SEARCHING: Final = "P04"
INTRODUCING: Final = "P05"
MOST_AT_ONCE: Final = 10
LONGEST: Final = 80
MOST_DIGITS: Final = 8
MARKS: Final = frozenset(" .,()/&+'-")


@dataclass(frozen=True, slots=True)
class IntroductionWish:
    """Whom to ask, by the references of one search ``session``, and for which work.

    ``function`` and ``group`` are an ISCO code or a few words, without personal data.
    """

    session: str
    candidates: tuple[UUID, ...]
    employer: Oin | None = None
    function: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request after something happened to it, with the receipt of its log entry."""

    introduction: Introduction
    state: IntroductionState
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Listed:
    """Requests as they stand at ``moment``, and how organisations are called.

    ``guiding`` marks a casemanager's list (3); ``more`` tells that older ones follow.
    """

    introductions: tuple[Introduction, ...]
    moment: datetime
    guiding: bool
    names: Mapping[Oin, str]
    more: bool = False


class Introduce:
    """Where a matcher asks for introductions, and all concerned see how they stand."""

    def __init__(
        self,
        gate: Gate,
        disclose: Disclose,
        introductions: Introductions,
        partners: Mapping[Oin, Partner],
    ) -> None:
        self._gate = gate
        self._disclose = disclose
        self._introductions = introductions
        self._partners = partners
        self._names = {oin: partner.name for oin, partner in partners.items()}

    async def request(self, caller: Caller, wish: IntroductionWish) -> Mapping[UUID, Recorded]:
        """Ask each candidate who can be found now; return the requests by her search reference.

        Raises ``DisclosureRefusedError``, in the words of someone unknown, when there are none.
        """
        self._check(wish)
        await self._admit(caller)
        name = found_as(caller, wish.session)
        named = await all_meant(self._gate, name, wish.candidates)
        subjects = [named[one] for one in wish.candidates]
        dossiers = await self._gate.subjects.load(subjects)
        tried = [self._try(caller, wish, one, dossiers.get(one)) for one in subjects]
        answers = await self._gate.ledger.append([entry for _, entry in tried])
        recorded = {
            reference: Recorded(introduction, introduction.own.state, answer)
            for reference, (introduction, _), answer in zip(
                wish.candidates, tried, answers, strict=True
            )
            if introduction is not None and isinstance(answer, Receipt)
        }
        if not recorded and any(introduction for introduction, _ in tried):
            raise LedgerUnavailableError("the situation changed meanwhile; ask again")
        if not recorded:
            raise DisclosureRefusedError(self._nobody())
        return recorded

    async def withdraw(self, caller: Caller, introduction: UUID) -> Recorded:
        """Take back what one's organisation asked, as far as it was not answered."""
        context = await self._admit(caller)
        known = await self._introductions.by_id(introduction)
        if known is None or known.requester != caller.partner.oin:
            await deny(self._gate, context, self._nobody())
        open_to = known.open_to(context.moment)
        if not open_to:
            raise InvalidRequestError("voorstel", "is not open; there is nothing to take back")
        state = IntroductionState.INGETROKKEN
        changes = tuple(
            CloseIntroduction(introduction, recipient, state, context.moment)
            for recipient in open_to
        )
        record = context.record(
            RecordKind.INTRODUCTION, state, subject=known.subject, detail=_detail(known)
        )
        receipt = await commit(self._gate, Entry(record, changes))
        own = known.own.recipient in open_to
        return Recorded(known, state if own else known.own.state, receipt)

    @asynccontextmanager
    async def listed(
        self,
        caller: Caller,
        after: UUID | None,
        layout: Callable[[Listed], Format],
        trace_id: str | None = None,
    ) -> AsyncIterator[ListPage]:
        """Disclose a page: a matcher's own requests, or what waits for a casemanager's residents."""
        guiding = caller.partner.kind is PartnerKind.COA
        context = await (admit(self._gate, caller) if guiding else self._admit(caller))
        found = await self._found(caller, after, context.moment, guiding=guiding)
        more = len(found) > PAGE
        page = Listed(tuple(found[:PAGE]), context.moment, guiding, self._names, more)
        question = Question(
            Ask(caller, GUIDANCE if guiding else INTRODUCING, self._gate.fields.mask([CLIENT_REF])),
            tuple(
                dict.fromkeys(one.subject for one in page.introductions if guiding or one.agreed)
            ),
            layout(page),
            trace_id=trace_id,
        )
        onward = page.introductions[-1].introduction_id if more else None
        async with self._disclose.page(question) as released:
            yield ListPage(released, onward)

    async def _found(
        self, caller: Caller, after: UUID | None, moment: datetime, *, guiding: bool
    ) -> Sequence[Introduction]:
        if guiding:
            sites = sorted(caller.locations)
            return await self._introductions.open_at(sites, moment, after, PAGE + 1)
        return await self._introductions.of_requester(caller.partner.oin, after, PAGE + 1)

    def _check(self, wish: IntroductionWish) -> None:
        """Refuse a wish that names too many, no employer, or more than a function."""
        many = len(wish.candidates)
        if not 1 <= many <= MOST_AT_ONCE or len(set(wish.candidates)) < many:
            raise InvalidRequestError("kandidaten", "are one to ten, each of them once")
        employer = self._partners.get(wish.employer) if wish.employer else None
        if wish.employer and (employer is None or employer.kind is not PartnerKind.WERKGEVER):
            raise InvalidRequestError("werkgever", "is not an employer with an agreement")
        for field, text in (("functie", wish.function), ("groep", wish.group)):
            if text is not None and not _impersonal(text):
                raise InvalidRequestError(field, "is at most 80 letters, digits (eight) and spaces")

    async def _admit(self, caller: Caller) -> Context:
        """Let in who may both search and be introduced; return the account of the latter."""
        gate = self._gate
        moment = gate.clock.now()
        await admitted(gate, Context.of(Ask(caller, SEARCHING), gate.matrix, moment))
        context = Context.of(Ask(caller, INTRODUCING), gate.matrix, moment)
        await admitted(gate, context)
        return context

    def _try(
        self, caller: Caller, wish: IntroductionWish, subject: SubjectId, dossier: Dossier | None
    ) -> tuple[Introduction | None, Entry]:
        """Make the entry of a request, or of its refusal when she cannot be found now (1)."""
        gate = self._gate
        matrix, moment = gate.matrix, gate.clock.now()
        # Nothing is shown, so no group can be too small.
        ask = Ask(caller, SEARCHING, group=MIN_GROUP)
        situation = dossier.situation if dossier else None
        decision = decide(ask, situation, matrix, gate.fields, moment)
        if situation is None or not decision.granted:
            known = situation.subject if situation else None
            denying = Context.of(ask, matrix, moment).resting(situation, gate.fields)
            return None, denying.denial(known, decision, gate.fields)
        introduction = Introduction(
            uuid4(),
            subject,
            caller.partner.oin,
            caller.actor,
            moment,
            Answer(caller.partner.oin),
            Answer(wish.employer) if wish.employer else None,
            wish.function,
            wish.group,
        )
        record = Context.of(Ask(caller, INTRODUCING), matrix, moment).record(
            RecordKind.INTRODUCTION,
            introduction.own.state,
            subject=subject,
            detail=_detail(introduction),
        )
        unchanged = RequireEpoch(subject, situation.epoch)
        return introduction, Entry(record, (unchanged, RequestIntroduction(introduction)))

    def _nobody(self) -> Decision:
        """Refuse as for someone who does not exist."""
        purpose = self._gate.matrix.purpose(INTRODUCING)
        return Decision.refusal(Reason.SUBJECT_UNKNOWN, purpose, hidden=True)


def _detail(introduction: Introduction) -> dict[str, str | int]:
    to = ",".join(answer.recipient for answer in introduction.answers)
    return {"introduction": str(introduction.introduction_id), "to": to}


def _impersonal(text: str) -> bool:
    """Tell whether a text is short, plain, and too poor in digits to hold a number of a person."""
    plain = all(one.isalnum() or one in MARKS for one in text)
    digits = sum(one.isdigit() for one in text)
    return plain and len(text.strip()) > 0 and len(text) <= LONGEST and digits <= MOST_DIGITS
