"""The tables of people, deliveries and requests, what each is for, and whose data it holds (``info["holds"]``)."""

import sqlalchemy as sa

from gateway.store.columns import Id, Mask, Moment, Names

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
DATA_SCHEMA = "doelpoort"
KEYS_SCHEMA = "doelpoort_keys"
MAIN = sa.MetaData(naming_convention=NAMES)
KEYS = sa.MetaData(naming_convention=NAMES)

# SQLite counts rows only in a column of exactly this type.
_Row = sa.BigInteger().with_variant(sa.Integer, "sqlite")

subject = sa.Table(
    "subject",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    sa.Column("v_tag", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("shielded", sa.Boolean, nullable=False),
    sa.Column("held", Mask, nullable=False),
    sa.Column("doelgroep", sa.Text),
    sa.Column("reception_site", sa.Text),
    sa.Column("reception_gemeente", sa.Text),
    sa.Column("coa_regio", sa.Text),
    sa.Column("koppel_datum", sa.Text),
    sa.Column("pip_deadline", sa.Text),
    sa.Column("created", Moment, nullable=False),
    sa.Column("sixteen", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("eighteen", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("search_closed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("overdracht_status", sa.Text),
    info={"holds": "a resident: the rule facts that a decision or a clock needs, by pseudonym"},
)

delivery = sa.Table(
    "delivery",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    sa.Column("digest", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("closed", Moment),
    sa.Column("report", sa.LargeBinary),
    info={"holds": "residents, in reports only: V-numbers sealed by the caller"},
)

quarantine_row = sa.Table(
    "quarantine_row",
    MAIN,
    sa.Column("delivery", Id, sa.ForeignKey("delivery.id"), primary_key=True),
    sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("reasons", sa.JSON, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("fate", sa.Text),
    sa.Column("settled", Moment),
    info={"holds": "a resident: a row that was not accepted, sealed under the delivery's key"},
)

profile_version = sa.Table(
    "profile_version",
    MAIN,
    sa.Column("subject", Id, sa.ForeignKey("subject.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("as_of", sa.Text, nullable=False),
    sa.Column("delivery", Id, sa.ForeignKey("delivery.id"), nullable=False, index=True),
    sa.Column("changed", Mask, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    # Last, so that reading the columns before it never touches the pages it spills to.
    sa.Column("parts", sa.LargeBinary),
    info={"holds": "a resident: the client profile, sealed under her profile key"},
)

relation_event = sa.Table(
    "relation_event",
    MAIN,
    sa.Column("id", _Row, primary_key=True),
    sa.Column("subject", Id, sa.ForeignKey("subject.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("party", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Index(None, "subject", "at", "kind"),
    sa.Index(None, "party", "subject", "kind", "at"),
    info={"holds": "a resident: who was linked to her, housed or employed her, since when"},
)

consent_event = sa.Table(
    "consent_event",
    MAIN,
    sa.Column("id", _Row, primary_key=True),
    sa.Column("subject", Id, sa.ForeignKey("subject.id"), nullable=False, index=True),
    sa.Column("consent_id", Id, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("recorded_by", sa.Text, nullable=False),
    sa.Column("interpreter", sa.Boolean, nullable=False),
    sa.Column("expires", Moment),
    sa.Column("purpose", sa.Text),
    sa.Column("recipient", sa.Text),
    sa.Column("fields", Names),
    sa.Column("text_version", sa.Text),
    sa.Column("language", sa.Text),
    sa.Column("guardian", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("read_back", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("text_digest", sa.Text),
    sa.Column("decides", sa.Boolean, nullable=False, server_default=sa.false()),
    info={"holds": "a resident: what she agreed to; and, by pseudonym, the worker who wrote it"},
)

withholding = sa.Table(
    "withholding",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    sa.Column("subject", Id, sa.ForeignKey("subject.id"), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("fields", Mask, nullable=False),
    sa.Column("purposes", Names, nullable=False),
    sa.Column("since", Moment, nullable=False),
    sa.Column("until", Moment),
    info={"holds": "a resident: her restrictions and objections (GDPR art. 18 and 21)"},
)

notice = sa.Table(
    "notice",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    sa.Column("subject", Id, sa.ForeignKey("subject.id"), nullable=False, index=True),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text),
    sa.Column("consent_id", Id),
    sa.Column("at", Moment, nullable=False),
    sa.Column("due", Moment, nullable=False),
    sa.Column("confirmed_at", Moment),
    sa.Column("confirmed_by", sa.Text),
    sa.Column("reminders", sa.Integer, nullable=False),
    sa.Index(None, "recipient", "due"),
    info={"holds": "a resident: who was told to delete what; and, by pseudonym, who confirmed"},
)

subscription = sa.Table(
    "subscription",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    sa.Column("partner", sa.Text, nullable=False, index=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("at", Moment, nullable=False),
    info={"holds": "nobody: where a partner's system hears of notices, its secret sealed"},
)

notice_push = sa.Table(
    "notice_push",
    MAIN,
    sa.Column("notice", Id, sa.ForeignKey("notice.id"), primary_key=True),
    sa.Column("subscription", Id, sa.ForeignKey("subscription.id"), primary_key=True),
    sa.Column("reminders", sa.Integer, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_try", Moment, nullable=False),
    sa.Column("delivered_at", Moment),
    info={"holds": "a resident, by the notice: which system was told of it, and when it is tried"},
)

purpose_closed = sa.Table(
    "purpose_closed",
    MAIN,
    sa.Column("subject", Id, sa.ForeignKey("subject.id"), primary_key=True),
    sa.Column("purpose", sa.Text, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    info={"holds": "a resident: from when a purpose no longer keeps her profile here"},
)

candidate = sa.Table(
    "candidate",
    MAIN,
    sa.Column("recipient", sa.Text, primary_key=True),
    sa.Column("subject", Id, sa.ForeignKey("subject.id"), primary_key=True, index=True),
    sa.Column("since", Moment, primary_key=True),
    sa.Column("until", Moment, primary_key=True),
    sqlite_with_rowid=False,
    info={"holds": "a resident: who may find her, while she agrees (P04) or is linked"},
)

candidate_term = sa.Table(
    "candidate_term",
    MAIN,
    sa.Column("term", sa.LargeBinary(16), primary_key=True),
    sa.Column("subject", Id, sa.ForeignKey("subject.id"), primary_key=True, index=True),
    sa.Column("seal", sa.LargeBinary(8)),
    sqlite_with_rowid=False,
    info={"holds": "a resident: keyed search terms, hers or as cover, while anyone may find her"},
)

search_spent = sa.Table(
    "search_spent",
    MAIN,
    sa.Column("id", _Row, primary_key=True),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Index(None, "actor", "at"),
    info={"holds": "a worker of a partner, by pseudonym: when she searched"},
)

introduction = sa.Table(
    "introduction",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    sa.Column("subject", Id, sa.ForeignKey("subject.id"), nullable=False, index=True),
    sa.Column("requester", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("closed", Moment),
    sa.Column("employer", sa.Text),
    sa.Column("employer_state", sa.Text),
    sa.Column("employer_closed", Moment),
    sa.Column("function", sa.Text),
    sa.Column("group_name", sa.Text),
    sa.Index(None, "requester", "at"),
    info={"holds": "a resident: who asks to meet her; and, by pseudonym, the worker who asked"},
)

web_session = sa.Table(
    "web_session",
    MAIN,
    sa.Column("key", sa.LargeBinary(32), primary_key=True),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("provider_session", sa.Text, index=True),
    sa.Column("opened", Moment, nullable=False, index=True),
    sa.Column("seen", Moment, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    info={"holds": "a worker of a partner: that she is signed in; her name is sealed"},
)

glass_break = sa.Table(
    "glass_break",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    sa.Column("subject", Id, sa.ForeignKey("subject.id"), nullable=False, index=True),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("until", Moment, nullable=False),
    sa.Column("reviewed_at", Moment),
    sa.Column("reviewed_by", sa.Text),
    sa.Column("verdict", sa.Text),
    sa.Index(None, "partner", "at"),
    info={
        "holds": "a resident: about whom a worker, by pseudonym, broke the glass; who reviewed it"
    },
)

statistics_cube = sa.Table(
    "statistics_cube",
    MAIN,
    sa.Column("cube", sa.Text, primary_key=True),
    sa.Column("day", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    info={"holds": "nobody: which tables of counts were published, and when"},
)

statistics_count = sa.Table(
    "statistics_count",
    MAIN,
    sa.Column("cube", sa.Text, sa.ForeignKey("statistics_cube.cube"), primary_key=True),
    sa.Column("term", sa.LargeBinary(16), primary_key=True),
    sa.Column("count", sa.Integer),
    sqlite_with_rowid=False,
    info={"holds": "nobody: counts of ten or more under keyed terms; smaller ones have no number"},
)

statistics_told = sa.Table(
    "statistics_told",
    MAIN,
    sa.Column("id", _Row, primary_key=True),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("cube", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Index(None, "recipient", "actor", "at"),
    info={"holds": "a worker of a partner, by pseudonym: which tables of counts she was told"},
)

look_up = sa.Table(
    "look_up",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    # No foreign key: a request about someone unknown is kept like any other.
    sa.Column("subject", Id, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("reason", sa.LargeBinary, nullable=False),
    sa.Column("approved_by", sa.Text),
    sa.Column("approved_at", Moment),
    sa.Index(None, "partner", "at"),
    info={"holds": "a resident: which officers, by pseudonym, asked and allowed to look her up"},
)

rectification = sa.Table(
    "rectification",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    sa.Column("subject", Id, sa.ForeignKey("subject.id"), nullable=False, index=True),
    sa.Column("field", sa.Text),
    sa.Column("asked_by", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("closed", Moment),
    info={"holds": "a resident: which field someone called wrong, and what became of that"},
)

signal = sa.Table(
    "signal",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    sa.Column("partner", sa.Text, nullable=False, index=True),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("entries", sa.JSON, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("proposed_at", Moment, nullable=False),
    sa.Column("proposed_by", sa.Text, nullable=False),
    sa.Column("closed_at", Moment),
    sa.Column("closed_by", sa.Text),
    info={"holds": "workers of a partner, by pseudonym: which officers judged a signal"},
)

export = sa.Table(
    "export",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("locations", Names, nullable=False),
    sa.Column("regions", Names, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("fields", Mask),
    sa.Column("form", sa.Text, nullable=False),
    sa.Column("named", sa.Boolean, nullable=False),
    sa.Column("signed", sa.Boolean, nullable=False),
    sa.Column("key", sa.Text),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("people", sa.LargeBinary, nullable=False),
    sa.Column("parent", Id, nullable=False),
    sa.Column("parent_index", sa.BigInteger, nullable=False),
    sa.Column("fetched", Moment),
    info={"holds": "residents, by pseudonym and sealed; and a worker of a partner, by pseudonym"},
)

export_part = sa.Table(
    "export_part",
    MAIN,
    sa.Column("export", Id, sa.ForeignKey("export.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("shown", sa.Integer, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    info={"holds": "residents: shares of a file that has not left yet, sealed, a day at most"},
)

index_floor = sa.Table(
    "index_floor",
    MAIN,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    info={"holds": "nobody: the oldest version of the index key that may still be written with"},
)
