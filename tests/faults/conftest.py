"""Faults strike the same watched gates as the journeys use."""

from tests.gates import patience, schema_made_once
from tests.journeys.conftest import clock, each_store, poort, rules_read_once, watch

__all__ = [
    "clock",
    "each_store",
    "patience",
    "poort",
    "rules_read_once",
    "schema_made_once",
    "watch",
]
