"""Every new store of these suites begins as a copy of an empty one."""

from tests.blank import schema_made_once

__all__ = ["schema_made_once"]
