"""A decision's ground read back from a log's payload: the inverse of ``gateway.domain.recorded_form``.

What is not exactly in the form is refused by the name of the member that is not; nothing is guessed.
"""

from collections.abc import Mapping
from datetime import datetime

from gateway.domain.breakglass import GlassBreak
from gateway.domain.consents import ConsentEvent, ConsentEventKind, ConsentScope
from gateway.domain.decisions import Ask
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import (
    ActorId,
    ConsentId,
    GemeenteCode,
    Oin,
    PurposeCode,
    RoleId,
    SubjectId,
)
from gateway.domain.partners import Agreement, Caller, Partner, PartnerKind
from gateway.domain.recorded_form import MEMBERS, VERSION, record
from gateway.domain.relations import RelationEvent, RelationKind
from gateway.domain.replay import Recorded, ReplayError
from gateway.domain.subjects import ProfileVersion, Situation, Withholding, WithholdingKind
from gateway.domain.written_member import Member


def restore(written: Mapping[str, object], fields: FieldDictionary) -> Recorded:
    """Read what ``record`` wrote; raises ``ReplayError`` naming the member that is not in the form."""
    whole = Member("", written, fields)
    if whole["v"].number() != VERSION:
        raise ReplayError("v", "is not a version known here")
    whole.check(MEMBERS)
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


def _to_ask(ask: Member, caller: Caller) -> Ask:
    return Ask(
        caller,
        ask["for"].text(),
        ask.made("fields", Member.mask),
        ask["group"].number(),
        ask["budget"].flag(),
    )


def _to_caller(who: Member, deal: Member) -> Caller:
    role, own = RoleId(who["role"].text()), who.made("self", Member.uuid)
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


def _to_agreement(deal: Member, role: RoleId) -> Agreement:
    codes = {PurposeCode(code) for code in deal.texts("for")}
    return Agreement(
        deal["ref"].text(),
        deal["from"].day(),
        deal.made("to", Member.day),
        {role: frozenset(codes)} if deal.has("for") else {},
        deal["without"].names(),
    )


def _to_situation(of: Member, caller: Caller) -> Situation:
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
        of.made("group", Member.text),
        of.made("town", Member.text),
        of.made("region", Member.text),
        glasses=of.several("glass", lambda one: _to_glass(one, caller, subject)),
    )


def _to_glass(one: Member, caller: Caller, subject: SubjectId) -> GlassBreak:
    return GlassBreak(
        caller.actor,
        caller.role,
        caller.partner.oin,
        subject,
        PurposeCode(one["for"].text()),
        one["at"].moment(),
        one["to"].moment(),
    )


def _to_relation(one: Member) -> RelationEvent:
    return RelationEvent(one["k"].one_of(RelationKind), one["p"].text(), one["at"].moment(), "")


def _to_version(one: Member) -> ProfileVersion:
    return ProfileVersion(one["n"].number(), one["at"].moment(), one["fields"].mask())


def _to_consent(one: Member) -> ConsentEvent:
    return ConsentEvent(
        ConsentId(one["id"].uuid()),
        one["k"].one_of(ConsentEventKind),
        one["at"].moment(),
        "",
        _to_scope(one) if one.has("for") else None,
        one.made("to", Member.moment),
    )


def _to_scope(one: Member) -> ConsentScope:
    return ConsentScope(
        PurposeCode(one["for"].text()),
        one["who"].text(),
        one["fields"].names(),
        one["text"].text(),
        one["lang"].text(),
    )


def _to_closed(one: Member) -> tuple[PurposeCode, datetime]:
    return PurposeCode(one["for"].text()), one["at"].moment()


def _to_withholding(one: Member) -> Withholding:
    return Withholding(
        one["k"].one_of(WithholdingKind),
        one["fields"].mask(),
        frozenset(PurposeCode(code) for code in one.texts("for")),
        one["at"].moment(),
        one.made("to", Member.moment),
    )
