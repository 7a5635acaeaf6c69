"""A policy's life at rest: versions by the digest of their files, and what was decided about them.

Files are kept once, however many versions have them. Nothing here is ever changed or deleted.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, assert_never
from uuid import UUID

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.identifiers import ActorId, PurposeCode, RoleId
from gateway.domain.policy_versions import (
    MOVED,
    NEEDED,
    ActivatePolicy,
    Activation,
    Approval,
    ApprovePolicy,
    Effect,
    Files,
    Pair,
    PolicyLifeChange,
    Proposal,
    ProposePolicy,
    Version,
    holds,
)
from gateway.domain.ports import Entry
from gateway.store import policy_tables as tables
from gateway.store.columns import to_moment
from gateway.store.database import Database
from gateway.store.prepared import Prepared

MOST: Final = 50
_a, _p, _ok = tables.activation.c, tables.proposal.c, tables.approval.c
_SCHEDULE = Prepared(sa.select(_a.policy, _a.starts).order_by(_a.number))


class StoredPolicies:
    """Versions, proposals and activations; see ``gateway.domain.policy_versions.PolicyVersions``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def activations(self) -> Sequence[Activation]:
        """List all activations, in order of number."""
        return await self._database.read(_activations)

    async def proposals(self) -> Sequence[Proposal]:
        """List the newest proposals, newest first."""
        newest = sa.select(tables.proposal).order_by(_p.at.desc(), _p.id).limit(MOST)
        return await self._database.read(lambda connection: _proposals(connection, newest))

    async def proposal(self, proposal_id: UUID) -> Proposal | None:
        """Find a proposal."""
        one = sa.select(tables.proposal).where(_p.id == proposal_id)
        found = await self._database.read(lambda connection: _proposals(connection, one))
        return next(iter(found), None)

    async def version_of(self, policy: str) -> str | None:
        """Name a version from which this policy was compiled."""
        columns = tables.version.c
        query = sa.select(columns.name).where(columns.policy == policy).order_by(columns.name)
        return await self._database.read(
            lambda connection: connection.execute(query.limit(1)).scalar()
        )

    async def files(self, version: str) -> Files | None:
        """Read the files of a version."""
        return await self._database.read(lambda connection: _files(connection, version))


def change_policy(connection: sa.Connection, change: PolicyLifeChange) -> None:
    """Write one change; raises ``RefusedError`` when it does not hold."""
    match change:
        case ProposePolicy(proposal, versions):
            _propose(connection, proposal, versions)
        case ApprovePolicy(proposal_id, approval):
            _approve(connection, proposal_id, approval)
        case ActivatePolicy(activation):
            _activate(connection, activation)
        case _:
            assert_never(change)


class ActivePolicy:
    """Which policy is in force, as one transaction under the log's lock sees it; read once."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._schedule: list[tuple[str, datetime | None]] | None = None

    def require(self, policy: str, moment: datetime) -> None:
        """Raise ``RefusedError`` unless this policy is in force at a moment."""
        if self._schedule is None:
            self._schedule = [
                (active, None if starts is None else to_moment(starts))
                for active, starts in _SCHEDULE.rows(self._connection)
            ]
        if not holds(self._schedule, policy, moment):
            raise RefusedError(MOVED)

    def after(self, entry: Entry) -> None:
        """Read anew once an entry changed it."""
        if any(isinstance(change, ActivatePolicy) for change in entry.changes):
            self._schedule = None


def _propose(connection: sa.Connection, one: Proposal, versions: Iterable[Version]) -> None:
    for version in versions:
        _keep(connection, version)
    _require(_last(connection) in {None, one.base}, "policy: another version was activated")
    row = {
        "id": one.proposal_id,
        "version": one.version,
        "policy": one.policy,
        "base": one.base,
        "reason": one.reason,
        "at": one.at,
        "actor": one.by,
        "effect": _written(one.effect),
    }
    connection.execute(sa.insert(tables.proposal), row)


def _keep(connection: sa.Connection, version: Version) -> None:
    """Keep a version with those of its files that are not kept yet."""
    digests = {path: _digest(content) for path, content in version.files.items()}
    _add(connection, tables.version.c.name, version.name, {
        "policy": version.policy,
        "files": json.dumps(digests, sort_keys=True),
    })  # fmt: skip
    for path, digest in digests.items():
        _add(connection, tables.file.c.digest, digest, {"content": version.files[path]})


def _add(
    connection: sa.Connection, key: sa.Column[Any], value: str, row: Mapping[str, object]
) -> None:
    known = sa.select(key).where(key == value)
    if connection.execute(known).first() is None:
        connection.execute(sa.insert(key.table), {key.name: value, **row})


def _approve(connection: sa.Connection, proposal_id: UUID, approval: Approval) -> None:
    one = _known(connection, proposal_id)
    _require(not one.activated, "policy: the proposal was activated")
    _require(not one.effect.broken, "policy: a story of the proposal is broken")
    _require(one.refuses(approval.by) is None, "policy: one's own proposal, or approved before")
    _require(_last(connection) in {None, one.base}, "policy: another version was activated")
    row = {"proposal": proposal_id, "actor": approval.by, "at": approval.at}
    connection.execute(sa.insert(tables.approval), row)


def _activate(connection: sa.Connection, one: Activation) -> None:
    before = _activations(connection)
    _require(one.number == len(before) + 1, "policy: another version was activated")
    if one.proposal is None:
        latest = before[-1] if before else None
        undoable = latest is not None and latest.undoes is None and latest.number == one.undoes
        _require(undoable, "policy: there is nothing to undo")
    else:
        proposal = _known(connection, one.proposal)
        approved = len(proposal.approvals) >= NEEDED and proposal.version == one.version
        _require(approved and not proposal.activated, "policy: not approved, or activated before")
        stands = not before or before[-1].version == proposal.base
        _require(stands, "policy: another version was activated")
    row = {
        "number": one.number,
        "id": one.activation_id,
        "version": one.version,
        "policy": one.policy,
        "starts": one.starts,
        "at": one.at,
        "actor": one.by,
        "proposal": one.proposal,
        "undoes": one.undoes,
        "reason": one.reason,
    }
    connection.execute(sa.insert(tables.activation), row)


def _known(connection: sa.Connection, proposal_id: UUID) -> Proposal:
    found = _proposals(connection, sa.select(tables.proposal).where(_p.id == proposal_id))
    if not found:
        raise RefusedError("policy: there is no such proposal")
    return found[0]


def _last(connection: sa.Connection) -> str | None:
    """Return the version that was activated last."""
    latest = sa.select(_a.version).order_by(_a.number.desc()).limit(1)
    return connection.execute(latest).scalar()


def _require(holds_: bool, why: str) -> None:  # noqa: FBT001 - a condition, and why it must hold
    if not holds_:
        raise RefusedError(why)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _files(connection: sa.Connection, name: str) -> Files | None:
    listed = sa.select(tables.version.c.files).where(tables.version.c.name == name)
    found = connection.execute(listed).scalar()
    if found is None:
        return None
    digests: Mapping[str, str] = json.loads(found)
    stored = sa.select(tables.file).where(tables.file.c.digest.in_(digests.values()))
    contents = {row.digest: bytes(row.content) for row in connection.execute(stored)}
    return {path: contents[digest] for path, digest in digests.items()}


def _activations(connection: sa.Connection) -> list[Activation]:
    query = sa.select(tables.activation).order_by(_a.number)
    return [
        Activation(
            row.id,
            row.number,
            row.version,
            row.policy,
            row.starts,
            row.at,
            ActorId(row.actor),
            row.proposal,
            row.undoes,
            row.reason,
        )
        for row in connection.execute(query)
    ]


def _proposals(connection: sa.Connection, query: sa.Select[Any]) -> list[Proposal]:
    rows = connection.execute(query).all()
    about = [row.id for row in rows]
    approvals = defaultdict(list)
    order = sa.select(tables.approval).where(_ok.proposal.in_(about)).order_by(_ok.at, _ok.actor)
    for one in connection.execute(order):
        approvals[one.proposal].append(Approval(ActorId(one.actor), one.at))
    done = set(connection.scalars(sa.select(_a.proposal).where(_a.proposal.in_(about))))
    return [_proposal(row, approvals[row.id], row.id in done) for row in rows]


def _proposal(row: sa.Row[Any], approvals: Iterable[Approval], activated: bool) -> Proposal:  # noqa: FBT001 - read from the row beside it
    return Proposal(
        row.id,
        row.version,
        row.policy,
        row.base,
        row.reason,
        ActorId(row.actor),
        row.at,
        _read(row.effect),
        tuple(approvals),
        activated,
    )


def _written(effect: Effect) -> str:
    return json.dumps(
        {
            "people": effect.people,
            "anyone": effect.anyone,
            "pairs": [[one.role, one.purpose, one.people] for one in effect.pairs],
            "stories": effect.stories,
            "broken": effect.broken,
        },
        ensure_ascii=False,
    )


def _read(text: str) -> Effect:
    said: dict[str, Any] = json.loads(text)
    pairs = (Pair(RoleId(role), PurposeCode(code), count) for role, code, count in said["pairs"])
    return Effect(
        said["people"], said["anyone"], tuple(pairs), said["stories"], tuple(said["broken"])
    )
