"""Reads which systems of partners may come in, and opens their door; it holds no rule."""

import json
from collections.abc import Mapping
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gateway.actions.gate import Gate
from gateway.api.identity import LocalTokens
from gateway.api.machines import MachineDoor
from gateway.crypto.keyring import Keyring
from gateway.domain.callers import Persona
from gateway.domain.errors import SettingsError
from gateway.domain.identifiers import ActorId, Oin, RoleId
from gateway.domain.machines import Machine
from gateway.domain.partners import Partner
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.store.replays import StoredReplays
from policies.catalogue import Catalogue

ISSUER = "doelpoort-machines"


def machine_door(
    settings: Settings, catalogue: Catalogue, gate: Gate, database: Database, keyring: Keyring
) -> MachineDoor | None:
    """Open the door to the systems that the file names; without a file there is none."""
    if settings.machines is None:
        return None
    machines = read_machines(settings.machines, catalogue.partners)
    sites = catalogue.codes.opvanglocaties
    tokens = LocalTokens(keyring.named("machine-tokens"), catalogue.partners, sites, ISSUER)
    return MachineDoor(gate, machines, StoredReplays(database), tokens, settings.public_url)


def read_machines(file: Path, partners: Mapping[Oin, Partner]) -> Mapping[str, Machine]:
    """Read the file; raises ``SettingsError`` that names the place and repeats no value."""
    try:
        listed = json.loads(file.read_text(encoding="utf-8"))["systemen"]
    except (OSError, ValueError, KeyError, TypeError):
        raise SettingsError("machines: is no JSON file with a list 'systemen'") from None
    found: dict[str, Machine] = {}
    for number, one in enumerate(listed, 1):
        try:
            machine = _machine(one, partners)
        except (ValueError, KeyError, TypeError, AttributeError, JoseError):
            why = (
                "needs clientId, oin of a partner, a role of its agreement, and public keys (jwks)"
            )
            raise SettingsError(f"machines: system {number} {why}") from None
        if machine.client_id in found:
            raise SettingsError(f"machines: system {number} has the clientId of another")
        found[machine.client_id] = machine
    return found


def _machine(one: Mapping[str, object], partners: Mapping[Oin, Partner]) -> Machine:
    partner, role, keys = partners[Oin(str(one["oin"]))], RoleId(str(one["rol"])), one["jwks"]
    if role not in partner.agreement.purposes or not isinstance(keys, dict):
        raise ValueError("role or keys")
    known = KeySet.import_key_set(keys)  # type: ignore[arg-type]  # JSON from a file
    secret = any(key.is_private or key.key_type == "oct" for key in known.keys)
    if secret or not known.keys:
        raise ValueError("keys")
    sites = one.get("locaties", [])
    client = str(one["clientId"])
    if not client or not isinstance(sites, list):
        raise ValueError("names")
    locations = frozenset(str(site) for site in sites)
    return Machine(client, Persona(partner, role, ActorId(client), locations), keys)
