"""Open, resume and end a worker's session; each beginning, change of role and end is in the log."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final
from uuid import uuid4

from gateway.actions.gate import Gate, commit
from gateway.actions.teams import Roster
from gateway.domain.errors import InvalidRequestError, UnreadableValueError
from gateway.domain.identifiers import ActorId, Oin, RoleId
from gateway.domain.ports import Entry
from gateway.domain.records import AuditRecord, RecordKind
from gateway.domain.replays import Replays
from gateway.domain.sessions import (
    AWAY,
    LONGEST,
    NOTICED,
    Departure,
    Ended,
    Identity,
    KeptSession,
    Session,
    Sessions,
    SignInRefusedError,
)

_SEALED: Final = "web-session"
_DEPARTURE: Final = "web-departure"
_ID_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Opened:
    """A session with the id that its browser, and nobody else, is given."""

    id: str
    session: Session


class SessionDesk:
    """Where sessions begin and end."""

    def __init__(self, gate: Gate, sessions: Sessions, roster: Roster, replays: Replays) -> None:
        self._replays = replays
        self._gate = gate
        self._roster = roster
        self._sessions = sessions

    async def open(self, identity: Identity, before: str | None, how: str) -> Opened:
        """Open a session under a new id, and end the one that the browser had before, if any.

        Who has one role acts in it; who has more chooses.
        """
        now = self._gate.clock.now()
        role = identity.roles[0] if len(identity.roles) == 1 else None
        await self._sessions.sweep(now - LONGEST)
        opened = await self._keep(identity, role, now)
        await self._note(opened.session, "opened", how=how)
        await self._roster.meet(opened.session)
        if before is not None:
            await self._sessions.end(_key(before))
        return opened

    async def resume(self, id_: str) -> Session | None:
        """Return the session of an id, seen now; ``None`` when it ended or never was."""
        kept = await self._sessions.find(_key(id_))
        if kept is None:
            return None
        session, now = self._opened(kept), self._gate.clock.now()
        if session is None or not session.alive(now):
            await self._sessions.end(kept.key)
            return None
        if now - session.seen < NOTICED:
            return session
        await self._sessions.see(kept.key, now)
        return session.used(now)

    async def act_as(self, session: Session, role: str) -> Opened:
        """Go on in another of one's own roles, under a new id; raises ``InvalidRequestError``."""
        if role not in session.identity.roles:
            raise InvalidRequestError("rol", "is not one of yours")
        opened = await self._keep(session.identity, RoleId(role), session.opened)
        await self._note(opened.session, "role chosen", before=session.role or "")
        await self._roster.meet(opened.session)
        await self._sessions.end(session.key)
        return opened

    async def prove(self, session: Session, proven: Identity) -> Opened:
        """Go on as the same person with a stronger proof, under a new id.

        It rests on the session at the provider in which she proved more.
        """
        identity = _stronger(session.identity, proven)
        opened = await self._keep(identity, session.role, session.opened)
        await self._note(opened.session, "proved more")
        await self._sessions.end(session.key)
        return opened

    async def close(self, session: Session) -> None:
        """End a session because its worker signs off."""
        await self._note(session, "closed")
        await self._sessions.end(session.key)

    async def close_of_provider(self, ended: Ended) -> int:
        """End every session that rests on what is over at the provider; tell how many.

        Raises ``SignInRefusedError`` for a token that was used before.
        """
        if not await self._replays.first(ended.token, ended.until, self._gate.clock.now()):
            raise SignInRefusedError("the token was used before")
        record = AuditRecord(
            uuid4(), RecordKind.SESSION, self._gate.clock.now(), "closed by provider"
        )
        await commit(self._gate, Entry(record))
        return await self._sessions.end_of_provider(ended.provider_session, ended.actor)

    def depart(self, onward: str, *, strong: bool) -> tuple[Departure, str]:
        """Make what is kept while a browser is away at the provider, and its sealed form."""
        departure = Departure(
            token_urlsafe(_ID_BYTES),
            token_urlsafe(_ID_BYTES),
            token_urlsafe(_ID_BYTES),
            onward,
            strong,
            self._gate.clock.now(),
        )
        return departure, self._seal_departure(departure)

    def returned(self, sealed: str) -> Departure | None:
        """Open what was kept; ``None`` when it was changed, or is older than half an hour."""
        try:
            plain = self._gate.vault.open_blob(_DEPARTURE, b"", bytes.fromhex(sealed))
        except (UnreadableValueError, ValueError):
            return None
        found = json.loads(plain)
        at = datetime.fromisoformat(found.pop("at"))
        fresh = self._gate.clock.now() - at < AWAY
        return Departure(**found, at=at) if fresh else None

    def _seal_departure(self, departure: Departure) -> str:
        plain = {
            "state": departure.state,
            "nonce": departure.nonce,
            "verifier": departure.verifier,
            "onward": departure.onward,
            "strong": departure.strong,
            "at": departure.at.isoformat(),
        }
        return self._gate.vault.seal_blob(_DEPARTURE, b"", json.dumps(plain).encode()).hex()

    async def _keep(self, identity: Identity, role: RoleId | None, opened: datetime) -> Opened:
        id_, now = token_urlsafe(_ID_BYTES), self._gate.clock.now()
        session = Session(_key(id_), identity, role, token_urlsafe(_ID_BYTES), opened, now)
        content = self._gate.vault.seal_blob(_SEALED, session.key, _written(session))
        await self._sessions.keep(
            KeptSession(
                session.key, identity.actor, identity.provider_session, opened, now, content
            )
        )
        return Opened(id_, session)

    def _opened(self, kept: KeptSession) -> Session | None:
        try:
            plain = self._gate.vault.open_blob(_SEALED, kept.key, kept.content)
        except UnreadableValueError:
            return None
        return _read(kept, json.loads(plain))

    async def _note(self, session: Session, outcome: str, **detail: str) -> None:
        identity = session.identity
        record = AuditRecord(
            uuid4(),
            RecordKind.SESSION,
            self._gate.clock.now(),
            outcome,
            policy=self._gate.matrix.digest,
            recipient=identity.partner,
            actor=identity.actor,
            role=session.role,
            detail={**detail, "strong": int(identity.strong)},
        )
        await commit(self._gate, Entry(record))


def _stronger(known: Identity, proven: Identity) -> Identity:
    if (known.actor, known.partner) != (proven.actor, proven.partner):
        raise InvalidRequestError("aanmelding", "is of someone else")
    return replace(
        known,
        strong=proven.strong,
        provider_session=proven.provider_session,
        hint=proven.hint,
    )


def _key(id_: str) -> bytes:
    return sha256(id_.encode()).digest()


def _written(session: Session) -> bytes:
    identity = session.identity
    return json.dumps(
        {
            "name": identity.name,
            "partner": identity.partner,
            "roles": identity.roles,
            "locations": sorted(identity.locations),
            "strong": identity.strong,
            "hint": identity.hint,
            "role": session.role,
            "csrf": session.csrf,
        }
    ).encode()


def _read(kept: KeptSession, found: dict[str, object]) -> Session:
    roles, locations = found["roles"], found["locations"]
    assert isinstance(roles, list)  # noqa: S101 - as _written wrote them
    assert isinstance(locations, list)  # noqa: S101 - as _written wrote them
    hint, role = found["hint"], found["role"]
    identity = Identity(
        ActorId(kept.actor),
        str(found["name"]),
        Oin(str(found["partner"])),
        tuple(RoleId(one) for one in roles),
        frozenset(locations),
        bool(found["strong"]),
        kept.provider_session,
        None if hint is None else str(hint),
    )
    chosen = None if role is None else RoleId(str(role))
    return Session(kept.key, identity, chosen, str(found["csrf"]), kept.opened, kept.seen)
