"""One request to the screens: who is here, in which session, reading which language."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request

from gateway.actions.own_access import Herself
from gateway.actions.references import meant
from gateway.domain.identifiers import SubjectId
from gateway.domain.partners import Caller
from gateway.domain.sentences import Language
from gateway.domain.sessions import Session
from gateway.web.rooms import Rooms
from gateway.web.words import AMSTERDAM, count, say

LANGUAGE_COOKIE: Final = "taal"


@dataclass(frozen=True, slots=True)
class Visit:
    """A request, and all that a screen needs to answer it; ``form`` is what was posted, checked.

    ``session`` is a worker's, ``own`` a resident's: on her own pages she is who asks.
    """

    request: Request
    rooms: Rooms
    session: Session | None
    language: Language
    form: FormData = field(default_factory=FormData)
    own: Herself | None = None

    @property
    def caller(self) -> Caller:
        """Who asks; only for a screen that demands a role."""
        assert self.session is not None  # noqa: S101 - the guard let nobody in without one
        return self.rooms.caller(self.session)

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.rooms.desks.gate.clock.now()

    @property
    def today(self) -> date:
        """The day it is in the Netherlands."""
        return self.now.astimezone(AMSTERDAM).date()

    @property
    def after(self) -> UUID | None:
        """After whom or what a list goes on, where its address says."""
        return reference_in(self.request.query_params.get("na", ""))

    @property
    def path(self) -> str:
        """Where this visit is, with its question: what a language switch comes back to."""
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query else url.path

    def say(self, text: str) -> str:
        """Return a Dutch text in the visitor's language."""
        return say(text, self.language)

    def count(self, one: str, more: str, number: int) -> str:
        """Return the singular or plural of a Dutch text in the visitor's language."""
        return count(one, more, number, self.language)

    async def subject(self, reference: UUID) -> SubjectId:
        """Return whom the visitor's own reference stands for; an invented one stands for no one."""
        return await meant(self.rooms.desks.gate, self.caller.partner.oin, reference)


def language_of(request: Request) -> Language:
    """Return the language that was chosen, or else the browser's first, or Dutch."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in set(Language):
        return Language(chosen)
    english = request.headers.get("accept-language", "").lower().startswith("en")
    return Language.EN if english else Language.NL


def reference_in(text: str) -> UUID | None:
    """Read a reference that an address or a form carries; ``None`` for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def own_path(text: str, otherwise: str = "/") -> str:
    """Return a path on this host as it is, and ``otherwise`` for anything that leads elsewhere."""
    plain = text.isascii() and text.isprintable() and "\\" not in text
    if plain and text.startswith("/") and not text.startswith("//"):
        return text
    return otherwise
