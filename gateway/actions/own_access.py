"""Make a resident's code at the desk, open her session with it, and end that session.

1. Her birth date is disclosed to her casemanager's desk (P03) when a code is made, and forgotten:
   what is kept is a keyed term of code and date together.
2. Whatever is wrong with a guess, the same is done: looked up, compared, counted, logged, refused.
3. The device holds a random id; the store knows its digest only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from secrets import compare_digest, randbelow, token_urlsafe
from typing import Final

from gateway.actions.accounts import Context
from gateway.actions.desk import GUIDANCE, OWN_DATA, admit
from gateway.actions.disclose import Disclose, Question
from gateway.actions.gate import Gate, commit
from gateway.domain.changes import Change, RequireEpoch
from gateway.domain.consent_choices import guarded
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import Disclosed
from gateway.domain.errors import GatewayError, InvalidRequestError
from gateway.domain.identifiers import ActorId, FieldName, RoleId, SubjectId
from gateway.domain.own_access import (
    CODE_LASTS,
    AccessCode,
    CountGuess,
    EndOwnSession,
    Guess,
    MakeCode,
    OwnAccess,
    OwnSession,
    UseCode,
)
from gateway.domain.partners import Caller, Partner, PartnerKind
from gateway.domain.ports import BlindIndex, Entry
from gateway.domain.records import AuditRecord, Receipt, RecordKind

DIGITS: Final = 12
"""Digits are on every keyboard, whatever one writes in."""
ROLE: Final = RoleId("betrokkene")
BORN: Final = FieldName("geboortedatum")
_DATE_PARTS: Final = 3
_ID_BYTES: Final = 32
_CODE: Final = "toegangscode"
_PROOF: Final = "toegangscode met geboortedatum"
_ADDRESS: Final = "adres van een apparaat"


class NoEntryError(GatewayError):
    """A code and birth date that open nothing; it does not say why."""

    code = "NO_ENTRY"


@dataclass(frozen=True, slots=True)
class Key:
    """What someone types to come in: the code, and the day she was born, as far as it is known."""

    code: str
    day: str
    month: str
    year: str

    @property
    def digits(self) -> str:
        """The digits of the code, in whatever script they were typed; spaces and dashes go."""
        return "".join(str(int(one)) for one in self.code if one.isdecimal())

    @property
    def born(self) -> str:
        """The birth date as it is kept: what is not known is left out at the end."""
        parts = [_number(self.year, 4), _number(self.month, 2), _number(self.day, 2)]
        return _known(parts)


@dataclass(frozen=True, slots=True)
class Herself:
    """A resident in her own session: as whom she asks, and the token of her forms."""

    caller: Caller
    session: OwnSession
    csrf: str


@dataclass(frozen=True, slots=True)
class Let:
    """A session with the id that her device, and nothing else, is given."""

    id: str
    herself: Herself


class _BirthDate:
    """Takes a birth date in; nothing goes out."""

    media_type = "application/octet-stream"

    def __init__(self) -> None:
        self.share: Disclosed | None = None

    def render(self, _receipt: Receipt, disclosed: Sequence[Disclosed]) -> Iterable[bytes]:
        """Keep the share, and yield no byte."""
        (self.share,) = disclosed
        return ()


class OwnAccessDesk:
    """Where codes are made and used."""

    def __init__(
        self, gate: Gate, disclose: Disclose, access: OwnAccess, index: BlindIndex, of: Partner
    ) -> None:
        self._gate = gate
        self._disclose = disclose
        self._access = access
        self._index = index
        self._of = of

    async def make(self, caller: Caller, subject: SubjectId, *, guardian: bool = False) -> str:
        """Make a code for a resident whom the caller guides, and return it, this once.

        Raises ``DisclosureRefusedError``, and ``InvalidRequestError`` while her birth date is
        unknown, or for one under 16 without her legal representative.
        """
        await admit(self._gate, caller)
        share = await self._share(caller, subject)
        dossier = (await self._gate.subjects.load([subject]))[subject]
        moment = self._gate.clock.now()
        guarded(dossier.situation, present=guardian)
        number = f"{randbelow(10**DIGITS):0{DIGITS}d}"
        born = _known(share.values[BORN].decode().strip('"').split("-"))
        code = AccessCode(
            self._index.term(_CODE, number),
            self._index.term(_PROOF, f"{number} {born}"),
            subject,
            moment + CODE_LASTS,
        )
        context = Context.of(Ask(caller, GUIDANCE), self._gate.matrix, moment)
        record = context.record(RecordKind.SESSION, "code made", subject=subject)
        changes = (RequireEpoch(subject, dossier.situation.epoch), MakeCode(code, moment))
        await commit(self._gate, Entry(record, changes))
        return number

    async def enter(self, key: Key, address: str) -> Let:
        """Open a session with a code and a birth date; raises ``NoEntryError``, counted and logged."""
        number, moment = key.digits, self._gate.clock.now()
        found = await self._access.code(self._index.terms(_CODE, number))
        proofs = self._index.terms(_PROOF, f"{number} {key.born}")
        kept = found.proof if found else bytes(len(proofs[0]))
        right = sum(compare_digest(kept, proof) for proof in proofs) > 0  # all, in equal time
        from_ = self._index.term(_ADDRESS, address)
        if found is not None and right:
            id_ = token_urlsafe(_ID_BYTES)
            session = OwnSession(_digest(id_), found.subject, moment)
            use = UseCode(found.term, from_, session)
            if await self._wrote(found.subject, "opened", use):
                return Let(id_, self._herself(id_, session))
        guess = Guess(from_, moment, found.term if found else None)
        await self._wrote(found.subject if found else None, "code refused", CountGuess(guess))
        raise NoEntryError("the code, the birth date or the moment does not fit")

    async def resume(self, id_: str) -> Herself | None:
        """Return who is in the session of an id; ``None`` when its time is over, or it never was."""
        session = await self._access.session(_digest(id_))
        if session is None or self._gate.clock.now() >= session.ends:
            return None
        return self._herself(id_, session)

    async def leave(self, herself: Herself) -> None:
        """End a session because she leaves."""
        session = herself.session
        await self._wrote(session.subject, "closed", EndOwnSession(session.key))

    def _herself(self, id_: str, session: OwnSession) -> Herself:
        return Herself(self._caller(session.subject), session, _digest(f"form {id_}").hex())

    def _caller(self, subject: SubjectId | None) -> Caller:
        """Return a resident as who asks; ``None`` is someone who has yet to show who she is."""
        known = subject and self._gate.pseudonyms.reference(self._of.oin, subject)
        return Caller(self._of, ROLE, ActorId(str(known or "")), subject=subject)

    async def _share(self, caller: Caller, subject: SubjectId) -> Disclosed:
        """Disclose a birth date to the desk; raises ``InvalidRequestError`` where there is none."""
        birth, mask = _BirthDate(), self._gate.fields.mask([BORN])
        note = {"for": "code"}
        question = Question(Ask(caller, GUIDANCE, mask), (subject,), birth, note=note)
        async with self._disclose.one(question) as released:
            b"".join(released.chunks)
        if birth.share is None or BORN not in birth.share.values:
            raise InvalidRequestError(BORN, "is not known; without it no code can be made")
        return birth.share

    async def _wrote(self, subject: SubjectId | None, outcome: str, change: Change) -> bool:
        """Write an entry of hers with its change; tell whether it held."""
        ask = Ask(self._caller(subject), OWN_DATA)
        context = Context.of(ask, self._gate.matrix, self._gate.clock.now())
        record: AuditRecord = context.record(RecordKind.SESSION, outcome, subject=subject)
        (answer,) = await self._gate.ledger.append([Entry(record, (change,))])
        return isinstance(answer, Receipt)


def residents(partners: Iterable[Partner]) -> Partner:
    """Return under which agreement residents ask for their own data."""
    return next(one for one in partners if one.kind is PartnerKind.BETROKKENE)


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


def _number(typed: str, width: int) -> str:
    """Write digits of any script as so many plain ones; nothing, and zeros, stand for unknown."""
    plain = typed.strip()
    return f"{int(plain):0{width}d}" if plain.isdecimal() and len(plain) <= width else plain


def _known(parts: Sequence[str]) -> str:
    """Join year, month and day up to where they are known: ``1990``, ``1990-05``, ``1990-05-01``."""
    known: list[str] = []
    for part in parts[:_DATE_PARTS]:
        if not part.strip("0"):
            break
        known.append(part)
    return "-".join(known)
