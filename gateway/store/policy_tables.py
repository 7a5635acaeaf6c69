"""The tables of a policy's life: files by their digest, versions, and what was decided about them."""

import sqlalchemy as sa

from gateway.store.columns import Id, Moment
from gateway.store.tables import MAIN

file = sa.Table(
    "policy_file",
    MAIN,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
    info={"holds": "no resident: a file of the policy as it was read"},
)

version = sa.Table(
    "policy_version",
    MAIN,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("policy", sa.Text, nullable=False),
    sa.Column("files", sa.Text, nullable=False),
    info={"holds": "no resident: which files a version has"},
)

proposal = sa.Table(
    "policy_proposal",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    sa.Column("version", sa.Text, sa.ForeignKey("policy_version.name"), nullable=False),
    sa.Column("policy", sa.Text, nullable=False),
    sa.Column("base", sa.Text, sa.ForeignKey("policy_version.name"), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("effect", sa.Text, nullable=False),
    info={"holds": "a policy owner by pseudonym: what she proposed and why; counts of residents"},
)

approval = sa.Table(
    "policy_approval",
    MAIN,
    sa.Column("proposal", Id, sa.ForeignKey("policy_proposal.id"), primary_key=True),
    sa.Column("actor", sa.Text, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    info={"holds": "who approved a proposal, by pseudonym"},
)

activation = sa.Table(
    "policy_activation",
    MAIN,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("id", Id, nullable=False),
    sa.Column("version", sa.Text, sa.ForeignKey("policy_version.name"), nullable=False),
    sa.Column("policy", sa.Text, nullable=False),
    sa.Column("starts", Moment),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("proposal", Id, sa.ForeignKey("policy_proposal.id")),
    sa.Column("undoes", sa.Integer),
    sa.Column("reason", sa.Text, nullable=False),
    info={"holds": "who brought which version into force, by pseudonym"},
)
