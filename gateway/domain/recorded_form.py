"""The form in which a log keeps what a decision rested on: compact, and written in one way only.

1. It holds texts, whole numbers, lists and dicts: what is absent has no key, a set is sorted, a mask
   is hexadecimal, a moment is UTC in ISO 8601 with a ``Z``.
2. What is not exactly so is refused by the name of the member that is not; nothing is guessed, and
   nothing of the content is repeated.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeVar
from uuid import UUID

from gateway.domain.breakglass import GlassBreak
from gateway.domain.consents import ConsentEvent, ConsentEventKind, ConsentScope
from gateway.domain.decisions import Ask
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import (
    ActorId,
    ConsentId,
    FieldName,
    GemeenteCode,
    Oin,
    PurposeCode,
    RoleId,
    SubjectId,
)
from gateway.domain.partners import Agreement, Caller, Partner, PartnerKind
from gateway.domain.relations import RelationEvent, RelationKind
from gateway.domain.replay import (
    Recorded,
    ReplayError,
    closed_read,
    consents_read,
    glasses_read,
    relations_read,
    same_purpose,
    versions_read,
    withholdings_read,
)
from gateway.domain.subjects import ProfileVersion, Situation, Withholding, WithholdingKind

VERSION: Final = 1

MEMBERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "v": "version of this form",
        "digest": "digest of the policy",
        "at": "moment of the decision",
        "ask": "the question",
        "ask.for": "purpose, as asked",
        "ask.fields": "mask of the fields asked; absent: all that the purpose names",
        "ask.group": "how many people the answer covers",
        "ask.budget": "1 where searches are left, 0 where they are spent",
        "who": "the caller",
        "who.oin": "the partner's OIN",
        "who.kind": "kind of partner",
        "who.role": "role she acts in",
        "who.towns": "municipalities the partner is, or works for",
        "who.sites": "reception sites she works for",
        "who.regions": "COA regions she works for",
        "who.self": "subject id, of a resident who asks",
        "deal": "what the agreement says for that role and purpose",
        "deal.ref": "its reference",
        "deal.from": "first day",
        "deal.to": "last day",
        "deal.for": "codes of the purpose asked that it gives the role; absent: no such role",
        "deal.without": "mask of the fields the partner gave up",
        "of": "the subject's situation; absent: nobody known",
        "of.id": "subject id (a pseudonym)",
        "of.epoch": "epoch of the situation",
        "of.rel": "relation events that had taken effect",
        "of.rel.k": "kind",
        "of.rel.p": "municipality, partner or site",
        "of.rel.at": "when it took effect",
        "of.con": "events of consents to the caller's organisation or to its kind",
        "of.con.id": "consent id",
        "of.con.k": "kind of event",
        "of.con.at": "when it was recorded",
        "of.con.to": "when it runs out",
        "of.con.for": "purpose agreed to",
        "of.con.who": "recipient agreed to",
        "of.con.fields": "mask of the fields agreed to",
        "of.con.text": "version of the text",
        "of.con.lang": "language of the text",
        "of.ver": "versions that changed what a predecessor municipality may keep",
        "of.ver.n": "version",
        "of.ver.at": "when it was stored",
        "of.ver.fields": "mask of those fields",
        "of.not": "restrictions and objections that held for this purpose",
        "of.not.k": "kind",
        "of.not.fields": "mask",
        "of.not.for": "codes of the purpose asked that it names; absent: all purposes",
        "of.not.at": "since when",
        "of.not.to": "until when",
        "of.gone": "that this purpose no longer keeps the profile",
        "of.gone.for": "purpose",
        "of.gone.at": "since when",
        "of.glass": "glasses that the caller had broken, for the purpose asked",
        "of.glass.for": "purpose",
        "of.glass.at": "since when",
        "of.glass.to": "until when",
        "of.held": "mask of the fields that wait for a person's look",
        "of.shield": "1 where the subject is shielded",
        "of.group": "doelgroep",
        "of.town": "municipality of the reception site",
        "of.region": "COA region",
    }
)
"""Every member of the form, by the path of its keys."""

_PLACE: Final = re.compile(r"\[\d+\]")
_Made = TypeVar("_Made")
_Kind = TypeVar("_Kind", bound=StrEnum)
_Written = dict[str, object]


def record(recorded: Recorded, fields: FieldDictionary) -> dict[str, object]:
    """Write what the decision read for a log's payload; ``restore`` reads it back.

    Raises ``ReplayError`` for a moment without a time zone, ``KeyError`` for a consent to a field
    that the dictionary does not have.
    """
    ask, situation = recorded.ask, recorded.situation
    whole = {
        "v": VERSION,
        "digest": recorded.digest,
        "at": _moment(recorded.moment),
        "ask": _ask(ask),
        "who": _caller(ask.caller),
        "deal": _agreement(ask, fields),
    }
    if situation is not None:
        whole["of"] = _situation(situation, recorded, fields)
    return whole


def restore(written: Mapping[str, object], fields: FieldDictionary) -> Recorded:
    """Read what ``record`` wrote; raises ``ReplayError`` naming the member that is not in the form."""
    whole = _Member("", written, fields)
    if whole["v"].number() != VERSION:
        raise ReplayError("v", "is not a version known here")
    whole.check()
    caller = _to_caller(whole["who"], whole["deal"])
    recorded = Recorded(
        _to_ask(whole["ask"], caller),
        whole.made("of", lambda of: _to_situation(of, caller)),
        whole["at"].moment(),
        whole["digest"].text(),
    )
    for member, value in record(recorded, fields).items():
        if written[member] != value:
            raise ReplayError(member, "holds more or less than its form")
    return recorded


def _present(members: Mapping[str, object]) -> _Written:
    """Give what is absent no key, nor what is empty (1)."""
    return {key: value for key, value in members.items() if value is not None and value != []}


def _moment(at: datetime) -> str:
    if at.tzinfo is None:
        raise ReplayError("at", "a moment has no time zone")
    return at.astimezone(UTC).isoformat()[:-6] + "Z"


def _mask(mask: int) -> str:
    return format(mask, "x")


def _ask(ask: Ask) -> _Written:
    return _present(
        {
            "for": ask.purpose,
            "fields": None if ask.fields is None else _mask(ask.fields),
            "group": ask.group,
            "budget": int(ask.budget_left),
        }
    )


def _caller(caller: Caller) -> _Written:
    partner = caller.partner
    return _present(
        {
            "oin": partner.oin,
            "kind": str(partner.kind),
            "role": caller.role,
            "towns": sorted(partner.gemeenten),
            "sites": sorted(caller.locations),
            "regions": sorted(caller.regions),
            "self": caller.subject and str(caller.subject),
        }
    )


def _agreement(ask: Ask, fields: FieldDictionary) -> _Written:
    agreement = ask.caller.partner.agreement
    agreed = _present(
        {
            "ref": agreement.reference,
            "from": agreement.valid_from.isoformat(),
            "to": agreement.valid_until and agreement.valid_until.isoformat(),
            "without": _mask(fields.mask(agreement.without)),
        }
    )
    codes = agreement.purposes.get(ask.caller.role)
    if codes is not None:
        agreed["for"] = sorted(code for code in codes if same_purpose(code, ask.purpose))
    return agreed


def _situation(situation: Situation, recorded: Recorded, fields: FieldDictionary) -> _Written:
    return _present(
        {
            "id": str(situation.subject),
            "epoch": situation.epoch,
            "rel": [_relation(event) for event in relations_read(situation, recorded)],
            "con": [_consent(event, fields) for event in consents_read(situation, recorded)],
            "ver": [_version(*read) for read in versions_read(situation, fields)],
            "not": [_withholding(*read) for read in withholdings_read(situation, recorded)],
            "gone": [
                {"for": code, "at": _moment(at)} for code, at in closed_read(situation, recorded)
            ],
            "glass": [_glass(glass) for glass in glasses_read(situation, recorded)],
            "held": _mask(situation.held),
            "shield": int(situation.shielded),
            "group": situation.doelgroep,
            "town": situation.reception_gemeente,
            "region": situation.coa_regio,
        }
    )


def _relation(event: RelationEvent) -> _Written:
    return {"k": str(event.kind), "p": event.party, "at": _moment(event.at)}


def _version(version: ProfileVersion, changed: int) -> _Written:
    return {"n": version.version, "at": _moment(version.at), "fields": _mask(changed)}


def _consent(event: ConsentEvent, fields: FieldDictionary) -> _Written:
    said: _Written = {"id": str(event.consent_id), "k": str(event.kind), "at": _moment(event.at)}
    if event.expires is not None:
        said["to"] = _moment(event.expires)
    if event.scope is not None:
        said |= _scope(event.scope, fields)
    return said


def _scope(scope: ConsentScope, fields: FieldDictionary) -> _Written:
    return {
        "for": scope.purpose,
        "who": scope.recipient,
        "fields": _mask(fields.mask(scope.fields)),
        "text": scope.text_version,
        "lang": scope.language,
    }


def _glass(glass: GlassBreak) -> _Written:
    return {"for": glass.purpose, "at": _moment(glass.at), "to": _moment(glass.until)}


def _withholding(one: Withholding, purposes: list[PurposeCode]) -> _Written:
    return _present(
        {
            "k": str(one.kind),
            "fields": _mask(one.fields),
            "for": purposes,
            "at": _moment(one.since),
            "to": one.until and _moment(one.until),
        }
    )


@dataclass(frozen=True, slots=True)
class _Member:
    """A member of a record that is being read; ``path`` names it in errors (2)."""

    path: str
    value: object
    fields: FieldDictionary

    def refuse(self, why: str) -> ReplayError:
        """Make the error that names this member."""
        return ReplayError(self.path or "record", why)

    def _keys(self) -> Mapping[str, object]:
        if not isinstance(self.value, Mapping):
            raise self.refuse("is not a dict")
        return self.value

    def check(self) -> None:
        """Refuse a member that the form does not have, here or below."""
        if isinstance(self.value, list):
            for one in self.each():
                one.check()
        elif isinstance(self.value, Mapping):
            for key in self.value:
                if not isinstance(key, str) or _form(self._under(key)) not in MEMBERS:
                    raise self.refuse("holds a member that is not in the form")
                self[key].check()

    def _under(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def __getitem__(self, key: str) -> "_Member":
        found = self._keys()
        if key not in found:
            raise ReplayError(self._under(key), "is missing")
        return _Member(self._under(key), found[key], self.fields)

    def has(self, key: str) -> bool:
        """Tell whether a member is there."""
        return key in self._keys()

    def made(self, key: str, make: Callable[["_Member"], _Made]) -> _Made | None:
        """Make something of a member that may be absent."""
        return make(self[key]) if self.has(key) else None

    def several(self, key: str, make: Callable[["_Member"], _Made]) -> tuple[_Made, ...]:
        """Make something of each item of a list that is absent where it is empty."""
        return tuple(make(one) for one in self[key].each()) if self.has(key) else ()

    def each(self) -> tuple["_Member", ...]:
        """Return the items of a list."""
        if not isinstance(self.value, list):
            raise self.refuse("is not a list")
        named = enumerate(self.value)
        return tuple(_Member(f"{self.path}[{at}]", one, self.fields) for at, one in named)

    def text(self) -> str:
        """Read a text."""
        if not isinstance(self.value, str):
            raise self.refuse("is not a text")
        return self.value

    def number(self) -> int:
        """Read a whole number."""
        if type(self.value) is not int:
            raise self.refuse("is not a whole number")
        return self.value

    def flag(self) -> bool:
        """Read a yes or no."""
        if self.number() not in {0, 1}:
            raise self.refuse("is not 0 or 1")
        return self.value == 1

    def one_of(self, kinds: type[_Kind]) -> _Kind:
        """Read a member of an enumeration."""
        return self._spelled(kinds, str, "is not a word of its list")

    def moment(self) -> datetime:
        """Read a moment."""
        return self._spelled(_to_moment, _moment, "is not a moment in UTC")

    def day(self) -> date:
        """Read a day."""
        return self._spelled(date.fromisoformat, date.isoformat, "is not a day")

    def uuid(self) -> UUID:
        """Read a UUID."""
        return self._spelled(UUID, str, "is not a UUID")

    def mask(self) -> int:
        """Read a mask of fields."""
        return self._spelled(lambda text: int(text, 16), _mask, "is not a mask in hexadecimal")

    def names(self) -> frozenset[FieldName]:
        """Read a mask as names of fields."""
        mask = self.mask()
        if mask < 0 or mask & ~self.fields.mask(spec.name for spec in self.fields):
            raise self.refuse("names a field that the dictionary does not have")
        return frozenset(self.fields.names(mask))

    def texts(self, key: str) -> frozenset[str]:
        """Read a set of texts."""
        return frozenset(self.several(key, _Member.text))

    def _spelled(
        self, read: Callable[[str], _Made], write: Callable[[_Made], str], why: str
    ) -> _Made:
        """Read a text that is spelled as ``write`` spells it (1)."""
        text = self.text()
        try:
            made = read(text)
            spelled = write(made)
        except (ValueError, OverflowError):
            raise self.refuse(why) from None
        if spelled != text:
            raise self.refuse(why)
        return made


def _form(path: str) -> str:
    """Return a path without the places in lists."""
    return _PLACE.sub("", path)


def _to_moment(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)


def _to_ask(ask: _Member, caller: Caller) -> Ask:
    return Ask(
        caller,
        ask["for"].text(),
        ask.made("fields", _Member.mask),
        ask["group"].number(),
        ask["budget"].flag(),
    )


def _to_caller(who: _Member, deal: _Member) -> Caller:
    role, own = RoleId(who["role"].text()), who.made("self", _Member.uuid)
    partner = Partner(
        Oin(who["oin"].text()),
        "",
        "",
        who["kind"].one_of(PartnerKind),
        _to_agreement(deal, role),
        frozenset(GemeenteCode(code) for code in who.texts("towns")),
    )
    return Caller(
        partner,
        role,
        ActorId(""),
        frozenset(who.texts("sites")),
        frozenset(who.texts("regions")),
        None if own is None else SubjectId(own),
    )


def _to_agreement(deal: _Member, role: RoleId) -> Agreement:
    codes = {PurposeCode(code) for code in deal.texts("for")}
    return Agreement(
        deal["ref"].text(),
        deal["from"].day(),
        deal.made("to", _Member.day),
        {role: frozenset(codes)} if deal.has("for") else {},
        deal["without"].names(),
    )


def _to_situation(of: _Member, caller: Caller) -> Situation:
    subject = SubjectId(of["id"].uuid())
    return Situation(
        subject,
        of["epoch"].number(),
        of.several("rel", _to_relation),
        of.several("con", _to_consent),
        of.several("ver", _to_version),
        of.several("not", _to_withholding),
        of.several("gone", _to_closed),
        of["held"].mask(),
        of["shield"].flag(),
        of.made("group", _Member.text),
        of.made("town", _Member.text),
        of.made("region", _Member.text),
        glasses=of.several("glass", lambda one: _to_glass(one, caller, subject)),
    )


def _to_glass(one: _Member, caller: Caller, subject: SubjectId) -> GlassBreak:
    return GlassBreak(
        caller.actor,
        caller.role,
        caller.partner.oin,
        subject,
        PurposeCode(one["for"].text()),
        one["at"].moment(),
        one["to"].moment(),
    )


def _to_relation(one: _Member) -> RelationEvent:
    return RelationEvent(one["k"].one_of(RelationKind), one["p"].text(), one["at"].moment(), "")


def _to_version(one: _Member) -> ProfileVersion:
    return ProfileVersion(one["n"].number(), one["at"].moment(), one["fields"].mask())


def _to_consent(one: _Member) -> ConsentEvent:
    return ConsentEvent(
        ConsentId(one["id"].uuid()),
        one["k"].one_of(ConsentEventKind),
        one["at"].moment(),
        "",
        _to_scope(one) if one.has("for") else None,
        one.made("to", _Member.moment),
    )


def _to_scope(one: _Member) -> ConsentScope:
    return ConsentScope(
        PurposeCode(one["for"].text()),
        one["who"].text(),
        one["fields"].names(),
        one["text"].text(),
        one["lang"].text(),
    )


def _to_closed(one: _Member) -> tuple[PurposeCode, datetime]:
    return PurposeCode(one["for"].text()), one["at"].moment()


def _to_withholding(one: _Member) -> Withholding:
    return Withholding(
        one["k"].one_of(WithholdingKind),
        one["fields"].mask(),
        frozenset(PurposeCode(code) for code in one.texts("for")),
        one["at"].moment(),
        one.made("to", _Member.moment),
    )
