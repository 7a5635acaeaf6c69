"""The form in which a log keeps what a decision rested on: compact, and written in one way only.

1. It holds texts, whole numbers, lists and dicts: what is absent has no key, a set is sorted, a mask
   is hexadecimal, a moment is UTC in ISO 8601 with a ``Z``.
2. What is not exactly so is refused by ``recorded_reading``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.domain.breakglass import GlassBreak
from gateway.domain.consents import ConsentEvent, ConsentScope
from gateway.domain.decisions import Ask
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import PurposeCode
from gateway.domain.partners import Caller
from gateway.domain.relations import RelationEvent
from gateway.domain.replay import (
    Recorded,
    closed_read,
    consents_read,
    glasses_read,
    relations_read,
    same_purpose,
    versions_read,
    withholdings_read,
)
from gateway.domain.subjects import ProfileVersion, Situation, Withholding
from gateway.domain.written_member import spell_mask, spell_moment

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

_Written = dict[str, object]


def record(recorded: Recorded, fields: FieldDictionary) -> dict[str, object]:
    """Write what the decision read for a log's payload; ``recorded_reading`` reads it back.

    Raises ``ReplayError`` for a moment without a time zone, ``KeyError`` for a consent to a field
    that the dictionary does not have.
    """
    ask, situation = recorded.ask, recorded.situation
    whole = {
        "v": VERSION,
        "digest": recorded.digest,
        "at": spell_moment(recorded.moment),
        "ask": _ask(ask),
        "who": _caller(ask.caller),
        "deal": _agreement(ask, fields),
    }
    if situation is not None:
        whole["of"] = _situation(situation, recorded, fields)
    return whole


def _present(members: Mapping[str, object]) -> _Written:
    """Give what is absent no key, nor what is empty (1)."""
    return {key: value for key, value in members.items() if value is not None and value != []}


def _ask(ask: Ask) -> _Written:
    return _present(
        {
            "for": ask.purpose,
            "fields": None if ask.fields is None else spell_mask(ask.fields),
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
            "without": spell_mask(fields.mask(agreement.without)),
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
                {"for": code, "at": spell_moment(at)}
                for code, at in closed_read(situation, recorded)
            ],
            "glass": [_glass(glass) for glass in glasses_read(situation, recorded)],
            "held": spell_mask(situation.held),
            "shield": int(situation.shielded),
            "group": situation.doelgroep,
            "town": situation.reception_gemeente,
            "region": situation.coa_regio,
        }
    )


def _relation(event: RelationEvent) -> _Written:
    return {"k": str(event.kind), "p": event.party, "at": spell_moment(event.at)}


def _version(version: ProfileVersion, changed: int) -> _Written:
    return {"n": version.version, "at": spell_moment(version.at), "fields": spell_mask(changed)}


def _consent(event: ConsentEvent, fields: FieldDictionary) -> _Written:
    said: _Written = {
        "id": str(event.consent_id),
        "k": str(event.kind),
        "at": spell_moment(event.at),
    }
    if event.expires is not None:
        said["to"] = spell_moment(event.expires)
    if event.scope is not None:
        said |= _scope(event.scope, fields)
    return said


def _scope(scope: ConsentScope, fields: FieldDictionary) -> _Written:
    return {
        "for": scope.purpose,
        "who": scope.recipient,
        "fields": spell_mask(fields.mask(scope.fields)),
        "text": scope.text_version,
        "lang": scope.language,
    }


def _glass(glass: GlassBreak) -> _Written:
    return {"for": glass.purpose, "at": spell_moment(glass.at), "to": spell_moment(glass.until)}


def _withholding(one: Withholding, purposes: list[PurposeCode]) -> _Written:
    return _present(
        {
            "k": str(one.kind),
            "fields": spell_mask(one.fields),
            "for": purposes,
            "at": spell_moment(one.since),
            "to": one.until and spell_moment(one.until),
        }
    )
