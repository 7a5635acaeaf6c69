"""Gates of these suites begin with a store that was made once, and with patience."""

from tests.gates import patience, schema_made_once

__all__ = ["patience", "schema_made_once"]
