"""The only place that knows everyone: builds the gate from its settings; it holds no rule."""

from gateway.wiring.assessing import dpia
from gateway.wiring.gate import (
    Gateway,
    SystemClock,
    build,
    check_policy,
    folder,
    load_policy,
    make_roles,
    read_edition,
    settle_down,
    store_status,
    upgrade_store,
    witness_app,
    write_population,
)
from gateway.wiring.intake import inbox, watcher
from gateway.wiring.stores import Restored, adopt_guard, back_up, restore
from policies.drafts import read_files as policy_files
from policies.stories import tell as tell_stories

__all__ = [
    "Gateway",
    "Restored",
    "SystemClock",
    "adopt_guard",
    "back_up",
    "build",
    "check_policy",
    "dpia",
    "folder",
    "inbox",
    "load_policy",
    "make_roles",
    "policy_files",
    "read_edition",
    "restore",
    "settle_down",
    "store_status",
    "tell_stories",
    "upgrade_store",
    "watcher",
    "witness_app",
    "write_population",
]
