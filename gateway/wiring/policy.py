"""Builds what holds the policy in force, and the desk where it is changed; it holds no rule."""

import asyncio

from gateway.actions.foresee import Foresee
from gateway.actions.gate import Gate
from gateway.actions.policy_life import PolicyDesk
from gateway.actions.rules import PolicyInForce
from gateway.domain.policy_changes import Edition
from gateway.domain.ports import Clock, LogReader
from gateway.store.database import Database
from gateway.store.policy_versions import StoredPolicies
from policies.catalogue import Catalogue
from policies.drafts import PolicyDrafts


def rules_of(shipped: Edition, database: Database, clock: Clock) -> PolicyInForce:
    """Take up the version in force: the one activated last, or what came with the program."""
    rules = PolicyInForce(shipped, PolicyDrafts(), StoredPolicies(database), clock)
    asyncio.run(rules.renew())
    return rules


def policy_desk(
    catalogue: Catalogue, gate: Gate, rules: PolicyInForce, database: Database, log: LogReader
) -> PolicyDesk:
    """Build the desk of policy owners and privacy officers."""
    foresee = Foresee(gate, log, dict(catalogue.partners), catalogue.codes.opvanglocaties)
    return PolicyDesk(gate, rules, StoredPolicies(database), PolicyDrafts(), foresee)
